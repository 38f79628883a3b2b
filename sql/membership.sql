-- Coming and going.

-------------------------------------------------------------- invitations

-- What a user's clients said of all rooms (account data).
-- :name said_of_all_rooms
SELECT content FROM account_data
 WHERE user = :user AND room = 0 AND type = :type;
