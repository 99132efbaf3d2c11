-- Bytes of attachments lie encrypted in files beside the database; their keys lie here, so that a row that
-- goes takes its bytes with it (docs/decisions/0007-blobs.md).
CREATE TABLE blob (
  scope TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  -- random name in the folder `blobs`
  file TEXT NOT NULL UNIQUE,
  suite TEXT NOT NULL,
  key BLOB NOT NULL,
  -- which chunks are in the file; `whole` once the hash was checked
  have BLOB NOT NULL,
  whole INTEGER NOT NULL,
  PRIMARY KEY (scope, sha256)
) STRICT, WITHOUT ROWID;
-- Which attachment names which bytes; kept by src/record.rs.
CREATE TABLE blob_use (
  record INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  scope TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  thumb INTEGER NOT NULL,
  PRIMARY KEY (record, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_use_hash ON blob_use(scope, sha256);
-- What is to go up or come down.
CREATE TABLE blob_queue (
  id INTEGER PRIMARY KEY,
  way TEXT NOT NULL,
  attachment BLOB NOT NULL,
  scope TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  thumb INTEGER NOT NULL,
  asked INTEGER NOT NULL DEFAULT 0,
  -- how often the bytes did not have their hash, and why nobody tries any more
  tries INTEGER NOT NULL DEFAULT 0,
  fault TEXT,
  UNIQUE (way, attachment, sha256)
) STRICT;
CREATE INDEX blob_queue_hash ON blob_queue(scope, sha256, way);
-- The generation under which the scope's blobs were offered to the province: another one has to be offered them anew.
CREATE TABLE blob_scope (scope TEXT PRIMARY KEY, generation BLOB NOT NULL) STRICT, WITHOUT ROWID;
-- Files whose rows are gone and that are still to be removed.
CREATE TABLE blob_gone (file TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TRIGGER blob_goes AFTER DELETE ON blob BEGIN INSERT OR IGNORE INTO blob_gone VALUES (old.file); END;
