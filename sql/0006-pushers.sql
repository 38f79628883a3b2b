-- Where users want to be told of what notifies them, and what is not told yet.

-- A pusher goes with the device that set it.  AUTOINCREMENT: an answer that
-- comes late is never taken for another pusher's.  Writes: push; housekeeper,
-- how far it has come; whoever ends devices.
CREATE TABLE pusher (
	nr                  INTEGER PRIMARY KEY AUTOINCREMENT,
	user                INTEGER NOT NULL REFERENCES account (user),
	device              INTEGER NOT NULL REFERENCES device (nr) ON DELETE CASCADE,
	app_id              TEXT NOT NULL,
	pushkey             TEXT NOT NULL,
	kind                TEXT NOT NULL CHECK (kind IN ('http')),
	app_display_name    TEXT NOT NULL,
	device_display_name TEXT NOT NULL,
	profile_tag         TEXT,
	lang                TEXT NOT NULL,
	url                 TEXT NOT NULL,
	gateway             TEXT NOT NULL,      -- scheme, host and port of url
	data                TEXT NOT NULL,      -- a JSON object, without url
	in_2015             INTEGER NOT NULL CHECK (in_2015 IN (0, 1)),
	                                        -- by whose predefined rules
	set_at              INTEGER NOT NULL,
	since               INTEGER NOT NULL,   -- change.pos: what came later is told

	due_at              INTEGER,            -- NULL: there is nothing to tell
	failures            INTEGER NOT NULL DEFAULT 0,
	                                        -- in a row, of the gateway
	queued              INTEGER NOT NULL DEFAULT 0,
	                                        -- rows in push
	unread              INTEGER,            -- as it was told; NULL: not yet
	has_read            INTEGER NOT NULL DEFAULT 0,
	                                        -- unread may be less since
	UNIQUE (app_id, pushkey, user)
);
CREATE INDEX pusher_of_user ON pusher (user);
CREATE INDEX pusher_of_device ON pusher (device);
CREATE INDEX pusher_due ON pusher (gateway, due_at) WHERE due_at IS NOT NULL;

-- An event that is to be told, until the gateway has it.  Writes: housekeeper.
CREATE TABLE push (
	pusher INTEGER NOT NULL REFERENCES pusher (nr) ON DELETE CASCADE,
	pos    INTEGER NOT NULL,                -- of the event, event.nr
	event  INTEGER NOT NULL,
	tweaks TEXT NOT NULL,                   -- a JSON object
	at     INTEGER NOT NULL,                -- since when
	PRIMARY KEY (pusher, pos)
) WITHOUT ROWID;

-- One row: the last change that was looked at for all pushers, and of the next
-- one the last user.  Writes: push, housekeeper.
CREATE TABLE push_upto (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	pos  INTEGER NOT NULL,                  -- change.pos
	user INTEGER NOT NULL                   -- user.nr; 0: nobody yet
);
INSERT INTO push_upto (one, pos, user)
SELECT 1, coalesce(max(pos), 0), 0 FROM change;
