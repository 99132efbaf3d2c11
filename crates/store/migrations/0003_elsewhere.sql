-- A record that moves to another township leaves one scope's log and comes into another's, and this desk
-- may have read one of them further than the other. What the log that is behind still says of it waits here,
-- so that each scope's digest can be kept (I6). Empty when all are read to the same moment.
CREATE TABLE elsewhere (
  scope TEXT NOT NULL, id BLOB NOT NULL, state TEXT NOT NULL, PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX elsewhere_id ON elsewhere(id);
