-- Accounts, passwords, devices and access tokens.

-- Does anybody here have this id?
-- :name account_find
SELECT u.nr, u.user_id, a.kind, p.hash, a.created_at, a.deactivated_at,
       a.locked_at, a.suspended_at, a.erased_at, a.admin
  FROM user u
  JOIN account a ON a.user = u.nr
  LEFT JOIN password p ON p.user = a.user
 WHERE u.user_id = :user_id;

-- The same by number.
-- :name account_get
SELECT u.nr, u.user_id, a.kind, p.hash, a.created_at, a.deactivated_at,
       a.locked_at, a.suspended_at, a.erased_at, a.admin
  FROM account a
  JOIN user u ON u.nr = a.user
  LEFT JOIN password p ON p.user = a.user
 WHERE a.user = :user;

-- An id may be known before its account: somebody may have invited it.
-- :name account_user_add
INSERT INTO user (user_id) VALUES (:user_id)
ON CONFLICT (user_id) DO NOTHING;

-- Whoever was first has it.
-- :name account_add
INSERT INTO account (user, kind, created_at) VALUES (:user, :kind, :now)
ON CONFLICT (user) DO NOTHING;

-- :name account_upgrade
UPDATE account SET kind = 'user' WHERE user = :user AND kind = 'guest';

-- :name account_set_admin
UPDATE account SET admin = :admin WHERE user = :user;

-- :name account_lock
UPDATE account SET locked_at = :at WHERE user = :user;

-- :name account_suspend
UPDATE account SET suspended_at = :at WHERE user = :user;

-- :name account_deactivate
UPDATE account SET deactivated_at = :now WHERE user = :user;

-- Whoever has seen it by now may go on to see it (matrix/visibility.c).
-- :name account_erase
UPDATE account
   SET erased_at = :now, erased_nr = (SELECT coalesce(max(nr), 0) FROM event)
 WHERE user = :user;

-- :name password_set
INSERT INTO password (user, hash, set_at) VALUES (:user, :hash, :now)
ON CONFLICT (user) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at;

-- :name password_drop
DELETE FROM password WHERE user = :user;

-- The same password under a higher cost; set_at stays, for it was not changed.
-- :name password_rehash
UPDATE password SET hash = :stronger WHERE user = :user AND hash = :hash;

-- :name device_find
SELECT nr FROM device WHERE user = :user AND device_id = :device_id;

-- :name device_add
INSERT INTO device (user, device_id, display_name, created_at)
VALUES (:user, :device_id, :display_name, :now);

-- :name device_seen
UPDATE device SET seen_at = :at, seen_address = :address, seen_agent = :agent
 WHERE nr = :device;

-- :name token_add
INSERT INTO token (hash, kind, user, device, era, created_at, expires_at, pair)
VALUES (:hash, :kind, :user, :device, :era, :now, :expires_at, :pair);

-- Whose access token is this?
-- :name token_user
SELECT user FROM token
 WHERE hash = :hash AND kind = 'access'
   AND (expires_at IS NULL OR expires_at > :now);

-- :name policy_accepted
INSERT INTO policy_accepted (user, policy, version, accepted_at)
VALUES (:user, :policy, :version, :now)
ON CONFLICT (user, policy, version) DO NOTHING;

-- A pair is called by its refresh token.
-- :name token_heads_pair
UPDATE token SET pair = nr WHERE nr = :nr;

-- :name refresh_find
SELECT t.nr, t.user, t.device, t.era, t.expires_at, a.locked_at
  FROM token t
  JOIN account a ON a.user = t.user
 WHERE t.hash = :hash AND t.kind = 'refresh' AND a.deactivated_at IS NULL;

-- :name device_tokens_drop
DELETE FROM token WHERE device = :device;

-- What a device asked with transaction ids; its number never comes back.
-- :name device_once_drop
DELETE FROM once WHERE device = :device;

-- :name device_drop
DELETE FROM device WHERE nr = :device AND user = :user;

-- All devices of a user but one (0: all), with what hangs on them.
-- :name others_tokens_drop
DELETE FROM token WHERE user = :user AND device <> :device;

-- :name others_once_drop
DELETE FROM once
 WHERE device IN (SELECT nr FROM device WHERE user = :user AND nr <> :device);

-- :name others_drop
DELETE FROM device WHERE user = :user AND nr <> :device;

------------------------------------------------------------ m.login.token

-- :name login_token_add
INSERT INTO login_token (hash, user, expires_at)
VALUES (:hash, :user, :expires_at);

-- :name login_token_find
SELECT user FROM login_token WHERE hash = :hash AND expires_at > :now;

-- :name login_token_drop
DELETE FROM login_token WHERE hash = :hash;

-- :name login_tokens_drop
DELETE FROM login_token WHERE user = :user;
