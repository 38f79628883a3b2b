-- What web pages said when somebody asked for a preview of them.

-- Old ones go, those with the lowest numbers, so that they are so many, have
-- pictures of so many bytes, and are so old at most ([preview]).
-- Writes: media, housekeeper.
CREATE TABLE preview (
	nr         INTEGER PRIMARY KEY AUTOINCREMENT,
	url        TEXT NOT NULL,               -- as it was asked for, without a fragment
	fetched_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,            -- then the page is asked again
	said       INTEGER NOT NULL,            -- 0: what follows; else why not (preview.h)
	answer     TEXT,                        -- an object, without what the picture adds
	media      INTEGER,                     -- media.nr of the picture, or NULL; it may be gone
	width      INTEGER,                     -- of the picture, pixels, or NULL
	height     INTEGER,
	upto       INTEGER NOT NULL             -- bytes of pictures of all up to this one
);
CREATE INDEX preview_found ON preview (url, fetched_at) WHERE said = 0;
CREATE INDEX preview_failed ON preview (url) WHERE said <> 0;
CREATE INDEX preview_media ON preview (media) WHERE media IS NOT NULL;

-- A picture that many pages show is kept once, and one that was quarantined,
-- whoever it came from, does not come back.
CREATE INDEX media_own ON media (sha256) WHERE user IS NULL;
CREATE INDEX media_quarantined ON media (sha256) WHERE quarantined_at IS NOT NULL;
