-- Devices that nobody uses yet (MSC3814): others send them keys, and a session
-- that has none opens them.  One whom somebody logs in to is none any more.
-- Writes: devices; register, login, account (a device that goes).
CREATE TABLE dehydrated_device (
	user   INTEGER PRIMARY KEY REFERENCES account (user),
	device INTEGER NOT NULL UNIQUE REFERENCES device (nr) ON DELETE CASCADE,
	data   TEXT NOT NULL                    -- a JSON object, encrypted inside
);
