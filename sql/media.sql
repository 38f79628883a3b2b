-- The media repository (common/matrix/media.h).

-- :part media
nr, media_id, user, created_at, expires_at, uploaded_at, file, type, name,
       size, quarantined_at

-- :name media_find
SELECT $media FROM media WHERE media_id = :media_id;

-- :name media_by_nr
SELECT $media FROM media WHERE nr = :nr;

-- Ids of a user that wait for their content: how many, and until when the first
-- does.
-- :name media_awaited
SELECT count(*), min(expires_at) FROM media
 WHERE user = :user AND uploaded_at IS NULL AND expires_at > :now;

-- :name media_create
INSERT INTO media (media_id, user, created_at, expires_at)
VALUES (:media_id, :user, :now, :expires_at);

-- :name media_add
INSERT INTO media (media_id, user, created_at, uploaded_at, file, type, name,
                   size, sha256)
VALUES (:media_id, :user, :now, :now, :file, :type, :name, :size, :sha256);

-- Content for an id that waits for it.
-- :name media_fill
UPDATE media
   SET expires_at = NULL, uploaded_at = :now, file = :file, type = :type,
       name = :name, size = :size, sha256 = :sha256
 WHERE nr = :nr AND uploaded_at IS NULL AND expires_at > :now;

-- :name media_tally
SELECT files, bytes FROM media_tally WHERE user = :user;

-- :name media_tally_add
INSERT INTO media_tally (user, files, bytes) VALUES (:user, 1, :bytes)
    ON CONFLICT (user) DO UPDATE SET files = files + 1,
                                     bytes = bytes + excluded.bytes;

-- :name media_tally_take
UPDATE media_tally SET files = files - 1, bytes = bytes - :bytes
 WHERE user = :user;

-- :name media_derived_find
SELECT file, type, size FROM media_derived WHERE media = :media AND kind = :kind;

-- :name media_derived_count
SELECT count(*) FROM media_derived WHERE media = :media;

-- :name media_derived_add
INSERT INTO media_derived (media, kind, created_at, file, type, size)
VALUES (:media, :kind, :now, :file, :type, :size)
    ON CONFLICT DO NOTHING;

-- The end of one: its files are to be removed, and the row with what was made
-- of it goes.
-- :name media_gone_file
INSERT INTO media_gone (file)
SELECT file FROM media WHERE nr = :nr AND file IS NOT NULL
 UNION ALL
SELECT file FROM media_derived WHERE media = :nr;

-- :name media_drop_derived
DELETE FROM media_derived WHERE media = :nr;

-- :name media_drop
DELETE FROM media WHERE nr = :nr;

-- What is there to be removed, of which the first few are taken.
-- :name media_gone_next
-- :scan every row is work to do, and LIMIT ends it
SELECT file FROM media_gone ORDER BY file LIMIT :limit;

-- :name media_gone_done
DELETE FROM media_gone WHERE file = :file;

-- Does anything speak of this file?
-- :name media_file_known
SELECT EXISTS (SELECT 1 FROM media WHERE file = :file)
    OR EXISTS (SELECT 1 FROM media_derived WHERE file = :file);

-- Ids whose time is over without content.
-- :name media_expire
DELETE FROM media
 WHERE nr IN (SELECT nr FROM media
               WHERE uploaded_at IS NULL AND expires_at <= :now
               ORDER BY expires_at LIMIT :limit);

-- :name media_quarantine
UPDATE media SET quarantined_at = :at WHERE nr = :nr;

-- The next of all, or of a user, behind a number.
-- :name media_page
SELECT $media, (SELECT user_id FROM user WHERE nr = media.user) FROM media
 WHERE nr > :after
 ORDER BY nr LIMIT :limit;

-- :name media_page_of_user
SELECT $media, (SELECT user_id FROM user WHERE nr = media.user) FROM media
 WHERE user = :user AND nr > :after
 ORDER BY nr LIMIT :limit;

-- What became of ids that waited for their content.
-- :name media_news
SELECT ref FROM change
 WHERE pos > :after AND pos <= :upto AND kind = :kind;
