-- How far members have read.

-- The event that somebody says they have read; columns as timeline.sql says.
-- :name receipt_event
SELECT $event
  FROM event e JOIN user u ON u.nr = e.sender
 WHERE e.event_id = :event_id AND e.room = :room
   AND $accepted;

-- Where a user's last receipt of its kind lies.
-- :name receipt_get
SELECT r.pos, e.depth, e.nr
  FROM receipt r CROSS JOIN event e ON e.nr = r.event
 WHERE r.room = :room AND r.user = :user AND r.kind = :kind
   AND r.thread = :thread;

-- :name receipt_put
INSERT INTO receipt (room, user, kind, thread, event, at, more, pos)
VALUES (:room, :user, :kind, :thread, :event, :at, :more, :pos)
ON CONFLICT (room, user, kind, thread) DO UPDATE
   SET event = excluded.event, at = excluded.at, more = excluded.more,
       pos = excluded.pos;

-- What of a room a user is told: everybody's public ones, and their own.  The +
-- keeps SQLite from reading the private ones of all others.
-- :name receipts_told
SELECT r.thread, e.event_id, r.kind, u.user_id, r.at, r.more
  FROM (SELECT thread, event, kind, user, at, more FROM receipt
         WHERE room = :room AND kind = 'm.read'
           AND pos > :after AND pos <= :upto
        UNION ALL
        SELECT thread, event, kind, user, at, more FROM receipt
         WHERE room = :room AND user = :user AND kind = 'm.read.private'
           AND +pos > :after AND +pos <= :upto) r
  CROSS JOIN event e ON e.nr = r.event
  CROSS JOIN user u ON u.nr = r.user
 ORDER BY r.thread, r.event, r.kind;

-- The same for clients of 2015, who know of no threads, and for whom a user
-- has one receipt in a room: of those in the whole room and in its main
-- timeline the one that is further ahead.
-- :name receipts_told_2015
SELECT '', e.event_id, r.kind, u.user_id, r.at, r.more
  FROM receipt r
  CROSS JOIN event e ON e.nr = r.event
  CROSS JOIN user u ON u.nr = r.user
 WHERE r.room = :room AND r.kind = 'm.read' AND r.pos > :after
   AND r.pos <= :upto AND r.thread IN ('', 'main')
   AND NOT EXISTS (
       SELECT 1 FROM receipt o CROSS JOIN event f ON f.nr = o.event
        WHERE o.room = r.room AND o.user = r.user AND o.kind = r.kind
          AND o.thread IN ('', 'main') AND o.thread <> r.thread
          AND (f.depth, f.nr, o.thread) > (e.depth, e.nr, r.thread))
 ORDER BY r.event, r.kind;
