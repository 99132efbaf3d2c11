-- When somebody decided on a change that was not applied. It stays on file.
ALTER TABLE conflict ADD COLUMN settled_at bigint;
ALTER TABLE parked ADD COLUMN settled_at bigint;
CREATE INDEX conflict_open ON conflict (scope) WHERE settled_at IS NULL;
CREATE INDEX parked_open ON parked (scope) WHERE settled_at IS NULL;
-- A number that changes whenever the scope's quarantine does.
CREATE TABLE quarantine_mark (scope text COLLATE "C" PRIMARY KEY, mark bigint NOT NULL);
INSERT INTO quarantine_mark (scope, mark)
SELECT scope, 1 FROM (SELECT scope FROM conflict UNION SELECT scope FROM parked) AS q;
