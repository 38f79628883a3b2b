-- Server-side key backups (common/matrix/backup.c, cgi-bin/devices-backup*.c).

---------------------------------------------------------------- versions

-- :name backup_current
SELECT nr, version, etag, keys, bytes FROM key_backup
 WHERE user = :user ORDER BY version DESC LIMIT 1;

-- :name backup_find
SELECT nr, version, etag, keys, bytes FROM key_backup
 WHERE user = :user AND version = :version;

-- What a client said of it when it was made.
-- :name backup_about
SELECT algorithm, auth_data FROM key_backup WHERE nr = :nr;

-- :name backup_version_next
UPDATE account SET backups = backups + 1 WHERE user = :user
RETURNING backups;

-- :name backup_version_last
SELECT backups FROM account WHERE user = :user;

-- :name backup_add
INSERT INTO key_backup (user, version, algorithm, auth_data, etag, keys, bytes)
VALUES (:user, :version, :algorithm, :auth_data, :etag, 0, 0);

-- :name backup_set_auth_data
UPDATE key_backup SET auth_data = :auth_data WHERE nr = :nr;

-- Some of its keys are others, or gone.
-- :name backup_changed
UPDATE key_backup
   SET etag = etag + 1, keys = keys + :keys, bytes = bytes + :bytes
 WHERE nr = :nr;

-- :name backup_drop
DELETE FROM key_backup WHERE nr = :nr;

-- :name backups_total
SELECT count(*), coalesce(sum(bytes), 0) FROM key_backup WHERE user = :user;

-------------------------------------------------------------------- keys

-- What says whether another may take its place, and what it weighs.
-- :name backup_key_rank
SELECT is_verified, first_message_index, forwarded_count,
       length(CAST(session_data AS BLOB))
  FROM backed_up_key
 WHERE backup = :backup AND room_id = :room_id AND session_id = :session_id;

-- :name backup_key_put
INSERT INTO backed_up_key (backup, room_id, session_id, first_message_index,
                           forwarded_count, is_verified, session_data)
VALUES (:backup, :room_id, :session_id, :first_message_index,
        :forwarded_count, :is_verified, :session_data)
ON CONFLICT (backup, room_id, session_id) DO UPDATE
   SET first_message_index = excluded.first_message_index,
       forwarded_count = excluded.forwarded_count,
       is_verified = excluded.is_verified,
       session_data = excluded.session_data;

-- :name backup_key
SELECT room_id, session_id, first_message_index, forwarded_count, is_verified,
       session_data
  FROM backed_up_key
 WHERE backup = :backup AND room_id = :room_id AND session_id = :session_id;

-- :name backup_keys_of_room
SELECT room_id, session_id, first_message_index, forwarded_count, is_verified,
       session_data
  FROM backed_up_key
 WHERE backup = :backup AND room_id = :room_id
 ORDER BY session_id;

-- :name backup_keys
SELECT room_id, session_id, first_message_index, forwarded_count, is_verified,
       session_data
  FROM backed_up_key
 WHERE backup = :backup
 ORDER BY room_id, session_id;

-- :name backup_key_drop
DELETE FROM backed_up_key
 WHERE backup = :backup AND room_id = :room_id AND session_id = :session_id
RETURNING length(CAST(session_data AS BLOB));

-- Some of those of a room.
-- :name backup_keys_drop_of_room
DELETE FROM backed_up_key
 WHERE nr IN (SELECT nr FROM backed_up_key
               WHERE backup = :backup AND room_id = :room_id LIMIT :most)
RETURNING length(CAST(session_data AS BLOB));

-- Some of a backup that is gone.
-- :name backup_keys_drop
DELETE FROM backed_up_key
 WHERE nr IN (SELECT nr FROM backed_up_key
               WHERE backup = :backup LIMIT :most);
