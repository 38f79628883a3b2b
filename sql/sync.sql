-- What /sync, /events and /initialSync read.  All of one answer is read in one
-- snapshot, up to one position; columns of events as timeline.sql says.

------------------------------------------------------------ which rooms

-- Is the user known to so many rooms?  Counts no further.
-- :name heard_count
SELECT count(*) FROM (SELECT 1 FROM member WHERE user = :user LIMIT :most);

-- The rooms that have news for a user, from the side of the changes: for those
-- who were here a moment ago and are in many rooms.  Thinning leaves the newest
-- change of each room, so none is missed.  Some kinds are of one user alone.
-- :name heard_by_change
SELECT m.room, r.room_id, m.membership, m.event, m.pos, r.joined, r.published
  FROM (SELECT DISTINCT room FROM change
         WHERE pos > :since AND room IS NOT NULL
           AND (user = :user OR kind IN (:event, :receipt))) c
  CROSS JOIN member m ON m.room = c.room AND m.user = :user
  CROSS JOIN room r ON r.nr = m.room
 WHERE m.forgotten = 0 AND (m.membership = 'join' OR m.pos > :since);

-- The same from the side of the user's rooms.
-- :name heard_by_member
SELECT m.room, r.room_id, m.membership, m.event, m.pos, r.joined, r.published
  FROM member m CROSS JOIN room r ON r.nr = m.room
 WHERE m.user = :user AND m.forgotten = 0
   AND (m.pos > :since
     OR (m.membership = 'join' AND r.last_pos > :since)
     OR (m.membership = 'join'
         AND m.room IN (SELECT room FROM change
                         WHERE user = :user AND pos > :since)));

-- :name heard_joined
SELECT room FROM member WHERE user = :user AND membership = 'join';

-- One room, also of somebody who never had to do with it.
-- :name heard_in
SELECT r.nr, r.room_id, m.membership, m.event, m.pos, r.joined, r.published
  FROM room r LEFT JOIN member m ON m.room = :room AND m.user = :user
 WHERE r.nr = :room;

-- The user's own m.room.member events in a room up to pos, newest first.
-- :name own_member_events
SELECT e.pos, e.content_at, e.content_len, e.pdu
  FROM state_history h CROSS JOIN event e ON e.nr = h.event
 WHERE h.room = :room AND h.type = 'm.room.member' AND h.state_key = :user_id
   AND e.pos <= :pos
 ORDER BY h.from_nr DESC;

-------------------------------------------------------- what they have to tell

-- :name told_back
SELECT $event
  FROM event e CROSS JOIN user u ON u.nr = e.sender
 WHERE e.room = :room AND e.pos > :after AND e.pos <= :upto
 ORDER BY e.pos DESC;

-- Only which they are, oldest first.
-- :name told_forward
SELECT pos, nr FROM event
 WHERE room = :room AND pos > :after AND pos <= :upto
 ORDER BY pos LIMIT :most;

-- State that changed between two positions, as it was just before the second.
-- :name state_changed
SELECT $event
  FROM (SELECT type, state_key, max(pos) AS pos FROM state_delta
         WHERE room = :room AND pos > :after AND pos < :before
         GROUP BY type, state_key) n
  CROSS JOIN state_delta d ON d.room = :room AND d.pos = n.pos
   AND d.type = n.type AND d.state_key = n.state_key
  CROSS JOIN event e ON e.nr = d.event
  CROSS JOIN user u ON u.nr = e.sender;

-- The whole state as it was just before a position: what is so now, with the
-- keys that changed since put back.  Costs the state and what changed since,
-- never the history.
-- :name state_before
SELECT $event
  FROM (SELECT event FROM current_state
         WHERE room = :room
           AND (type, state_key) NOT IN (
               SELECT type, state_key FROM state_delta
                WHERE room = :room AND pos >= :before)
        UNION ALL
        SELECT d.prev_event
          FROM (SELECT type, state_key, min(pos) AS pos FROM state_delta
                 WHERE room = :room AND pos >= :before
                 GROUP BY type, state_key) n
          CROSS JOIN state_delta d ON d.room = :room AND d.pos = n.pos
           AND d.type = n.type AND d.state_key = n.state_key) s
  CROSS JOIN event e ON e.nr = s.event
  CROSS JOIN user u ON u.nr = e.sender;

