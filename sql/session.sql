-- What every program asks about a caller, and transaction ids.

-- Whose token is this?
-- :name session_find
SELECT t.nr, t.user, u.user_id, t.device, d.device_id, t.era, t.expires_at,
       a.kind, a.admin, a.deactivated_at, a.locked_at, a.suspended_at, t.pair,
       EXISTS (SELECT 1 FROM token o
                WHERE o.device = t.device AND o.pair < t.pair),
       d.seen_at
  FROM token t
  JOIN user u ON u.nr = t.user
  JOIN account a ON a.user = t.user
  JOIN device d ON d.nr = t.device
 WHERE t.hash = :hash AND t.kind = 'access';

-- The same for one that was recognised before: is it still so?
-- :name session_again
SELECT t.nr, t.user, u.user_id, t.device, d.device_id, t.era, t.expires_at,
       a.kind, a.admin, a.deactivated_at, a.locked_at, a.suspended_at, t.pair,
       EXISTS (SELECT 1 FROM token o
                WHERE o.device = t.device AND o.pair < t.pair),
       d.seen_at
  FROM token t
  JOIN user u ON u.nr = t.user
  JOIN account a ON a.user = t.user
  JOIN device d ON d.nr = t.device
 WHERE t.nr = :nr;

-- The user for whom an application service asks, with one of their devices or
-- (0) none: what stands for that is a number that no device has.
-- :name service_caller
SELECT -1, a.user, u.user_id, coalesce(d.nr, -a.user),
       coalesce(d.device_id, ''), 2016, NULL, a.kind, a.admin,
       a.deactivated_at, a.locked_at, a.suspended_at, NULL, 0, d.seen_at
  FROM account a
  JOIN user u ON u.nr = a.user
  LEFT JOIN device d ON d.nr = :device AND d.user = a.user
 WHERE a.user = :user AND (:device = 0 OR d.nr IS NOT NULL);

-- Who here has this id?
-- :name account_user
SELECT a.user FROM user u JOIN account a ON a.user = u.nr
 WHERE u.user_id = :user_id;

-- A pair has been used: the one before it dies, and what came of that besides.
-- :name pair_alone
DELETE FROM token WHERE device = :device AND pair IS NOT :pair;

-- :name once_find
SELECT body FROM once WHERE device = :device AND key = :key;

-- :name once_add
INSERT INTO once (device, key, at, body) VALUES (:device, :key, :at, :body);

-- :name bucket_get @volatile
SELECT level, at FROM bucket WHERE key = :key;

-- :name bucket_set @volatile
INSERT INTO bucket (key, level, at) VALUES (:key, :level, :at)
ON CONFLICT (key) DO UPDATE SET level = excluded.level, at = excluded.at;

-- :name seen_at @volatile
SELECT at FROM seen WHERE device = :device;

-- :name seen_note @volatile
INSERT INTO seen (device, at, address, agent)
VALUES (:device, :at, :address, :agent)
ON CONFLICT (device) DO UPDATE
   SET at = excluded.at, address = excluded.address, agent = excluded.agent
 WHERE at < excluded.at;
