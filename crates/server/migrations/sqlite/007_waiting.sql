-- How much of the desk was answered when it told `waiting`: what was answered since waits no longer.
ALTER TABLE device ADD COLUMN waiting_from INTEGER;
