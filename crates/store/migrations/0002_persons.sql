-- The persons met, surveyed, insured, counselled lie in the record itself and in the index that
-- figures read, eight bytes each: one pass counts households and persons.
ALTER TABLE record ADD COLUMN persons BLOB;
DROP TABLE attendance;
-- src/migrate.rs fills the column, then makes the index anew.
DROP INDEX record_day;
