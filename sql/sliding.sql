-- Sliding sync (MSC4186): what a user's lists of rooms are made of, and what is
-- told of a room besides what sync.sql reads.

-------------------------------------------------------------- connections

-- Who forged a position finds nothing.
-- :name sliding_get @volatile
SELECT conn, sent, ask FROM sliding
 WHERE serial = :serial AND user = :user AND device = :device;

-- :name sliding_add @volatile
INSERT INTO sliding (user, device, conn, at, sent)
VALUES (:user, :device, :conn, :at, :sent);

-- Of a connection all but the answer that its client goes on from, and the one
-- that came of it last: the client may have that already.
-- :name sliding_drop_older @volatile
DELETE FROM sliding
 WHERE device = :device AND conn = :conn AND serial <> :base
   AND serial <> (SELECT max(serial) FROM sliding
                   WHERE device = :device AND conn = :conn);

-- :name sliding_drop @volatile
DELETE FROM sliding WHERE device = :device AND conn = :conn;

-- Connections of a device that were used longest ago, where it has more than
-- so many.
-- :name sliding_drop_unused @volatile
DELETE FROM sliding
 WHERE device = :device
   AND conn NOT IN (SELECT conn FROM sliding WHERE device = :device
                     GROUP BY conn ORDER BY max(serial) DESC LIMIT :most);

-- Devices of a user that have connections, one by one.
-- :name sliding_device_after @volatile
SELECT min(device) FROM sliding WHERE user = :user AND device > :after;

-- Is it still there?
-- :name sliding_device
SELECT 1 FROM device WHERE nr = :device AND user = :user;

-- :name sliding_drop_device @volatile
DELETE FROM sliding WHERE user = :user AND device = :device;

-- What is kept for a user, the newest first.
-- :name sliding_sizes @volatile
SELECT serial, length(sent) + coalesce(length(ask), 0)
  FROM sliding WHERE user = :user ORDER BY serial DESC;

-- :name sliding_drop_upto @volatile
DELETE FROM sliding WHERE user = :user AND serial <= :serial;

-- :name sliding_wait @volatile
UPDATE sliding SET ask = :ask WHERE serial = :serial;

-------------------------------------------------------------------- rooms

-- Everything a user has to do with.  put_out: by somebody else.
-- :name sliding_rooms
SELECT m.room, r.room_id, m.membership, m.event, m.pos, r.joined, r.published,
       r.event_pos, r.bump_pos, r.type,
       CASE m.membership
            WHEN 'ban' THEN 1
            WHEN 'leave' THEN (SELECT e.sender <> m.user FROM event e
                                WHERE e.nr = m.event)
            ELSE 0 END AS put_out
  FROM member m CROSS JOIN room r ON r.nr = m.room
 WHERE m.user = :user AND m.forgotten = 0;

-- What rooms are in a space, of which the user is a member.
-- :name sliding_children
SELECT s.state_key, e.content_at, e.content_len, e.pdu
  FROM room r
  CROSS JOIN member m ON m.room = r.nr AND m.user = :user
  CROSS JOIN current_state s ON s.room = r.nr AND s.type = 'm.space.child'
  CROSS JOIN event e ON e.nr = s.event
 WHERE r.room_id = :space AND m.membership = 'join';

-- Has anything changed that concerns this user alone?
-- :name sliding_touched
SELECT 1 FROM change WHERE user = :user AND pos > :after LIMIT 1;

-------------------------------------------------------------------- state

-- :name sliding_state_one
SELECT $event
  FROM current_state s
  CROSS JOIN event e ON e.nr = s.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE s.room = :room AND s.type = :type AND s.state_key = :state_key;

-- :name sliding_state_type
SELECT $event
  FROM current_state s
  CROSS JOIN event e ON e.nr = s.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE s.room = :room AND s.type = :type;

-- All but the members.
-- :name sliding_state_rest
SELECT $event
  FROM current_state s
  CROSS JOIN event e ON e.nr = s.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE s.room = :room AND s.type <> 'm.room.member';

-- :name sliding_state_all
SELECT $event
  FROM current_state s
  CROSS JOIN event e ON e.nr = s.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE s.room = :room;

-- Has this piece of the state changed?
-- :name sliding_state_changed
SELECT 1 FROM state_delta
 WHERE room = :room AND pos > :after AND pos <= :upto
   AND type = :type AND state_key = '' LIMIT 1;

-- Who a room without a name is called after (summary_heroes), as they are in
-- it.
-- :name sliding_heroes
SELECT u.user_id, e.content_at, e.content_len, e.pdu
  FROM (SELECT user FROM member
         WHERE room = :room AND membership IN (:membership, :or_membership)
           AND user <> :user
         LIMIT 50) some
  CROSS JOIN member m ON m.room = :room AND m.user = some.user
  CROSS JOIN user u ON u.nr = m.user
  CROSS JOIN event e ON e.nr = m.event
 ORDER BY m.pos, m.user LIMIT 5;

----------------------------------------------------------------- receipts

-- What of a room a user is told, in the order in which one event holds it; a
-- receipt of the whole room before those of threads.
-- :name sliding_receipts
SELECT e.event_id, r.kind, u.user_id, r.at, r.thread, r.more
  FROM (SELECT thread, event, kind, user, at, more FROM receipt
         WHERE room = :room AND kind = 'm.read'
           AND pos > :after AND pos <= :upto
        UNION ALL
        SELECT thread, event, kind, user, at, more FROM receipt
         WHERE room = :room AND user = :user AND kind = 'm.read.private'
           AND +pos > :after AND +pos <= :upto) r
  CROSS JOIN event e ON e.nr = r.event
  CROSS JOIN user u ON u.nr = r.user
 ORDER BY r.event, r.kind, r.user, r.thread;
