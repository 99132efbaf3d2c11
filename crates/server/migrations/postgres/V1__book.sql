-- The province's book. Every hot key begins with the scope; a push takes row locks only.
CREATE TABLE meta (name text PRIMARY KEY, value text NOT NULL);

CREATE TABLE scope (
  id text COLLATE "C" PRIMARY KEY,
  generation uuid NOT NULL,
  head bigint NOT NULL,
  chain bytea NOT NULL,
  digest bytea NOT NULL
) WITH (fillfactor = 40);

-- The part of a scope's digest that each region contributes: the digest of a village's view.
CREATE TABLE region_digest (
  scope text COLLATE "C" NOT NULL,
  region text COLLATE "C" NOT NULL,
  digest bytea NOT NULL,
  records bigint NOT NULL,
  PRIMARY KEY (scope, region)
) WITH (fillfactor = 40);

CREATE TABLE log (
  scope text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  commit_end bigint NOT NULL,
  device uuid NOT NULL,
  incarnation uuid NOT NULL,
  own bigint NOT NULL,
  echo boolean NOT NULL,
  record uuid NOT NULL,
  region text COLLATE "C" NOT NULL,
  left_region text COLLATE "C",
  entry text NOT NULL,
  whole text,
  chain bytea NOT NULL,
  PRIMARY KEY (scope, seq)
);

CREATE TABLE record (
  scope text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  region text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  record text NOT NULL,
  origins text NOT NULL,
  PRIMARY KEY (scope, id)
);
-- A record lives in one scope.
CREATE UNIQUE INDEX record_id ON record (id);

-- Values that gave way to a later one (I8).
CREATE TABLE field_history (
  scope text COLLATE "C" NOT NULL,
  record uuid NOT NULL,
  field text NOT NULL,
  gave_way_at bigint NOT NULL,
  value text NOT NULL,
  author uuid NOT NULL,
  written_at bigint NOT NULL,
  PRIMARY KEY (scope, record, field, gave_way_at)
);

CREATE TABLE conflict (
  scope text COLLATE "C" NOT NULL,
  device uuid NOT NULL,
  incarnation uuid NOT NULL,
  own bigint NOT NULL,
  record uuid NOT NULL,
  change text NOT NULL,
  verdict text NOT NULL,
  received_at bigint NOT NULL,
  PRIMARY KEY (scope, device, incarnation, own)
);

CREATE TABLE parked (
  scope text COLLATE "C" NOT NULL,
  device uuid NOT NULL,
  incarnation uuid NOT NULL,
  own bigint NOT NULL,
  record uuid NOT NULL,
  change text NOT NULL,
  verdict text NOT NULL,
  received_at bigint NOT NULL,
  PRIMARY KEY (scope, device, incarnation, own)
);

CREATE TABLE "user" (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  display_name text NOT NULL,
  disabled boolean NOT NULL,
  added_at bigint NOT NULL
);

CREATE TABLE "grant" (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES "user" (id),
  role text NOT NULL,
  region text COLLATE "C" NOT NULL,
  from_day text,
  to_day text
);
CREATE INDEX grant_user ON "grant" (user_id);

CREATE TABLE device (
  id uuid PRIMARY KEY,
  device_key text NOT NULL,
  name text NOT NULL,
  app text NOT NULL,
  enrolled_at bigint NOT NULL,
  last_seen bigint,
  revoked_at bigint
);

-- The ids under which a device's users have recorded.
CREATE TABLE device_author (
  device uuid NOT NULL REFERENCES device (id),
  author uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES "user" (id),
  PRIMARY KEY (device, author)
);
CREATE INDEX device_author_author ON device_author (author);

CREATE TABLE enrol_code (
  hash text PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES "user" (id),
  expires_at bigint NOT NULL,
  used_at bigint,
  used_by uuid
);

CREATE TABLE incarnation (
  device uuid NOT NULL,
  incarnation uuid NOT NULL,
  acked bigint NOT NULL,
  PRIMARY KEY (device, incarnation)
);

CREATE TABLE verdict (
  device uuid NOT NULL,
  incarnation uuid NOT NULL,
  own bigint NOT NULL,
  print bytea NOT NULL,
  verdict text NOT NULL,
  PRIMARY KEY (device, incarnation, own)
);

CREATE TABLE audit_head (
  book text PRIMARY KEY,
  seq bigint NOT NULL,
  chain bytea NOT NULL
);

CREATE TABLE audit (
  book text NOT NULL,
  seq bigint NOT NULL,
  at bigint NOT NULL,
  act text NOT NULL,
  detail text NOT NULL,
  chain bytea NOT NULL,
  PRIMARY KEY (book, seq)
);

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER log_is_append_only BEFORE UPDATE OR DELETE ON log
FOR EACH ROW EXECUTE FUNCTION append_only();
