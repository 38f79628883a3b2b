-- What clients keep here for their users.  room 0: of no room.

-- :name account_data_get
SELECT content, pos FROM account_data
 WHERE user = :user AND room = :room AND type = :type;

-- :name account_data_put
INSERT INTO account_data (user, room, type, pos, bytes, content)
VALUES (:user, :room, :type, :pos, :bytes, :content)
ON CONFLICT (user, room, type) DO UPDATE
   SET pos = excluded.pos, bytes = excluded.bytes,
       content = excluded.content;

-- How much there is besides one type.
-- :name account_data_size
SELECT count(*), sum(bytes) FROM account_data
 WHERE user = :user AND room = :room AND type <> :type;

-- :name account_data_told
SELECT type, content FROM account_data
 WHERE user = :user AND room = :room AND pos > :after AND pos <= :upto
 ORDER BY pos DESC;
