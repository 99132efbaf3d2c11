-- What desks brought to this book after it was put back from a backup: statements that it had signed before
-- (`tiexin_protocol::statement::Standing`), the newest of each device.
CREATE TABLE testimony (
  device BLOB PRIMARY KEY,
  told INTEGER NOT NULL,
  body TEXT NOT NULL,
  signature TEXT NOT NULL,
  heard_at INTEGER NOT NULL
) STRICT;

-- Acts that took something from somebody: each hello looks for those of the last months.
CREATE INDEX audit_taken ON audit (at) WHERE book = 'province'
  AND act IN ('device_revoked', 'device_wiped', 'user_disabled', 'user_enabled', 'grant_ended');
