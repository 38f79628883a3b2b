-- What administrators ask over HTTP (/_synapse/admin/).  Few ask, a program of
-- its own answers them, and nobody else waits for it: so a list may be put in an
-- order that no index has, and be counted.

--------------------------------------------------------------------- users

-- Which of them are listed.  guests, locked: 1 shows those, too; admins,
-- deactivated: 1 only those, 0 only others, NULL all; id_part and part: of the
-- id, of the local part or the name.
-- :part users_listed
account a CROSS JOIN user u ON u.nr = a.user
 WHERE (:guests = 1 OR a.kind <> 'guest')
   AND (:locked = 1 OR a.locked_at IS NULL)
   AND (:admins IS NULL OR a.admin = :admins)
   AND (:deactivated IS NULL OR (a.deactivated_at IS NOT NULL) = :deactivated)
   AND (:id_part IS NULL OR instr(lower(u.user_id), lower(:id_part)) > 0)
   AND (:part IS NULL
        OR instr(lower(substr(u.user_id, 2, instr(u.user_id, ':') - 2)),
           lower(:part)) > 0
        OR instr(lower((SELECT value ->> '$' FROM profile
                  WHERE user = a.user AND field = 'displayname')),
           lower(:part)) > 0)

-- :part users_order
CASE :order
     WHEN 'is_guest' THEN a.kind = 'guest'
     WHEN 'admin' THEN a.admin
     WHEN 'deactivated' THEN a.deactivated_at IS NOT NULL
     WHEN 'locked' THEN a.locked_at IS NOT NULL
     WHEN 'creation_ts' THEN a.created_at
     WHEN 'last_seen_ts' THEN (SELECT max(seen_at) FROM device
                                WHERE user = a.user)
     WHEN 'displayname' THEN (SELECT value ->> '$' FROM profile
                               WHERE user = a.user AND field = 'displayname')
     WHEN 'avatar_url' THEN (SELECT value ->> '$' FROM profile
                              WHERE user = a.user AND field = 'avatar_url')
     END

-- By their ids, which have an index.
-- :name users_by_name
-- :scan in the order of the index, and LIMIT ends it
SELECT u.nr
  FROM user u CROSS JOIN account o ON o.user = u.nr
 WHERE EXISTS (SELECT 1 FROM $users_listed AND a.user = o.user)
 ORDER BY u.user_id LIMIT :limit OFFSET :from;

-- :name users_by_name_back
-- :scan in the order of the index, and LIMIT ends it
SELECT u.nr
  FROM user u CROSS JOIN account o ON o.user = u.nr
 WHERE EXISTS (SELECT 1 FROM $users_listed AND a.user = o.user)
 ORDER BY u.user_id DESC LIMIT :limit OFFSET :from;

-- :name users_in_order
-- :scan administrators alone ask, and all have to be put in order
SELECT a.user FROM $users_listed
 ORDER BY $users_order, u.user_id LIMIT :limit OFFSET :from;

-- :name users_in_order_back
-- :scan administrators alone ask, and all have to be put in order
SELECT a.user FROM $users_listed
 ORDER BY $users_order DESC, u.user_id LIMIT :limit OFFSET :from;

-- :name users_total
-- :scan administrators alone ask, and all have to be counted
SELECT count(*) FROM $users_listed;

-- What a list says of one.
-- :name user_row
SELECT u.user_id, a.kind, a.admin, a.created_at, a.deactivated_at, a.locked_at,
       a.suspended_at, a.erased_at,
       (SELECT value FROM profile WHERE user = u.nr AND field = 'displayname'),
       (SELECT value FROM profile WHERE user = u.nr AND field = 'avatar_url'),
       (SELECT max(seen_at) FROM device WHERE user = u.nr)
  FROM user u JOIN account a ON a.user = u.nr
 WHERE u.nr = :user;

-- :name user_links
SELECT issuer, subject FROM sso_link WHERE user = :user ORDER BY issuer;

