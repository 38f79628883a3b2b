-- What users show of themselves (common/matrix/profile.c, cgi-bin/profile.c).

-- :name profile_get
SELECT value FROM profile WHERE user = :user AND field = :field;

-- :name profile_all
SELECT field, value FROM profile WHERE user = :user ORDER BY field;

-- How long it is without a field, in bytes of JSON.
-- :name profile_size
SELECT coalesce(sum(length(CAST(field AS BLOB)) + length(CAST(value AS BLOB))
       + 4), 0)
  FROM profile WHERE user = :user AND field <> :field;

-- :name profile_set
INSERT INTO profile (user, field, value) VALUES (:user, :field, :value)
ON CONFLICT (user, field) DO UPDATE SET value = excluded.value;

-- Of who is gone.
-- :name profile_drop_all
DELETE FROM profile WHERE user = :user;

-- :name profile_drop
DELETE FROM profile WHERE user = :user AND field = :field;

-- Somebody who has or had an account here.
-- :name profile_owner
SELECT a.user FROM user u JOIN account a ON a.user = u.nr
 WHERE u.user_id = :user_id AND a.deactivated_at IS NULL;
