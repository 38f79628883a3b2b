-- Users as others look for them (client-server API, "User Directory").

-- Accounts by the words of their id and name; rowid is user.nr.  named: y where
-- there is a name or picture to show, else n.  Writes: profile, register,
-- account, rooms and housekeeper (those of before), mxcgi.
CREATE VIRTUAL TABLE listed USING fts5 (
	words, named, detail = column, columnsize = 0, tokenize = 'ascii',
	prefix = '1 2 3'
);
INSERT INTO task (kind, created_at)
SELECT 'list_users', CAST(strftime('%s', 'now') AS INTEGER) * 1000
 WHERE EXISTS (SELECT 1 FROM account);

-- May anybody enter it, or read it without?  Writes: rooms.
ALTER TABLE room ADD COLUMN open INTEGER NOT NULL DEFAULT 0
 CHECK (open IN (0, 1));
UPDATE room SET open = EXISTS (
    SELECT 1 FROM current_state s CROSS JOIN event e ON e.nr = s.event
     WHERE s.room = room.nr AND s.state_key = ''
       AND s.type IN ('m.room.join_rules', 'm.room.history_visibility')
       AND (json_extract(e.pdu, '$.content.join_rule') = 'public'
            OR json_extract(e.pdu, '$.content.history_visibility') =
               'world_readable'));