-- :name sso_links_drop
DELETE FROM sso_link WHERE user = :user;

-- :name user_rooms
SELECT r.room_id, m.membership
  FROM member m CROSS JOIN room r ON r.nr = m.room
 WHERE m.user = :user AND r.hidden = 0
   AND (:membership IS NULL OR m.membership = :membership)
 ORDER BY m.membership, r.nr;

-- :name user_account_data
SELECT r.room_id, d.type, d.content
  FROM account_data d LEFT JOIN room r ON r.nr = d.room
 WHERE d.user = :user AND (d.room = 0 OR r.nr IS NOT NULL)
 ORDER BY d.room, d.type;

-- :name device_is_dehydrated
SELECT EXISTS (SELECT 1 FROM dehydrated_device WHERE device = :device);

-- A session that an administrator began ends at a time.
-- :name tokens_end_at
UPDATE token SET expires_at = :at WHERE device = :device;

--------------------------------------------------------------------- rooms

-- Without those that are deleted, of which the end is kept for a week.
-- :part rooms_listed
room r
 WHERE r.hidden = 0 AND r.closed = 0
   AND (:public IS NULL OR r.published = :public)
   AND (:empty IS NULL OR (r.joined = 0) = :empty)
   AND (:part IS NULL
        OR instr(r.room_id, :part) > 0
        OR instr(lower(coalesce($room_name, '')), lower(:part)) > 0
        OR instr(lower(substr($room_alias, 2, instr($room_alias, ':') - 2)),
           lower(:part)) > 0)

-- :part room_name
(SELECT json_extract(e.pdu, '$.content.name')
  FROM current_state s CROSS JOIN event e ON e.nr = s.event
 WHERE s.room = r.nr AND s.type = 'm.room.name' AND s.state_key = '')

-- :part room_alias
(SELECT json_extract(e.pdu, '$.content.alias')
  FROM current_state s CROSS JOIN event e ON e.nr = s.event
 WHERE s.room = r.nr AND s.type = 'm.room.canonical_alias' AND s.state_key = '')

-- What a room is put in order by; otherwise: a value of its state.
-- :part room_order
CASE :order
     WHEN 'joined_members' THEN -r.joined
     WHEN 'joined_local_members' THEN -r.joined
     WHEN 'public' THEN r.published
     WHEN 'version' THEN -CAST(r.version AS INTEGER)
     WHEN 'state_events' THEN -(SELECT count(*) FROM current_state s
                                 WHERE s.room = r.nr)
     WHEN 'creator' THEN (SELECT u.user_id
        FROM current_state s CROSS JOIN event e ON e.nr = s.event
        CROSS JOIN user u ON u.nr = e.sender
       WHERE s.room = r.nr AND s.type = 'm.room.create' AND s.state_key = '')
     ELSE (SELECT lower(json_extract(e.pdu, :path))
        FROM current_state s CROSS JOIN event e ON e.nr = s.event
       WHERE s.room = r.nr AND s.type = :type AND s.state_key = '')
     END

-- :name rooms_in_order
-- :scan administrators alone ask, and all have to be put in order
SELECT r.nr FROM $rooms_listed
 ORDER BY $room_order, r.room_id LIMIT :limit OFFSET :from;

-- :name rooms_in_order_back
-- :scan administrators alone ask, and all have to be put in order
SELECT r.nr FROM $rooms_listed
 ORDER BY $room_order DESC, r.room_id LIMIT :limit OFFSET :from;

-- :name rooms_total
-- :scan administrators alone ask, and all have to be counted
SELECT count(*) FROM $rooms_listed;

-- What is told of one, and the numbers that only its details have.
-- :name room_row
SELECT room_id, version, published, joined, type,
       (SELECT count(*) FROM member m CROSS JOIN account a ON a.user = m.user
         WHERE m.room = room.nr AND m.membership = 'join'),
       (SELECT count(*) FROM current_state s WHERE s.room = room.nr)
  FROM room WHERE nr = :room;

