-- What counts as unread: noted when events are sent (matrix/push_note.c), read
-- by sync (common/matrix/count.c).

-------------------------------------------------------------------- noting

-- An event that another relates to, and the thread it is in.
-- :name note_place
SELECT nr, thread FROM event WHERE event_id = :event_id AND room = :room;

-- Read and set apart: RETURNING costs more than both.
-- :name tally_get
SELECT notified, highlighted FROM tally
 WHERE room = :room AND thread = :thread;

-- :name tally_set
INSERT INTO tally (room, thread, pos, notified, highlighted)
VALUES (:room, :thread, :pos, :notified, :highlighted)
ON CONFLICT (room, thread) DO UPDATE
   SET pos = excluded.pos, notified = excluded.notified,
       highlighted = excluded.highlighted;

-- Only for who is in, and not for who says it.
-- :name mention_add
INSERT INTO mention (room, user, thread, pos, event, notified, highlighted)
SELECT m.room, m.user, :thread, :pos, :event, :notified, :highlighted
  FROM user u CROSS JOIN member m ON m.room = :room AND m.user = u.nr
 WHERE u.user_id = :user_id AND m.membership = 'join' AND m.user <> :sender
ON CONFLICT (room, user, thread, pos) DO NOTHING;

-- :name mention_forget
DELETE FROM mention WHERE event = :event;

-- :name spoke_set
INSERT INTO spoke (room, user, thread, pos)
VALUES (:room, :user, :thread, :pos)
ON CONFLICT (room, user, thread) DO UPDATE SET pos = excluded.pos;

------------------------------------------------------------------ counting

-- Up to where a user has read a room by receipts that are of no thread, or of
-- one.  The kinds apart: for IN SQLite makes a table, each time it is asked.
-- :name unread_after
SELECT max(coalesce((SELECT e.pos
                       FROM receipt r CROSS JOIN event e ON e.nr = r.event
                      WHERE r.room = :room AND r.user = :user
                        AND r.kind = 'm.read' AND r.thread = ''), 0),
           coalesce((SELECT e.pos
                       FROM receipt r CROSS JOIN event e ON e.nr = r.event
                      WHERE r.room = :room AND r.user = :user
                        AND r.kind = 'm.read.private' AND r.thread = ''), 0));

-- For each place in which anything happened since, of threads the latest: what
-- was noted there after the user had read it, less what was redacted, and more
-- for who was mentioned.  The outer LIMIT keeps SQLite from asking anew how far
-- they have read wherever that is needed.
-- :name unread
SELECT p.thread, p.root, p.read,
       p.notified - max(coalesce(b.notified, 0), p.gone_notified) + coalesce(
       (SELECT sum(notified) FROM mention
         WHERE room = :room AND user = :user AND thread = p.thread
           AND pos > p.read), 0) -
       (SELECT count(*) FROM event
         WHERE room = :room AND thread = p.thread AND pos > p.read
           AND notifies > 0 AND redacted_by IS NOT NULL),
       p.highlighted - max(coalesce(b.highlighted, 0), p.gone_highlighted) +
       coalesce(
       (SELECT sum(highlighted) FROM mention
         WHERE room = :room AND user = :user AND thread = p.thread
           AND pos > p.read), 0) -
       (SELECT count(*) FROM event
         WHERE room = :room AND thread = p.thread AND pos > p.read
           AND notifies > 0 AND redacted_by IS NOT NULL AND notifies = 2)
  FROM (SELECT t.thread, root.event_id AS root, t.notified, t.highlighted,
               t.gone_notified, t.gone_highlighted, t.pos, max(:after,
               coalesce((SELECT pos FROM spoke
                          WHERE room = :room AND user = :user
                            AND thread = t.thread), 0),
               coalesce((SELECT e.pos
                           FROM receipt r CROSS JOIN event e ON e.nr = r.event
                          WHERE r.room = :room AND r.user = :user
                            AND r.kind = 'm.read'
                            AND r.thread = coalesce(root.event_id, 'main')),
                        0),
               coalesce((SELECT e.pos
                           FROM receipt r CROSS JOIN event e ON e.nr = r.event
                          WHERE r.room = :room AND r.user = :user
                            AND r.kind = 'm.read.private'
                            AND r.thread = coalesce(root.event_id, 'main')),
                        0)) AS read
          FROM (SELECT thread, pos, notified, highlighted, gone_notified,
                       gone_highlighted
                  FROM tally
                 WHERE room = :room AND thread = 0 AND pos > :after
                UNION ALL
                SELECT * FROM (
                       SELECT thread, pos, notified, highlighted,
                              gone_notified, gone_highlighted
                         FROM tally
                        WHERE room = :room AND thread > 0 AND pos > :after
                        ORDER BY pos DESC LIMIT :most)) t
          LEFT JOIN event root ON root.nr = t.thread
         LIMIT :most + 1) p
  LEFT JOIN event b ON b.nr =
       (SELECT nr FROM event
         WHERE room = :room AND thread = p.thread AND pos <= p.read
           AND notifies > 0
         ORDER BY pos DESC LIMIT 1)
 WHERE p.pos > p.read;

