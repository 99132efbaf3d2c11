-- New versions of the program for the desks. A part is what one platform needs, in pieces of 1 MiB.
CREATE TABLE release (
  version text PRIMARY KEY,
  signed text NOT NULL,
  added_at bigint NOT NULL,
  withdrawn_at bigint
);
CREATE TABLE release_piece (
  version text NOT NULL REFERENCES release (version) ON DELETE CASCADE,
  platform text NOT NULL,
  piece bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (version, platform, piece)
);
-- The pieces are compressed already.
ALTER TABLE release_piece ALTER COLUMN bytes SET STORAGE EXTERNAL;
