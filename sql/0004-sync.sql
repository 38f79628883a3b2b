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

--------------------------------------------------------------------- push

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
