CREATE INDEX record_day ON record(kind, day, place, category, household, number, flags, persons) WHERE day IS NOT NULL AND hidden = 0;
