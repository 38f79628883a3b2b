-- What application services are told (common/matrix/service*.c).

-- :name service_get
SELECT nr, users, scanned, pos, epoch, heard, txn, due_at, failures
  FROM appservice WHERE id = :id;

-- :name service_add
INSERT INTO appservice (id, users, scanned, pos, epoch, heard, txn)
VALUES (:id, :users, 0, :pos, :epoch, :heard, :txn);

-- Also who is registered no more.
-- :name service_others
-- :scan there are few
SELECT nr, id FROM appservice ORDER BY nr;

-- :name service_drop
DELETE FROM appservice WHERE nr = :nr;

-- The networks in whose directories something is, one after the other; a row is
-- always there.
-- :name service_network_next
SELECT min(network) FROM network_room WHERE network > :after;

-- :name service_network_drop
DELETE FROM network_room
 WHERE (network, room) IN (SELECT network, room FROM network_room
                            WHERE network = :network LIMIT :most)
RETURNING room;

-- How far the stream may be thinned.
-- :name service_upto
SELECT min(pos) FROM appservice;

--------------------------------------------------- who of them is in which room

-- It has other users now: begin anew.
-- :name service_users_set
UPDATE appservice SET users = :users, scanned = -1 WHERE nr = :nr;

-- :name service_scanned
UPDATE appservice SET scanned = :scanned WHERE nr = :nr;

-- :name service_members_drop
DELETE FROM appservice_member
 WHERE (appservice, room, user) IN
       (SELECT appservice, room, user FROM appservice_member
         WHERE appservice = :nr LIMIT :most);

-- :name service_accounts
SELECT a.user, u.user_id
  FROM account a CROSS JOIN user u ON u.nr = a.user
 WHERE a.user > :after ORDER BY a.user LIMIT :most;

-- :name service_members_of
INSERT INTO appservice_member (appservice, room, user)
SELECT :nr, m.room, m.user FROM member m
 WHERE m.user = :user AND m.membership = 'join'
ON CONFLICT (appservice, room, user) DO NOTHING;

-- :name service_member_add
INSERT INTO appservice_member (appservice, room, user)
VALUES (:nr, :room, :user)
ON CONFLICT (appservice, room, user) DO NOTHING;

-- :name service_member_drop
DELETE FROM appservice_member
 WHERE appservice = :nr AND room = :room AND user = :user;

-- :name service_members
SELECT user FROM appservice_member WHERE appservice = :nr AND room = :room;

-- Are any in a room with this user?
-- :name service_shares
SELECT 1
  FROM member m
  CROSS JOIN appservice_member s ON s.appservice = :nr AND s.room = m.room
 WHERE m.user = :user AND m.membership = 'join' LIMIT 1;

-------------------------------------------------------------- what is new

-- :name service_changes
SELECT pos, kind, room, user, ref FROM change
 WHERE pos > :after AND kind IN (:event, :receipt, :private_receipt)
 ORDER BY pos;

-- :name service_receipts
SELECT r.thread, e.event_id, r.kind, u.user_id, r.at, r.more
  FROM receipt r
  CROSS JOIN event e ON e.nr = r.event
  CROSS JOIN user u ON u.nr = r.user
 WHERE r.room = :room AND r.kind = :kind AND r.pos = :pos;

-- :name service_volatile @volatile
SELECT n, kind, about FROM volatile_change
 WHERE n > :after ORDER BY n LIMIT :most;

------------------------------------------------------------ transactions

-- :name service_upto_set
UPDATE appservice SET pos = :pos, epoch = :epoch, heard = :heard
 WHERE nr = :nr;

-- :name service_txn_next
UPDATE appservice SET txn = txn + 1 WHERE nr = :nr;

-- :name service_txn_put
INSERT INTO appservice_txn (appservice, body) VALUES (:nr, :body);

-- :name service_txn_get
SELECT body FROM appservice_txn WHERE appservice = :nr;

-- :name service_txn_drop
DELETE FROM appservice_txn WHERE appservice = :nr;

-- :name service_failed
UPDATE appservice SET failures = failures + 1, due_at = :due_at
 WHERE nr = :nr;

-- :name service_reached
UPDATE appservice SET failures = 0, due_at = 0 WHERE nr = :nr;
