-- The province's book over several machines with Citus: which table is divided by what, and which stands whole on every
-- machine. Run after `tiexin-server migrate`, on an empty book or (slowly) on a full one:
--   psql --single-transaction -v ON_ERROR_STOP=1 -f citus.sql DATABASE
--
-- On a PostgreSQL without Citus it moves nothing and checks that the layout is possible: every table has a place in it,
-- every unique index of a divided table holds the column by which it is divided, and references stay on one machine.
-- A test runs it there, so that a new table without a place is noticed. What Citus asks of the server beyond this is in
-- docs/scaling.md.
CREATE TEMPORARY TABLE layout (
  place serial,
  name text PRIMARY KEY,
  -- NULL: whole on every machine.
  divided_by text,
  -- Tables of one group with equal values lie together.
  together text
) ON COMMIT DROP;

INSERT INTO layout (name, divided_by, together) VALUES
  -- Small, seldom written, joined by everybody.
  ('meta', NULL, NULL), ('user', NULL, NULL), ('grant', NULL, NULL), ('enrol_code', NULL, NULL),
  ('audit_root', NULL, NULL), ('replica', NULL, NULL), ('refinery_schema_history', NULL, NULL),
  ('release', NULL, NULL),
  -- A township: all that a push and a pull touch under the lock of one scope.
  ('scope', 'id', 'scope'), ('region_digest', 'scope', 'scope'), ('log', 'scope', 'scope'),
  ('record', 'scope', 'scope'), ('field_history', 'scope', 'scope'), ('conflict', 'scope', 'scope'),
  ('parked', 'scope', 'scope'), ('near', 'scope', 'scope'), ('quarantine_mark', 'scope', 'scope'), ('blob', 'scope', 'scope'),
  -- A desk: what it told, and what was said to it.
  ('device', 'id', 'device'), ('device_author', 'device', 'device'), ('incarnation', 'device', 'device'),
  ('incarnation_heard', 'device', 'device'), ('replicated', 'device', 'device'), ('desk_audit', 'device', 'device'), ('verdict', 'device', 'device'), ('witness', 'device', 'device'),
  ('testimony', 'device', 'device'),
  -- Books of the audit: one for each desk, and the office's.
  ('audit_head', 'book', 'audit'), ('audit', 'book', 'audit'),
  -- Attachments of a record, carried packages.
  ('blob_of', 'record', 'attachment'), ('blob_chunk', 'record', 'attachment'),
  ('package', 'id', 'package'), ('package_file', 'package', 'package'),
  -- What may be claimed once in the whole province, by what it is.
  ('claim', 'key', 'claim'), ('claim_key', 'key', 'claim'),
  -- New versions of the program, in pieces.
  ('release_piece', 'version', 'release');

DO $$
DECLARE
  citus CONSTANT boolean := EXISTS (SELECT FROM pg_extension WHERE extname = 'citus');
  one record;
  wrong text;
BEGIN
  IF citus THEN
    -- A unique index of a divided table must hold the column by which it is divided. That a record lives in one scope
    -- is then promised by the push alone, which looks in all scopes before it locks its own.
    DROP INDEX record_id;
    CREATE INDEX record_id ON record (id);
    -- These triggers only refuse; they touch no other row.
    SET LOCAL citus.enable_unsafe_triggers = on;
  END IF;

  SELECT string_agg(coalesce(l.name, c.relname), ', ') INTO wrong
  FROM layout AS l FULL JOIN (
    SELECT relname FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
  ) AS c ON c.relname = l.name
  WHERE l.name IS NULL OR c.relname IS NULL;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'no place in the layout, or no such table: %', wrong;
  END IF;

  SELECT string_agg(i.indexrelid::regclass::text, ', ') INTO wrong
  FROM layout AS l
  JOIN pg_class AS c ON c.relname = l.name AND c.relnamespace = current_schema()::regnamespace
  JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisunique
  WHERE l.divided_by IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM pg_attribute AS a
      WHERE a.attrelid = c.oid AND a.attname = l.divided_by AND a.attnum = ANY (i.indkey::smallint[]))
    -- Replaced above.
    AND i.indexrelid <> 'record_id'::regclass;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'unique without the column by which the table is divided: %', wrong;
  END IF;

  SELECT string_agg(f.conname, ', ') INTO wrong
  FROM pg_constraint AS f
  JOIN pg_class AS a ON a.oid = f.conrelid AND a.relnamespace = current_schema()::regnamespace
  JOIN pg_class AS b ON b.oid = f.confrelid
  JOIN layout AS from_table ON from_table.name = a.relname
  JOIN layout AS to_table ON to_table.name = b.relname
  WHERE f.contype = 'f' AND to_table.divided_by IS NOT NULL
    AND (from_table.together IS DISTINCT FROM to_table.together
      OR NOT EXISTS (
        SELECT FROM pg_attribute AS x
        WHERE x.attrelid = a.oid AND x.attname = from_table.divided_by AND x.attnum = ANY (f.conkey)));
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'a reference that leaves its machine: %', wrong;
  END IF;

  FOR one IN SELECT * FROM layout ORDER BY divided_by IS NOT NULL, place LOOP
    IF NOT citus THEN
      RAISE NOTICE '%: %', one.name, coalesce('divided by ' || one.divided_by, 'whole on every machine');
    ELSIF one.divided_by IS NULL THEN
      EXECUTE format('SELECT create_reference_table(%L)', quote_ident(one.name));
    ELSE
      EXECUTE format('SELECT create_distributed_table(%L, %L, colocate_with => %L)',
        quote_ident(one.name), one.divided_by,
        coalesce(
          (SELECT quote_ident(first.name) FROM layout AS first
           WHERE first.together = one.together AND first.place < one.place ORDER BY first.place LIMIT 1),
          'none'));
    END IF;
  END LOOP;
END $$;
