-- What stood in a field before a change, and what the change put there, as JSON; NULL: the field was absent. For a
-- record's history. `own` 1: `seq` is an entry of this desk's audit; 0: a place in the log of the record's scope.
CREATE TABLE was (
  record INTEGER NOT NULL, own INTEGER NOT NULL, seq INTEGER NOT NULL, field TEXT NOT NULL, old TEXT, new TEXT,
  PRIMARY KEY (record, own, seq, field)
) STRICT, WITHOUT ROWID;
