-- Carried packages: parts until the package is whole and taken in, then the parts of its reply.
CREATE TABLE package (
  id uuid PRIMARY KEY,
  device uuid NOT NULL,
  whole_hash text NOT NULL,
  parts integer NOT NULL,
  received_at bigint NOT NULL,
  finished_at bigint,
  reply_parts integer
);
CREATE INDEX package_received ON package (received_at);
CREATE TABLE package_file (
  package uuid NOT NULL REFERENCES package (id) ON DELETE CASCADE,
  reply boolean NOT NULL,
  part integer NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (package, reply, part)
);
-- The payload is compressed and encrypted already.
ALTER TABLE package_file ALTER COLUMN bytes SET STORAGE EXTERNAL;
