-- What devices send each other, their keys, and who hears of them
-- (cgi-bin/devices*.c, cgi-bin/events-devices.c).

------------------------------------------------------------------- devices

-- :name devices_show
SELECT nr, device_id, display_name, seen_at, seen_address, seen_agent
  FROM device WHERE user = :user ORDER BY device_id;

-- :name device_show
SELECT nr, device_id, display_name, seen_at, seen_address, seen_agent
  FROM device WHERE user = :user AND device_id = :device_id;

-- :name seen_find @volatile
SELECT at, address, agent FROM seen WHERE device = :device;

-- Touches no row when that is its name.
-- :name device_rename
UPDATE device SET display_name = :name
 WHERE nr = :device AND display_name IS NOT :name;

-- :name device_has_keys
SELECT 1 FROM device_key WHERE device = :device;

------------------------------------------------------------------ messages

-- All devices of a user.
-- :name devices_of
SELECT nr FROM device WHERE user = :user;

-- :name to_device_add
INSERT INTO to_device (device, sender, type, content)
VALUES (:device, :sender, :type, :content);

-- How many messages wait, and the bytes of their content.
-- :name to_device_queued
SELECT queued, queued_bytes FROM device WHERE nr = :device;

-- :name to_device_queue
UPDATE device SET queued = :queued, queued_bytes = :bytes WHERE nr = :device;

-- The oldest of the sender's own; of those who have none, the oldest of all.
-- :name to_device_give_way
DELETE FROM to_device
 WHERE nr = coalesce(
    (SELECT min(nr) FROM to_device
      WHERE sender = :sender AND device = :device),
    (SELECT min(nr) FROM to_device WHERE device = :device))
RETURNING length(CAST(content AS BLOB));

-- :name to_device_told
SELECT t.nr, u.user_id, t.type, t.content
  FROM to_device t CROSS JOIN user u ON u.nr = t.sender
 WHERE t.device = :device AND t.nr > :after
 ORDER BY t.nr LIMIT :most;

-- :name to_device_more
SELECT 1 FROM to_device WHERE device = :device AND nr > :upto LIMIT 1;

-- The last that was ever sent to any device.
-- :name to_device_last
-- :scan it has a row for each table
SELECT seq FROM sqlite_sequence WHERE name = 'to_device';

-- Is there anything that the device has got?
-- :name to_device_got
SELECT 1 FROM to_device WHERE device = :device AND nr <= :upto LIMIT 1;

-- :name to_device_drop
DELETE FROM to_device WHERE device = :device AND nr <= :upto
RETURNING length(CAST(content AS BLOB));

-- :name to_device_unqueue
UPDATE device SET queued = queued - :n, queued_bytes = queued_bytes - :bytes
 WHERE nr = :device;

---------------------------------------------------------------------- keys

-- Touches no row when they are what they were.
-- :name device_keys_put
INSERT INTO device_key (device, keys) VALUES (:device, :keys)
ON CONFLICT (device) DO UPDATE SET keys = excluded.keys
 WHERE keys <> excluded.keys;

-- :name device_keys_all
SELECT d.device_id, d.display_name, k.keys, d.nr
  FROM device d CROSS JOIN device_key k ON k.device = d.nr
 WHERE d.user = :user;

-- :name device_keys_one
SELECT d.device_id, d.display_name, k.keys, d.nr
  FROM device d CROSS JOIN device_key k ON k.device = d.nr
 WHERE d.user = :user AND d.device_id = :device_id;

-- Who is gone has none to be heard of.
-- :name device_keys_drop
DELETE FROM device_key WHERE device = :device;

-- Of all devices of a user but one (0: all).
-- :name others_keys_drop
DELETE FROM device_key
 WHERE device IN (SELECT nr FROM device WHERE user = :user AND nr <> :device);

-- :name one_time_find
SELECT key FROM one_time_key
 WHERE device = :device AND algorithm = :algorithm AND key_id = :key_id;

-- :name one_time_add
INSERT INTO one_time_key (device, algorithm, key_id, key)
VALUES (:device, :algorithm, :key_id, :key);

-- :name one_time_total
SELECT count(*) FROM one_time_key WHERE device = :device;

-- :name one_time_counts
SELECT algorithm, count(*) FROM one_time_key
 WHERE device = :device GROUP BY algorithm;

-- A key is given by removing it, so nobody else gets it.
-- :name one_time_claim
DELETE FROM one_time_key
 WHERE nr = (SELECT min(nr) FROM one_time_key
              WHERE device = :device AND algorithm = :algorithm)