-- Who made the newest of what is unread there, for who ignores somebody.
-- :name unread_by
SELECT u.user_id, count(*), sum(highlighted)
  FROM (SELECT sender, notifies = 2 OR EXISTS
               (SELECT 1 FROM mention m
                 WHERE m.event = e.nr AND m.user = :user) AS highlighted
          FROM event e
         WHERE room = :room AND thread = :thread AND pos > :read
           AND notifies > 0 AND redacted_by IS NULL
         ORDER BY pos DESC LIMIT :most) n
  CROSS JOIN user u ON u.nr = n.sender
 GROUP BY n.sender;

-- How far a user has read in a thread, and its root.
-- :name read_in
SELECT root.event_id, max(
       coalesce((SELECT pos FROM spoke
                  WHERE room = :room AND user = :user AND thread = :thread),
                0),
       coalesce((SELECT e.pos
                   FROM receipt r CROSS JOIN event e ON e.nr = r.event
                  WHERE r.room = :room AND r.user = :user
                    AND r.kind = 'm.read'
                    AND r.thread = coalesce(root.event_id, 'main')), 0),
       coalesce((SELECT e.pos
                   FROM receipt r CROSS JOIN event e ON e.nr = r.event
                  WHERE r.room = :room AND r.user = :user
                    AND r.kind = 'm.read.private'
                    AND r.thread = coalesce(root.event_id, 'main')), 0))
  FROM (SELECT 1) LEFT JOIN event root ON root.nr = :thread;

--------------------------------------------------- counting by other rules

-- What others said in a room since some position, the newest first, and in
-- which thread.
-- :name unread_events
SELECT $event, e.thread
  FROM event e CROSS JOIN user u ON u.nr = e.sender
 WHERE e.room = :room AND e.pos > :after AND e.sender <> :user
   AND e.redacted_by IS NULL AND $accepted
 ORDER BY e.pos DESC LIMIT :most;

-- :name redacted_since
SELECT 1 FROM event
 WHERE room = :room AND pos > :after AND redacts IS NOT NULL LIMIT 1;

-- What came of it, if what it hangs on is as it was.
-- :name counted_get @volatile
SELECT upto, counts FROM counted
 WHERE user = :user AND room = :room AND after = :after AND rules = :rules
   AND ignored = :ignored;

-- :name counted_put @volatile
INSERT INTO counted (user, room, after, rules, ignored, upto, at, counts)
VALUES (:user, :room, :after, :rules, :ignored, :upto, :at, :counts)
ON CONFLICT (user, room) DO UPDATE
   SET after = excluded.after, rules = excluded.rules,
       ignored = excluded.ignored, upto = excluded.upto, at = excluded.at,
       counts = excluded.counts;

------------------------------------------------------------------- receipts

-- Has the user sent a receipt, be it by another device, since?
-- :name unread_changed
SELECT 1 FROM receipt
 WHERE room = :room AND user = :user AND pos > :after LIMIT 1;
