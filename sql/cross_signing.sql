-- Keys for cross-signing, and what they signed (common/matrix/cross_signing.c,
-- cgi-bin/devices-sign*.c).

-- :name cross_keys
SELECT usage, public_key, key, signatures FROM cross_signing_key
 WHERE user = :user;

-- :name cross_key_named
SELECT 1 FROM cross_signing_key
 WHERE user = :user AND public_key = :public_key;

-- :name cross_key_put
INSERT INTO cross_signing_key (user, usage, public_key, key, signatures)
VALUES (:user, :usage, :public_key, :key, :signatures)
ON CONFLICT (user, usage) DO UPDATE
   SET public_key = excluded.public_key, key = excluded.key,
       signatures = excluded.signatures;

-- :name cross_key_sign
UPDATE cross_signing_key SET signatures = :signatures
 WHERE user = :user AND usage = :usage;

-- :name cross_key_drop
DELETE FROM cross_signing_key WHERE user = :user AND usage = :usage;

-- :name cross_keys_drop
DELETE FROM cross_signing_key WHERE user = :user;

-- :name key_signature_put
INSERT INTO key_signature (signer, target, key_id, signature, pos)
VALUES (:signer, :target, :key_id, :signature, :pos)
ON CONFLICT (signer, target) DO UPDATE
   SET key_id = excluded.key_id, signature = excluded.signature,
       pos = excluded.pos;

-- :name key_signature_find
SELECT key_id, signature FROM key_signature
 WHERE signer = :signer AND target = :target;

-- :name key_signatures_by_drop
DELETE FROM key_signature WHERE signer = :signer;

-- :name key_signatures_on_drop
DELETE FROM key_signature WHERE target = :target;

-- Whose master keys a user signed, as their other devices have to hear.
-- :name key_signatures_since
SELECT u.user_id
  FROM key_signature k CROSS JOIN user u ON u.nr = k.target
 WHERE k.signer = :signer AND k.pos > :after AND k.pos <= :upto;
