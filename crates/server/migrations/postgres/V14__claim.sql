-- What insert-only records claim in the whole province (`domain::shape::claims`): one payment by programme, period and
-- beneficiary, in whichever township it lies.
CREATE TABLE claim (
  key text COLLATE "C" NOT NULL,
  scope text COLLATE "C" NOT NULL,
  record uuid NOT NULL,
  PRIMARY KEY (key, scope, record)
);
CREATE INDEX claim_record ON claim (scope, record);
-- A row for each key that was ever asked for: pushes of two townships that claim the same wait for each other at it.
CREATE TABLE claim_key (
  key text COLLATE "C" PRIMARY KEY
);
