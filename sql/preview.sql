-- Previews of web pages (common/matrix/preview.h).

-- With its picture, where that is there and served.
-- :part preview
preview.expires_at, answer, media_id, media.type, media.size, width, height

-- The newest that is not newer than that.
-- :name preview_before
SELECT $preview FROM preview
  LEFT JOIN media ON media.nr = preview.media AND quarantined_at IS NULL
 WHERE url = :url AND said = 0 AND fetched_at <= :ts
 ORDER BY fetched_at DESC LIMIT 1;

-- The first behind that.
-- :name preview_after
SELECT $preview FROM preview
  LEFT JOIN media ON media.nr = preview.media AND quarantined_at IS NULL
 WHERE url = :url AND said = 0 AND fetched_at > :ts
 ORDER BY fetched_at LIMIT 1;

-- Why there is none, as long as that is so.
-- :name preview_failed
SELECT max(said) FROM preview
 WHERE url = :url AND said <> 0 AND expires_at > :now;

-- :name preview_add
INSERT INTO preview (url, fetched_at, expires_at, said, answer, media, width,
                     height, upto)
VALUES (:url, :now, :expires_at, :said, :answer, :media, :width, :height,
        coalesce((SELECT upto FROM preview
                   WHERE nr = (SELECT max(nr) FROM preview)), 0) + :size);

-- What failed once is of no interest any more.
-- :name preview_drop_failed
DELETE FROM preview WHERE url = :url AND said <> 0;

-- The oldest, by their numbers: are they in excess, of age, number or bytes?
-- Whoever asks stops at the first that is not.
-- :name preview_oldest
-- :scan from the oldest on, and LIMIT ends it
SELECT nr, media,
       fetched_at <= :oldest
       OR nr <= (SELECT max(nr) FROM preview) - :entries
       OR upto < (SELECT upto FROM preview
                  WHERE nr = (SELECT max(nr) FROM preview)) - :space
  FROM preview ORDER BY nr LIMIT :limit;

-- :name preview_drop
DELETE FROM preview WHERE nr = :nr;

-- :name preview_shows
SELECT EXISTS (SELECT 1 FROM preview WHERE media = :media);

-- A picture with that content that previews show already.
-- :name preview_same_media
SELECT nr FROM media
 WHERE user IS NULL AND sha256 = :sha256
   AND EXISTS (SELECT 1 FROM preview WHERE media = media.nr)
 LIMIT 1;

-- :name media_is_quarantined
SELECT EXISTS (SELECT 1 FROM media
                WHERE sha256 = :sha256 AND quarantined_at IS NOT NULL);
