-- Where the log stood when its generation began: 0, or the head at a restore. Versions of an older
-- generation mean nothing beyond it.
ALTER TABLE scope ADD COLUMN began INTEGER NOT NULL DEFAULT 0;
-- What the newest finished backup holds, and what the one under way will hold.
ALTER TABLE incarnation ADD COLUMN durable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incarnation ADD COLUMN marked INTEGER;
