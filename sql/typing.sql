-- Who is typing (volatile store).  Triggers note each change of a room's list.

-- Goes on with it, or begins.
-- :name typing_start @volatile
INSERT INTO typing (room, user, expires_at)
VALUES (:room, :user, :expires_at)
ON CONFLICT (room, user) DO UPDATE SET expires_at = excluded.expires_at;

-- :name typing_stop @volatile
DELETE FROM typing WHERE room = :room AND user = :user;

-- A piece of those who are: each wakes its room.
-- :name typing_over @volatile
DELETE FROM typing
 WHERE (room, user) IN (SELECT room, user FROM typing WHERE expires_at <= :now
                         ORDER BY expires_at LIMIT :chunk);

-- When is the next over?
-- :name typing_next @volatile
SELECT min(expires_at) FROM typing;

-- :name typing_users @volatile
SELECT user FROM typing WHERE room = :room AND expires_at > :now
 ORDER BY user;

-- :name volatile_last @volatile
SELECT max(n) FROM volatile_change;

-- When is somebody's typing over, when somebody's presence, and the same.
-- :name volatile_look @volatile
SELECT (SELECT min(expires_at) FROM typing),
       (SELECT min(over_at) FROM presence WHERE over_at IS NOT NULL),
       (SELECT max(n) FROM volatile_change);

-- Before anybody began who is at it now.  Costs those who are.
-- :name typing_before @volatile
SELECT min(c.n) - 1
  FROM typing t CROSS JOIN volatile_change c ON c.kind = 1 AND c.about = t.room
 WHERE t.expires_at > 0;

-- Rooms whose list changed.
-- :name typing_rooms @volatile
SELECT about FROM volatile_change
 WHERE n > :after AND n <= :upto AND kind = 1;

-- Did this one's?
-- :name typing_changed @volatile
SELECT 1 FROM volatile_change
 WHERE kind = 1 AND about = :room AND n > :after;
