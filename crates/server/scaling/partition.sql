-- Divides the two tables that only grow, `log` and `field_history`, into parts by their scope. PostgreSQL 14 or newer,
-- nothing besides. When it is worth while, and what it costs: docs/scaling.md.
--
-- To be run once, in a quiet hour, while no server runs: both tables are copied. All of it or nothing:
--   psql --single-transaction -v ON_ERROR_STOP=1 -f partition.sql DATABASE
--
-- By hash, not by range: townships are alike in size, and a query always names the scope, so that exactly one part is
-- read. The number of parts is what a table of the whole province is divided by when it has to be vacuumed, indexed
-- anew or moved to another disk.
DO $$
DECLARE
  parts CONSTANT integer := 32;
  whole text;
BEGIN
  FOREACH whole IN ARRAY ARRAY['log', 'field_history'] LOOP
    EXECUTE format('ALTER TABLE %I RENAME TO %I', whole, whole || '_whole');
    -- The key of the new table takes the name of the old one's.
    EXECUTE format('ALTER INDEX %I RENAME TO %I', whole || '_pkey', whole || '_whole_pkey');
    EXECUTE format(
      'CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE, %s) PARTITION BY HASH (scope)',
      whole, whole || '_whole',
      (SELECT pg_get_constraintdef(oid) FROM pg_constraint
       WHERE conrelid = (whole || '_whole')::regclass AND contype = 'p'));
    FOR part IN 0 .. parts - 1 LOOP
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
        whole || '_' || part, whole, parts, part);
    END LOOP;
    EXECUTE format('INSERT INTO %I SELECT * FROM %I', whole, whole || '_whole');
    EXECUTE format('DROP TABLE %I', whole || '_whole');
  END LOOP;
END $$;

-- Gone with the table it stood on.
CREATE TRIGGER log_is_append_only BEFORE UPDATE OR DELETE ON log
FOR EACH ROW EXECUTE FUNCTION append_only();

ANALYZE log;
ANALYZE field_history;
