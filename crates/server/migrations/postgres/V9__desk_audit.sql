-- The audits that desks keep of their own, as they told them. The chain is over everything before it: a desk that was
-- put back from a copy goes on beside what it had told, and both stay.
CREATE TABLE desk_audit (
  number bigint GENERATED ALWAYS AS IDENTITY,
  device uuid NOT NULL REFERENCES device (id),
  seq bigint NOT NULL,
  chain bytea NOT NULL,
  received_at bigint NOT NULL,
  -- Of the entry, for those who look for it: its time by the desk's clock, who, what, which record.
  at bigint NOT NULL,
  author uuid NOT NULL,
  act text NOT NULL,
  about uuid,
  entry text NOT NULL,
  PRIMARY KEY (device, seq, chain)
);
CREATE INDEX desk_audit_number ON desk_audit (number);
CREATE INDEX desk_audit_about ON desk_audit (about);
CREATE INDEX desk_audit_at ON desk_audit (at);
CREATE TRIGGER desk_audit_is_append_only BEFORE UPDATE OR DELETE ON desk_audit
FOR EACH ROW EXECUTE FUNCTION append_only();
