-- When a grant was given and when it was ended: by that one is told from another of the same role, region and days.
ALTER TABLE "grant" ADD COLUMN given_at bigint NOT NULL DEFAULT 0;
ALTER TABLE "grant" ADD COLUMN ended_at bigint;

-- Every grant was entered into the audit when it was given, in the same order.
UPDATE "grant" AS g SET given_at = told.at FROM
  (SELECT id, row_number() OVER (PARTITION BY user_id, role, region, from_day ORDER BY id) AS nth FROM "grant") AS held,
  (SELECT at, detail::jsonb ->> 'user' AS whose, detail::jsonb -> 'grant' ->> 'role' AS role,
     detail::jsonb -> 'grant' ->> 'region' AS region, detail::jsonb -> 'grant' ->> 'from' AS from_day,
     row_number() OVER (PARTITION BY detail::jsonb ->> 'user', detail::jsonb -> 'grant' ->> 'role',
       detail::jsonb -> 'grant' ->> 'region', detail::jsonb -> 'grant' ->> 'from' ORDER BY seq) AS nth
   FROM audit WHERE book = 'province' AND act = 'grant_added') AS told
WHERE held.id = g.id AND told.nth = held.nth AND told.whose = g.user_id::text
  AND told.role = g.role AND told.region = g.region AND told.from_day IS NOT DISTINCT FROM g.from_day;
