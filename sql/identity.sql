-- Addresses as their owner sees them, where they were published, and tokens
-- that prove to others who somebody is.

-- In the order in which they joined.
-- :name threepids
SELECT medium, address, validated_at, added_at
  FROM threepid
 WHERE user = :user
 ORDER BY added_at, medium, address;

-- :name threepid_count
SELECT count(*) FROM threepid WHERE user = :user;

-- :name binding_count
SELECT count(*) FROM binding WHERE user = :user;

-- :name bindings
SELECT medium, address, id_server FROM binding WHERE user = :user;

-- :name bindings_of_address
SELECT medium, address, id_server
  FROM binding
 WHERE user = :user AND medium = :medium AND address = :address;

-- :name binding_drop
DELETE FROM binding
 WHERE user = :user AND medium = :medium AND address = :address
   AND id_server = :id_server;

-- :name openid_token_add @volatile
INSERT INTO openid_token (hash, user, expires_at)
VALUES (:hash, :user, :expires_at);

-- :name openid_token_find @volatile
SELECT user FROM openid_token WHERE hash = :hash AND expires_at > :now;

-- Nobody vouches for an account that is not used any more.
-- :name openid_user
SELECT u.user_id
  FROM account a
  JOIN user u ON u.nr = a.user
 WHERE a.user = :user AND a.deactivated_at IS NULL AND a.locked_at IS NULL;

-- All addresses of a user, wherever they were published, with the one server
-- that is to forget them.
-- :name addresses_at
SELECT medium, address, :id_server FROM threepid WHERE user = :user
UNION
SELECT medium, address, :id_server FROM binding WHERE user = :user;
