-- What common/store itself asks.

-- :name meta_get
SELECT value FROM meta WHERE key = :key;

-- :name meta_set
INSERT INTO meta (key, value) VALUES (:key, :value);

-- pos counts up by itself: the newest row is never removed.
-- :name change_add
INSERT INTO change (kind, room, user, ref)
VALUES (:kind, :room, :user, :ref);

-- :name change_last
SELECT max(pos) FROM change;

-- One row; the store is useless without it.
-- :name epoch_get @volatile
-- :scan the table has one row
SELECT epoch FROM epoch;

-- :name epoch_set @volatile
INSERT INTO epoch (epoch) VALUES (:epoch);
