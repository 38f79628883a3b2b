-- History that goes (common/matrix/purge.c), and rooms that do
-- (common/matrix/room_end.c).

-- What may be due of a room, in the order of its time; and what of it has to
-- stay.  State is among it, as a page of this is to cost what it has rows.
-- :name purge_next
SELECT $event, e.related, x.event IS NOT NULL
  FROM event e CROSS JOIN user u ON u.nr = e.sender
  LEFT JOIN forward_extremity x ON x.room = e.room AND x.event = e.nr
 WHERE e.room = :room
   AND (e.origin_server_ts, e.depth, e.nr) > (:ts, :depth, :nr)
   AND e.origin_server_ts < :before
 ORDER BY e.origin_server_ts, e.depth, e.nr LIMIT :most;

-- What this redaction has stripped: is it state, and where does it stand?
-- :name purge_redacts
SELECT state_key IS NOT NULL, depth, nr, origin_server_ts FROM event
 WHERE event_id = :event_id AND redacted_by = :nr;

-- :name purge_event
DELETE FROM event WHERE nr = :nr;

-- Counts are differences of running numbers.
-- :name purge_tally
UPDATE tally
   SET gone_notified = max(gone_notified, e.notified),
       gone_highlighted = max(gone_highlighted, e.highlighted)
  FROM event e
 WHERE e.nr = :nr AND e.notifies > 0
   AND tally.room = e.room AND tally.thread = e.thread;

-- A thread whose root goes is none any more.
-- :name purge_thread
DELETE FROM thread WHERE room = :room AND root = :event_id;

-- :name purge_thread_tally
DELETE FROM tally WHERE room = :room AND thread = :nr;

-- The place of the first of so many messages at the end of a room.
-- :name purge_keeps
SELECT depth, nr FROM event
 WHERE room = :room AND state_key IS NULL
 ORDER BY depth DESC, nr DESC LIMIT 1 OFFSET :behind;

-- The last of the next users who have a receipt in the room, or spoke there.
-- :name purge_users
SELECT max(user) FROM
       (SELECT user FROM receipt WHERE room = :room AND user > :after
         ORDER BY user LIMIT :most);

-- :name purge_speakers
SELECT max(user) FROM
       (SELECT user FROM spoke WHERE room = :room AND user > :after
         ORDER BY user LIMIT :most);

-- What they read or spoke in is gone.
-- :name purge_receipts
DELETE FROM receipt
 WHERE room = :room AND user > :after AND user <= :upto
   AND NOT EXISTS (SELECT 1 FROM event e WHERE e.nr = receipt.event);

-- :name purge_spoke
DELETE FROM spoke
 WHERE room = :room AND user > :after AND user <= :upto AND thread > 0
   AND NOT EXISTS (SELECT 1 FROM event e WHERE e.nr = spoke.thread);

-------------------------------------------------------------------- retention

-- What a room asks for.  What is no whole number, or a contradiction, counts as
-- nothing.
-- :name room_retains
UPDATE room SET min_lifetime = :min, max_lifetime = :max WHERE nr = :room;

-- :name room_keeps_from
UPDATE room SET kept_from = :at WHERE nr = :room;

-- Something was sent into the past.
-- :name room_keeps_less
UPDATE room SET kept_from = min(kept_from, :at) WHERE nr = :room;

-- The next rooms that ask for something themselves, or any.
-- :name retention_own
SELECT nr, min_lifetime, max_lifetime, kept_from FROM room
 WHERE nr > :after AND hidden = 0 AND max_lifetime IS NOT NULL
 ORDER BY nr LIMIT :most;

-- :name retention_all
SELECT nr, min_lifetime, max_lifetime, kept_from FROM room
 WHERE nr > :after AND hidden = 0
 ORDER BY nr LIMIT :most;

