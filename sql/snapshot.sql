-- What `mxcgi backup` and `mxcgi verify` walk through (admin/mxcgi-backup.h).

-- All files there are, by their names.
-- :name snapshot_media
SELECT file, size, sha256 FROM media
 WHERE file > :after ORDER BY file LIMIT :limit;

-- :name snapshot_derived
SELECT file, size, NULL FROM media_derived
 WHERE file > :after ORDER BY file LIMIT :limit;
