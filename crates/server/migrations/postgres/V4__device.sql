-- What is known of a desk: as last told by it, and what the province said to it.
ALTER TABLE device ADD COLUMN waiting bigint;
ALTER TABLE device ADD COLUMN lease_until bigint;
-- The signed order to destroy its book, as JSON; whether it hands over first; when it said that it is done.
ALTER TABLE device ADD COLUMN wipe_order text;
ALTER TABLE device ADD COLUMN retires_at bigint;
ALTER TABLE device ADD COLUMN wiped_at bigint;
-- When two machines were last heard under it.
ALTER TABLE device ADD COLUMN copied_at bigint;
-- The key of its book under the escrow key `escrow_to`.
ALTER TABLE device ADD COLUMN escrow text;
ALTER TABLE device ADD COLUMN escrow_to text;

-- When each incarnation of a device was heard: an older one that speaks after a newer one is a second machine.
CREATE TABLE incarnation_heard (
  device uuid NOT NULL,
  incarnation uuid NOT NULL,
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  PRIMARY KEY (device, incarnation)
);

-- Signed roots over all chains, a day each. heads: canonical JSON.
CREATE TABLE audit_root (
  day text PRIMARY KEY,
  made_at bigint NOT NULL,
  body text NOT NULL,
  signature text NOT NULL,
  heads text NOT NULL
);

-- What a desk has seen and this book cannot explain.
CREATE TABLE witness (
  device uuid NOT NULL,
  what text NOT NULL,
  seq bigint NOT NULL,
  chain text NOT NULL,
  noted_at bigint NOT NULL,
  PRIMARY KEY (device, what, seq, chain)
);
