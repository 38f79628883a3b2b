-- Coming and going.

-- Touches no row of who has not left.
-- :name member_forget
UPDATE member SET forgotten = 1
 WHERE room = :room AND user = :user AND membership IN ('leave', 'ban');

-- The rooms a user is in, save one that is still being made.
-- :name joined_rooms
SELECT r.room_id FROM member m CROSS JOIN room r ON r.nr = m.room
 WHERE m.user = :user AND m.membership = 'join' AND r.hidden = 0;

---------------------------------------------------------- restricted rooms

-- Is the user in a room of that id?
-- :name joined_there
SELECT 1 FROM room r CROSS JOIN member m ON m.room = r.nr AND m.user = :user
 WHERE r.room_id = :room_id AND m.membership = 'join';

-- Is a user of that id in the room?
-- :name joined_here
SELECT 1 FROM user u CROSS JOIN member m ON m.room = :room AND m.user = u.nr
 WHERE u.user_id = :user_id AND m.membership = 'join';

-- Some of the members with an account here.
-- :name members_ours
SELECT u.user_id
  FROM member m
  CROSS JOIN account a ON a.user = m.user
  CROSS JOIN user u ON u.nr = m.user
 WHERE m.room = :room AND m.membership = 'join' LIMIT :most;

------------------------------------------------------------------- guests

-- The members behind one, and which of them are guests of this server.
-- :name members_behind
SELECT m.user, u.user_id, a.kind IS 'guest'
  FROM member m
  CROSS JOIN user u ON u.nr = m.user
  LEFT JOIN account a ON a.user = m.user
 WHERE m.room = :room AND m.membership = 'join' AND m.user > :after
 ORDER BY m.user LIMIT :most;
