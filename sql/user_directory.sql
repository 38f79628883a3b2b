-- The user directory (common/matrix/user_directory.c).

-- Found by an expression of FTS5, in the order of their accounts; not whoever
-- asks, nor who cannot log in.
-- :name users_matching
SELECT s.rowid, u.user_id
  FROM listed s
  CROSS JOIN user u ON u.nr = s.rowid
  CROSS JOIN account a ON a.user = s.rowid
 WHERE s.listed MATCH :match AND s.rowid <> :asker
   AND a.deactivated_at IS NULL AND a.locked_at IS NULL
 ORDER BY s.rowid;

-- :name user_list
INSERT INTO listed (rowid, words, named)
VALUES (:user, :words, :named);

-- :name user_unlist
DELETE FROM listed WHERE rowid = :user;

-- Accounts behind one, in the order of their numbers.
-- :name users_behind
SELECT user FROM account
 WHERE user > :after AND deactivated_at IS NULL ORDER BY user LIMIT :most;

-- Are both in some room?
-- :name users_share
SELECT 1
  FROM member t CROSS JOIN member m
    ON m.room = t.room AND m.user = :user AND m.membership = 'join'
 WHERE t.user = :target AND t.membership = 'join'
 LIMIT 1;

-- Is the target in a room that anybody may enter or read?
-- :name user_in_open
SELECT 1
  FROM member t CROSS JOIN room r ON r.nr = t.room AND r.open = 1
 WHERE t.user = :target AND t.membership = 'join'
 LIMIT 1;