-- :name room_local_devices
SELECT count(*) FROM member m CROSS JOIN device d ON d.user = m.user
 WHERE m.room = :room AND m.membership = 'join';

-- :name room_remembered
SELECT EXISTS (SELECT 1 FROM member WHERE room = :room AND forgotten = 0);

-- What it shows of itself.
-- :name room_shown
SELECT s.type, u.user_id, e.content_at, e.content_len, e.pdu
  FROM current_state s
  CROSS JOIN event e ON e.nr = s.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE s.room = :room AND s.state_key = ''
   AND s.type IN ('m.room.create', 'm.room.name', 'm.room.topic',
       'm.room.avatar', 'm.room.canonical_alias', 'm.room.join_rules',
       'm.room.guest_access', 'm.room.history_visibility',
       'm.room.encryption');

-- :name room_members_named
SELECT u.user_id FROM member m CROSS JOIN user u ON u.nr = m.user
 WHERE m.room = :room AND m.membership = 'join'
 ORDER BY m.user;

-- Columns of sql/timeline.sql.
-- :name room_state_named
SELECT $event
  FROM current_state s
  CROSS JOIN event e ON e.nr = s.event
  CROSS JOIN user u ON u.nr = e.sender
 WHERE s.room = :room AND (:type IS NULL OR s.type = :type)
 ORDER BY s.type, s.state_key;

-- :name room_block
INSERT INTO blocked_room (room_id, user, at) VALUES (:room_id, :user, :now)
ON CONFLICT (room_id) DO NOTHING;

-- :name room_unblock
DELETE FROM blocked_room WHERE room_id = :room_id;

-- Who blocked it; 0: mxcgi(8).
-- :name room_barred
SELECT coalesce(user, 0) FROM blocked_room WHERE room_id = :room_id
 UNION ALL
SELECT 0 FROM room WHERE room_id = :room_id AND closed = 2
 LIMIT 1;

-- One that mxcgi(8) blocked when it was deleted.
-- :name room_reopen
UPDATE room SET closed = 1 WHERE room_id = :room_id AND closed = 2;

--------------------------------------------------------------------- media

-- :part media_order
CASE :order
     WHEN 'media_id' THEN media_id
     WHEN 'upload_name' THEN name
     WHEN 'created_ts' THEN created_at
     WHEN 'media_length' THEN size
     WHEN 'media_type' THEN type
     WHEN 'quarantined_by' THEN quarantined_at IS NOT NULL
     END

-- :name user_media
SELECT $media, quarantined_by, sha256 FROM media
 WHERE user = :user AND uploaded_at IS NOT NULL
 ORDER BY $media_order, media_id LIMIT :limit OFFSET :from;

-- :name user_media_back
SELECT $media, quarantined_by, sha256 FROM media
 WHERE user = :user AND uploaded_at IS NOT NULL
 ORDER BY $media_order DESC, media_id LIMIT :limit OFFSET :from;

-- :name user_media_total
SELECT count(*) FROM media WHERE user = :user AND uploaded_at IS NOT NULL;

-- :name media_told
SELECT $media, quarantined_by, sha256 FROM media WHERE media_id = :media_id;

-- :name media_quarantine_user
UPDATE media SET quarantined_at = :now, quarantined_by = :by
 WHERE user = :user AND quarantined_at IS NULL AND uploaded_at IS NOT NULL;

-- :name media_quarantine_set
UPDATE media SET quarantined_at = :at, quarantined_by = :by
 WHERE nr = :nr AND (quarantined_at IS NULL) = (:at IS NOT NULL);

-- The next behind a number; their numbers are in the order of time.
-- :name media_old
SELECT $media FROM media WHERE nr > :after ORDER BY nr LIMIT :limit;

-- Pictures that somebody, or a room, shows.
-- :name avatars
-- :scan administrators alone ask, and all have to be known
SELECT value ->> '$' FROM profile WHERE field = 'avatar_url'
 UNION
