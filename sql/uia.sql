-- User-Interactive Authentication: what runs, in the volatile store.

-- :name uia_find @volatile
SELECT endpoint, user, body, completed, flows
  FROM uia_session
 WHERE session = :session AND expires_at > :now;

-- :name uia_add @volatile
INSERT INTO uia_session
       (session, endpoint, flows, user, body, completed, created_at, expires_at)
VALUES (:session, :endpoint, :flows, :user, :body, :completed, :now, :expires_at);

-- A stage was passed.  Nothing is touched when the session moved on meanwhile.
-- :name uia_go_on @volatile
UPDATE uia_session SET body = :body, completed = :completed
 WHERE session = :session AND completed = :before;

-- Whoever deletes the row has used the session.
-- :name uia_end @volatile
DELETE FROM uia_session WHERE session = :session;

-- Room for one more: what has expired goes, and so do the oldest where there
-- are more than 10,000, because anybody may begin one.
-- :name uia_make_room @volatile
-- :scan an index, 10,000 entries at most
DELETE FROM uia_session
 WHERE expires_at <= coalesce(
       (SELECT max(expires_at, :now) FROM uia_session
         ORDER BY expires_at DESC LIMIT 1 OFFSET 9999), :now);

-- :name registration_token_good
SELECT 1 FROM registration_token
 WHERE token = :token AND (uses IS NULL OR used < uses)
   AND (expires_at IS NULL OR expires_at > :now);

-- Once more; nothing is touched when it was used up meanwhile.
-- :name registration_token_use
UPDATE registration_token SET used = used + 1
 WHERE token = :token AND (uses IS NULL OR used < uses)
   AND (expires_at IS NULL OR expires_at > :now);