-- State that did not change between two positions, but was redacted there.
-- :name state_redacted
SELECT $event
  FROM event r
  CROSS JOIN event e ON e.event_id = r.redacts
  CROSS JOIN user u ON u.nr = e.sender
 WHERE r.room = :room AND r.redacts IS NOT NULL
   AND r.pos > :after AND r.pos < :before
   AND e.room = :room AND e.state_key IS NOT NULL AND e.redacted_by = r.nr
   AND NOT EXISTS (
       SELECT 1 FROM state_history h CROSS JOIN event n ON n.nr = h.event
        WHERE h.room = :room AND h.type = e.type
          AND h.state_key = e.state_key AND h.from_nr > e.nr
          AND n.pos < :before);

-- The whole state but for the members.
-- :name state_rest_before
SELECT $event
  FROM (SELECT event FROM current_state
         WHERE room = :room AND type <> 'm.room.member'
           AND (type, state_key) NOT IN (
               SELECT type, state_key FROM state_delta
                WHERE room = :room AND pos >= :before)
        UNION ALL
        SELECT d.prev_event
          FROM (SELECT type, state_key, min(pos) AS pos FROM state_delta
                 WHERE room = :room AND pos >= :before
                   AND type <> 'm.room.member'
                 GROUP BY type, state_key) n
          CROSS JOIN state_delta d ON d.room = :room AND d.pos = n.pos
           AND d.type = n.type AND d.state_key = n.state_key) s
  CROSS JOIN event e ON e.nr = s.event
  CROSS JOIN user u ON u.nr = e.sender;

-- One member just before a position.  Costs how often they changed since.
-- :name member_before
SELECT $event
  FROM state_history h
  CROSS JOIN event e ON e.nr = h.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE h.room = :room AND h.type = 'm.room.member'
   AND h.state_key = :state_key AND e.pos < :before
 ORDER BY h.from_nr DESC LIMIT 1;

-- Which members changed between two positions.
-- :name told_members
SELECT DISTINCT state_key FROM state_delta
 WHERE room = :room AND pos > :after AND pos < :before
   AND type = 'm.room.member';

--------------------------------------------------------------- the summary

-- Has anything changed that a client makes a room's name of?
-- :name summary_changed
SELECT 1 FROM state_delta
 WHERE room = :room AND pos > :after AND pos <= :upto
   AND type IN ('m.room.member', 'm.room.name', 'm.room.canonical_alias')
 LIMIT 1;

-- :name summary_invited
SELECT count(*) FROM member WHERE room = :room AND membership = 'invite';

-- Who a room without a name is called after: of some fifty with either
-- membership those who have been there longest.  In a room so large that the
-- fifty are not all, nobody reads a name from its members.
-- :name summary_heroes
SELECT u.user_id
  FROM (SELECT user FROM member
         WHERE room = :room AND membership IN (:membership, :or_membership)
           AND user <> :user
         LIMIT 50) some
  CROSS JOIN member m ON m.room = :room AND m.user = some.user
  CROSS JOIN user u ON u.nr = m.user
 ORDER BY m.pos, m.user LIMIT 5;

--------------------------------------------------------- who is to be woken

-- Rooms in which something is new for all of their members.
-- :name news_rooms
SELECT r.nr, r.joined
  FROM (SELECT DISTINCT room FROM change
         WHERE pos > :after AND pos <= :upto AND room IS NOT NULL
           AND kind IN (:event, :receipt)) c
  CROSS JOIN room r ON r.nr = c.room;

-- :name news_room
SELECT joined FROM room WHERE nr = :room;

-- The + keeps SQLite from reading the whole index by user.
-- :name news_users
SELECT DISTINCT user FROM change
 WHERE pos > :after AND pos <= :upto AND +user IS NOT NULL;

-- :name news_members
SELECT user FROM member WHERE room = :room AND membership = 'join';

-- :name news_is_member
SELECT 1 FROM member
 WHERE room = :room AND membership = 'join' AND user = :user;
