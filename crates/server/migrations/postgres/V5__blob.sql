-- Bytes of attachments lie in a folder or an object store; here is what is known of them.
CREATE TABLE blob (
  scope text COLLATE "C" NOT NULL,
  sha256 bytea NOT NULL,
  bytes bigint NOT NULL,
  -- blake3 of each chunk, one after the other
  prints bytea NOT NULL,
  added_at bigint NOT NULL,
  PRIMARY KEY (scope, sha256)
);
-- Whose bytes were brought whole: only these are given out. `scope`: where the bytes lie.
CREATE TABLE blob_of (
  record uuid NOT NULL,
  sha256 bytea NOT NULL,
  scope text COLLATE "C" NOT NULL,
  PRIMARY KEY (record, sha256)
);
-- Chunks of what is not yet whole.
CREATE TABLE blob_chunk (
  record uuid NOT NULL,
  sha256 bytea NOT NULL,
  chunk integer NOT NULL,
  print bytea NOT NULL,
  added_at bigint NOT NULL,
  PRIMARY KEY (record, sha256, chunk)
);
