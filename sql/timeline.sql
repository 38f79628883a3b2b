-- Events as they are read: what every statement that selects events for
-- clients begins with (event_peek() in matrix/shape.h), of event e and user u.
-- content is cut out of pdu in C, because content_at counts bytes and substr()
-- characters.
-- :part event
       e.nr, e.pos, e.depth, e.event_id, e.room, e.type, e.state_key, e.sender,
       u.user_id, e.origin_server_ts, e.redacts, e.redacted_by, e.replaces,
       e.device, e.txn_id, e.content_at, e.content_len, e.pdu

-- Those that stand in the room, for clients.
-- :part accepted
       e.outlier = 0 AND e.rejected = 0 AND e.soft_failed = 0

-- :name event_get
SELECT $event
  FROM event e JOIN user u ON u.nr = e.sender
 WHERE e.nr = :nr;

-- An event as servers see it.
-- :name event_pdu
SELECT pdu FROM event WHERE nr = :nr;

-- By its id, with its room_id and version.  One of a room that is still being
-- made is not there yet.
-- :name event_by_id
SELECT $event, r.room_id, r.version
  FROM event e
  JOIN user u ON u.nr = e.sender
  JOIN room r ON r.nr = e.room AND r.hidden = 0
 WHERE e.event_id = :event_id
   AND $accepted;

-- A page of a room's history, newest first: from behind (depth, nr) down to,
-- not including, what lies before the other place.
-- :name messages_back
SELECT $event
  FROM event e JOIN user u ON u.nr = e.sender
 WHERE e.room = :room
   AND (e.depth, e.nr) <= (:depth, :nr)
   AND (e.depth, e.nr) > (:to_depth, :to_nr)
   AND $accepted
 ORDER BY e.depth DESC, e.nr DESC;

-- The same, oldest first.
-- :name messages_forward
SELECT $event
  FROM event e JOIN user u ON u.nr = e.sender
 WHERE e.room = :room
   AND (e.depth, e.nr) > (:depth, :nr)
   AND (e.depth, e.nr) <= (:to_depth, :to_nr)
   AND $accepted
 ORDER BY e.depth, e.nr;

-- Where a position of the stream lies in a room: behind the last event that
-- had been told by then.
-- :name place_of_pos
SELECT depth, nr FROM event
 WHERE room = :room AND pos <= :pos
 ORDER BY pos DESC LIMIT 1;

-- The last event of a room up to a place, which need not be that of an event.
-- :name event_up_to
SELECT nr FROM event
 WHERE room = :room AND (depth, nr) <= (:depth, :nr)
   AND outlier = 0 AND rejected = 0 AND soft_failed = 0
 ORDER BY depth DESC, nr DESC LIMIT 1;

-- Where the newest event of a room lies.
-- :name place_last
SELECT depth, nr FROM event
 WHERE room = :room
 ORDER BY depth DESC, nr DESC LIMIT 1;

-- From a moment on, and up to one, in the order of their times.
-- :name events_since
SELECT $event
  FROM event e JOIN user u ON u.nr = e.sender
 WHERE e.room = :room AND e.origin_server_ts >= :ts
   AND $accepted
 ORDER BY e.origin_server_ts, e.depth, e.nr;

-- :name events_until
SELECT $event
  FROM event e JOIN user u ON u.nr = e.sender
 WHERE e.room = :room AND e.origin_server_ts <= :ts
   AND $accepted
 ORDER BY e.origin_server_ts DESC, e.depth DESC, e.nr DESC;

-- Where an event lies.
-- :name place_of_event
SELECT depth, nr FROM event WHERE nr = :nr;

-- A user's m.room.member event as the room stood after event :at.
-- :name member_event_at
SELECT $event
  FROM event e JOIN user u ON u.nr = e.sender
 WHERE e.nr = (SELECT event FROM state_history
                WHERE room = :room AND type = 'm.room.member'
                  AND state_key = :state_key AND from_nr <= :at
                ORDER BY from_nr DESC LIMIT 1);

-- The whole state of a room.
-- :name state_list_now
SELECT $event
  FROM current_state s
  JOIN event e ON e.nr = s.event
  JOIN user u ON u.nr = e.sender
 WHERE s.room = :room
 ORDER BY s.type, s.state_key;

-- The same after event at_nr.
-- :name state_list_at
SELECT $event
  FROM state_history s
  JOIN event e ON e.nr = s.event
  JOIN user u ON u.nr = e.sender
 WHERE s.room = :room
   AND s.from_nr = (SELECT max(h.from_nr) FROM state_history h
                     WHERE h.room = s.room AND h.type = s.type
                       AND h.state_key = s.state_key AND h.from_nr <= :at_nr)
 ORDER BY s.type, s.state_key;

-- The same but for the members.
-- :name state_rest_at
SELECT $event
  FROM state_history s
  JOIN event e ON e.nr = s.event
  JOIN user u ON u.nr = e.sender
 WHERE s.room = :room AND s.type <> 'm.room.member'
   AND s.from_nr = (SELECT max(h.from_nr) FROM state_history h
                     WHERE h.room = s.room AND h.type = s.type
                       AND h.state_key = s.state_key AND h.from_nr <= :at_nr)
 ORDER BY s.type, s.state_key;

-- The members of a room, whatever their membership.
-- :name members_now
SELECT $event
  FROM current_state s
  JOIN event e ON e.nr = s.event
  JOIN user u ON u.nr = e.sender
 WHERE s.room = :room AND s.type = 'm.room.member'
 ORDER BY s.state_key;

-- The same after event at_nr.
-- :name members_at
SELECT $event
  FROM state_history s
  JOIN event e ON e.nr = s.event
  JOIN user u ON u.nr = e.sender
 WHERE s.room = :room AND s.type = 'm.room.member'
   AND s.from_nr = (SELECT max(h.from_nr) FROM state_history h
                     WHERE h.room = s.room AND h.type = s.type
                       AND h.state_key = s.state_key AND h.from_nr <= :at_nr)
 ORDER BY s.state_key;

-- Who is in, now.
-- :name joined_members
SELECT u.user_id, e.content_at, e.content_len, e.pdu
  FROM member m
  CROSS JOIN user u ON u.nr = m.user
  CROSS JOIN event e ON e.nr = m.event
 WHERE m.room = :room AND m.membership = 'join';
