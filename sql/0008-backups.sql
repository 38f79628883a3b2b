-- Server-side key backups (client-server API, "Server-side key backups").

-- Versions of a user's backup.  AUTOINCREMENT: what is left of one that is gone
-- is removed later, and never comes to belong to another.  Writes: devices,
-- account, mxcgi.
CREATE TABLE key_backup (
	nr        INTEGER PRIMARY KEY AUTOINCREMENT,
	user      INTEGER NOT NULL REFERENCES account (user),
	version   INTEGER NOT NULL,             -- 1, 2, ... of each user
	algorithm TEXT NOT NULL,
	auth_data TEXT NOT NULL,                -- a JSON object
	etag      INTEGER NOT NULL,             -- rises when its keys change
	keys      INTEGER NOT NULL,             -- how many it has,
	bytes     INTEGER NOT NULL,             -- and what they weigh
	UNIQUE (user, version)
);

-- Their keys.  Writes: devices, housekeeper.
CREATE TABLE backed_up_key (
	nr                  INTEGER PRIMARY KEY,
	backup              INTEGER NOT NULL,   -- key_backup.nr; it may be gone
	room_id             TEXT NOT NULL,      -- as its client named it
	session_id          TEXT NOT NULL,
	first_message_index INTEGER NOT NULL,
	forwarded_count     INTEGER NOT NULL,
	is_verified         INTEGER NOT NULL CHECK (is_verified IN (0, 1)),
	session_data        TEXT NOT NULL,      -- a JSON object
	UNIQUE (backup, room_id, session_id)
);

-- The last version of its backup that an account ever had.  Writes: devices.
ALTER TABLE account ADD COLUMN backups INTEGER NOT NULL DEFAULT 0;
