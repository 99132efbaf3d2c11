-- What this desk's people may settle: changes of others that the province did not apply, as it told of them.
-- `settlement`: the id of the record that settles it.
CREATE TABLE quarantine (
  scope TEXT NOT NULL, settlement BLOB NOT NULL, body TEXT NOT NULL, PRIMARY KEY (scope, settlement)
) STRICT, WITHOUT ROWID;
-- How each scope's quarantine stood when it was fetched.
CREATE TABLE quarantine_mark (scope TEXT PRIMARY KEY, mark INTEGER NOT NULL) STRICT, WITHOUT ROWID;
ALTER TABLE refused ADD COLUMN settlement BLOB;
-- What somebody decided, as the province told it.
ALTER TABLE refused ADD COLUMN outcome TEXT;
CREATE INDEX refused_settlement ON refused(settlement);
