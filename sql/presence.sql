-- Presence (volatile store, but for the lists of 2015).  A trigger notes each
-- change that others hear of.  Of the numbers of enum presence 1 is offline, 2
-- unavailable, 3 online, and 4 free_for_chat.

-- :name presence_get @volatile
SELECT shown, active, status_msg, acted_at, wish FROM presence
 WHERE user = :user;

-- How a client of the user counts, if it does, and what they show.
-- :name presence_client_get @volatile
SELECT p.shown, c.says, c.until
  FROM presence p
  LEFT JOIN presence_client c ON c.user = :user AND c.device = :device
 WHERE p.user = :user;

-- :name presence_client_until @volatile
SELECT until FROM presence_client WHERE user = :user AND device = :device;

-- Nobody hears of it: it says no more than no row does.
-- :name presence_add @volatile
INSERT OR IGNORE INTO presence (user) VALUES (:user);

-- :name presence_client_set @volatile
INSERT INTO presence_client (user, device, says, until)
VALUES (:user, :device, :says, :until)
ON CONFLICT (user, device) DO UPDATE
   SET says = excluded.says, until = max(until, excluded.until);

-- It goes on saying what it said.
-- :name presence_client_stay @volatile
INSERT INTO presence_client (user, device, says, until)
VALUES (:user, :device, :says, :until)
ON CONFLICT (user, device) DO UPDATE SET until = max(until, excluded.until);

-- What clients say counts again.
-- :name presence_came @volatile
UPDATE presence SET acted_at = max(acted_at, :acted_at), wish = 0
 WHERE user = :user;

-- Who was unavailable is online, while a client of theirs is here.
-- :name presence_act @volatile
UPDATE presence
   SET acted_at = :acted_at, wish = iif(shown = 2, 3, wish)
 WHERE user = :user;

-- To be more available than before is an act.
-- :name presence_say @volatile
UPDATE presence
   SET wish = :wish, status_msg = :status_msg,
       acted_at = iif(:wish >= 3 OR :wish > shown, :acted_at, acted_at)
 WHERE user = :user;

-- :name presence_renew @volatile
UPDATE presence SET renewed = renewed + 1 WHERE user = :user;

-- What a user shows, and some of those whose time is over, and how long it
-- lasts.  One statement, so that nobody writes what was so a moment ago.
-- :name presence_review @volatile
UPDATE presence SET (shown, active, over_at) = (
    SELECT shows, shows >= 3 AND acted_at + :active_ms > :now,
           iif(shows = 1, NULL, min(here,
               iif(online > :now, online, here),
               iif(acted_at + :idle_ms > :now, acted_at + :idle_ms, here),
               iif(acted_at + :active_ms > :now, acted_at + :active_ms, here)))
      FROM (SELECT here, online,
                   CASE WHEN here <= :now OR presence.wish = 1 THEN 1
                        WHEN presence.wish = 2 THEN 2
                        WHEN (presence.wish >= 3 OR online > :now)
                         AND presence.acted_at + :idle_ms > :now
                        THEN max(presence.wish, 3)
                        ELSE 2
                   END AS shows
              FROM (SELECT coalesce(max(until), 0) AS here,
                           coalesce(max(iif(says = 3, until, 0)), 0) AS online
                      FROM presence_client c WHERE c.user = presence.user)))
 WHERE user IN (SELECT :user
                UNION ALL
                SELECT user FROM (SELECT user FROM presence
                                   WHERE over_at <= :now
                                   ORDER BY over_at LIMIT :most));

-- :name presence_next @volatile
SELECT min(over_at) FROM presence WHERE over_at IS NOT NULL;

-- :name presence_clients_gone @volatile
DELETE FROM presence_client
 WHERE (user, device) IN (SELECT user, device FROM presence_client
                           WHERE until <= :now ORDER BY until LIMIT :most);

-- Who it is, and of their profile what an event tells.
-- :name presence_profile
SELECT u.user_id,
       (SELECT value FROM profile WHERE user = u.nr AND field = 'displayname'),
       (SELECT value FROM profile WHERE user = u.nr AND field = 'avatar_url')
  FROM user u WHERE u.nr = :user;

------------------------------------------------------------- who is heard of

-- :name presence_users @volatile
SELECT about FROM volatile_change
 WHERE n > :after AND n <= :upto AND kind = 2;

-- :name presence_changed @volatile
SELECT 1 FROM volatile_change
 WHERE kind = 2 AND about = :user AND n > :after;

-- :name presence_not_offline @volatile
-- :scan of an index of those who are meant
SELECT user FROM presence WHERE shown > 1;

-- :name presence_count @volatile
-- :scan of an index of those who are meant
SELECT count(*) FROM presence WHERE shown > 1;

-- How many members have the user's rooms together?  Counts so many rooms.
-- :name known_count
SELECT sum(joined)
  FROM (SELECT r.joined FROM member m CROSS JOIN room r ON r.nr = m.room
         WHERE m.user = :user AND m.membership = 'join' LIMIT :most);

-- The user's rooms, small ones first.
-- :name known_rooms
SELECT m.room, r.joined FROM member m CROSS JOIN room r ON r.nr = m.room
 WHERE m.user = :user AND m.membership = 'join' ORDER BY r.joined;

-------------------------------------------------------------- lists of 2015

-- :name presence_list_add
INSERT OR IGNORE INTO presence_list (watcher, user) VALUES (:watcher, :user);

-- :name presence_list_drop
DELETE FROM presence_list WHERE watcher = :watcher AND user = :user;

-- :name presence_list_size
SELECT count(*) FROM presence_list WHERE watcher = :watcher;

-- :name presence_list_all
SELECT user FROM presence_list WHERE watcher = :watcher ORDER BY user;

-- Those of a user's list who have the user on theirs.
-- :name presence_mutual
SELECT l.user
  FROM presence_list l
  CROSS JOIN presence_list b ON b.watcher = l.user AND b.user = l.watcher
 WHERE l.watcher = :watcher;

-- :name presence_is_mutual
SELECT 1
  FROM presence_list l
  CROSS JOIN presence_list b ON b.watcher = l.user AND b.user = l.watcher
 WHERE l.watcher = :watcher AND l.user = :user;
