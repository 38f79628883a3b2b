-- Push rules of users (matrix/push_user.c, cgi-bin/push*.c).

------------------------------------------------------------------- reading

-- :name push_user_get
SELECT pos, own FROM push_user WHERE user = :user;

-- Their own rules of a scope, of each kind the most important first.
-- :name push_rules
SELECT kind, rule_id, enabled, in_2015, pattern, conditions, actions
  FROM push_rule
 WHERE user = :user AND profile_tag = :profile_tag
 ORDER BY kind, place;

-- :name push_predefined
SELECT rule_id, enabled, actions FROM push_predefined WHERE user = :user;

-- The next profile tag that has rules.
-- :name push_tag_after
SELECT min(profile_tag) FROM push_rule
 WHERE user = :user AND profile_tag > :after;

-- State of a room just before an event.
-- :name push_state
SELECT u.user_id, e.content_at, e.content_len, e.pdu
  FROM event e JOIN user u ON u.nr = e.sender
 WHERE e.nr = (SELECT event FROM state_history
                WHERE room = :room AND type = :type
                  AND state_key = :state_key AND from_nr < :nr
                ORDER BY from_nr DESC LIMIT 1);

------------------------------------------------------------------- writing

-- Where a rule stands in its kind.
-- :name push_rule_place
SELECT place FROM push_rule
 WHERE user = :user AND profile_tag = :profile_tag AND kind = :kind
   AND rule_id = :rule_id;

-- The place of the most important.
-- :name push_rule_first
SELECT min(place) FROM push_rule
 WHERE user = :user AND profile_tag = :profile_tag AND kind = :kind;

-- Make room at a place: what stands there or before moves on.
-- :name push_rule_shift
UPDATE push_rule SET place = place - 1
 WHERE user = :user AND profile_tag = :profile_tag AND kind = :kind
   AND place <= :place;

-- One that is there keeps its place, unless it is given another, and stays on
-- or off.
-- :name push_rule_put
INSERT INTO push_rule (user, profile_tag, kind, rule_id, place, enabled,
                       in_2015, pattern, conditions, actions)
VALUES (:user, :profile_tag, :kind, :rule_id, :place, 1,
        :in_2015, :pattern, :conditions, :actions)
ON CONFLICT (user, profile_tag, kind, rule_id) DO UPDATE
   SET place = excluded.place, in_2015 = excluded.in_2015,
       pattern = excluded.pattern, conditions = excluded.conditions,
       actions = excluded.actions;

-- :name push_rule_drop
DELETE FROM push_rule
 WHERE user = :user AND profile_tag = :profile_tag AND kind = :kind
   AND rule_id = :rule_id;

-- :name push_rule_enable
UPDATE push_rule SET enabled = :enabled
 WHERE user = :user AND profile_tag = :profile_tag AND kind = :kind
   AND rule_id = :rule_id;

-- :name push_rule_act
UPDATE push_rule SET actions = :actions
 WHERE user = :user AND profile_tag = :profile_tag AND kind = :kind
   AND rule_id = :rule_id;

-- :name push_predefined_enable
INSERT INTO push_predefined (user, rule_id, enabled)
VALUES (:user, :rule_id, :enabled)
ON CONFLICT (user, rule_id) DO UPDATE SET enabled = excluded.enabled;

-- :name push_predefined_act
INSERT INTO push_predefined (user, rule_id, actions)
VALUES (:user, :rule_id, :actions)
ON CONFLICT (user, rule_id) DO UPDATE SET actions = excluded.actions;

-- One that is as it is predefined again.
-- :name push_predefined_tidy
DELETE FROM push_predefined
 WHERE user = :user AND rule_id = :rule_id
   AND enabled IS NULL AND actions IS NULL;

-- How many rules of their own a user has, and how long they are, but for one.
-- :name push_rules_size
SELECT count(*), sum(length(CAST(profile_tag AS BLOB)) +
       length(CAST(rule_id AS BLOB)) +
       coalesce(length(CAST(pattern AS BLOB)), 0) +
       coalesce(length(CAST(conditions AS BLOB)), 0) +
       length(CAST(actions AS BLOB)))
  FROM push_rule
 WHERE user = :user AND NOT (profile_tag = :profile_tag AND kind = :kind
   AND rule_id = :rule_id);

-- :name push_user_put
INSERT INTO push_user (user, pos, own)
VALUES (:user, :pos,
        EXISTS (SELECT 1 FROM push_rule
                 WHERE user = :user AND profile_tag = '') OR
        EXISTS (SELECT 1 FROM push_predefined WHERE user = :user))
ON CONFLICT (user) DO UPDATE SET pos = excluded.pos, own = excluded.own;
