-- Pushers (cgi-bin/push-pushers.c, common/matrix/pusher.c), and what they are
-- to tell (common/matrix/push_walk.c, push_send.c).

-- :name pusher_any
-- :scan the first will do
SELECT 1 FROM pusher LIMIT 1;

-- :name pusher_count
SELECT count(*) FROM pusher WHERE user = :user;

-- :name pusher_find
SELECT nr FROM pusher
 WHERE app_id = :app_id AND pushkey = :pushkey AND user = :user;

-- Failures are those of another gateway, or it is to be tried anew.
-- :name pusher_set
INSERT INTO pusher (user, device, app_id, pushkey, kind, app_display_name,
                    device_display_name, profile_tag, lang, url, gateway, data,
                    in_2015, set_at, since)
VALUES (:user, :device, :app_id, :pushkey, 'http', :app_display_name,
        :device_display_name, :profile_tag, :lang, :url, :gateway, :data,
        :in_2015, :now, :since)
ON CONFLICT (app_id, pushkey, user) DO UPDATE
   SET device = excluded.device, app_display_name = excluded.app_display_name,
       device_display_name = excluded.device_display_name,
       profile_tag = excluded.profile_tag, lang = excluded.lang,
       url = excluded.url, gateway = excluded.gateway, data = excluded.data,
       in_2015 = excluded.in_2015, set_at = excluded.set_at, failures = 0,
       due_at = min(due_at, excluded.set_at);

-- :name pusher_drop
DELETE FROM pusher
 WHERE app_id = :app_id AND pushkey = :pushkey AND user = :user;

-- :name pusher_drop_others
DELETE FROM pusher
 WHERE app_id = :app_id AND pushkey = :pushkey AND user <> :user;

-- :name pushers_show
SELECT app_id, pushkey, kind, app_display_name, device_display_name,
       profile_tag, lang, url, data
  FROM pusher
 WHERE user = :user
 ORDER BY nr;

-------------------------------------------------------------- what is new

-- :name push_upto_get
SELECT pos, user FROM push_upto WHERE one = 1;

-- :name push_upto_set
UPDATE push_upto SET pos = :pos, user = :user WHERE one = 1;

-- How far the stream may be thinned: what was looked at; while there is no
-- pusher nobody looks.
-- :name push_upto_of_use
-- :scan of pushers the first will do
SELECT pos FROM push_upto WHERE one = 1 AND EXISTS (SELECT 1 FROM pusher);
