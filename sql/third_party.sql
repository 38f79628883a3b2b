-- Invitations to whoever has an address (common/matrix/third_party.c).

-- Has the user ever come in by the proof that holds this token?
-- :name third_party_used
SELECT 1
  FROM state_history h JOIN event e ON e.nr = h.event
 WHERE h.room = :room AND h.type = 'm.room.member' AND h.state_key = :user_id
   AND instr(e.pdu, :quoted) > 0
 LIMIT 1;

-- Is the same to be done already?
-- :name task_find
-- :scan tasks are few, and none stays for long
SELECT nr FROM task
 WHERE kind = :kind AND room = :room AND detail = :detail LIMIT 1;
