-- Addresses of accounts, and the sessions in which they are confirmed.

-- :name threepid_owner
SELECT user FROM threepid WHERE medium = :medium AND address = :address;

-- The owner may confirm it again; nobody takes it from them.
-- :name threepid_add
INSERT INTO threepid (medium, address, user, validated_at, added_at)
VALUES (:medium, :address, :user, :validated_at, :now)
ON CONFLICT (medium, address)
DO UPDATE SET validated_at = excluded.validated_at WHERE user = excluded.user;

-- :name threepid_drop
DELETE FROM threepid
 WHERE user = :user AND medium = :medium AND address = :address;

-- :name threepids_drop
DELETE FROM threepid WHERE user = :user;

-- :name threepid_session_find
SELECT sid, medium, address, next_link, validated_at
  FROM threepid_session
 WHERE sid = :sid AND client_secret = :client_secret AND purpose = :purpose
   AND expires_at > :now;

-- :name threepid_session_drop
DELETE FROM threepid_session WHERE sid = :sid;
