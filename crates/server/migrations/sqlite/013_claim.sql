-- What insert-only records claim in the whole province (`domain::shape::claims`): one payment by programme, period and
-- beneficiary, in whichever township it lies.
CREATE TABLE claim (
  key TEXT NOT NULL,
  scope TEXT NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (key, scope, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_record ON claim (scope, record);
