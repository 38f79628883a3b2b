-- What every program that reads rooms asks.

-- One that is still being made is none yet.
-- :name room_find
SELECT nr, version, closed FROM room WHERE room_id = :room_id AND hidden = 0;

-- :name room_get
SELECT room_id, version, closed FROM room WHERE nr = :nr AND hidden = 0;

-- :name room_version
SELECT version FROM room WHERE nr = :room;

-- How many are in it.
-- :name room_joined
SELECT joined FROM room WHERE nr = :room;

-- :name user_find
SELECT nr FROM user WHERE user_id = :user_id;

-- :name user_name
SELECT user_id FROM user WHERE nr = :nr;

-- Who is this user to the room, now?
-- :name member_get
SELECT membership, event, pos, forgotten FROM member
 WHERE room = :room AND user = :user;

-- :name state_now
SELECT event FROM current_state
 WHERE room = :room AND type = :type AND state_key = :state_key;

-- The same after event at_nr.
-- :name state_at
SELECT event FROM state_history
 WHERE room = :room AND type = :type AND state_key = :state_key
   AND from_nr <= :at_nr
 ORDER BY from_nr DESC LIMIT 1;
