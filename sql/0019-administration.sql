-- What administrators do over HTTP.

-- Rooms that nobody of this server may enter, be they known here or not.
-- Writes: admin, rooms.
CREATE TABLE blocked_room (
	room_id TEXT PRIMARY KEY,
	user    INTEGER REFERENCES user (nr),   -- who blocked it; NULL: mxcgi(8)
	at      INTEGER NOT NULL
) WITHOUT ROWID;

-- What an administrator asked for that outlasts the request, and what came of
-- it.  A task that names it (task.detail) does it.  Gone a day after its end.
-- Writes: admin, rooms, housekeeper.
CREATE TABLE undertaking (
	id       TEXT PRIMARY KEY,
	kind     TEXT NOT NULL,                 -- of the task
	subject  TEXT NOT NULL,                 -- the room or the user
	began_at INTEGER NOT NULL,
	ended_at INTEGER,                       -- NULL: it goes on
	error    TEXT,                          -- why it failed, or NULL
	wish     TEXT NOT NULL,                 -- a JSON object, by kind
	result   TEXT NOT NULL                  -- likewise
) WITHOUT ROWID;
CREATE INDEX undertaking_of ON undertaking (kind, subject, began_at);
CREATE INDEX undertaking_ended ON undertaking (ended_at)
 WHERE ended_at IS NOT NULL;

-- Who took it out of sight; NULL: nobody, or mxcgi(8).
-- Writes: admin.
ALTER TABLE media ADD COLUMN quarantined_by INTEGER;
