-- Records that a batch made one after the other, and the audit entry that tells of all of them: what a row for each
-- in `import_record` told before. That table keeps what a batch changed, with what stood there.
CREATE TABLE import_run (
  batch BLOB NOT NULL, lo INTEGER NOT NULL, hi INTEGER NOT NULL, audit INTEGER NOT NULL, PRIMARY KEY (batch, lo)
) STRICT, WITHOUT ROWID;