RETURNING key_id, key;

-- Those of a device that begins anew.
-- :name one_time_drop
DELETE FROM one_time_key WHERE device = :device;

-- :name fallback_drop
DELETE FROM fallback_key WHERE device = :device;

-- A key that is what it was stays used.
-- :name fallback_put
INSERT INTO fallback_key (device, algorithm, key_id, key)
VALUES (:device, :algorithm, :key_id, :key)
ON CONFLICT (device, algorithm) DO UPDATE
   SET key_id = excluded.key_id, key = excluded.key, used = 0
 WHERE key_id <> excluded.key_id OR key <> excluded.key;

-- :name fallback_total
SELECT count(*) FROM fallback_key WHERE device = :device;

-- :name fallback_claim
UPDATE fallback_key SET used = 1
 WHERE device = :device AND algorithm = :algorithm
RETURNING key_id, key;

-- :name fallback_unused
SELECT algorithm FROM fallback_key WHERE device = :device AND used = 0;

-------------------------------------------------------------- device lists

-- Asked first, since mostly there are none, and DISTINCT makes a table before it
-- looks.  7 is CHANGE_DEVICES, and must stand here for its index to be found.
-- :name devices_any
SELECT 1 FROM change
 WHERE pos > :after AND pos <= :upto AND kind = 7 LIMIT 1;

-- :name devices_changed
SELECT DISTINCT c.user, u.user_id
  FROM change c CROSS JOIN user u ON u.nr = c.user
 WHERE c.pos > :after AND c.pos <= :upto AND c.kind = 7;

-- In how many rooms is the user?  Counts no further than to :most.
-- :name rooms_of
SELECT count(*) FROM (SELECT 1 FROM member
                       WHERE user = :user AND membership = 'join'
                       LIMIT :most);

-- Are both in some room?  Costs the rooms of the second.
-- :name rooms_shared
SELECT 1
  FROM member m CROSS JOIN member o
    ON o.room = m.room AND o.user = :other AND o.membership = 'join'
 WHERE m.user = :user AND m.membership = 'join'
 LIMIT 1;

-- Whose membership changed in a room: what they are now and since when, and
-- the event that said what they were before.
-- :name members_changed
SELECT u.nr, u.user_id, m.membership, m.pos,
       e.content_at, e.content_len, e.pdu
  FROM (SELECT state_key, min(pos) AS pos FROM state_delta
         WHERE room = :room AND pos > :after AND pos <= :upto
           AND type = 'm.room.member'
         GROUP BY state_key) n
  CROSS JOIN state_delta d ON d.room = :room AND d.pos = n.pos
   AND d.type = 'm.room.member' AND d.state_key = n.state_key
  CROSS JOIN user u ON u.user_id = n.state_key
  CROSS JOIN member m ON m.room = :room AND m.user = u.nr
  LEFT JOIN event e ON e.nr = d.prev_event;

-- Who is in since then, or longer.
-- :name members_since
SELECT m.user, u.user_id
  FROM member m CROSS JOIN user u ON u.nr = m.user
 WHERE m.room = :room AND m.membership = 'join' AND m.pos <= :pos;

-- Rooms that the user left and forgot.
-- :name rooms_forgotten
SELECT room, pos FROM member
 WHERE user = :user AND pos > :after AND forgotten = 1;

-------------------------------------------------------- who is to be woken

-- :name news_devices
SELECT DISTINCT user FROM change
 WHERE pos > :after AND pos <= :upto AND kind = 7;

-- How many members do the rooms of a user have?
-- :name news_sharers_count
SELECT coalesce(sum(r.joined), 0)
  FROM member m CROSS JOIN room r ON r.nr = m.room
 WHERE m.user = :user AND m.membership = 'join';

-- :name news_sharers
SELECT DISTINCT o.user
  FROM member m CROSS JOIN member o
    ON o.room = m.room AND o.membership = 'join'
 WHERE m.user = :user AND m.membership = 'join';

-------------------------------------------------------- dehydrated devices

-- :name dehydrated_find
SELECT x.device, d.device_id, x.data
  FROM dehydrated_device x JOIN device d ON d.nr = x.device
 WHERE x.user = :user
   AND NOT EXISTS (SELECT 1 FROM token t WHERE t.device = x.device);

-- :name dehydrated_put
INSERT INTO dehydrated_device (user, device, data)
VALUES (:user, :device, :data)
ON CONFLICT (user) DO UPDATE SET device = excluded.device, data = excluded.data;
