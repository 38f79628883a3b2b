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
VALUES (:user, :device, :app_id, :pushkey, :kind, :app_display_name,
        :device_display_name, :profile_tag, :lang, :url, :gateway, :data,
        :in_2015, :now, :since)
ON CONFLICT (app_id, pushkey, user) DO UPDATE
   SET device = excluded.device, kind = excluded.kind,
       app_display_name = excluded.app_display_name,
       device_display_name = excluded.device_display_name,
       profile_tag = excluded.profile_tag, lang = excluded.lang,
       url = excluded.url, gateway = excluded.gateway, data = excluded.data,
       in_2015 = excluded.in_2015, set_at = excluded.set_at, failures = 0,
       refused = 0, due_at = min(due_at, excluded.set_at);

-- :name pusher_drop
DELETE FROM pusher
 WHERE app_id = :app_id AND pushkey = :pushkey AND user = :user;

-- :name pusher_drop_others
DELETE FROM pusher
 WHERE app_id = :app_id AND pushkey = :pushkey AND user <> :user;

-- The address leaves the account.
-- :name pushers_of_address_drop
DELETE FROM pusher
 WHERE user = :user AND pushkey = :address AND kind = 'email';

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

-- What happened to all that pushers tell of: events, and what users have read.
-- :name push_changes
SELECT pos, kind, room, user, ref FROM change
 WHERE pos > :after AND kind IN (:event, :receipt, :private_receipt)
 ORDER BY pos;

-- How many pushers are there?  Counts no further than to :most.
-- :name pusher_few
-- :scan it ends at :most
SELECT count(*) FROM (SELECT 1 FROM pusher LIMIT :most);

-- Who is to hear of an event, since they were in before it: from the side of
-- the room, for small ones.
-- :name push_members
SELECT DISTINCT m.user, u.user_id
  FROM member m
  CROSS JOIN pusher p ON p.user = m.user AND p.since < :pos
  CROSS JOIN account a ON a.user = m.user AND a.locked_at IS NULL
  CROSS JOIN user u ON u.nr = m.user
 WHERE m.room = :room AND m.membership = 'join' AND m.user > :after
   AND m.pos < :pos
 ORDER BY m.user LIMIT :most;

-- The same from the side of the pushers.
-- :name push_members_among
SELECT DISTINCT p.user, u.user_id
  FROM pusher p
  CROSS JOIN member m ON m.room = :room AND m.user = p.user
   AND m.membership = 'join' AND m.pos < :pos
  CROSS JOIN account a ON a.user = p.user AND a.locked_at IS NULL
  CROSS JOIN user u ON u.nr = p.user
 WHERE p.user > :after AND p.since < :pos
 ORDER BY p.user LIMIT :most;

-- Those of a user, unless they are locked out.
-- :name push_pushers
SELECT p.nr, p.profile_tag, p.in_2015, u.user_id, p.kind = 'email'
  FROM pusher p
  CROSS JOIN account a ON a.user = p.user AND a.locked_at IS NULL
  CROSS JOIN user u ON u.nr = p.user
 WHERE p.user = :user AND p.since < :pos
 ORDER BY p.nr;

-- It may have gone since it was looked at.
-- :name push_add
INSERT INTO push (pusher, pos, event, tweaks, at)
SELECT nr, :pos, :event, :tweaks, :now FROM pusher WHERE nr = :pusher
ON CONFLICT (pusher, pos) DO NOTHING;

-- One more, where there is room for one.
-- :name push_queue
UPDATE pusher SET queued = queued + 1, due_at = coalesce(due_at, :now)
 WHERE nr = :pusher AND queued < :most;

-- The same for a mail, which is due then, unless one failed and is to be sent
-- again.
-- :name push_queue_mail
UPDATE pusher
   SET queued = queued + 1,
       due_at = CASE WHEN failures > 0 AND due_at IS NOT NULL THEN due_at
                     ELSE min(coalesce(due_at, :due), :due) END
 WHERE nr = :pusher AND queued < :most;

-- When a pusher may write of a room again.
-- :name mail_pause_over
SELECT sent_at + pause FROM mail_pause
 WHERE pusher = :pusher AND room = :room;

-- :name push_give_way
DELETE FROM push
 WHERE pusher = :pusher
   AND pos = (SELECT min(pos) FROM push WHERE pusher = :pusher);

-- Mails tell no number.
-- :name push_has_read
UPDATE pusher SET has_read = 1, due_at = coalesce(due_at, :now)
 WHERE user = :user AND has_read = 0 AND kind = 'http';

--------------------------------------------------------------- what is due

-- The gateways to which there is anything to tell, now or later.
-- :name push_gateway
SELECT gateway FROM pusher
 WHERE due_at IS NOT NULL AND gateway > :after
 ORDER BY gateway LIMIT 1;

-- :name push_due
SELECT nr, due_at FROM pusher
 WHERE gateway = :gateway AND due_at IS NOT NULL
 ORDER BY due_at LIMIT :most;

-- :name push_pusher
SELECT p.user, u.user_id, p.app_id, p.pushkey, p.url, p.data, p.set_at,
       p.failures, p.unread, p.kind = 'email', p.refused,
       a.locked_at IS NOT NULL
  FROM pusher p
  CROSS JOIN user u ON u.nr = p.user
  CROSS JOIN account a ON a.user = p.user
 WHERE p.nr = :nr;

