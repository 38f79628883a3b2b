-- Rooms and events in full: what events say of each other, what members leave
-- in a room, and what users show of themselves.

-- While a room is being made in pieces nobody finds it (rooms-create.c); what
-- was left half made goes when its pieces stop coming.  Writes: rooms.
ALTER TABLE room ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;

-- The directory, the biggest rooms last; other rooms cost nothing here.
CREATE INDEX room_published ON room (joined, nr) WHERE published = 1;

-- From a moment to an event (timestamp_to_event).
CREATE INDEX event_when ON event (room, origin_server_ts, depth, nr);

-- m.relates_to of events, until they are redacted.  The parent may be unknown
-- here.  Writes: rooms.
CREATE TABLE relation (
	event    INTEGER PRIMARY KEY,
	room     INTEGER NOT NULL REFERENCES room (nr),
	parent   TEXT NOT NULL,                 -- event id that it speaks of
	rel_type TEXT NOT NULL,
	type     TEXT NOT NULL,                 -- of the event
	sender   INTEGER NOT NULL REFERENCES user (nr),
	depth    INTEGER NOT NULL
);
CREATE INDEX relation_of_parent ON relation (room, parent, rel_type, depth, event);

-- Threads of a room, the one written to last first.  Writes: rooms.
CREATE TABLE thread (
	room       INTEGER NOT NULL REFERENCES room (nr),
	root       TEXT NOT NULL,               -- event id
	replies    INTEGER NOT NULL,
	last       INTEGER NOT NULL,            -- event.nr of the newest reply
	last_depth INTEGER NOT NULL,
	PRIMARY KEY (room, root)
) WITHOUT ROWID;
CREATE INDEX thread_by_last ON thread (room, last_depth, last);

-- How far members have read.  thread: '' for a receipt without one, main, or
-- the event id of a root.  Writes: rooms.
CREATE TABLE receipt (
	room   INTEGER NOT NULL REFERENCES room (nr),
	user   INTEGER NOT NULL REFERENCES user (nr),
	kind   TEXT NOT NULL CHECK (kind IN ('m.read', 'm.read.private')),
	thread TEXT NOT NULL,
	event  INTEGER NOT NULL,
	at     INTEGER NOT NULL,
	more   TEXT,                            -- JSON object that the client sent along
	pos    INTEGER NOT NULL,                -- change.pos
	PRIMARY KEY (room, user, kind, thread)
) WITHOUT ROWID;
CREATE INDEX receipt_told ON receipt (room, kind, pos);

-- What a client keeps here for its user, of all rooms (room 0) or of one; tags
-- are m.tag, the read marker is m.fully_read.  Writes: user, rooms.
CREATE TABLE account_data (
	user    INTEGER NOT NULL REFERENCES account (user),
	room    INTEGER NOT NULL,
	type    TEXT NOT NULL,
	pos     INTEGER NOT NULL,               -- change.pos
	bytes   INTEGER NOT NULL,               -- of content
	content TEXT NOT NULL,                  -- a JSON object
	PRIMARY KEY (user, room, type)
) WITHOUT ROWID;
CREATE INDEX account_data_told ON account_data (user, room, pos);

-- What users show of themselves.  Writes: profile.
CREATE TABLE profile (
	user  INTEGER NOT NULL REFERENCES user (nr),
	field TEXT NOT NULL,                    -- displayname, avatar_url, ...
	value TEXT NOT NULL,                    -- JSON
	PRIMARY KEY (user, field)
) WITHOUT ROWID;

-- What users told the administrator of.  Writes: rooms, mxcgi.
CREATE TABLE report (
	nr       INTEGER PRIMARY KEY AUTOINCREMENT,
	reporter INTEGER NOT NULL REFERENCES user (nr),
	at       INTEGER NOT NULL,
	room     INTEGER,                       -- room.nr; NULL: of a user
	event    INTEGER, -- NULL: of the room or the user
	user     INTEGER REFERENCES user (nr),  -- NULL: of the room or the event
	reason   TEXT,
	score    INTEGER                        -- -100 most offensive, 0 least
);
CREATE INDEX report_by ON report (reporter, nr);

-- A task about a room, and what else it needs, by kind.
ALTER TABLE task ADD COLUMN room INTEGER;    -- room.nr
ALTER TABLE task ADD COLUMN detail TEXT;

-- Which events hold which words; what they say stays in event.  rowid is
-- event.nr, words what search.c makes of it.  Writes: rooms, housekeeper.
CREATE VIRTUAL TABLE search USING fts5 (
	words, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);

-- One row: the last event that the index has.  Writes: rooms, housekeeper.
CREATE TABLE search_upto (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	nr  INTEGER NOT NULL                    -- event.nr
);
INSERT INTO search_upto (one, nr) VALUES (1, 0);

-- What was said before there was an index goes into it.
INSERT INTO task (kind, created_at)
SELECT 'search_index', max(origin_server_ts) FROM event HAVING count(*) > 0;
