-- When a grant was given and when it was ended: by that one is told from another of the same role, region and days.
ALTER TABLE "grant" ADD COLUMN given_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "grant" ADD COLUMN ended_at INTEGER;

-- Every grant was entered into the audit when it was given, in the same order.
UPDATE "grant" SET given_at = told.at FROM
  (SELECT id, row_number() OVER (PARTITION BY user_id, role, region, from_day ORDER BY id) AS nth FROM "grant") AS held,
  (SELECT at, json_extract(detail, '$.user') AS whose, json_extract(detail, '$.grant.role') AS role,
     json_extract(detail, '$.grant.region') AS region, json_extract(detail, '$.grant.from') AS from_day,
     row_number() OVER (PARTITION BY json_extract(detail, '$.user'), json_extract(detail, '$.grant.role'),
       json_extract(detail, '$.grant.region'), json_extract(detail, '$.grant.from') ORDER BY seq) AS nth
   FROM audit WHERE book = 'province' AND act = 'grant_added') AS told
WHERE held.id = "grant".id AND told.nth = held.nth AND replace(told.whose, '-', '') = lower(hex("grant".user_id))
  AND told.role = "grant".role AND told.region = "grant".region AND told.from_day IS "grant".from_day;
