-- Whose account is opened by whom at an OpenID Connect provider.  An account has
-- one subject of an issuer at most.  A link outlives the deactivation of its
-- account, so that whoever it was does not come back as somebody new.
-- Writes: login.
CREATE TABLE sso_link (
	issuer    TEXT NOT NULL,                -- as the provider calls itself
	subject   TEXT NOT NULL,                -- as it calls the person: sub
	user      INTEGER NOT NULL REFERENCES account (user),
	linked_at INTEGER NOT NULL,
	PRIMARY KEY (issuer, subject)
) WITHOUT ROWID;
CREATE UNIQUE INDEX sso_link_of_user ON sso_link (user, issuer);
