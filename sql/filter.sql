-- Filters that clients stored: by user, and a number that counts from 0.

-- :name filter_get
SELECT definition FROM filter WHERE user = :user AND id = :id;

-- The same definition gets the number it has.  Reads the user's own filters,
-- of which there are few (filter_drop).
-- :name filter_same
SELECT id FROM filter WHERE user = :user AND definition = :definition;

-- :name filter_last
SELECT id FROM filter WHERE user = :user ORDER BY id DESC LIMIT 1;

-- :name filter_add
INSERT INTO filter (user, id, definition) VALUES (:user, :id, :definition);

-- The oldest go when there are too many.
-- :name filter_drop
DELETE FROM filter WHERE user = :user AND id <= :id;
