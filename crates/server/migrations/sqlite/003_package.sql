-- Carried packages: parts until the package is whole and taken in, then the parts of its reply.
CREATE TABLE package (
  id BLOB PRIMARY KEY,
  device BLOB NOT NULL,
  whole_hash TEXT NOT NULL,
  parts INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  finished_at INTEGER,
  reply_parts INTEGER
) STRICT;
CREATE INDEX package_received ON package (received_at);
CREATE TABLE package_file (
  package BLOB NOT NULL REFERENCES package (id) ON DELETE CASCADE,
  reply INTEGER NOT NULL,
  part INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (package, reply, part)
) STRICT;
