-- Everything that waits: what devices send each other, what notifies, and in
-- which order clients are shown rooms.

------------------------------------------------------------------ devices

-- Messages from device to device, until their receiver has confirmed them by
-- its next token.  AUTOINCREMENT: a number is part of sync tokens and never
-- comes to mean another message.  Writes: devices, events.
CREATE TABLE to_device (
	nr      INTEGER PRIMARY KEY AUTOINCREMENT,
	device  INTEGER NOT NULL,               -- device.nr of who is to have it
	sender  INTEGER NOT NULL REFERENCES user (nr),
	type    TEXT NOT NULL,
	content TEXT NOT NULL                   -- a JSON object
);
CREATE INDEX to_device_of ON to_device (device, nr);

--------------------------------------------------------------- redactions

-- What was redacted between two positions of a room.
CREATE INDEX event_redacting ON event (room, pos) WHERE redacts IS NOT NULL;

--------------------------------------------------------------------- push

--------------------------------------------------------------------- order

-- change.pos of the last event that brings a room to the top of a list of
-- rooms (MSC4186).  Writes: rooms.
ALTER TABLE room ADD COLUMN bump_pos INTEGER NOT NULL DEFAULT 0;
UPDATE room SET bump_pos = last_pos;
