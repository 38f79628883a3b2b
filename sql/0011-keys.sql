-- Devices as their user looks after them, and cross-signing (client-server API,
-- "Device Management", "Cross-signing").

-- When a device was seen last, and from where; NULL: not yet, or not known.
-- Some minutes late: until then it stands in `seen` of the volatile store.
-- Writes: register, login (a session begins), housekeeper.
ALTER TABLE device ADD COLUMN seen_at INTEGER;
ALTER TABLE device ADD COLUMN seen_address TEXT;

-- The keys by which a user signs: a master key, and those that it has signed.
-- Writes: devices, account, mxcgi.
CREATE TABLE cross_signing_key (
	user       INTEGER NOT NULL REFERENCES account (user),
	usage      TEXT NOT NULL
	           CHECK (usage IN ('master', 'self_signing', 'user_signing')),
	public_key TEXT NOT NULL,               -- unpadded base64; its id, too
	key        TEXT NOT NULL,               -- canonical JSON that is signed
	signatures TEXT NOT NULL,               -- a JSON object: what its owner's
	                                        -- keys signed it with, by key id
	PRIMARY KEY (user, usage),
	UNIQUE (user, public_key)
) WITHOUT ROWID;

-- What a user's user-signing key signed another's master key with.  Only the
-- signer is told of it.  Writes: the same.
CREATE TABLE key_signature (
	signer    INTEGER NOT NULL REFERENCES account (user),
	target    INTEGER NOT NULL REFERENCES account (user),
	key_id    TEXT NOT NULL,                -- of the signer's key
	signature TEXT NOT NULL,
	pos       INTEGER NOT NULL,             -- change.pos, when it was made
	PRIMARY KEY (signer, target)
) WITHOUT ROWID;
CREATE INDEX key_signature_on ON key_signature (target);
CREATE INDEX key_signature_since ON key_signature (signer, pos);
