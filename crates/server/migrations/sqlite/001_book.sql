-- The province's book on one machine. The same tables as on PostgreSQL.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE scope (
  id TEXT PRIMARY KEY,
  generation BLOB NOT NULL,
  head INTEGER NOT NULL,
  chain BLOB NOT NULL,
  digest BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The part of a scope's digest that each region contributes: the digest of a village's view.
CREATE TABLE region_digest (
  scope TEXT NOT NULL,
  region TEXT NOT NULL,
  digest BLOB NOT NULL,
  records INTEGER NOT NULL,
  PRIMARY KEY (scope, region)
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
  scope TEXT NOT NULL,
  seq INTEGER NOT NULL,
  commit_end INTEGER NOT NULL,
  device BLOB NOT NULL,
  incarnation BLOB NOT NULL,
  own INTEGER NOT NULL,
  echo INTEGER NOT NULL,
  record BLOB NOT NULL,
  region TEXT NOT NULL,
  left_region TEXT,
  entry TEXT NOT NULL,
  whole TEXT,
  chain BLOB NOT NULL,
  PRIMARY KEY (scope, seq)
) STRICT;

CREATE TABLE record (
  scope TEXT NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  region TEXT NOT NULL,
  version INTEGER NOT NULL,
  record TEXT NOT NULL,
  origins TEXT NOT NULL,
  PRIMARY KEY (scope, id)
) STRICT;
-- A record lives in one scope.
CREATE UNIQUE INDEX record_id ON record (id);

-- Values that gave way to a later one (I8).
CREATE TABLE field_history (
  scope TEXT NOT NULL,
  record BLOB NOT NULL,
  field TEXT NOT NULL,
  gave_way_at INTEGER NOT NULL,
  value TEXT NOT NULL,
  author BLOB NOT NULL,
  written_at INTEGER NOT NULL,
  PRIMARY KEY (scope, record, field, gave_way_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE conflict (
  scope TEXT NOT NULL,
  device BLOB NOT NULL,
  incarnation BLOB NOT NULL,
  own INTEGER NOT NULL,
  record BLOB NOT NULL,
  change TEXT NOT NULL,
  verdict TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (scope, device, incarnation, own)
) STRICT;

CREATE TABLE parked (
  scope TEXT NOT NULL,
  device BLOB NOT NULL,
  incarnation BLOB NOT NULL,
  own INTEGER NOT NULL,
  record BLOB NOT NULL,
  change TEXT NOT NULL,
  verdict TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (scope, device, incarnation, own)
) STRICT;

CREATE TABLE "user" (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  disabled INTEGER NOT NULL,
  added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE "grant" (
  id INTEGER PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES "user" (id),
  role TEXT NOT NULL,
  region TEXT NOT NULL,
  from_day TEXT,
  to_day TEXT
) STRICT;
CREATE INDEX grant_user ON "grant" (user_id);

CREATE TABLE device (
  id BLOB PRIMARY KEY,
  device_key TEXT NOT NULL,
  name TEXT NOT NULL,
  app TEXT NOT NULL,
  enrolled_at INTEGER NOT NULL,
  last_seen INTEGER,
  revoked_at INTEGER
) STRICT;

-- The ids under which a device's users have recorded.
CREATE TABLE device_author (
  device BLOB NOT NULL REFERENCES device (id),
  author BLOB NOT NULL,
  user_id BLOB NOT NULL REFERENCES "user" (id),
  PRIMARY KEY (device, author)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_author_author ON device_author (author);

CREATE TABLE enrol_code (
  hash TEXT PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES "user" (id),
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  used_by BLOB
) STRICT;

CREATE TABLE incarnation (
  device BLOB NOT NULL,
  incarnation BLOB NOT NULL,
  acked INTEGER NOT NULL,
  PRIMARY KEY (device, incarnation)
) STRICT, WITHOUT ROWID;

CREATE TABLE verdict (
  device BLOB NOT NULL,
  incarnation BLOB NOT NULL,
  own INTEGER NOT NULL,
  print BLOB NOT NULL,
  verdict TEXT NOT NULL,
  PRIMARY KEY (device, incarnation, own)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_head (
  book TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  chain BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  book TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  act TEXT NOT NULL,
  detail TEXT NOT NULL,
  chain BLOB NOT NULL,
  PRIMARY KEY (book, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_keeps_all BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER log_is_append_only BEFORE UPDATE ON log
BEGIN SELECT RAISE(ABORT, 'log is append-only'); END;
CREATE TRIGGER log_keeps_all BEFORE DELETE ON log
BEGIN SELECT RAISE(ABORT, 'log is append-only'); END;
