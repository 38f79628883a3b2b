-- The volatile store: everything in it may vanish at any time.

-- One row: the name of this life of the store, part of sync tokens.
CREATE TABLE epoch (
	epoch TEXT NOT NULL
);

-- Running User-Interactive Authentications.  Writes: register (others later).
CREATE TABLE uia_session (
	session    BLOB PRIMARY KEY,            -- SHA-256 of what the client holds
	endpoint   TEXT NOT NULL,               -- route name and path arguments
	user       INTEGER,                     -- who, where the endpoint knows; else NULL
	body       BLOB NOT NULL,               -- SHA-256 of session and body without auth
	completed  TEXT NOT NULL,               -- JSON array of stage types
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX uia_session_expiry ON uia_session (expires_at);

-- Rate buckets of programs that run as CGI (resident ones keep them in memory).
CREATE TABLE bucket (
	key   TEXT PRIMARY KEY,                 -- class and user or address
	level REAL NOT NULL,                    -- tokens left
	at    INTEGER NOT NULL                  -- when level was right
) WITHOUT ROWID;
CREATE INDEX bucket_age ON bucket (at);
