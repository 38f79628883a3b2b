-- Single sign-on: who is on the way, and whose account is opened by whom.

-- :name sso_link_user
SELECT user FROM sso_link WHERE issuer = :issuer AND subject = :subject;

-- Whoever was first has it, on either side.
-- :name sso_link_add
INSERT INTO sso_link (issuer, subject, user, linked_at)
VALUES (:issuer, :subject, :user, :now)
ON CONFLICT DO NOTHING;

-- :name sso_link_is_there
SELECT 1 FROM sso_link WHERE user = :user AND issuer = :issuer;

-- :name sso_session_find @volatile
SELECT cookie, step, idp, nonce, verifier, redirect, uia, identity
  FROM sso_session
 WHERE state = :state AND expires_at > :now;

-- :name sso_session_add @volatile
INSERT INTO sso_session
       (state, cookie, idp, nonce, verifier, redirect, uia, address,
        created_at, expires_at)
VALUES (:state, :cookie, :idp, :nonce, :verifier, :redirect, :uia, :address,
        :now, :expires_at);

-- They are back; whoever comes second with the same answer is not.
-- :name sso_session_back @volatile
UPDATE sso_session SET step = 1 WHERE state = :state AND step = 0;

-- They are asked something, now that it is known who they are.
-- :name sso_session_show @volatile
UPDATE sso_session SET step = 2, identity = :identity
 WHERE state = :state AND step > 0;

-- Whoever deletes the row has used the session.
-- :name sso_session_end @volatile
DELETE FROM sso_session WHERE state = :state;

-- Room for one more: what has expired goes, and so do the oldest where there
-- are more than 10,000, because anybody may begin one,
-- :name sso_make_room @volatile
-- :scan an index, 10,000 entries at most
DELETE FROM sso_session
 WHERE expires_at <= coalesce(
       (SELECT max(expires_at, :now) FROM sso_session
         ORDER BY expires_at DESC LIMIT 1 OFFSET 9999), :now);

-- and those of one network beyond twenty.
-- :name sso_make_room_of @volatile
DELETE FROM sso_session
 WHERE address = :address
   AND created_at <= (SELECT created_at FROM sso_session
                       WHERE address = :address
                       ORDER BY created_at DESC LIMIT 1 OFFSET 19);

-- What a provider said of itself, since some time.
-- :name oidc_provider_find @volatile
SELECT document FROM oidc_provider
 WHERE issuer = :issuer AND fetched_at > :since;

-- :name oidc_provider_set @volatile
INSERT INTO oidc_provider (issuer, document, fetched_at)
VALUES (:issuer, :document, :now)
ON CONFLICT (issuer)
DO UPDATE SET document = excluded.document, fetched_at = excluded.fetched_at;
