-- Server notices (common/matrix/notice.c).

-- The room of a user for them, which is one that the speaker is in.
-- :name notices_room
SELECT m.room, r.room_id, r.version, m.membership
  FROM member m
  CROSS JOIN member s ON s.room = m.room AND s.user = :speaker
  CROSS JOIN room r ON r.nr = m.room
 WHERE m.user = :user AND s.membership = 'join'
 ORDER BY m.room DESC LIMIT 1;

-- Users behind one who are told what all are told.
-- :name notice_to
SELECT a.user, u.user_id
  FROM account a
  CROSS JOIN user u ON u.nr = a.user
 WHERE a.user > :after AND a.kind = 'user' AND a.deactivated_at IS NULL
 ORDER BY a.user LIMIT :most;
