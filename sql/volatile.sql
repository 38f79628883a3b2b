-- The volatile store: everything in it may vanish at any time.

-- One row: the name of this life of the store, part of sync tokens.
CREATE TABLE epoch (
	epoch TEXT NOT NULL
);

-- What changed here that clients hear of, in the order in which it did: the
-- last change of each thing.  n is part of sync tokens.  Writes: triggers.
CREATE TABLE volatile_change (
	n     INTEGER PRIMARY KEY AUTOINCREMENT,
	kind  INTEGER NOT NULL,                 -- 1: who is typing in a room
	                                        -- 2: what a user shows of themselves
	about INTEGER NOT NULL,                 -- by kind: room.nr, user.nr
	UNIQUE (kind, about)
);

-- Who is typing.  Writes: presence; events and housekeeper when it is over.
CREATE TABLE typing (
	room       INTEGER NOT NULL,            -- room.nr
	user       INTEGER NOT NULL,            -- user.nr
	expires_at INTEGER NOT NULL,
	PRIMARY KEY (room, user)
) WITHOUT ROWID;
CREATE INDEX typing_expiry ON typing (expires_at);
-- Not INSERT OR REPLACE: what the statement says that sets off a trigger goes
-- before what the trigger says.
CREATE TRIGGER typing_began AFTER INSERT ON typing BEGIN
	DELETE FROM volatile_change WHERE kind = 1 AND about = NEW.room;
	INSERT INTO volatile_change (kind, about) VALUES (1, NEW.room);
END;
CREATE TRIGGER typing_ended AFTER DELETE ON typing BEGIN
	DELETE FROM volatile_change WHERE kind = 1 AND about = OLD.room;
	INSERT INTO volatile_change (kind, about) VALUES (1, OLD.room);
END;

-- Presence, of users who were here in this life of the store.  Writes: presence,
-- events, rooms, housekeeper.
CREATE TABLE presence (
	user       INTEGER PRIMARY KEY,         -- user.nr
	shown      INTEGER NOT NULL DEFAULT 1,  -- enum presence: what others see
	active     INTEGER NOT NULL DEFAULT 0,  -- currently_active
	status_msg TEXT,
	wish       INTEGER NOT NULL DEFAULT 0,  -- enum presence: what they said of
	                                        -- themselves; 0: clients decide
	acted_at   INTEGER NOT NULL DEFAULT 0,  -- the last pro-active event; 0: none
	over_at    INTEGER,                     -- shown or active end by themselves
	renewed    INTEGER NOT NULL DEFAULT 0   -- counts changes of their profile
);
CREATE INDEX presence_over_at ON presence (over_at) WHERE over_at IS NOT NULL;
CREATE INDEX presence_not_offline ON presence (user) WHERE shown > 1;
CREATE TRIGGER presence_changed AFTER UPDATE ON presence
  WHEN NEW.shown <> OLD.shown OR NEW.active <> OLD.active
    OR NEW.status_msg IS NOT OLD.status_msg OR NEW.renewed <> OLD.renewed
BEGIN
	DELETE FROM volatile_change WHERE kind = 2 AND about = NEW.user;
	INSERT INTO volatile_change (kind, about) VALUES (2, NEW.user);
END;

-- The clients by which they are here, and how each counts.  Writes: the same.
CREATE TABLE presence_client (
	user   INTEGER NOT NULL,                -- user.nr
	device INTEGER NOT NULL,                -- device.nr
	says   INTEGER NOT NULL,                -- 2: unavailable, 3: online
	until  INTEGER NOT NULL,                -- it has gone if not heard of again
	PRIMARY KEY (user, device)
) WITHOUT ROWID;
CREATE INDEX presence_client_end ON presence_client (until);

-- When devices were seen, from where and as what, until the housekeeper writes it
-- into the table device.  Writes: whoever serves them.
CREATE TABLE seen (
	device  INTEGER PRIMARY KEY,            -- device.nr
	at      INTEGER NOT NULL,
	address TEXT NOT NULL,
	agent   TEXT NOT NULL                   -- User-Agent; empty: not said
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

-- Who is on the way to an OpenID Connect provider and back.  Writes: login.
CREATE TABLE sso_session (
	state      BLOB PRIMARY KEY,            -- SHA-256 of the state that went along
	cookie     BLOB NOT NULL,               -- SHA-256 of what the browser holds
	step       INTEGER NOT NULL DEFAULT 0,  -- 1: came back; 2: was shown a page
	idp        TEXT NOT NULL,               -- [oidc NAME]
	nonce      TEXT NOT NULL,
	verifier   TEXT NOT NULL,               -- of PKCE
	redirect   TEXT,                        -- where to at last; NULL: the next
	uia        BLOB,                        -- uia_session.session; NULL: a login
	identity   TEXT,                        -- JSON: who they are there; by step 2
	address    TEXT NOT NULL,               -- network of the client
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sso_session_expiry ON sso_session (expires_at);
CREATE INDEX sso_session_of_address ON sso_session (address, created_at);

-- What the providers of the configuration say of themselves.  Writes: login.
CREATE TABLE oidc_provider (
	issuer     TEXT PRIMARY KEY,
	document   TEXT NOT NULL,               -- JSON (matrix/oidc.h)
	fetched_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Rate buckets of programs that run as CGI (resident ones keep them in memory).
CREATE TABLE bucket (
	key   TEXT PRIMARY KEY,                 -- class, and a hash of user or address
	level REAL NOT NULL,                    -- tokens left
	at    INTEGER NOT NULL                  -- when level was right
) WITHOUT ROWID;
CREATE INDEX bucket_age ON bucket (at);

-- What clients that ask by sliding sync (MSC4186) were sent: the answers of a
-- connection that may be gone on from, each with all that was sent up to it.
-- Writes: events; housekeeper when it is old.
CREATE TABLE sliding (
	serial INTEGER PRIMARY KEY AUTOINCREMENT,   -- part of pos
	user   INTEGER NOT NULL,
	device INTEGER NOT NULL,
	conn   TEXT NOT NULL,                   -- conn_id, behind the API's letter
	at     INTEGER NOT NULL,                -- when it was answered
	sent   BLOB NOT NULL,                   -- events-sliding-conn.c
	ask    TEXT                             -- body of the request that waits
);
CREATE INDEX sliding_of_device ON sliding (device, conn, serial);
CREATE INDEX sliding_of_user ON sliding (user, device);
CREATE INDEX sliding_age ON sliding (at);

-- Tokens that prove to others who somebody is (OpenID), and nothing else.
-- Writes: account.
CREATE TABLE openid_token (
	hash       BLOB PRIMARY KEY,            -- SHA-256 of the token
	user       INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX openid_token_expiry ON openid_token (expires_at);

-- How much is unread by rules that are not predefined, as it was worked out.
-- Writes: events; housekeeper when it is old.
CREATE TABLE counted (
	user    INTEGER NOT NULL,               -- user.nr
	room    INTEGER NOT NULL,               -- room.nr
	after   INTEGER NOT NULL,               -- read up to here (change.pos), and
	rules   INTEGER NOT NULL,               -- rules and whom they ignore
	ignored INTEGER NOT NULL,               -- changed then
	upto    INTEGER NOT NULL,               -- events up to here are counted
	at      INTEGER NOT NULL,               -- when
	counts  BLOB NOT NULL,                  -- matrix/count-own.c
	PRIMARY KEY (user, room)
) WITHOUT ROWID;
CREATE INDEX counted_age ON counted (at);