SELECT json_extract(e.pdu, '$.content.url')
  FROM room r
  CROSS JOIN current_state s ON s.room = r.nr AND s.type = 'm.room.avatar'
  CROSS JOIN event e ON e.nr = s.event;

-- What each has uploaded: in all, as it is counted anyway, or in a time.
-- :part media_used
(SELECT user, files, bytes FROM media_tally WHERE :timed = 0 AND files > 0
  UNION ALL
 SELECT user, count(*), sum(size) FROM media
  WHERE :timed = 1 AND uploaded_at IS NOT NULL AND user IS NOT NULL
    AND created_at >= :from_ts AND created_at <= :until_ts
  GROUP BY user) t
  CROSS JOIN user u ON u.nr = t.user
  LEFT JOIN profile p ON p.user = t.user AND p.field = 'displayname'
 WHERE (:part IS NULL
        OR instr(lower(substr(u.user_id, 2, instr(u.user_id, ':') - 2)),
           lower(:part)) > 0
        OR instr(lower(p.value ->> '$'), lower(:part)) > 0)

-- :part media_used_order
CASE :order WHEN 'media_length' THEN t.bytes WHEN 'media_count' THEN t.files
     WHEN 'displayname' THEN p.value ->> '$' END

-- :name media_use
-- :scan administrators alone ask, and all have to be put in order
SELECT u.user_id, p.value, t.files, t.bytes FROM $media_used
 ORDER BY $media_used_order, u.user_id LIMIT :limit OFFSET :from;

-- :name media_use_back
-- :scan administrators alone ask, and all have to be put in order
SELECT u.user_id, p.value, t.files, t.bytes FROM $media_used
 ORDER BY $media_used_order DESC, u.user_id DESC LIMIT :limit OFFSET :from;

-- :name media_use_total
-- :scan administrators alone ask, and all have to be counted
SELECT count(*) FROM $media_used;

------------------------------------------------------- registration tokens

-- :name registration_tokens
-- :scan all are asked for
SELECT token, uses, used, expires_at, created_at FROM registration_token
 WHERE :valid IS NULL
    OR ((uses IS NULL OR used < uses)
        AND (expires_at IS NULL OR expires_at > :now)) = :valid
 ORDER BY token;

-- :name registration_token_set
UPDATE registration_token SET uses = :uses, expires_at = :expires_at
 WHERE token = :token;

-- :name registration_tokens_total
-- :scan all are counted
SELECT count(*) FROM registration_token;

------------------------------------------------------------------- reports

-- :part reports_listed
report p
  CROSS JOIN user u ON u.nr = p.reporter
  LEFT JOIN room r ON r.nr = p.room
  LEFT JOIN event e ON e.nr = p.event
  LEFT JOIN user s ON s.nr = coalesce(e.sender, p.user)
 WHERE (:reporter IS NULL OR instr(u.user_id, :reporter) > 0)
   AND (:room IS NULL OR instr(r.room_id, :room) > 0)
   AND (:sender IS NULL OR s.user_id = :sender)

-- :part report_row
p.nr, p.at, u.user_id, r.room_id, e.event_id, s.user_id, p.reason, p.score, r.nr

-- :name reports_by_age
-- :scan in the order of their numbers, and LIMIT ends it
SELECT $report_row FROM $reports_listed
 ORDER BY p.nr LIMIT :limit OFFSET :from;

-- :name reports_by_age_back
-- :scan in the order of their numbers, and LIMIT ends it
SELECT $report_row FROM $reports_listed
 ORDER BY p.nr DESC LIMIT :limit OFFSET :from;

-- :name reports_total
-- :scan administrators alone ask, and all have to be counted
SELECT count(*) FROM $reports_listed;

-- With the event as it was signed, or as redaction has left it.
-- :name report_told
SELECT $report_row, e.pdu
  FROM report p
  CROSS JOIN user u ON u.nr = p.reporter
  LEFT JOIN room r ON r.nr = p.room
  LEFT JOIN event e ON e.nr = p.event
  LEFT JOIN user s ON s.nr = coalesce(e.sender, p.user)
 WHERE p.nr = :nr;

