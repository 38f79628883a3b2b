-- Addresses of accounts, and the sessions in which they are confirmed.

-- :name threepid_owner
SELECT user FROM threepid WHERE medium = :medium AND address = :address;

-- The owner may confirm it again; nobody takes it from them.
-- :name threepid_add
INSERT INTO threepid (medium, address, user, validated_at, added_at)
VALUES (:medium, :address, :user, :validated_at, :now)
ON CONFLICT (medium, address)
DO UPDATE SET validated_at = excluded.validated_at WHERE user = excluded.user;

-- :name threepid_drop
DELETE FROM threepid
 WHERE user = :user AND medium = :medium AND address = :address;

-- :name threepids_drop
DELETE FROM threepid WHERE user = :user;

-- :name binding_add
INSERT INTO binding (user, medium, address, id_server, bound_at)
VALUES (:user, :medium, :address, :id_server, :now)
ON CONFLICT (user, medium, address, id_server) DO NOTHING;

-- :name threepid_session_find
SELECT sid, medium, address, next_link, validated_at
  FROM threepid_session
 WHERE sid = :sid AND client_secret = :client_secret AND purpose = :purpose
   AND expires_at > :now;

-- What was confirmed before to reset a password of this user, or by this
-- address.
-- :name resets_of_user_drop
DELETE FROM threepid_session
 WHERE sid IN (SELECT s.sid FROM threepid t
                 JOIN threepid_session s
                   ON s.medium = t.medium AND s.address = t.address
                WHERE t.user = :user AND s.purpose = 'password');

-- :name resets_of_address_drop
DELETE FROM threepid_session
 WHERE medium = :medium AND address = :address AND purpose = 'password';

-- Nothing is touched when it was used before.
-- :name confirmation_use
INSERT INTO confirmation_used (hash, expires_at) VALUES (:hash, :expires_at)
ON CONFLICT (hash) DO NOTHING;

-- :name threepid_session_drop
DELETE FROM threepid_session WHERE sid = :sid;

-- What was sent last in a session that is alive: not expired, and not ended by
-- wrong tokens (:most of them; of mails any number may be wrong).
-- :name threepid_session_sent
SELECT send_attempt, validated_at
  FROM threepid_session
 WHERE sid = :sid AND expires_at > :now
   AND (medium = 'email' OR failures < :most);

-- A message was sent.  What was confirmed meanwhile stays so.
-- :name threepid_session_send
INSERT INTO threepid_session (sid, client_secret, purpose, medium, address,
       token, send_attempt, next_link, created_at, expires_at)
VALUES (:sid, :client_secret, :purpose, :medium, :address, :token,
       :send_attempt, :next_link, :now, :expires_at)
ON CONFLICT (sid) DO UPDATE
SET token = excluded.token, next_link = excluded.next_link, failures = 0,
    send_attempt = excluded.send_attempt, created_at = excluded.created_at,
    expires_at = excluded.expires_at, validated_at = NULL
WHERE validated_at IS NULL OR expires_at <= excluded.created_at;

-- :name threepid_session_try
SELECT token, medium, address, next_link, validated_at
  FROM threepid_session
 WHERE sid = :sid AND client_secret = :client_secret AND expires_at > :now
   AND (medium = 'email' OR failures < :most);

-- :name threepid_session_wrong
UPDATE threepid_session SET failures = failures + 1 WHERE sid = :sid;

-- :name threepid_session_right
UPDATE threepid_session SET validated_at = :now, expires_at = :expires_at
 WHERE sid = :sid;
