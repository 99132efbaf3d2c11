-- What is known of a desk: as last told by it, and what the province said to it.
ALTER TABLE device ADD COLUMN waiting INTEGER;
ALTER TABLE device ADD COLUMN lease_until INTEGER;
-- The signed order to destroy its book, as JSON; whether it hands over first; when it said that it is done.
ALTER TABLE device ADD COLUMN wipe_order TEXT;
ALTER TABLE device ADD COLUMN retires_at INTEGER;
ALTER TABLE device ADD COLUMN wiped_at INTEGER;
-- When two machines were last heard under it.
ALTER TABLE device ADD COLUMN copied_at INTEGER;
-- The key of its book under the escrow key `escrow_to`.
ALTER TABLE device ADD COLUMN escrow TEXT;
ALTER TABLE device ADD COLUMN escrow_to TEXT;

-- When each incarnation of a device was heard: an older one that speaks after a newer one is a second machine.
CREATE TABLE incarnation_heard (
  device BLOB NOT NULL,
  incarnation BLOB NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (device, incarnation)
) STRICT, WITHOUT ROWID;

-- Signed roots over all chains, a day each. heads: canonical JSON.
CREATE TABLE audit_root (
  day TEXT PRIMARY KEY,
  made_at INTEGER NOT NULL,
  body TEXT NOT NULL,
  signature TEXT NOT NULL,
  heads TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a desk has seen and this book cannot explain.
CREATE TABLE witness (
  device BLOB NOT NULL,
  what TEXT NOT NULL,
  seq INTEGER NOT NULL,
  chain TEXT NOT NULL,
  noted_at INTEGER NOT NULL,
  PRIMARY KEY (device, what, seq, chain)
) STRICT, WITHOUT ROWID;
