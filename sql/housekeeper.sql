-- What the housekeeper asks (common/store/upkeep.c).  Each change touches at
-- most :chunk rows, because everybody else waits meanwhile.

-- Rows are in order of time, so the oldest have the smallest numbers.
-- :name once_expire
DELETE FROM once
 WHERE nr < (SELECT min(nr) FROM once) + :chunk AND at < :before;

-- :name token_expire
DELETE FROM token
 WHERE nr IN (SELECT nr FROM token WHERE expires_at < :before
               ORDER BY expires_at LIMIT :chunk);

-- :name login_token_expire
DELETE FROM login_token
 WHERE hash IN (SELECT hash FROM login_token WHERE expires_at < :before
                 ORDER BY expires_at LIMIT :chunk);

-- :name confirmation_used_expire
DELETE FROM confirmation_used
 WHERE hash IN (SELECT hash FROM confirmation_used WHERE expires_at < :before
                 ORDER BY expires_at LIMIT :chunk);

-- :name threepid_session_expire
DELETE FROM threepid_session
 WHERE sid IN (SELECT sid FROM threepid_session WHERE expires_at < :before
                ORDER BY expires_at LIMIT :chunk);

-- :name openid_token_expire @volatile
DELETE FROM openid_token
 WHERE hash IN (SELECT hash FROM openid_token WHERE expires_at < :before
                 ORDER BY expires_at LIMIT :chunk);

-- :name uia_session_expire @volatile
DELETE FROM uia_session
 WHERE session IN (SELECT session FROM uia_session WHERE expires_at < :before
                    ORDER BY expires_at LIMIT :chunk);

-- :name sso_session_expire @volatile
DELETE FROM sso_session
 WHERE state IN (SELECT state FROM sso_session WHERE expires_at < :before
                  ORDER BY expires_at LIMIT :chunk);

-- :name sliding_expire @volatile
DELETE FROM sliding
 WHERE serial IN (SELECT serial FROM sliding WHERE at < :before
                   ORDER BY at LIMIT :chunk);

-- :name counted_expire @volatile
DELETE FROM counted
 WHERE (user, room) IN (SELECT user, room FROM counted WHERE at < :before
                         ORDER BY at LIMIT :chunk);

-- What is owed stays for a day.
-- :name bucket_expire @volatile
DELETE FROM bucket
 WHERE key IN (SELECT key FROM bucket
                WHERE at < :before AND (level >= 0 OR at < :before - 86400000)
                ORDER BY at LIMIT :chunk);

-- :name seen_some @volatile
-- :scan a chunk in the order of its key; all of it goes
SELECT device, at, address, agent FROM seen ORDER BY device LIMIT :chunk;

-- What was noted meanwhile stays.
-- :name seen_drop @volatile
DELETE FROM seen WHERE device = :device AND at <= :at;

-- The end of the next chunk of the stream; no row: the rest is less than one.
-- :name change_chunk
SELECT pos FROM change
 WHERE pos > :after AND pos <= :upto
 ORDER BY pos LIMIT 1 OFFSET :chunk;

-- A change of a room that another of its kind came after, and likewise of a
-- user.  Who asks what has changed since some position finds the later one.
-- What a room has for one user alone is not thinned: of each such thing there
-- is one change, as the next takes the place of the last (stream.h).
-- :name change_thin
DELETE FROM change
 WHERE pos > :after AND pos <= :upto
   AND ((room IS NOT NULL AND kind = :event
         AND EXISTS (SELECT 1 FROM event e
                      WHERE e.room = change.room AND e.pos > change.pos))
     OR (room IS NOT NULL AND kind = :receipt
         AND EXISTS (SELECT 1 FROM receipt r
                      WHERE r.room = change.room AND r.kind = 'm.read'
                        AND r.pos > change.pos))
     OR (room IS NULL
         AND EXISTS (SELECT 1 FROM change n
                      WHERE n.user = change.user AND n.pos > change.pos
                        AND n.kind = change.kind AND n.room IS NULL)));

-- :name pages_all
PRAGMA page_count;

-- :name pages_free
PRAGMA freelist_count;

-- :name pages_give_back
PRAGMA incremental_vacuum(256);
