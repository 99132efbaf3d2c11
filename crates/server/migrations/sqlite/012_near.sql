-- What records of some kinds belong to, so that a rule that needs surroundings finds the others. Which kinds, by which
-- field: `domain::around`; made anew by a program that declares other rules (`meta`, name 'near').
CREATE TABLE near (
  scope TEXT NOT NULL,
  record BLOB NOT NULL,
  parent TEXT NOT NULL,
  PRIMARY KEY (scope, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX near_parent ON near (scope, parent);
