-- Accounts, passwords, devices and access tokens.

-- Does anybody here have this id?
-- :name account_find
SELECT u.nr, u.user_id, p.hash, a.deactivated_at, a.locked_at
  FROM user u
  JOIN account a ON a.user = u.nr
  LEFT JOIN password p ON p.user = a.user
 WHERE u.user_id = :user_id;

-- An id may be known before its account: somebody may have invited it.
-- :name account_user_add
INSERT INTO user (user_id) VALUES (:user_id)
ON CONFLICT (user_id) DO NOTHING;

-- Whoever was first has it.
-- :name account_add
INSERT INTO account (user, kind, created_at) VALUES (:user, :kind, :now)
ON CONFLICT (user) DO NOTHING;

-- :name password_add
INSERT INTO password (user, hash, set_at) VALUES (:user, :hash, :now);

-- The same password under a higher cost; set_at stays, for it was not changed.
-- :name password_rehash
UPDATE password SET hash = :stronger WHERE user = :user AND hash = :hash;

-- :name device_find
SELECT nr FROM device WHERE user = :user AND device_id = :device_id;

-- :name device_add
INSERT INTO device (user, device_id, display_name, created_at)
VALUES (:user, :device_id, :display_name, :now);

-- :name token_add
INSERT INTO token (hash, kind, user, device, era, created_at)
VALUES (:hash, 'access', :user, :device, :era, :now);

-- :name device_tokens_drop
DELETE FROM token WHERE device = :device;

-- What a device asked with transaction ids; its number never comes back.
-- :name device_once_drop
DELETE FROM once WHERE device = :device;

-- :name device_drop
DELETE FROM device WHERE nr = :device AND user = :user;

-- :name user_tokens_drop
DELETE FROM token WHERE user = :user;

-- :name user_once_drop
DELETE FROM once WHERE device IN (SELECT nr FROM device WHERE user = :user);

-- :name user_devices_drop
DELETE FROM device WHERE user = :user;