---------------------------------------------------------------- in the end

-- :name undertaking_add
INSERT INTO undertaking (id, kind, subject, began_at, wish, result)
VALUES (:id, :kind, :subject, :now, :wish, '{}');

-- :name undertaking_get
SELECT kind, subject, began_at, ended_at, error, wish, result FROM undertaking
 WHERE id = :id;

-- :name undertaking_note
UPDATE undertaking SET result = :result WHERE id = :id;

-- :name undertaking_end
UPDATE undertaking SET ended_at = :now, error = :error WHERE id = :id;

-- :name undertakings_of
SELECT id FROM undertaking WHERE kind = :kind AND subject = :subject
 ORDER BY began_at;

-- Another of that kind goes on.
-- :name undertaking_open
SELECT id FROM undertaking
 WHERE kind = :kind AND subject = :subject AND ended_at IS NULL LIMIT 1;

-- :name undertakings_forget
DELETE FROM undertaking WHERE ended_at < :before;

-- Is more of a room to go?
-- :name room_is_going
-- :scan the table of tasks holds what is not done yet
SELECT EXISTS (SELECT 1 FROM task t CROSS JOIN room r ON r.nr = t.room
                WHERE t.kind = 'delete_room' AND r.room_id = :room_id);

-- What is not done yet, and what was done of late.
-- :name tasks_told
-- :scan both tables hold what goes on, and a day of what is over
SELECT 'task-' || t.nr AS id, t.kind AS action,
       CASE WHEN t.due_at > :now THEN 'scheduled' ELSE 'active' END AS status,
       t.created_at AS at, coalesce(r.room_id, u.user_id) AS subject,
       NULL AS result, NULL AS error
  FROM task t
  LEFT JOIN room r ON r.nr = t.room
  LEFT JOIN user u ON u.nr = t.user
 WHERE t.kind NOT IN ('clear_room', 'redact_user', 'purge_history')
 UNION ALL
SELECT id, kind,
       CASE WHEN ended_at IS NULL THEN 'active'
            WHEN error IS NULL THEN 'complete' ELSE 'failed' END,
       began_at, subject, result, error
  FROM undertaking
 ORDER BY 4, 1;

----------------------------------------------------- what is done to rooms

-- :name local_find
SELECT u.nr, u.user_id, a.kind
  FROM user u JOIN account a ON a.user = u.nr
 WHERE u.user_id = :user_id AND a.deactivated_at IS NULL;

-- :name has_password
SELECT EXISTS (SELECT 1 FROM password WHERE user = :user);

-- Who of this server is in a room.
-- :name room_joined_locals
SELECT u.nr, u.user_id, a.kind
  FROM member m
  CROSS JOIN account a ON a.user = m.user
  CROSS JOIN user u ON u.nr = m.user
 WHERE m.room = :room AND m.membership = 'join'
   AND a.deactivated_at IS NULL;

-- What a user said in a room, the newest first, below a place: all but what is
-- redacted already and what keeps the room together.
-- :name said_in_room
SELECT e.depth, e.nr, e.event_id, e.sender = :user AND e.redacted_by IS NULL
       AND e.type <> 'm.room.redaction'
       AND (e.state_key IS NULL OR e.type = 'm.room.member'),
       e.origin_server_ts
  FROM event e
 WHERE e.room = :room AND (e.depth, e.nr) < (:depth, :nr) AND e.outlier = 0
 ORDER BY e.depth DESC, e.nr DESC LIMIT :most;

-- The place of an event of a room.
-- :name place_in_room
SELECT depth, nr FROM event
 WHERE event_id = :event_id AND room = :room AND outlier = 0;

-- The rooms of a user behind a number.
-- :name rooms_of_user
SELECT room FROM member WHERE user = :user AND room > :after
   AND membership IN ('join', 'leave', 'ban')
 ORDER BY room LIMIT 1;
