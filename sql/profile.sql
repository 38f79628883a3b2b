-- What users show of themselves (common/matrix/profile.c).

-- :name profile_get
SELECT value FROM profile WHERE user = :user AND field = :field;
