-- What of a room's history a user may read (matrix/visibility.c).  State is
-- read as stretches of the line: from one state event up to the next with the
-- same type and state key.

-- The state event in force at :at, and since when.
-- :name state_stretch
SELECT h.from_nr, e.content_at, e.content_len, e.pdu
  FROM state_history h JOIN event e ON e.nr = h.event
 WHERE h.room = :room AND h.type = :type AND h.state_key = :state_key
   AND h.from_nr <= :at
 ORDER BY h.from_nr DESC LIMIT 1;

-- Where the stretch ends.
-- :name state_stretch_end
SELECT from_nr FROM state_history
 WHERE room = :room AND type = :type AND state_key = :state_key
   AND from_nr > :at
 ORDER BY from_nr LIMIT 1;

-- Has anybody here been erased?
-- :name erased_any
-- :scan the index has those few only, and the first will do
SELECT 1 FROM account WHERE erased_nr IS NOT NULL LIMIT 1;

-- The newest event when this user was.
-- :name erased_nr
SELECT erased_nr FROM account WHERE user = :user AND erased_nr IS NOT NULL;
