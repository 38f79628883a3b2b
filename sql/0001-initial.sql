-- The first schema.
--
-- Times are ms since 1970.  `nr` is a row's number inside this database; ids
-- of the specification (@user:server, !room, $event) stand in one column of
-- one table and are referred to by number everywhere else.
-- "Writes:" names the programs that change a table.

-- Facts about this database.  server_name: the name all its ids carry; a
-- configuration with another one is refused.
CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) WITHOUT ROWID;

------------------------------------------------------------------ accounts

-- Every user that any table speaks of, ours or another server's.
-- Writes: register, rooms.
CREATE TABLE user (
	nr      INTEGER PRIMARY KEY,
	user_id TEXT NOT NULL UNIQUE            -- @localpart:server
);

-- Those who can log in here.  Writes: register, account, mxcgi.
CREATE TABLE account (
	user           INTEGER PRIMARY KEY REFERENCES user (nr),
	kind           TEXT NOT NULL CHECK (kind IN ('user', 'guest', 'appservice')),
	created_at     INTEGER NOT NULL,
	deactivated_at INTEGER,                 -- NULL: not deactivated
	locked_at      INTEGER,                 -- NULL: not locked (M_USER_LOCKED)
	suspended_at   INTEGER,                 -- NULL: not suspended (M_USER_SUSPENDED)
	admin          INTEGER NOT NULL DEFAULT 0 CHECK (admin IN (0, 1))
);

-- A table of its own, so that few programs may read it.
-- Writes: register, login (rehash), account, mxcgi.
CREATE TABLE password (
	user   INTEGER PRIMARY KEY REFERENCES account (user),
	hash   TEXT NOT NULL,                   -- $scrypt$ln=..,r=..,p=..$salt$hash
	set_at INTEGER NOT NULL
);

-- A session of a client.  AUTOINCREMENT: a number is never used again, so
-- that what a caller held on to cannot come to mean somebody else's.
-- Writes: register, login, devices.
CREATE TABLE device (
	nr           INTEGER PRIMARY KEY AUTOINCREMENT,
	user         INTEGER NOT NULL REFERENCES account (user),
	device_id    TEXT NOT NULL,
	display_name TEXT,
	created_at   INTEGER NOT NULL,
	UNIQUE (user, device_id)
);

-- Access and refresh tokens.  Only the hash is kept.
-- Writes: register, login, account.
CREATE TABLE token (
	nr         INTEGER PRIMARY KEY AUTOINCREMENT,
	hash       BLOB NOT NULL UNIQUE,        -- SHA-256 of the token
	kind       TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
	user       INTEGER NOT NULL REFERENCES account (user),
	device     INTEGER NOT NULL REFERENCES device (nr),
	era        INTEGER NOT NULL CHECK (era IN (2015, 2016)),
	                                        -- API it was issued under: 2015 is
	                                        -- api/v1 and v2_alpha; 2016 r0 and on
	created_at INTEGER NOT NULL,
	expires_at INTEGER                      -- NULL: never
);
CREATE INDEX token_of_device ON token (device);
CREATE INDEX token_of_user ON token (user);
CREATE INDEX token_expiry ON token (expires_at) WHERE expires_at IS NOT NULL;

-- Answers to requests that carry a transaction id, so that a repeated one
-- gets the same answer and does nothing.  Rows are in order of time; the
-- housekeeper drops the oldest.  Writes: serve.
CREATE TABLE once (
	nr     INTEGER PRIMARY KEY,
	device INTEGER NOT NULL,
	key    BLOB NOT NULL,                   -- SHA-256 of method, route and decoded path
	at     INTEGER NOT NULL,
	body   TEXT NOT NULL,                   -- the 200 answer
	UNIQUE (device, key)
);

-- Filters that clients stored.  Writes: user.
CREATE TABLE filter (
	user       INTEGER NOT NULL REFERENCES account (user),
	id         INTEGER NOT NULL,            -- counts from 0 for each user
	definition TEXT NOT NULL,               -- JSON as it is given back
	PRIMARY KEY (user, id)
) WITHOUT ROWID;

------------------------------------------------------------------- rooms

-- Writes: rooms.
CREATE TABLE room (
	nr         INTEGER PRIMARY KEY,
	room_id    TEXT NOT NULL UNIQUE,
	version    TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	published  INTEGER NOT NULL DEFAULT 0 CHECK (published IN (0, 1)),
	                                        -- shown in the room directory
	joined     INTEGER NOT NULL DEFAULT 0,  -- members with membership join
	last_pos   INTEGER NOT NULL DEFAULT 0   -- change.pos of the newest of any kind
);

