-- Accounts in full: sessions that are refreshed, addresses, tokens that let
-- somebody register or log in.

-- When the user asked that others see no more of what they said, and the newest
-- event.nr at that time: who was in a room by then goes on to see it; NULL: not.
-- Writes: account, mxcgi.
ALTER TABLE account ADD COLUMN erased_at INTEGER;
ALTER TABLE account ADD COLUMN erased_nr INTEGER;
CREATE INDEX account_erased ON account (user, erased_nr)
 WHERE erased_nr IS NOT NULL;

-- Pieces of the task that failed one after the other, and when it is tried
-- again (ms since 1970).
ALTER TABLE task ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;

-- The access and the refresh token of a pair share its number, which is the
-- refresh token's nr; NULL: an access token alone.  While a device has an older
-- pair too, nobody has used the newer one yet.
ALTER TABLE token ADD COLUMN pair INTEGER;

-- Addresses of an account, which may be used to reset its password and to log
-- in.  An address belongs to one account.  Writes: register, account, mxcgi.
CREATE TABLE threepid (
	medium       TEXT NOT NULL CHECK (medium IN ('email', 'msisdn')),
	address      TEXT NOT NULL,             -- canonical (threepid.h)
	user         INTEGER NOT NULL REFERENCES account (user),
	validated_at INTEGER NOT NULL,
	added_at     INTEGER NOT NULL,
	PRIMARY KEY (medium, address)
) WITHOUT ROWID;
CREATE INDEX threepid_of_user ON threepid (user);

-- What was published at identity servers on the user's behalf, so that it can
-- be taken back.  Writes: register, account.
CREATE TABLE binding (
	user      INTEGER NOT NULL REFERENCES account (user),
	medium    TEXT NOT NULL,
	address   TEXT NOT NULL,
	id_server TEXT NOT NULL,                -- host[:port]
	bound_at  INTEGER NOT NULL,
	PRIMARY KEY (user, medium, address, id_server)
) WITHOUT ROWID;

-- Addresses that this server itself asks to be confirmed (requestToken).
-- Writes: register, account.
CREATE TABLE threepid_session (
	sid           TEXT PRIMARY KEY,
	client_secret TEXT NOT NULL,
	purpose       TEXT NOT NULL CHECK (purpose IN ('register', 'password', 'add')),
	medium        TEXT NOT NULL CHECK (medium IN ('email', 'msisdn')),
	address       TEXT NOT NULL,            -- canonical
	token         BLOB NOT NULL,            -- SHA-256 of sid and what was sent last
	send_attempt  INTEGER NOT NULL,         -- of the message sent last
	next_link     TEXT,                     -- where the page goes on to
	failures      INTEGER NOT NULL DEFAULT 0, -- wrong tokens
	created_at    INTEGER NOT NULL,
	expires_at    INTEGER NOT NULL,
	validated_at  INTEGER,                  -- NULL: not confirmed yet
	UNIQUE (client_secret, purpose, medium, address)
) WITHOUT ROWID;
CREATE INDEX threepid_session_expiry ON threepid_session (expires_at);
CREATE INDEX threepid_session_of_address ON threepid_session (medium, address);

-- What identity servers confirmed and somebody has used, so that their word
-- counts once.  Writes: register, account.
CREATE TABLE confirmation_used (
	hash       BLOB PRIMARY KEY,            -- SHA-256 of server and session
	expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX confirmation_used_expiry ON confirmation_used (expires_at);

-- Who holds one may register.  As they are, because the administrator lists
-- and hands them out.  Writes: register, mxcgi.
CREATE TABLE registration_token (
	token      TEXT PRIMARY KEY,
	uses       INTEGER,                     -- allowed; NULL: any number
	used       INTEGER NOT NULL DEFAULT 0,
	expires_at INTEGER,                     -- NULL: never
	created_at INTEGER NOT NULL
) WITHOUT ROWID;

-- m.login.token: single use, short.  Writes: login, account.
CREATE TABLE login_token (
	hash       BLOB PRIMARY KEY,            -- SHA-256 of the token
	user       INTEGER NOT NULL REFERENCES account (user),
	expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX login_token_of_user ON login_token (user);
CREATE INDEX login_token_expiry ON login_token (expires_at);

-- Which version of which policy somebody agreed to (m.login.terms).
-- Writes: register.
CREATE TABLE policy_accepted (
	user        INTEGER NOT NULL REFERENCES account (user),
	policy      TEXT NOT NULL,
	version     TEXT NOT NULL,
	accepted_at INTEGER NOT NULL,
	PRIMARY KEY (user, policy, version)
) WITHOUT ROWID;