-- May a mail go there: does the account still have the address, and is nobody
-- locked out?
-- :name push_mail_may
SELECT EXISTS (SELECT 1 FROM threepid
                WHERE medium = 'email' AND address = :address AND user = :user),
       EXISTS (SELECT 1 FROM account
                WHERE user = :user AND locked_at IS NULL);

-- All that a mail may tell, in its order.
-- :name push_mail_events
SELECT p.pos, p.at, e.nr, e.room, e.thread, e.redacted_by IS NOT NULL,
       u.user_id
  FROM push p
  LEFT JOIN event e ON e.nr = p.event
  LEFT JOIN user u ON u.nr = e.sender
 WHERE p.pusher = :pusher
 ORDER BY p.pos;

-- :name push_first
SELECT pos, event, tweaks, at FROM push
 WHERE pusher = :pusher ORDER BY pos LIMIT 1;

-- In which rooms has anything happened since?
-- :name push_rooms_since
SELECT room FROM change
 WHERE pos > :after AND kind = :event
 ORDER BY pos LIMIT :most;

-- Rooms in which something happened that the user has not read.
-- :name push_unread_rooms
SELECT m.room, m.pos
  FROM member m CROSS JOIN room r ON r.nr = m.room
 WHERE m.user = :user AND m.membership = 'join' AND r.event_pos > m.pos
   AND r.event_pos > coalesce(
       (SELECT max(e.pos) FROM receipt t CROSS JOIN event e ON e.nr = t.event
         WHERE t.room = m.room AND t.user = :user
           AND t.kind IN ('m.read', 'm.read.private') AND t.thread = ''), 0);

------------------------------------------------------------ what came of it

-- :name push_drop
DELETE FROM push WHERE pusher = :pusher AND pos = :pos;

-- :name push_unqueue
UPDATE pusher SET queued = queued - 1 WHERE nr = :pusher;

-- :name push_told
UPDATE pusher
   SET failures = 0, refused = 0, unread = :unread,
       due_at = CASE WHEN has_read = 1 OR EXISTS
           (SELECT 1 FROM push WHERE pusher = :pusher) THEN :now END
 WHERE nr = :pusher;

-- There was nothing to tell, and the user has read since what was told last.
-- :name push_quiet
UPDATE pusher
   SET has_read = 0,
       due_at = CASE WHEN EXISTS
           (SELECT 1 FROM push WHERE pusher = :pusher) THEN :now END
 WHERE nr = :pusher;

-- :name push_failed
UPDATE pusher SET failures = failures + 1, refused = 0, due_at = :due_at
 WHERE nr = :pusher;

-- :name push_refused
UPDATE pusher
   SET failures = failures + 1, refused = refused + 1, due_at = :due_at
 WHERE nr = :pusher;

-- The same for the last time; :quiet, what the user has read is told no more.
-- :name push_given_up
UPDATE pusher
   SET failures = failures + 1, refused = refused + 1,
       has_read = CASE WHEN :quiet THEN 0 ELSE has_read END,
       due_at = CASE WHEN (has_read = 1 AND NOT :quiet) OR EXISTS
           (SELECT 1 FROM push WHERE pusher = :pusher) THEN :due_at END
 WHERE nr = :pusher;

-- :name push_rejected
DELETE FROM pusher WHERE nr = :pusher;

----------------------------------------------------------------- of mails

-- What a mail told, or what is told no more.
-- :name push_drop_upto
DELETE FROM push WHERE pusher = :pusher AND pos <= :pos;

-- How many are left, and when the next mail is due: when the first of them has
-- waited :after, at the earliest when its room may be told of again.
-- :name push_mail_left
UPDATE pusher
   SET failures = 0,
       queued = (SELECT count(*) FROM push WHERE pusher = :pusher),
       due_at = (SELECT min(max(p.at + :after, coalesce(m.sent_at + m.pause, 0)))
                   FROM push p
                   LEFT JOIN event e ON e.nr = p.event
                   LEFT JOIN mail_pause m
                     ON m.pusher = p.pusher AND m.room = e.room
                  WHERE p.pusher = :pusher)
 WHERE nr = :pusher;

-- :name push_mail_later
UPDATE pusher SET due_at = :due_at WHERE nr = :pusher;

-- A mail told of a room.  Each pause in which more has come is followed by a
-- longer one; after a calm that long it begins anew.
-- :name mail_pause_set
INSERT INTO mail_pause (pusher, room, sent_at, pause, told_at)
SELECT nr, :room, :now, :pause, :last FROM pusher WHERE nr = :pusher
ON CONFLICT (pusher, room) DO UPDATE
   SET pause = CASE WHEN :first - told_at > :calm THEN excluded.pause
                    ELSE min(pause * :grows, :pause_max) END,
       sent_at = excluded.sent_at, told_at = excluded.told_at;

-- :name mail_token_add
INSERT INTO mail_token (hash, pusher, expires_at)
SELECT :hash, nr, :expires_at FROM pusher WHERE nr = :pusher
ON CONFLICT (hash) DO NOTHING;

-- Whose mails does a link end?
-- :name mail_token_find
SELECT p.nr, p.pushkey, u.user_id
  FROM mail_token t
  CROSS JOIN pusher p ON p.nr = t.pusher
  CROSS JOIN user u ON u.nr = p.user
 WHERE t.hash = :hash AND t.expires_at > :now;

-- :name mail_token_expire
DELETE FROM mail_token
 WHERE hash IN (SELECT hash FROM mail_token WHERE expires_at < :now
                 ORDER BY expires_at LIMIT :chunk);