-- Is anything due in it?  What hangs at its end was stripped when it was met,
-- and goes when it does not hang there any more.
-- :name retention_due
SELECT 1 FROM event e
 WHERE e.room = :room AND e.origin_server_ts >= :kept_from
   AND e.origin_server_ts < :before
   AND (e.origin_server_ts > :kept_from OR NOT EXISTS
        (SELECT 1 FROM forward_extremity x
          WHERE x.room = e.room AND x.event = e.nr))
 LIMIT 1;

-------------------------------------------------------------- rooms that end

-- :name room_close
UPDATE room SET closed = max(closed, :closed), published = 0, networks = 0
 WHERE nr = :room;

-- :name room_end_aliases
DELETE FROM alias WHERE room = :room;

-- :name room_end_networks
DELETE FROM network_room WHERE room = :room;

-- Those of this server who are in it, or at its door, behind one.
-- :name room_locals
SELECT m.user, u.user_id
  FROM member m
  CROSS JOIN account a ON a.user = m.user
  CROSS JOIN user u ON u.nr = m.user
 WHERE m.room = :room AND m.user > :after
   AND m.membership IN ('invite', 'join', 'knock')
 ORDER BY m.user LIMIT :most;

-- :name room_is_blocked
SELECT 1 FROM room WHERE room_id = :room_id AND closed = 2
 UNION ALL
SELECT 1 FROM blocked_room WHERE room_id = :room_id
 LIMIT 1;

-- :name room_end
UPDATE room
   SET hidden = 2, closed = max(closed, 1), published = 0, networks = 0,
       joined = 0, min_lifetime = NULL, max_lifetime = NULL
 WHERE nr = :room;

-- Their numbers are not given again.
-- :name room_end_given
UPDATE event_given SET nr = max(nr, (SELECT coalesce(max(nr), 0) FROM event))
 WHERE one = 1;

-- The last position is never removed, so that none is used again.
-- :name room_end_change
DELETE FROM change
 WHERE pos = :pos AND room = :room AND pos < (SELECT max(pos) FROM change);

-- :name room_end_members
SELECT user, pos FROM member WHERE room = :room ORDER BY user LIMIT :most;

-- :name room_end_account_data
DELETE FROM account_data WHERE user = :user AND room = :room RETURNING pos;

-- :name room_end_receipt
DELETE FROM receipt WHERE room = :room AND user = :user RETURNING pos;

-- :name room_end_spoke
DELETE FROM spoke WHERE room = :room AND user = :user;

-- :name room_end_mention
DELETE FROM mention WHERE room = :room AND user = :user;

-- :name room_end_member
DELETE FROM member WHERE room = :room AND user = :user;

-- :name room_end_events
SELECT $event, e.related, 0
  FROM event e CROSS JOIN user u ON u.nr = e.sender
 WHERE e.room = :room
 ORDER BY e.depth DESC, e.nr DESC LIMIT :most;

-- :name room_end_threads
DELETE FROM thread
 WHERE room = :room AND root IN (SELECT root FROM thread
                                  WHERE room = :room LIMIT :most);

-- :name room_end_tallies
DELETE FROM tally
 WHERE room = :room AND thread IN (SELECT thread FROM tally
                                    WHERE room = :room LIMIT :most);

-- :name room_end_receipts
DELETE FROM receipt
 WHERE room = :room AND user IN (SELECT user FROM receipt
                                  WHERE room = :room LIMIT :most);

-- :name room_end_deltas
DELETE FROM state_delta
 WHERE room = :room AND pos IN (SELECT pos FROM state_delta
                                 WHERE room = :room LIMIT :most);

-- :name room_end_history
DELETE FROM state_history
 WHERE room = :room AND (type, state_key, from_nr) IN
       (SELECT type, state_key, from_nr FROM state_history
         WHERE room = :room LIMIT :most);

-- :name room_end_state
DELETE FROM current_state
 WHERE room = :room AND (type, state_key) IN
       (SELECT type, state_key FROM current_state
         WHERE room = :room LIMIT :most);

-- :name room_end_extremities
DELETE FROM forward_extremity
 WHERE room = :room AND event IN (SELECT event FROM forward_extremity
                                   WHERE room = :room LIMIT :most);
