-- Which events hold which words (common/matrix/search.c); columns of events as
-- timeline.sql says.

-- The index has the events up to this one.
-- :name search_upto
SELECT nr FROM search_upto WHERE one = :one;

-- :name search_upto_set
UPDATE search_upto SET nr = :nr WHERE one = 1;

-- What it does not have yet, of the kinds that can be searched.
-- :name search_tail
SELECT $event
  FROM event e CROSS JOIN user u ON u.nr = e.sender
 WHERE e.nr < :before AND e.nr > :above
   AND e.type IN ('m.room.message', 'm.room.name', 'm.room.topic')
   AND $accepted
 ORDER BY e.nr DESC;

-- What the index says.
-- :name search_indexed
SELECT $event
  FROM search s
  CROSS JOIN event e ON e.nr = s.rowid
  CROSS JOIN user u ON u.nr = e.sender
 WHERE s.search MATCH :match AND s.rowid < :before AND s.rowid > :above
   AND $accepted
 ORDER BY s.rowid DESC;

-- Events to be taken in next.
-- :name search_new
SELECT nr, room, type, content_at, content_len, pdu FROM event
 WHERE nr > :upto ORDER BY nr LIMIT :most;

-- :name search_add
INSERT INTO search (rowid, words) VALUES (:nr, :words);

-- It keeps no text, so it must be told what to forget: what it was given.
-- :name search_drop
INSERT INTO search (search, rowid, words) VALUES ('delete', :nr, :words);

-- The room of an event.
-- :name search_room
SELECT room FROM event WHERE nr = :nr;

-- Where somebody may look: rooms that they have, or had, to do with.
-- :name search_rooms
SELECT m.room, r.room_id, r.version
  FROM member m CROSS JOIN room r ON r.nr = m.room
 WHERE m.user = :user AND m.forgotten = 0 AND r.hidden = 0
 ORDER BY m.room;
