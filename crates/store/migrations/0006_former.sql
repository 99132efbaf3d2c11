-- Changes that were sent and read back under an older incarnation of this database, kept as long as no backup of
-- the province holds them (I12): should it lose them, they are told again.
CREATE TABLE former (
  incarnation BLOB NOT NULL, seq INTEGER NOT NULL, record INTEGER NOT NULL, grp BLOB NOT NULL,
  base INTEGER NOT NULL, body TEXT NOT NULL, author BLOB NOT NULL, noted_at INTEGER NOT NULL,
  PRIMARY KEY (incarnation, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_record ON former(record);
