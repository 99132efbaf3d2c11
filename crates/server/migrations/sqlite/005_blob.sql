-- Bytes of attachments lie in a folder or an object store; here is what is known of them.
CREATE TABLE blob (
  scope TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  -- blake3 of each chunk, one after the other
  prints BLOB NOT NULL,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (scope, sha256)
) STRICT, WITHOUT ROWID;
-- Whose bytes were brought whole: only these are given out. `scope`: where the bytes lie.
CREATE TABLE blob_of (
  record BLOB NOT NULL,
  sha256 BLOB NOT NULL,
  scope TEXT NOT NULL,
  PRIMARY KEY (record, sha256)
) STRICT, WITHOUT ROWID;
-- Chunks of what is not yet whole.
CREATE TABLE blob_chunk (
  record BLOB NOT NULL,
  sha256 BLOB NOT NULL,
  chunk INTEGER NOT NULL,
  print BLOB NOT NULL,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (record, sha256, chunk)
) STRICT, WITHOUT ROWID;
