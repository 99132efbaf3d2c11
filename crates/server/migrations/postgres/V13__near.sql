-- What records of some kinds belong to, so that a rule that needs surroundings finds the others. Which kinds, by which
-- field: `domain::around`; made anew by a program that declares other rules (`meta`, name 'near').
CREATE TABLE near (
  scope text COLLATE "C" NOT NULL,
  record uuid NOT NULL,
  parent text COLLATE "C" NOT NULL,
  PRIMARY KEY (scope, record)
);
CREATE INDEX near_parent ON near (scope, parent);
