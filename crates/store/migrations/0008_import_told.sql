-- What an import found, as the desk wrote it down: it stays beside its batch. And what taking a batch back needs to be
-- taken back itself: the audit entry of the undoing (`undone`), and of a record that got its former values, what the
-- import had made of it (`after`).
CREATE TABLE import_told (batch BLOB PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
ALTER TABLE import_record ADD COLUMN undone INTEGER;
ALTER TABLE import_record ADD COLUMN after TEXT;
