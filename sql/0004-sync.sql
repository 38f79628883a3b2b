-- Everything that waits: what devices send each other, what notifies, and in
-- which order clients are shown rooms.

------------------------------------------------------------------ devices

-- Messages from device to device, until their receiver has confirmed them by
-- its next token.  AUTOINCREMENT: a number is part of sync tokens and never
-- comes to mean another message.  What is of a device goes with it, here and
-- below.  Writes: devices, events.
CREATE TABLE to_device (
	nr      INTEGER PRIMARY KEY AUTOINCREMENT,
	device  INTEGER NOT NULL REFERENCES device (nr) ON DELETE CASCADE,
	                                        -- who is to have it
	sender  INTEGER NOT NULL REFERENCES user (nr),
	type    TEXT NOT NULL,
	content TEXT NOT NULL                   -- a JSON object
);
CREATE INDEX to_device_of ON to_device (device, nr);
CREATE INDEX to_device_from ON to_device (sender, device, nr);

-- How many messages wait for it: to count them costs as much as they are.
-- Writes: devices, events.
ALTER TABLE device ADD COLUMN queued INTEGER NOT NULL DEFAULT 0;

-- Identity keys of devices.  Writes: devices.
CREATE TABLE device_key (
	device INTEGER PRIMARY KEY REFERENCES device (nr) ON DELETE CASCADE,
	keys   TEXT NOT NULL                    -- canonical JSON, without unsigned
);

-- Keys that are given to one user each, the oldest first.  Writes: devices.
CREATE TABLE one_time_key (
	nr        INTEGER PRIMARY KEY,
	device    INTEGER NOT NULL REFERENCES device (nr) ON DELETE CASCADE,
	algorithm TEXT NOT NULL,
	key_id    TEXT NOT NULL,
	key       TEXT NOT NULL,                -- canonical JSON
	UNIQUE (device, algorithm, key_id)
);
CREATE INDEX one_time_key_next ON one_time_key (device, algorithm, nr);

-- The key that is given when those are used up.  Writes: devices.
CREATE TABLE fallback_key (
	device    INTEGER NOT NULL REFERENCES device (nr) ON DELETE CASCADE,
	algorithm TEXT NOT NULL,
	key_id    TEXT NOT NULL,
	key       TEXT NOT NULL,                -- canonical JSON
	used      INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1)),
	PRIMARY KEY (device, algorithm)
) WITHOUT ROWID;

-- Whose devices changed, without a look at what else happened.  7 is
-- CHANGE_DEVICES of stream.h.
CREATE INDEX change_of_devices ON change (pos) WHERE kind = 7;

-- Rooms that were forgotten since some position.
CREATE INDEX member_forgotten ON member (user, pos) WHERE forgotten = 1;

--------------------------------------------------------------- redactions

-- What was redacted between two positions of a room.
CREATE INDEX event_redacting ON event (room, pos) WHERE redacts IS NOT NULL;

--------------------------------------------------------------------- push

-- What an event does to counts of unread notifications (push_note.h).  thread:
-- event.nr of the root of its thread, 0 in the main timeline.  notifies: 1 all
-- members, 2 loudly.  Where it does: how many in the thread do, up to it.  What
-- was there before counts for nobody.  Writes: rooms.
ALTER TABLE event ADD COLUMN thread INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN notifies INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN notified INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN highlighted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX event_notifies ON event (room, thread, pos) WHERE notifies > 0;
CREATE INDEX event_taken_back ON event (room, thread, pos)
 WHERE notifies > 0 AND redacted_by IS NOT NULL;

-- The last of these numbers in each thread, and the place of the last event
-- that notified anybody.  Writes: rooms.
CREATE TABLE tally (
	room        INTEGER NOT NULL,
	thread      INTEGER NOT NULL,
	pos         INTEGER NOT NULL,           -- change.pos
	notified    INTEGER NOT NULL,
	highlighted INTEGER NOT NULL,
	PRIMARY KEY (room, thread)
) WITHOUT ROWID;
-- What most events go to has no index to be changed with it.
CREATE INDEX tally_told ON tally (room, pos) WHERE thread > 0;

-- Members whom an event names, and what it does for them beyond what it does
-- for all.  Writes: rooms.
CREATE TABLE mention (
	room        INTEGER NOT NULL,
	user        INTEGER NOT NULL REFERENCES user (nr),
	thread      INTEGER NOT NULL,
	pos         INTEGER NOT NULL,           -- of the event, event.nr
	event       INTEGER NOT NULL,
	notified    INTEGER NOT NULL,           -- 0, 1
	highlighted INTEGER NOT NULL,           -- 0, 1
	PRIMARY KEY (room, user, thread, pos)
) WITHOUT ROWID;
CREATE INDEX mention_of_event ON mention (event, user);

-- Where members said something last: so far they have read.  Writes: rooms.
CREATE TABLE spoke (
	room   INTEGER NOT NULL,
	user   INTEGER NOT NULL REFERENCES user (nr),
	thread INTEGER NOT NULL,
	pos    INTEGER NOT NULL,
	PRIMARY KEY (room, user, thread)
) WITHOUT ROWID;

--------------------------------------------------------------------- order

-- change.pos of the last event, by which lists of rooms are in order, and of the
-- last that clients put a room at the top for (MSC4186, bump_stamp).  Writes:
-- rooms.
ALTER TABLE room ADD COLUMN event_pos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE room ADD COLUMN bump_pos INTEGER NOT NULL DEFAULT 0;
UPDATE room SET event_pos = (SELECT coalesce(max(pos), 0) FROM event
                              WHERE event.room = room.nr);
UPDATE room SET bump_pos = event_pos;
-- The `type` of its m.room.create: lists of rooms are filtered by it.  Writes:
-- rooms.
ALTER TABLE room ADD COLUMN type TEXT;
UPDATE room SET type = (
    SELECT json_extract(e.pdu, '$.content.type')
      FROM current_state s JOIN event e ON e.nr = s.event
     WHERE s.room = room.nr AND s.type = 'm.room.create' AND s.state_key = ''
       AND json_type(e.pdu, '$.content.type') = 'text');

----------------------------------------------------------------- presence

-- Whose presence somebody asked to hear of (2015).  They do when both have
-- asked for the other's.  Writes: presence.
CREATE TABLE presence_list (
	watcher INTEGER NOT NULL REFERENCES user (nr),
	user    INTEGER NOT NULL REFERENCES user (nr),
	PRIMARY KEY (watcher, user)
) WITHOUT ROWID;
