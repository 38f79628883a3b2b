-- The media repository: what users upload.  The content itself lies in files
-- of [media] directory, each under a name of 32 hexadecimal digits that only
-- this database knows of; an id that comes from outside is never a path.

-- Every mxc:// URI of this server that has content or may get it.
-- Writes: media, rooms (deletion with a redacted event), housekeeper, mxcgi.
CREATE TABLE media (
	nr             INTEGER PRIMARY KEY AUTOINCREMENT,
	media_id       TEXT NOT NULL UNIQUE,    -- mxc://server/media_id
	user           INTEGER REFERENCES user (nr),
	                                        -- whose; NULL: the server's own
	created_at     INTEGER NOT NULL,
	expires_at     INTEGER,                 -- without content until then; NULL: it has
	uploaded_at    INTEGER,                 -- NULL: no content yet, nor the next five
	file           TEXT UNIQUE,             -- name of its file
	type           TEXT,                    -- Content-Type as it was uploaded
	name           TEXT,                    -- filename, if it was given
	size           INTEGER,                 -- bytes
	sha256         BLOB,                    -- of the content
	quarantined_at INTEGER                  -- NULL: it is served
);
CREATE INDEX media_of_user ON media (user, nr);
-- Ids that wait for their content.
CREATE INDEX media_awaited ON media (user, expires_at) WHERE uploaded_at IS NULL;
CREATE INDEX media_unused ON media (expires_at) WHERE uploaded_at IS NULL;

-- What was made of media and goes with them, such as thumbnails.
-- Writes: media, rooms, housekeeper, mxcgi.
CREATE TABLE media_derived (
	media      INTEGER NOT NULL,            -- media.nr
	kind       TEXT NOT NULL,               -- by whoever makes it
	created_at INTEGER NOT NULL,
	file       TEXT NOT NULL UNIQUE,
	type       TEXT NOT NULL,
	size       INTEGER NOT NULL,
	PRIMARY KEY (media, kind)
) WITHOUT ROWID;

-- What a user has uploaded, counted as it comes and goes: the quota.
-- Writes: media, rooms, housekeeper, mxcgi.
CREATE TABLE media_tally (
	user  INTEGER PRIMARY KEY REFERENCES user (nr),
	files INTEGER NOT NULL,
	bytes INTEGER NOT NULL
);

-- Files that nothing speaks of any more, to be removed once that is committed.
-- Writes: media, rooms, housekeeper, mxcgi.
CREATE TABLE media_gone (
	file TEXT PRIMARY KEY
) WITHOUT ROWID;
