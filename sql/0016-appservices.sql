-- What application services are told.

-- Those that are registered with a URL.  AUTOINCREMENT: an answer that comes
-- late is never taken for another's.  Writes: housekeeper.
CREATE TABLE appservice (
	nr       INTEGER PRIMARY KEY AUTOINCREMENT,
	id       TEXT NOT NULL UNIQUE,          -- as it is registered
	users    BLOB NOT NULL,                 -- SHA-256 of its namespace of users
	scanned  INTEGER,                       -- account.user: whose rooms were looked
	                                        -- for; -1: old ones are to go
	                                        -- first; NULL: all
	pos      INTEGER NOT NULL,              -- change.pos: it knows of these, or
	                                        -- is being told in its transaction
	epoch    TEXT NOT NULL,                 -- the same of the volatile store
	heard    INTEGER NOT NULL,              -- volatile_change.n
	txn      INTEGER NOT NULL,              -- the last transaction id
	due_at   INTEGER NOT NULL DEFAULT 0,    -- when it is tried again
	failures INTEGER NOT NULL DEFAULT 0     -- in a row
);

-- What it is being told, to the byte, until it has it.  Writes: housekeeper.
CREATE TABLE appservice_txn (
	appservice INTEGER PRIMARY KEY REFERENCES appservice (nr),
	body       TEXT NOT NULL
);

-- Users of its namespace in rooms, as of pos: all that happens there is told.
-- Writes: housekeeper.
CREATE TABLE appservice_member (
	appservice INTEGER NOT NULL,
	room       INTEGER NOT NULL,
	user       INTEGER NOT NULL,
	PRIMARY KEY (appservice, room, user)
) WITHOUT ROWID;

-- What application services publish in the directories of their networks.
-- network: id of the service|id of the network.  Writes: rooms.
CREATE TABLE network_room (
	network TEXT NOT NULL,
	room    INTEGER NOT NULL REFERENCES room (nr),
	PRIMARY KEY (network, room)
) WITHOUT ROWID;
CREATE INDEX network_of_room ON network_room (room);

-- In how many of these it is.  Writes: rooms.
ALTER TABLE room ADD COLUMN networks INTEGER NOT NULL DEFAULT 0;
CREATE INDEX room_in_any_list ON room (joined, nr)
 WHERE published = 1 OR networks > 0;
