-- What common/store itself asks.

-- :name meta_get
SELECT value FROM meta WHERE key = :key;

-- :name meta_set
INSERT INTO meta (key, value) VALUES (:key, :value);

-- pos counts up by itself: the newest row is never removed.
-- :name change_add
INSERT INTO change (kind, room, user, ref)
VALUES (:kind, :room, :user, :ref);

-- One for each event of a room, in their order; :before is the last pos.
-- :name change_add_room
INSERT INTO change (pos, kind, room, user, ref)
SELECT :before + e.depth, :kind, e.room, u.nr, e.nr
  FROM event e
  LEFT JOIN user u ON e.type = 'm.room.member' AND u.user_id = e.state_key
 WHERE e.room = :room;
-- One that a later one of the same thing came after.
-- :name change_drop
DELETE FROM change WHERE pos = :pos;

-- :name change_last
SELECT max(pos) FROM change;

-- One row; the store is useless without it.
-- :name epoch_get @volatile
-- :scan the table has one row
SELECT epoch FROM epoch;

-- :name epoch_set @volatile
INSERT INTO epoch (epoch) VALUES (:epoch);
