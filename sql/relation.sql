-- What events say of each other (matrix/relation.c), and what redaction leaves
-- of them (matrix/redaction.c).

----------------------------------------------------------------- relations

-- :name relation_add
INSERT INTO relation (event, room, parent, rel_type, type, sender, depth, at,
       key)
VALUES (:event, :room, :parent, :rel_type, :type, :sender, :depth, :at, :key);

-- It speaks of no other event any more.
-- :name relation_drop
DELETE FROM relation WHERE event = :event RETURNING parent, rel_type;

-- Which room an event is of.
-- :name relation_parent
SELECT nr, room FROM event WHERE event_id = :event_id;

-- :name relation_mark
UPDATE event SET related = 1 WHERE nr = :nr AND related = 0;

-- The same where something came before it.
-- :name relation_await
UPDATE event SET related = 1
 WHERE nr = :nr AND EXISTS
       (SELECT 1 FROM relation r
         WHERE r.parent = event.event_id AND r.room = event.room
           AND r.rel_type IN ('m.replace', 'm.thread', 'm.reference'));

-- How an event relates to another.
-- :name relation_type
SELECT rel_type FROM relation WHERE event = :event;

-- Has this user annotated it so?
-- :name relation_annotated
SELECT 1 FROM relation
 WHERE parent = :parent AND rel_type = 'm.annotation' AND sender = :sender
   AND type = :type AND key = :key AND room = :room LIMIT 1;

-- Has this user sent anything that relates to it so?
-- :name relation_sent
SELECT 1 FROM relation
 WHERE parent = :parent AND rel_type = :rel_type AND sender = :sender
   AND room = :room LIMIT 1;

-- The same by user id.
-- :name relation_sent_by
SELECT 1 FROM relation
 WHERE parent = :parent AND rel_type = :rel_type
   AND sender = (SELECT nr FROM user WHERE user_id = :sender)
   AND room = :room LIMIT 1;

-- Has anybody?
-- :name relation_any
SELECT 1 FROM relation
 WHERE parent = :parent AND rel_type = :rel_type AND room = :room LIMIT 1;

-- The relation types that there are to an event, one by one in their order.
-- :name relation_type_next
SELECT min(rel_type) FROM relation
 WHERE parent = :parent AND rel_type > :after;

-- The last event up to this one that others relate to, and the first behind it.
-- :name related_upto
SELECT max(nr) FROM event WHERE room = :room AND related = 1 AND nr <= :nr;

-- :name related_after
SELECT min(nr) FROM event WHERE room = :room AND related = 1 AND nr > :nr;

--------------------------------------------------------------- aggregations

-- Edits of an event by who sent it, the newest first.
-- :name relation_edits
SELECT $event
  FROM relation r
  CROSS JOIN event e ON e.nr = r.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE r.parent = :parent AND r.rel_type = 'm.replace' AND r.sender = :sender
   AND r.type = :type AND r.key IS NULL AND r.room = :room
   AND $accepted
 ORDER BY r.at DESC LIMIT :most;

-- What relates to an event in one way, the newest first.
-- :name relation_back
SELECT $event
  FROM relation r
  CROSS JOIN event e ON e.nr = r.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE r.parent = :parent AND r.rel_type = :rel_type AND r.room = :room
   AND (r.depth, r.event) <= (:depth, :nr)
   AND (r.depth, r.event) > (:to_depth, :to_nr)
   AND $accepted
 ORDER BY r.depth DESC, r.event DESC;

-- The same, oldest first.
-- :name relation_forward
SELECT $event
  FROM relation r
  CROSS JOIN event e ON e.nr = r.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE r.parent = :parent AND r.rel_type = :rel_type AND r.room = :room
   AND (r.depth, r.event) > (:depth, :nr)
   AND (r.depth, r.event) <= (:to_depth, :to_nr)
   AND $accepted
 ORDER BY r.depth, r.event;

-- In whatever way, newest first.
-- :name relation_any_back
SELECT $event
  FROM relation r
  CROSS JOIN event e ON e.nr = r.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE r.parent = :parent AND r.room = :room
   AND (r.depth, r.event) <= (:depth, :nr)
   AND (r.depth, r.event) > (:to_depth, :to_nr)
   AND $accepted
 ORDER BY r.depth DESC, r.event DESC;

-- :name relation_any_forward
SELECT $event
  FROM relation r
  CROSS JOIN event e ON e.nr = r.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE r.parent = :parent AND r.room = :room
   AND (r.depth, r.event) > (:depth, :nr)
   AND (r.depth, r.event) <= (:to_depth, :to_nr)
   AND $accepted
 ORDER BY r.depth, r.event;

