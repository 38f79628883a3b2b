/*
 * cross_signing.h - the keys by which users sign their devices and each other,
 * in the store (client-server API, "Cross-signing").
 *
 * A master key signs the two others of its user: the self-signing key signs
 * their devices, the user-signing key other users' master keys.
 */
#ifndef MXCGI_CROSS_SIGNING_H
#define MXCGI_CROSS_SIGNING_H

#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"

enum key_usage {
	KEY_MASTER, KEY_SELF_SIGNING, KEY_USER_SIGNING, KEY_USAGE__MAX
};
/* "master" and so on. */
const char	*key_usage_name(enum key_usage);

struct cross_key {
	const char	*public_key;	/* unpadded base64; NULL: there is none */
	struct span	 text;		/* canonical JSON without signatures */
	struct span	 signatures;	/* what its owner's keys signed it with: a
					 * JSON object, by key id */
};
struct cross_keys {
	struct cross_key of[KEY_USAGE__MAX];
};
void		 cross_keys_read(struct db *, int64_t user, struct cross_keys *);
/* Is that the public key of one of them? */
bool		 cross_key_named(struct db *, int64_t user, const char *);
void		 cross_key_put(struct db *, int64_t user, enum key_usage,
		    const struct cross_key *);
void		 cross_key_sign(struct db *, int64_t user, enum key_usage,
		    struct span signatures);
void		 cross_key_drop(struct db *, int64_t user, enum key_usage);

/*
 * What the signer's user-signing key, of that id, signed the target's master key
 * with.  The signer's clients hear that the target's keys are to be looked at.
 */
void		 key_signature_put(struct db *, int64_t signer, int64_t target,
		    const char *key_id, const char *signature);
/* False: nothing.  *key_id, *signature: texts of the arena. */
bool		 key_signature_find(struct db *, int64_t signer, int64_t target,
		    const char **key_id, const char **signature);
/* All by one signer, and all on one target: of keys that are no more. */
void		 key_signatures_by_drop(struct db *, int64_t signer);
void		 key_signatures_on_drop(struct db *, int64_t target);

/* All that there is of a user who is gone; others hear of it. */
void		 cross_signing_drop(struct db *, int64_t user);

#endif
