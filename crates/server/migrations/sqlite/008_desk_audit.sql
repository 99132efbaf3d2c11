-- The audits that desks keep of their own, as they told them. The chain is over everything before it: a desk that was
-- put back from a copy goes on beside what it had told, and both stay.
CREATE TABLE desk_audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  device BLOB NOT NULL REFERENCES device (id),
  seq INTEGER NOT NULL,
  chain BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  -- Of the entry, for those who look for it: its time by the desk's clock, who, what, which record.
  at INTEGER NOT NULL,
  author BLOB NOT NULL,
  act TEXT NOT NULL,
  about BLOB,
  entry TEXT NOT NULL,
  UNIQUE (device, seq, chain)
) STRICT;
CREATE INDEX desk_audit_about ON desk_audit (about);
CREATE INDEX desk_audit_at ON desk_audit (at);
CREATE TRIGGER desk_audit_is_append_only BEFORE UPDATE ON desk_audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER desk_audit_keeps_all BEFORE DELETE ON desk_audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
