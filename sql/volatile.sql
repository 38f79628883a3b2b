-- The volatile store: everything in it may vanish at any time.

-- One row: the name of this life of the store, part of sync tokens.
CREATE TABLE epoch (
	epoch TEXT NOT NULL
);

-- Running User-Interactive Authentications.  Writes: whoever asks for one.
CREATE TABLE uia_session (
	session    BLOB PRIMARY KEY,            -- SHA-256 of what the client holds
	endpoint   TEXT NOT NULL,               -- route name and path arguments
	flows      INTEGER NOT NULL,            -- enum conf_flows
	user       INTEGER,                     -- who, where the endpoint knows; else NULL
	body       BLOB NOT NULL,               -- SHA-256 of session and body without auth
	completed  TEXT NOT NULL,               -- JSON: stage types, with what each proved
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX uia_session_expiry ON uia_session (expires_at);

-- Rate buckets of programs that run as CGI (resident ones keep them in memory).
CREATE TABLE bucket (
	key   TEXT PRIMARY KEY,                 -- class, and a hash of user or address
	level REAL NOT NULL,                    -- tokens left
	at    INTEGER NOT NULL                  -- when level was right
) WITHOUT ROWID;
CREATE INDEX bucket_age ON bucket (at);

-- Tokens that prove to others who somebody is (OpenID), and nothing else.
-- Writes: account.
CREATE TABLE openid_token (
	hash       BLOB PRIMARY KEY,            -- SHA-256 of the token
	user       INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX openid_token_expiry ON openid_token (expires_at);
