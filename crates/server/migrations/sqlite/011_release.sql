-- New versions of the program for the desks. A part is what one platform needs, in pieces of 1 MiB.
CREATE TABLE release (
  version TEXT PRIMARY KEY,
  signed TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  withdrawn_at INTEGER
) STRICT;
CREATE TABLE release_piece (
  version TEXT NOT NULL REFERENCES release (version) ON DELETE CASCADE,
  platform TEXT NOT NULL,
  piece INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (version, platform, piece)
) STRICT;
