-- Adding events, and what the program `rooms` reads.

--------------------------------------------------------------------- users

-- :name user_add
INSERT INTO user (user_id) VALUES (:user_id);

-- Somebody who can log in here?
-- :name account_alive
SELECT 1 FROM account WHERE user = :user AND deactivated_at IS NULL;

-- Where a user is, or could come in, from some room on.
-- :name stays
SELECT m.room, r.room_id, r.version
  FROM member m CROSS JOIN room r ON r.nr = m.room
 WHERE m.user = :user AND m.membership IN ('invite', 'join', 'knock')
   AND m.room > :after
 ORDER BY m.room LIMIT :most;

-- Where a user is, from some room on.
-- :name stays_in
SELECT m.room, r.room_id, r.version
  FROM member m CROSS JOIN room r ON r.nr = m.room
 WHERE m.user = :user AND m.membership = 'join' AND m.room > :after
 ORDER BY m.room LIMIT :most;

--------------------------------------------------------------------- rooms

-- :name room_add
INSERT INTO room (room_id, version, created_at, hidden, type)
VALUES (:room_id, :version, :created_at, :hidden, :type);

-- Is there any of that id, hidden ones included?
-- :name room_taken
SELECT 1 FROM room WHERE room_id = :room_id;

-- Show it in the room directory.
-- :name room_publish
UPDATE room SET published = 1 WHERE nr = :room;

-- :name room_unpublish
UPDATE room SET published = 0 WHERE nr = :room;

-- The same in the directory of a network.
-- :name network_publish
INSERT INTO network_room (network, room) VALUES (:network, :room)
ON CONFLICT (network, room) DO NOTHING;

-- :name network_unpublish
DELETE FROM network_room WHERE network = :network AND room = :room;

-- :name room_networks
UPDATE room
   SET networks = (SELECT count(*) FROM network_room n WHERE n.room = room.nr)
 WHERE nr = :room;

-- As much in the room directory as the one it replaces.
-- :name room_succeeds
UPDATE room SET published = (SELECT published FROM room WHERE nr = :old)
 WHERE nr = :new;

-- :name aliases_move
UPDATE alias SET room = :new WHERE room = :old;

-- Who is banned from a room, by number, behind some user.
-- :name banned
SELECT m.user, u.user_id
  FROM member m JOIN user u ON u.nr = m.user
 WHERE m.room = :room AND m.membership = 'ban' AND m.user > :after
 ORDER BY m.user LIMIT :most;

-- What brings a room to the top of clients' lists (MSC4186, bump_stamp): behind
-- CASE and a type.  For IN a list SQLite makes a table, each time it is asked.
-- :part bumps
       WHEN 'm.room.create' THEN 1 WHEN 'm.room.message' THEN 1
       WHEN 'm.room.encrypted' THEN 1 WHEN 'm.sticker' THEN 1
       WHEN 'm.call.invite' THEN 1 WHEN 'm.poll.start' THEN 1
       WHEN 'm.beacon_info' THEN 1 ELSE 0 END

-- Something happened in it, after which it has so many more joined members.
-- :name room_grown
UPDATE room
   SET last_pos = :pos, event_pos = :pos, joined = joined + :more,
       bump_pos = CASE WHEN CASE :type $bumps THEN :pos ELSE bump_pos END
 WHERE nr = :room;

-- The same of what is no event.
-- :name room_touched
UPDATE room SET last_pos = :pos WHERE nr = :room;

-- A room that is still being made is not found.
-- :name alias_find
SELECT r.nr, r.room_id, r.version
  FROM alias a JOIN room r ON r.nr = a.room
 WHERE a.alias = :alias AND r.hidden = 0;

-- Where it leads, also while that room is being made.
-- :name alias_room
SELECT room FROM alias WHERE alias = :alias;

-- Touches no row when the name is taken.
-- :name alias_add
INSERT INTO alias (alias, room, creator, created_at)
VALUES (:alias, :room, :creator, :created_at)
ON CONFLICT (alias) DO NOTHING;

-------------------------------------------------------------------- events

-- What the next event hangs from.  An event may name 20 at most; should a room
-- ever have more ends than that, the deepest go first.
-- :name extremities
SELECT e.nr, e.event_id, e.depth
  FROM forward_extremity x JOIN event e ON e.nr = x.event
 WHERE x.room = :room
 ORDER BY e.depth DESC;

-- A piece of the current state, as the authorisation rules look at it.
-- :name auth_state
SELECT e.nr, e.pos, e.event_id, u.user_id, e.content_at, e.content_len, e.pdu
  FROM current_state s
  JOIN event e ON e.nr = s.event
  JOIN user u ON u.nr = e.sender
 WHERE s.room = :room AND s.type = :type AND s.state_key = :state_key;

-- The number is needed before the row: change tells it, and the row tells
-- change.pos.  The write transaction keeps it ours.
-- :name event_next
SELECT max((SELECT coalesce(max(nr), 0) FROM event),
           (SELECT nr FROM event_given WHERE one = 1)) + 1;

