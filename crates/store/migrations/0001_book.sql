-- One table for every noun. `fields` is the noun; the columns after `hidden` are taken out of it
-- by src/derive.rs in the same transaction, so that lists and figures never parse JSON.
CREATE TABLE record (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  scope TEXT NOT NULL,
  version INTEGER NOT NULL,
  fields TEXT NOT NULL,
  void TEXT,
  -- the newest audit entry about this record; each entry names the one before it
  audit_head INTEGER,
  -- 0 shown, 1 void, 2 its parent is void, 3 its making was refused by the province
  hidden INTEGER NOT NULL DEFAULT 0,
  -- region code filled to 12 digits with zeros
  place INTEGER NOT NULL,
  -- pinyin and name of what is listed by name; NULL for what is listed by day
  sort TEXT,
  -- ID number, file code
  natural TEXT,
  -- yyyymmdd, unknown parts 00
  day INTEGER,
  until INTEGER,
  -- 64 bits of the household's id
  household INTEGER,
  category TEXT,
  number INTEGER,
  flags INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX record_sort ON record(kind, sort, place) WHERE sort IS NOT NULL AND hidden = 0;
CREATE INDEX record_place ON record(kind, hidden, place);
CREATE INDEX record_day ON record(kind, day, place, category, household, number, flags) WHERE day IS NOT NULL AND hidden = 0;
CREATE INDEX record_household ON record(household, hidden, kind, day, flags) WHERE household IS NOT NULL;
CREATE INDEX record_natural ON record(natural) WHERE natural IS NOT NULL;
CREATE INDEX record_until ON record(kind, until, place) WHERE until IS NOT NULL AND hidden = 0;
CREATE INDEX record_void ON record(id) WHERE void IS NOT NULL;

-- Persons met, surveyed, insured, counselled: one row for each different person of a record.
CREATE TABLE attendance (
  kind TEXT NOT NULL,
  day INTEGER NOT NULL,
  record INTEGER NOT NULL,
  person INTEGER NOT NULL,
  place INTEGER NOT NULL,
  category TEXT NOT NULL,
  flags INTEGER NOT NULL,
  PRIMARY KEY (kind, day, record, person)
) STRICT, WITHOUT ROWID;

-- Which record names which other one as what it belongs to (household apart: record.household).
CREATE TABLE link (
  parent BLOB NOT NULL,
  child INTEGER NOT NULL,
  PRIMARY KEY (parent, child)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE name_search USING fts5(
  name, pinyin, initials, id_number, id_tail, phone, phone_tail, code,
  content='', contentless_delete=1, tokenize='unicode61'
);
CREATE VIRTUAL TABLE text_search USING fts5(text, content='', contentless_delete=1, tokenize='unicode61');
-- Records not yet in the search index, as ranges of record.n.
CREATE TABLE index_queue (lo INTEGER PRIMARY KEY, hi INTEGER NOT NULL) STRICT;

-- The province's state of records that have pending changes. `state` is NULL for a record it has not seen.
CREATE TABLE base (record INTEGER PRIMARY KEY, state TEXT, pending TEXT NOT NULL) STRICT;
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY, record INTEGER NOT NULL, grp BLOB NOT NULL, base INTEGER NOT NULL,
  body TEXT NOT NULL, author BLOB NOT NULL, noted_at INTEGER NOT NULL
) STRICT;
CREATE TABLE sent (
  seq INTEGER PRIMARY KEY, record INTEGER NOT NULL, grp BLOB NOT NULL, base INTEGER NOT NULL,
  body TEXT NOT NULL, author BLOB NOT NULL, noted_at INTEGER NOT NULL,
  scope TEXT NOT NULL, verdict TEXT NOT NULL, version INTEGER, pulled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sent_waiting ON sent(scope, version) WHERE pulled = 0;
CREATE TABLE refused (
  id INTEGER PRIMARY KEY, record INTEGER NOT NULL, seq INTEGER NOT NULL, verdict TEXT NOT NULL, code TEXT NOT NULL,
  change TEXT NOT NULL, told TEXT NOT NULL, refused_at INTEGER NOT NULL, settled_at INTEGER
) STRICT;
CREATE INDEX refused_open ON refused(verdict, id) WHERE settled_at IS NULL;
CREATE TABLE cursor (
  scope TEXT PRIMARY KEY, generation BLOB NOT NULL, view TEXT NOT NULL, since INTEGER NOT NULL,
  chain BLOB NOT NULL, digest BLOB NOT NULL, checked_at INTEGER
) STRICT, WITHOUT ROWID;
-- Entries of the province's log that this desk has read: who changed which fields, for the record's history.
CREATE TABLE seen (
  record INTEGER NOT NULL, seq INTEGER NOT NULL, author BLOB NOT NULL, noted_at INTEGER NOT NULL,
  fields TEXT NOT NULL, act TEXT NOT NULL, PRIMARY KEY (record, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE overwritten (
  record INTEGER NOT NULL, seq INTEGER NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
  author BLOB NOT NULL, written_seq INTEGER NOT NULL, PRIMARY KEY (record, seq, field)
) STRICT, WITHOUT ROWID;

-- Append-only. chain = blake3(chain before ‖ entry).
CREATE TABLE audit (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL, chain BLOB NOT NULL) STRICT;
-- Where the audit and the outbox stand: an entry dropped from the end shows.
CREATE TABLE head (
  one INTEGER PRIMARY KEY CHECK (one = 1), audit_seq INTEGER NOT NULL, audit_chain BLOB NOT NULL,
  outbox_seq INTEGER NOT NULL
) STRICT;
INSERT INTO head VALUES (1, 0, zeroblob(32), 0);

CREATE TABLE user (id BLOB PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE draft (
  user BLOB NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, saved_at INTEGER NOT NULL, PRIMARY KEY (user, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE preference (user BLOB NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (user, key)) STRICT, WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE column_mapping (kind TEXT NOT NULL, signature TEXT NOT NULL, mapping TEXT NOT NULL, used_at INTEGER NOT NULL, PRIMARY KEY (kind, signature)) STRICT, WITHOUT ROWID;
CREATE TABLE import_batch (
  id BLOB PRIMARY KEY, source TEXT NOT NULL, author BLOB NOT NULL, made_at INTEGER NOT NULL,
  records INTEGER NOT NULL, undone_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE import_record (
  batch BLOB NOT NULL, record INTEGER NOT NULL, audit INTEGER NOT NULL, before TEXT, PRIMARY KEY (batch, record)
) STRICT, WITHOUT ROWID;

-- A view for each noun that is counted or looked at by hand.
CREATE VIEW visit_v AS SELECT n, id, scope, place, day, household, category AS visit_kind, number AS gift_fen,
  flags & 1 AS met, until AS follow_up, json_extract(fields, '$.head_name') AS head_name FROM record WHERE kind = 'visit' AND hidden = 0;
CREATE VIEW support_file_v AS SELECT n, id, scope, place, household, category, natural AS code, day AS opened_on, flags & 1 AS active,
  json_extract(fields, '$.head_name') AS head_name FROM record WHERE kind = 'support_file' AND hidden = 0;
CREATE VIEW activity_v AS SELECT n, id, scope, place, day, category AS project, number AS people,
  json_extract(fields, '$.name') AS name FROM record WHERE kind = 'activity' AND hidden = 0;
CREATE VIEW member_v AS SELECT n, id, scope, place, day AS joined, until AS "left", category AS structure, flags,
  json_extract(fields, '$.name') AS name FROM record WHERE kind = 'member' AND hidden = 0;
