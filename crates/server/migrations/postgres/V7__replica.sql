-- Streaming replicas without which nothing counts as safe, by the name under which they follow (cluster_name).
CREATE TABLE replica (
  name text PRIMARY KEY,
  added_at bigint NOT NULL
);

-- How far each desk was heard in what all of them hold, and in what they are waited for. A table of its own: a push
-- never waits for who writes it.
CREATE TABLE replicated (
  device uuid NOT NULL,
  incarnation uuid NOT NULL,
  durable bigint NOT NULL,
  marked bigint NOT NULL,
  PRIMARY KEY (device, incarnation)
) WITH (fillfactor = 70);