-- Also what relates to those, over as many steps, and at most so many in all:
-- the nearest.  rel_type and type bind each step, unless NULL.  Newest first.
-- :name relation_kin_back
WITH RECURSIVE kin (event, level) AS (
	SELECT event, 1 FROM (
		SELECT event FROM relation
		 WHERE parent = :parent AND room = :room
		   AND (:rel_type IS NULL OR rel_type = :rel_type)
		   AND (:type IS NULL OR type = :type)
		   AND (depth, event) <= (:depth, :nr)
		 ORDER BY depth DESC, event DESC LIMIT :most)
	UNION
	SELECT r.event, k.level + 1
	  FROM kin k
	  CROSS JOIN event p ON p.nr = k.event
	  CROSS JOIN relation r ON r.parent = p.event_id AND r.room = p.room
	 WHERE k.level < :levels
	   AND (:rel_type IS NULL OR r.rel_type = :rel_type)
	   AND (:type IS NULL OR r.type = :type)
	LIMIT :most)
SELECT $event
  FROM (SELECT DISTINCT event FROM kin) k
  CROSS JOIN event e ON e.nr = k.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE (e.depth, e.nr) <= (:depth, :nr)
   AND (e.depth, e.nr) > (:to_depth, :to_nr)
   AND $accepted
 ORDER BY e.depth DESC, e.nr DESC;

-- The same, oldest first.
-- :name relation_kin_forward
WITH RECURSIVE kin (event, level) AS (
	SELECT event, 1 FROM (
		SELECT event FROM relation
		 WHERE parent = :parent AND room = :room
		   AND (:rel_type IS NULL OR rel_type = :rel_type)
		   AND (:type IS NULL OR type = :type)
		 ORDER BY depth, event LIMIT :most)
	UNION
	SELECT r.event, k.level + 1
	  FROM kin k
	  CROSS JOIN event p ON p.nr = k.event
	  CROSS JOIN relation r ON r.parent = p.event_id AND r.room = p.room
	 WHERE k.level < :levels
	   AND (:rel_type IS NULL OR r.rel_type = :rel_type)
	   AND (:type IS NULL OR r.type = :type)
	LIMIT :most)
SELECT $event
  FROM (SELECT DISTINCT event FROM kin) k
  CROSS JOIN event e ON e.nr = k.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE (e.depth, e.nr) > (:depth, :nr)
   AND (e.depth, e.nr) <= (:to_depth, :to_nr)
   AND $accepted
 ORDER BY e.depth, e.nr;

-- An event of a room by its id, in its place or not at all.
-- :name event_in_room
SELECT nr FROM event
 WHERE event_id = :event_id AND room = :room
   AND outlier = 0 AND rejected = 0 AND soft_failed = 0;

------------------------------------------------------------------- threads

-- One more reply.
-- :name thread_more
INSERT INTO thread (room, root, replies, last, last_depth)
VALUES (:room, :root, 1, :event, :depth)
ON CONFLICT (room, root) DO UPDATE
   SET replies = replies + 1,
       last = CASE WHEN (excluded.last_depth, excluded.last) >
                        (thread.last_depth, thread.last)
                   THEN excluded.last ELSE thread.last END,
       last_depth = max(excluded.last_depth, thread.last_depth);

-- One less; with the last of them the thread goes.
-- :name thread_less
UPDATE thread SET replies = replies - 1 WHERE room = :room AND root = :root;

-- :name thread_end
DELETE FROM thread WHERE room = :room AND root = :root AND replies < 1;

-- Another is the newest now.
-- :name thread_last
UPDATE thread
   SET (last, last_depth) =
       (SELECT event, depth FROM relation
         WHERE parent = :root AND rel_type = 'm.thread' AND room = :room
         ORDER BY depth DESC, event DESC LIMIT 1)
 WHERE room = :room AND root = :root AND last = :event;

-- :name thread_get
SELECT replies, last FROM thread WHERE room = :room AND root = :root;

-- Roots of the threads of a room, the one written to last first, and where its
-- last reply is.
-- :name threads_back
SELECT $event, t.last_depth, t.last
  FROM thread t
  CROSS JOIN event e ON e.event_id = t.root AND e.room = t.room
  CROSS JOIN user u ON u.nr = e.sender
 WHERE t.room = :room AND (t.last_depth, t.last) <= (:depth, :nr)
   AND $accepted
 ORDER BY t.last_depth DESC, t.last DESC;

----------------------------------------------------------------- redaction

-- What a redaction is about, unless that was done already.
-- :name redaction_target
SELECT nr FROM event
 WHERE event_id = :event_id AND room = :room AND redacted_by IS NULL;

-- Those that came before what they redact.  + keeps SQLite from reading the
-- room, which it takes for the shorter way.
-- :name redactions_of
SELECT nr FROM event
 WHERE redacts = :event_id AND +room = :room AND type = 'm.room.redaction'
   AND state_key IS NULL
   AND outlier = 0 AND rejected = 0 AND soft_failed = 0
 ORDER BY +depth, nr LIMIT :most;

-- :name redaction_strip
UPDATE event
   SET redacted_by = :by, content_at = :content_at, content_len = :content_len,
       pdu = :pdu, redacts = CASE WHEN :keeps_redacts THEN redacts END
 WHERE nr = :nr;

------------------------------------------------------------------- readers

-- Whom a user does not want to hear of.
-- :name ignored_users
SELECT content FROM account_data
 WHERE user = :user AND room = 0 AND type = 'm.ignored_user_list';
