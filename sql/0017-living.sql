-- Rooms that end, and history that goes when its time is over.

-- 0: not; 1: it is being deleted, or was; 2: it is blocked besides.  Who is in a
-- closed room may leave it and do nothing else.  What is left of a deleted one
-- is its row, hidden, so that no other room gets its number.
-- Writes: mxcgi; rooms and housekeeper, who delete it.
ALTER TABLE room ADD COLUMN closed INTEGER NOT NULL DEFAULT 0
 CHECK (closed IN (0, 1, 2));

-- What its m.room.retention asks for, ms; NULL: nothing that counts.
-- Writes: rooms, housekeeper.
ALTER TABLE room ADD COLUMN min_lifetime INTEGER;
ALTER TABLE room ADD COLUMN max_lifetime INTEGER;
CREATE INDEX room_retained ON room (nr) WHERE max_lifetime IS NOT NULL;
UPDATE room
   SET (min_lifetime, max_lifetime) =
       (SELECT CASE json_type(e.pdu, '$.content.min_lifetime')
               WHEN 'integer' THEN e.pdu ->> '$.content.min_lifetime' END,
               CASE json_type(e.pdu, '$.content.max_lifetime')
               WHEN 'integer' THEN e.pdu ->> '$.content.max_lifetime' END
          FROM current_state s CROSS JOIN event e ON e.nr = s.event
         WHERE s.room = room.nr AND s.type = 'm.room.retention'
           AND s.state_key = '');
UPDATE room SET min_lifetime = NULL, max_lifetime = NULL
 WHERE min_lifetime < 0 OR max_lifetime < 0 OR min_lifetime > max_lifetime;

-- What was sent before that has been looked at by retention, and is gone if it
-- may go (origin_server_ts).  Writes: housekeeper; rooms, for what comes late.
ALTER TABLE room ADD COLUMN kept_from INTEGER NOT NULL DEFAULT 0;

-- The numbers of the last events that went away: counts go on from there.
-- Writes: whoever purges.
ALTER TABLE tally ADD COLUMN gone_notified INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN gone_highlighted INTEGER NOT NULL DEFAULT 0;

-- One row: events of rooms that were deleted had numbers up to this one, which
-- are not given again.  Writes: mxcgi, rooms, housekeeper.
CREATE TABLE event_given (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	nr  INTEGER NOT NULL                    -- event.nr
);
INSERT INTO event_given (one, nr) VALUES (1, 0);
