-- The room directory: aliases, published rooms, what they show of themselves.

------------------------------------------------------------------- aliases

-- Who made an alias, and for which room.
-- :name alias_owner
SELECT r.nr, r.room_id, r.version, a.creator
  FROM alias a JOIN room r ON r.nr = a.room
 WHERE a.alias = :alias AND r.hidden = 0;

-- :name alias_drop
DELETE FROM alias WHERE alias = :alias;

-- All of a room, in the order of their names.
-- :name aliases_of_room
SELECT alias FROM alias WHERE room = :room ORDER BY alias;

-- :name alias_count
SELECT count(*) FROM alias WHERE room = :room;

----------------------------------------------------------- published rooms

-- :name room_is_published
SELECT published FROM room WHERE nr = :room;

-- How many there are, as far as it is worth counting.
-- :name published_count
SELECT count(*) FROM (SELECT 1 FROM room
                       WHERE published = 1 AND hidden = 0 AND joined > 0
                       LIMIT :most);

-- From a place on: first those with as many members, then smaller ones.  Two
-- statements, since one would read all rooms of the same size to skip them.
-- :name published_alike_after
SELECT nr, room_id, version, joined FROM room
 WHERE published = 1 AND hidden = 0 AND joined = :joined AND joined > 0
   AND nr < :nr
 ORDER BY nr DESC LIMIT :most;

-- :name published_smaller
SELECT nr, room_id, version, joined FROM room
 WHERE published = 1 AND hidden = 0 AND joined < :joined AND joined > 0
 ORDER BY joined DESC, nr DESC LIMIT :most;

-- And back to bigger ones, the nearest first.
-- :name published_alike_before
SELECT nr, room_id, version, joined FROM room
 WHERE published = 1 AND hidden = 0 AND joined = :joined AND joined > 0
   AND nr > :nr
 ORDER BY nr LIMIT :most;

-- :name published_bigger
SELECT nr, room_id, version, joined FROM room
 WHERE published = 1 AND hidden = 0 AND joined > :joined AND joined > 0
 ORDER BY joined, nr LIMIT :most;

-- The same in the directory and those of all networks together.
-- :name any_count
SELECT count(*) FROM (SELECT 1 FROM room
                       WHERE (published = 1 OR networks > 0) AND hidden = 0
                         AND joined > 0
                       LIMIT :most);

-- :name any_alike_after
SELECT nr, room_id, version, joined FROM room
 WHERE (published = 1 OR networks > 0) AND hidden = 0 AND joined = :joined
   AND joined > 0 AND nr < :nr
 ORDER BY nr DESC LIMIT :most;

-- :name any_smaller
SELECT nr, room_id, version, joined FROM room
 WHERE (published = 1 OR networks > 0) AND hidden = 0 AND joined < :joined
   AND joined > 0
 ORDER BY joined DESC, nr DESC LIMIT :most;

-- :name any_alike_before
SELECT nr, room_id, version, joined FROM room
 WHERE (published = 1 OR networks > 0) AND hidden = 0 AND joined = :joined
   AND joined > 0 AND nr > :nr
 ORDER BY nr LIMIT :most;

-- :name any_bigger
SELECT nr, room_id, version, joined FROM room
 WHERE (published = 1 OR networks > 0) AND hidden = 0 AND joined > :joined
   AND joined > 0
 ORDER BY joined, nr LIMIT :most;

-- And in that of one network, whose rooms are put in order each time.
-- :name network_count
SELECT count(*)
  FROM (SELECT 1 FROM network_room n CROSS JOIN room r ON r.nr = n.room
         WHERE n.network = :network AND r.hidden = 0 AND r.joined > 0
         LIMIT :most);

-- :name network_alike_after
SELECT r.nr, r.room_id, r.version, r.joined
  FROM network_room n CROSS JOIN room r ON r.nr = n.room
 WHERE n.network = :network AND r.hidden = 0 AND r.joined = :joined
   AND r.joined > 0 AND r.nr < :nr
 ORDER BY r.nr DESC LIMIT :most;

-- :name network_smaller
SELECT r.nr, r.room_id, r.version, r.joined
  FROM network_room n CROSS JOIN room r ON r.nr = n.room
 WHERE n.network = :network AND r.hidden = 0 AND r.joined < :joined
   AND r.joined > 0
 ORDER BY r.joined DESC, r.nr DESC LIMIT :most;

-- :name network_alike_before
SELECT r.nr, r.room_id, r.version, r.joined
  FROM network_room n CROSS JOIN room r ON r.nr = n.room
 WHERE n.network = :network AND r.hidden = 0 AND r.joined = :joined
   AND r.joined > 0 AND r.nr > :nr
 ORDER BY r.nr LIMIT :most;

-- :name network_bigger
SELECT r.nr, r.room_id, r.version, r.joined
  FROM network_room n CROSS JOIN room r ON r.nr = n.room
 WHERE n.network = :network AND r.hidden = 0 AND r.joined > :joined
   AND r.joined > 0
 ORDER BY r.joined, r.nr LIMIT :most;

----------------------------------------------------------------- summaries

-- What rooms show of themselves to those who are not in.  erased: the sender's
-- account was.
-- :name summary_state
SELECT s.type, e.nr, e.sender,
       EXISTS (SELECT 1 FROM account a
                WHERE a.user = e.sender AND a.erased_nr IS NOT NULL) AS erased,
       e.content_at, e.content_len, e.pdu
  FROM current_state s CROSS JOIN event e ON e.nr = s.event
 WHERE s.room = :room AND s.state_key = ''
   AND s.type IN ('m.room.create', 'm.room.name', 'm.room.topic',
       'm.room.canonical_alias', 'm.room.avatar', 'm.room.join_rules',
       'm.room.history_visibility', 'm.room.guest_access',
       'm.room.encryption');

-- Columns of sql/timeline.sql.
-- :name space_children
SELECT $event
  FROM current_state s
  CROSS JOIN event e ON e.nr = s.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE s.room = :room AND s.type = 'm.space.child'
 ORDER BY s.state_key LIMIT :most;

------------------------------------------------------------- rooms of two

-- :name mutual_rooms
SELECT r.nr, r.room_id
  FROM member m CROSS JOIN room r ON r.nr = m.room AND r.hidden = 0
 WHERE m.user = :user AND m.membership = 'join' AND m.room > :after
   AND EXISTS (SELECT 1 FROM member o
                WHERE o.room = m.room AND o.user = :other
                  AND o.membership = 'join')
 ORDER BY m.room LIMIT :most;

-- :name mutual_count
SELECT count(*)
  FROM member m CROSS JOIN member o
    ON o.room = m.room AND o.user = :other AND o.membership = 'join'
 WHERE m.user = :user AND m.membership = 'join';
