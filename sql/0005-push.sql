-- Push: rules of users.

-- Whose rules are not, or were not once, those that are predefined.  Writes:
-- push.
CREATE TABLE push_user (
	user INTEGER PRIMARY KEY REFERENCES account (user),
	pos  INTEGER NOT NULL,                  -- change.pos of the last change
	own  INTEGER NOT NULL                   -- 1: global rules are not now
);

-- Rules of their own.  Writes: push.
CREATE TABLE push_rule (
	user        INTEGER NOT NULL REFERENCES account (user),
	profile_tag TEXT NOT NULL,              -- of devices (2015); '': global
	kind        TEXT NOT NULL,              -- override, content, ...
	rule_id     TEXT NOT NULL,
	place       INTEGER NOT NULL,           -- in its kind; the first counts most
	enabled     INTEGER NOT NULL,           -- 0, 1
	in_2015     INTEGER NOT NULL,           -- 1: patterns mean what they did then
	pattern     TEXT,                       -- of kind content
	conditions  TEXT,                       -- of override, underride: JSON array
	actions     TEXT NOT NULL,              -- JSON array
	PRIMARY KEY (user, profile_tag, kind, rule_id)
) WITHOUT ROWID;
CREATE INDEX push_rule_in_order ON push_rule (user, profile_tag, kind, place);

-- What they changed of the predefined rules.  Writes: push.
CREATE TABLE push_predefined (
	user    INTEGER NOT NULL REFERENCES account (user),
	rule_id TEXT NOT NULL,
	enabled INTEGER,                        -- 0, 1; NULL: as it is predefined
	actions TEXT,                           -- JSON array; NULL: likewise
	PRIMARY KEY (user, rule_id)
) WITHOUT ROWID;
