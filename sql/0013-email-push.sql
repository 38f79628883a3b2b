-- Pushers that write mails, and what is refused by gateways.

-- A pusher of kind email has its address as pushkey, which the account has to
-- have too; its url is empty, and its gateway "mailto:", which stands for the
-- server that takes the mails.
ALTER TABLE pusher DROP COLUMN kind;
ALTER TABLE pusher ADD COLUMN kind TEXT NOT NULL DEFAULT 'http'
	CHECK (kind IN ('http', 'email'));
-- In a row, by the gateway, so that asking again will not help.
ALTER TABLE pusher ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;

-- How long a pusher says nothing more of a room after a mail that did.
-- Writes: housekeeper; whoever ends devices, with them.
CREATE TABLE mail_pause (
	pusher  INTEGER NOT NULL REFERENCES pusher (nr) ON DELETE CASCADE,
	room    INTEGER NOT NULL,               -- room.nr
	sent_at INTEGER NOT NULL,               -- the mail was
	pause   INTEGER NOT NULL,               -- ms
	told_at INTEGER NOT NULL,               -- push.at of the last it told of
	PRIMARY KEY (pusher, room)
) WITHOUT ROWID;

-- What the links in mails hold that end them.  Writes: housekeeper; whoever
-- ends devices, with them.
CREATE TABLE mail_token (
	hash       BLOB PRIMARY KEY,            -- SHA-256
	pusher     INTEGER NOT NULL REFERENCES pusher (nr) ON DELETE CASCADE,
	expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX mail_token_of_pusher ON mail_token (pusher);
CREATE INDEX mail_token_expiry ON mail_token (expires_at);
