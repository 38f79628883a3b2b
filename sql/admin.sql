-- What administrators ask about accounts, over HTTP and by mxcgi(8).

-- Whose account is to be locked or suspended?
-- :name admin_target
SELECT u.nr, a.locked_at, a.suspended_at, a.admin
  FROM user u
  JOIN account a ON a.user = u.nr
 WHERE u.user_id = :user_id AND a.deactivated_at IS NULL;

-- The next accounts behind a user id, in the order of ids.
-- :name account_page
SELECT u.nr, u.user_id
  FROM user u
  JOIN account a ON a.user = u.nr
 WHERE u.user_id > :after
 ORDER BY u.user_id LIMIT :limit;

-- :name account_rooms
SELECT count(*) FROM member WHERE user = :user AND membership = 'join';

-- :name account_threepids
SELECT medium, address, validated_at, added_at
  FROM threepid
 WHERE user = :user
 ORDER BY medium, address;

-- :name account_bindings
SELECT medium, address, id_server, bound_at
  FROM binding
 WHERE user = :user
 ORDER BY medium, address, id_server;

-- :name account_devices
SELECT device_id, display_name, created_at
  FROM device
 WHERE user = :user
 ORDER BY nr;

-- Where they are told of what is new; a pushkey is nobody else's business.
-- :name account_pushers
SELECT app_id, device_display_name, gateway, set_at
  FROM pusher
 WHERE user = :user
 ORDER BY nr;

-- :name account_policies
SELECT policy, version, accepted_at
  FROM policy_accepted
 WHERE user = :user
 ORDER BY policy, version;

------------------------------------------------------ registration tokens

-- Whoever was first has it.
-- :name registration_token_add
INSERT INTO registration_token (token, uses, expires_at, created_at)
VALUES (:token, :uses, :expires_at, :now)
ON CONFLICT (token) DO NOTHING;

-- :name registration_token_show
SELECT token, uses, used, expires_at, created_at
  FROM registration_token
 WHERE token = :token;

-- The next ones behind a token, in their order.
-- :name registration_token_page
SELECT token, uses, used, expires_at, created_at
  FROM registration_token
 WHERE token > :after
 ORDER BY token LIMIT :limit;

-- :name registration_token_drop
DELETE FROM registration_token WHERE token = :token;

-- For mxcgi doctor: the newest time that was written down, by whoever came last
-- to send, to log in or to register.
-- :name doctor_newest
-- :scan the last row of each
SELECT max(at) FROM (
	SELECT * FROM (SELECT at FROM once ORDER BY nr DESC LIMIT 1)
	UNION ALL
	SELECT * FROM (SELECT created_at FROM device ORDER BY nr DESC LIMIT 1)
);

-- How many users came from how many addresses lately?
-- :name doctor_addresses
-- :scan once in a while, by the administrator
SELECT count(DISTINCT user), count(DISTINCT seen_address)
  FROM device
 WHERE seen_address IS NOT NULL AND seen_at > :after;

-- Something that who has no token may download.
-- :name doctor_media
-- :scan it ends with the first that is found
SELECT media_id, size
  FROM media
 WHERE uploaded_at < :frozen AND quarantined_at IS NULL AND size > 0
 ORDER BY nr DESC LIMIT 1;