-- Names for rooms on this server.  Writes: rooms, directory.
CREATE TABLE alias (
	alias      TEXT PRIMARY KEY,            -- #localpart:server
	room       INTEGER NOT NULL REFERENCES room (nr),
	creator    INTEGER NOT NULL REFERENCES user (nr),
	created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX alias_of_room ON alias (room);

-- Every event, ours or received.  The envelope stands in columns so that the
-- client format needs no parsing; the whole is kept as it was signed.
-- Order in the room is (depth, nr); order of telling clients is pos.  No table
-- REFERENCES events: for each that is deleted all those would be searched.
-- Writes: rooms, later federation.
CREATE TABLE event (
	nr               INTEGER PRIMARY KEY,
	event_id         TEXT NOT NULL UNIQUE,
	room             INTEGER NOT NULL REFERENCES room (nr),
	pos              INTEGER,               -- NULL: backfilled or outlier, never in sync
	depth            INTEGER NOT NULL,
	type             TEXT NOT NULL,
	state_key        TEXT,                  -- NULL: not a state event
	sender           INTEGER NOT NULL REFERENCES user (nr),
	origin_server_ts INTEGER NOT NULL,
	replaces         INTEGER,               -- event.nr
	                                        -- the state event this one took the place of
	redacts          TEXT,                  -- event id, for m.room.redaction
	redacted_by      INTEGER,               -- event.nr
	                                        -- applied: pdu is the stripped text then
	outlier          INTEGER NOT NULL DEFAULT 0,
	                                        -- known without its place in the room
	rejected         INTEGER NOT NULL DEFAULT 0,
	soft_failed      INTEGER NOT NULL DEFAULT 0,
	device           INTEGER,               -- of ours that sent it, with
	txn_id           TEXT,                  -- its transaction id (unsigned)
	content_at       INTEGER NOT NULL,      -- bytes of content inside pdu:
	content_len      INTEGER NOT NULL,      -- offset and length
	pdu              TEXT NOT NULL          -- canonical JSON in the room version's format
);
CREATE INDEX event_place ON event (room, depth, nr);
CREATE INDEX event_told ON event (room, pos);

-- Events without children: the next event's prev_events.  Writes: rooms.
CREATE TABLE forward_extremity (
	room  INTEGER NOT NULL REFERENCES room (nr),
	event INTEGER NOT NULL,
	PRIMARY KEY (room, event)
) WITHOUT ROWID;

-- The state of each room now.  Writes: rooms.
CREATE TABLE current_state (
	room      INTEGER NOT NULL REFERENCES room (nr),
	type      TEXT NOT NULL,
	state_key TEXT NOT NULL,
	event     INTEGER NOT NULL,
	PRIMARY KEY (room, type, state_key)
) WITHOUT ROWID;

-- The state at any event of the unforked line: for each (type, state_key) the
-- last row with from_nr <= that event's nr.  Writes: rooms.
CREATE TABLE state_history (
	room      INTEGER NOT NULL REFERENCES room (nr),
	type      TEXT NOT NULL,
	state_key TEXT NOT NULL,
	from_nr   INTEGER NOT NULL,             -- state after this event, inclusive
	event     INTEGER NOT NULL,
	PRIMARY KEY (room, type, state_key, from_nr)
) WITHOUT ROWID;

-- Only for an event whose state before it differs from the line (forks, which
-- federation brings): a group is the line's state at base_nr, with the rows
-- of state_group_delta in place.  Writes: later federation.
CREATE TABLE state_group (
	nr      INTEGER PRIMARY KEY,
	room    INTEGER NOT NULL REFERENCES room (nr),
	base_nr INTEGER NOT NULL                -- event.nr on the line
);
CREATE INDEX state_group_of_room ON state_group (room);
CREATE TABLE state_group_delta (
	state_group INTEGER NOT NULL REFERENCES state_group (nr),
	type        TEXT NOT NULL,
	state_key   TEXT NOT NULL,
	event       INTEGER,                    -- NULL: no such state in this group
	PRIMARY KEY (state_group, type, state_key)
) WITHOUT ROWID;
CREATE TABLE event_state_group (
	event       INTEGER PRIMARY KEY,
	state_group INTEGER NOT NULL REFERENCES state_group (nr)
);

-- How the current state changed, in stream order; what sync tells.  Writes: rooms.
CREATE TABLE state_delta (
	room       INTEGER NOT NULL REFERENCES room (nr),
	pos        INTEGER NOT NULL,            -- change.pos; several rows may share it
	type       TEXT NOT NULL,
	state_key  TEXT NOT NULL,
	event      INTEGER,                     -- NULL: the state went away
	prev_event INTEGER,                     -- NULL: there was none
	PRIMARY KEY (room, pos, type, state_key)
) WITHOUT ROWID;

-- The memberships of current_state, to be found from either side.  Writes: rooms.
CREATE TABLE member (
	room       INTEGER NOT NULL REFERENCES room (nr),
	user       INTEGER NOT NULL REFERENCES user (nr),
	membership TEXT NOT NULL CHECK (membership IN ('invite', 'join', 'knock', 'leave', 'ban')),
	event      INTEGER NOT NULL,
	pos        INTEGER NOT NULL,            -- change.pos since when membership is so
	forgotten  INTEGER NOT NULL DEFAULT 0 CHECK (forgotten IN (0, 1)),
	PRIMARY KEY (room, user)
) WITHOUT ROWID;
CREATE INDEX member_of_user ON member (user, membership, room);
CREATE INDEX member_in_room ON member (room, membership, user);

------------------------------------------------------------------ stream

-- All that a client may have to hear of, in the order of commits (stream.h).
-- Old rows are thinned to one per (room, kind); the newest is never removed,
-- so numbers are never used again.  Writes: everyone who changes such a thing.
CREATE TABLE change (
	pos  INTEGER PRIMARY KEY,
	kind INTEGER NOT NULL,                  -- enum change_kind
	room INTEGER,                           -- NULL: not about a room
	user INTEGER,                           -- NULL: not about one user
	ref  INTEGER                            -- by kind
);
CREATE INDEX change_of_user ON change (user, pos) WHERE user IS NOT NULL;

-- Work that goes on after its request (design section 2).  Writes: who leaves
-- it; rooms and housekeeper work it off.
CREATE TABLE task (
	nr         INTEGER PRIMARY KEY AUTOINCREMENT,
	kind       TEXT NOT NULL,
	user       INTEGER REFERENCES user (nr),
	cursor     TEXT,                        -- how far it has come, by kind
	created_at INTEGER NOT NULL
);
