-- What `mxcgi backup` and `mxcgi verify` walk through (admin/mxcgi-backup.h).

-- All files there are, by their names.
-- :name snapshot_media
SELECT file, size, sha256 FROM media
 WHERE file > :after ORDER BY file LIMIT :limit;

-- :name snapshot_derived
SELECT file, size, NULL FROM media_derived
 WHERE file > :after ORDER BY file LIMIT :limit;

-- After a backup was restored (snapshot_leap()): numbers go on far from those that
-- were given since it was made.  The first is a change that is about nobody.
-- :name leap_changes
INSERT INTO change (pos, kind)
SELECT coalesce(max(pos), 0) + :leap, :kind FROM change;

-- :name leap_numbered
-- :scan a row a table
INSERT INTO sqlite_sequence (name, seq)
SELECT 'to_device', 0
 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'to_device');

-- :name leap_to_device
-- :scan a row a table
UPDATE sqlite_sequence SET seq = seq + :leap WHERE name = 'to_device';

-- :name leap_appservices
-- :scan they are few
UPDATE appservice SET txn = txn + :leap;

-- :name leap_one_time_keys
-- :scan all of them go, once
DELETE FROM one_time_key;