-- :name event_add
INSERT INTO event (nr, event_id, room, pos, depth, type, state_key, sender,
       origin_server_ts, replaces, redacts, device, txn_id, content_at,
       content_len, pdu, thread, notifies, notified, highlighted)
VALUES (:nr, :event_id, :room, :pos, :depth, :type, :state_key, :sender,
       :origin_server_ts, :replaces, :redacts, :device, :txn_id, :content_at,
       :content_len, :pdu, :thread, :notifies, :notified, :highlighted);

-- :name extremity_drop
DELETE FROM forward_extremity WHERE room = :room AND event = :event;

-- :name extremity_add
INSERT INTO forward_extremity (room, event) VALUES (:room, :event);

--------------------------------------------------------------------- state

-- :name state_set
INSERT INTO current_state (room, type, state_key, event)
VALUES (:room, :type, :state_key, :event)
ON CONFLICT (room, type, state_key) DO UPDATE SET event = excluded.event;

-- Whether anybody may enter or read the room, when what says so has changed.
-- :name room_opens
UPDATE room SET open = EXISTS (
    SELECT 1 FROM current_state s CROSS JOIN event e ON e.nr = s.event
     WHERE s.room = :room AND s.state_key = ''
       AND s.type IN ('m.room.join_rules', 'm.room.history_visibility')
       AND (json_extract(e.pdu, '$.content.join_rule') = 'public'
            OR json_extract(e.pdu, '$.content.history_visibility') =
               'world_readable'))
 WHERE nr = :room;

-- :name state_history_add
INSERT INTO state_history (room, type, state_key, from_nr, event)
VALUES (:room, :type, :state_key, :event, :event);

-- :name state_delta_add
INSERT INTO state_delta (room, pos, type, state_key, event, prev_event)
VALUES (:room, :pos, :type, :state_key, :event, :prev_event);

-- pos says since when the membership is what it is, so a change of name leaves
-- it.  Who comes back has not forgotten the room.
-- :name member_set
INSERT INTO member (room, user, membership, event, pos)
VALUES (:room, :user, :membership, :event, :pos)
ON CONFLICT (room, user) DO UPDATE
   SET membership = excluded.membership,
       event = excluded.event,
       pos = CASE WHEN member.membership = excluded.membership
                  THEN member.pos ELSE excluded.pos END,
       forgotten = CASE WHEN excluded.membership IN ('leave', 'ban')
                  THEN member.forgotten ELSE 0 END;

-------------------------------------------------------- rooms being made

-- Their places in the stream are those of change_add_room.
-- :name reveal_events
UPDATE event SET pos = :before + depth WHERE room = :room;

-- :name reveal_deltas
INSERT INTO state_delta (room, pos, type, state_key, event, prev_event)
SELECT room, :before + depth, type, state_key, nr, replaces
  FROM event WHERE room = :room AND state_key IS NOT NULL;

-- The last word about each.
-- :name reveal_members
INSERT INTO member (room, user, membership, event, pos)
SELECT e.room, u.nr, json_extract(e.pdu, '$.content.membership'), e.nr,
       :before + e.depth
  FROM current_state s
  CROSS JOIN event e ON e.nr = s.event
  CROSS JOIN user u ON u.user_id = s.state_key
 WHERE s.room = :room AND s.type = 'm.room.member';

-- :name reveal_room
UPDATE room
   SET hidden = 0, last_pos = (SELECT max(pos) FROM event WHERE room = :room),
       joined = (SELECT count(*) FROM member
                  WHERE room = :room AND membership = 'join'),
       event_pos = (SELECT max(pos) FROM event WHERE room = :room),
       bump_pos = (SELECT coalesce(max(pos), 0) FROM event
                    WHERE room = :room AND CASE type $bumps)
 WHERE nr = :room;

-- Of a hidden room only.
-- :name room_hidden
SELECT 1 FROM room WHERE nr = :room AND hidden = 1;

-- Being removed, too.
-- :name room_unseen
SELECT 1 FROM room WHERE nr = :room AND hidden <> 0;

-- It is hidden for good: nobody goes on with it.
-- :name unmake_begin
UPDATE room SET hidden = 2 WHERE nr = :room;

-- The numbers of its events may be given again, and the index of the search
-- shall not take those for events that it has.
-- :name unmake_upto
UPDATE search_upto SET nr = (SELECT coalesce(max(nr), 0) FROM event)
 WHERE one = 1 AND nr > (SELECT coalesce(max(nr), 0) FROM event);

-- :name unmake_state
DELETE FROM current_state WHERE room = :room;

-- :name unmake_history
DELETE FROM state_history WHERE room = :room;

-- :name unmake_extremities
DELETE FROM forward_extremity WHERE room = :room;

-- :name unmake_aliases
DELETE FROM alias WHERE room = :room;

-- The newest first, for they refer to those that they replaced.
-- :name unmake_events
DELETE FROM event
 WHERE nr IN (SELECT nr FROM event WHERE room = :room
               ORDER BY depth DESC, nr DESC LIMIT :most);

-- :name unmake_room
DELETE FROM room WHERE nr = :room;
