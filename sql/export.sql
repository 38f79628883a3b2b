-- All that there is about a person (admin/mxcgi-export.c), and how much there
-- is in all (admin/mxcgi-stats.c).

-- :name export_profile
SELECT field, value FROM profile WHERE user = :user ORDER BY field;

-- :name export_devices
SELECT device_id, display_name, created_at, seen_at, seen_address, seen_agent
  FROM device WHERE user = :user ORDER BY nr;

-- Of keys what others may see.
-- :name export_device_keys
SELECT d.device_id, k.keys
  FROM device d CROSS JOIN device_key k ON k.device = d.nr
 WHERE d.user = :user ORDER BY d.nr;

-- :name export_cross_signing
SELECT usage, key FROM cross_signing_key WHERE user = :user ORDER BY usage;

-- Only their owner can read them.
-- :name export_key_backups
SELECT version, algorithm, keys, bytes FROM key_backup
 WHERE user = :user ORDER BY version;

-- :name export_aliases
-- :scan an administrator asks now and then
SELECT a.alias, r.room_id, a.created_at
  FROM alias a CROSS JOIN room r ON r.nr = a.room
 WHERE a.creator = :user ORDER BY a.alias;

-- :name export_sso_links
SELECT issuer, subject, linked_at FROM sso_link
 WHERE user = :user ORDER BY issuer;

-- :name export_contacts
SELECT u.user_id FROM presence_list p CROSS JOIN user u ON u.nr = p.user
 WHERE p.watcher = :user ORDER BY u.user_id;

-- :name export_filters
SELECT id, definition FROM filter WHERE user = :user ORDER BY id;

-- :name export_account_data
SELECT a.type, r.room_id, a.content
  FROM account_data a LEFT JOIN room r ON r.nr = a.room
 WHERE a.user = :user ORDER BY a.room, a.type;

-- :name export_push_rules
SELECT profile_tag, kind, rule_id, place, enabled, pattern, conditions, actions
  FROM push_rule WHERE user = :user ORDER BY profile_tag, kind, place;

-- :name export_push_predefined
SELECT rule_id, enabled, actions FROM push_predefined
 WHERE user = :user ORDER BY rule_id;

-- :name export_memberships
SELECT r.room_id, m.membership, e.origin_server_ts, m.forgotten
  FROM member m CROSS JOIN room r ON r.nr = m.room
  LEFT JOIN event e ON e.nr = m.event
 WHERE m.user = :user ORDER BY m.membership, m.room;

-- :name export_receipts
SELECT r.room_id, t.kind, t.thread, e.event_id, t.at
  FROM member m
  CROSS JOIN receipt t ON t.room = m.room AND t.user = m.user
  CROSS JOIN room r ON r.nr = m.room
  LEFT JOIN event e ON e.nr = t.event
 WHERE m.user = :user ORDER BY m.membership, m.room;

-- :name export_reports
SELECT p.at, r.room_id, e.event_id, w.user_id, p.reason, p.score
  FROM report p
  LEFT JOIN room r ON r.nr = p.room
  LEFT JOIN event e ON e.nr = p.event
  LEFT JOIN user w ON w.nr = p.user
 WHERE p.reporter = :user ORDER BY p.nr;

-- Of the next events those that they sent.
-- :name export_events
SELECT e.event_id, r.room_id, e.type, e.state_key, e.origin_server_ts,
       e.redacts, e.redacted_by, e.content_at, e.content_len, e.pdu
  FROM event e CROSS JOIN room r ON r.nr = e.room
 WHERE e.nr > :after AND e.nr <= :upto AND e.sender = :user
 ORDER BY e.nr;

-- :name event_last
SELECT max(nr) FROM event;

---------------------------------------------------------------------- figures

-- :name stats_accounts
-- :scan all of them are counted
SELECT sum(kind = 'user'), sum(kind = 'guest'), sum(kind = 'appservice'),
       sum(admin), sum(deactivated_at IS NOT NULL),
       sum(locked_at IS NOT NULL), sum(suspended_at IS NOT NULL)
  FROM account;

-- Whose devices were seen since.
-- :name stats_active
-- :scan all of them are counted
SELECT count(DISTINCT user) FROM device WHERE seen_at >= :since;

-- :name stats_devices
-- :scan all of them are counted
SELECT count(*) FROM device;

-- :name stats_rooms
-- :scan all of them are counted
SELECT count(*), sum(joined > 0), sum(published), sum(closed > 0)
  FROM room WHERE hidden = 0;

-- :name stats_media
-- :scan all of them are counted
SELECT count(*), coalesce(sum(size), 0), sum(quarantined_at IS NOT NULL)
  FROM media WHERE uploaded_at IS NOT NULL;

-- :name stats_derived
-- :scan all of them are counted
SELECT count(*), coalesce(sum(size), 0) FROM media_derived;

-- :name stats_room_events
SELECT count(*) FROM event WHERE room = :room;

-- :name stats_room_days
SELECT origin_server_ts / 86400000, count(*) FROM event
 WHERE room = :room AND origin_server_ts >= :since
   AND origin_server_ts <= :upto
 GROUP BY origin_server_ts / 86400000;

-- :name stats_account_days
-- :scan all of them are counted
SELECT created_at / 86400000, count(*) FROM account
 WHERE created_at >= :since AND created_at <= :upto
 GROUP BY created_at / 86400000;

-- :name stats_media_days
-- :scan all of them are counted
SELECT uploaded_at / 86400000, count(*) FROM media
 WHERE uploaded_at >= :since AND uploaded_at <= :upto
 GROUP BY uploaded_at / 86400000;
