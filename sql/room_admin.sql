-- What administrators ask about rooms (admin/mxcgi-room.c).

-- :name room_one
SELECT nr, room_id, version, created_at, joined, published, closed, hidden
  FROM room WHERE nr = :room;

-- Those that were deleted, too.
-- :name room_by_id
SELECT nr FROM room WHERE room_id = :room_id AND hidden <> 1;

-- :name room_by_alias
SELECT room FROM alias WHERE alias = :alias;

-- The next behind a number; what is being made, or has gone, is none.
-- :name room_page
SELECT nr FROM room WHERE nr > :after AND hidden = 0 ORDER BY nr LIMIT :most;

-- :name room_creator
SELECT u.user_id
  FROM current_state s
  CROSS JOIN event e ON e.nr = s.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE s.room = :room AND s.type = 'm.room.create' AND s.state_key = '';

-- The content of a piece of its state.
-- :name room_content
SELECT e.content_at, e.content_len, e.pdu
  FROM current_state s CROSS JOIN event e ON e.nr = s.event
 WHERE s.room = :room AND s.type = :type AND s.state_key = '';

-- :name room_aliases
SELECT alias FROM alias WHERE room = :room ORDER BY alias;

-- :name room_members_by
SELECT membership, count(*) FROM member WHERE room = :room GROUP BY membership;

-- Those of this server who are in it, or at its door.
-- :name room_local_any
SELECT 1 FROM member m CROSS JOIN account a ON a.user = m.user
 WHERE m.room = :room AND m.membership IN ('invite', 'join', 'knock') LIMIT 1;

-- :name room_locals_count
SELECT count(*) FROM member m CROSS JOIN account a ON a.user = m.user
 WHERE m.room = :room AND m.membership IN ('invite', 'join', 'knock');

-- The time of the newest event.
-- :name room_last_at
SELECT max(origin_server_ts) FROM event WHERE room = :room;

-- The place of the last of the next events, and what is up to there.
-- :name room_measure_to
SELECT depth, nr FROM event
 WHERE room = :room AND (depth, nr) > (:depth, :nr)
 ORDER BY depth, nr LIMIT 1 OFFSET :most;

-- :name room_measure
SELECT count(*), sum(state_key IS NOT NULL),
       coalesce(sum(length(CAST(pdu AS BLOB))), 0)
  FROM event
 WHERE room = :room AND (depth, nr) > (:depth, :nr)
   AND (depth, nr) <= (:to_depth, :to_nr);
