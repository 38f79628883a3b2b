-- What `mxcgi backup` and `mxcgi verify` walk through (admin/mxcgi-backup.h).

-- All files there are, by their names.
-- :name snapshot_media
SELECT file, size, sha256 FROM media
 WHERE file > :after ORDER BY file LIMIT :limit;

-- :name snapshot_derived
SELECT file, size, NULL FROM media_derived
 WHERE file > :after ORDER BY file LIMIT :limit;

-- After a backup was restored (snapshot_leap()): numbers go on from the time, in
-- ms, up to which nobody counts; so they are higher than those that were given
-- since it was made, or restored before.  The first is a change about nobody.
-- :name leap_changes
INSERT INTO change (pos, kind)
SELECT max(coalesce(max(pos), 0) + 1, :now), :kind FROM change;

-- :name leap_numbered
-- :scan a row a table
INSERT INTO sqlite_sequence (name, seq)
SELECT 'to_device', 0
 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'to_device');

-- :name leap_to_device
-- :scan a row a table
UPDATE sqlite_sequence SET seq = max(seq, :now) WHERE name = 'to_device';

-- :name leap_appservices
-- :scan they are few
UPDATE appservice SET txn = max(txn, :now);

-- :name leap_one_time_keys
-- :scan all of them go, once
DELETE FROM one_time_key;
