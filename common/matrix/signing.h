/*
 * signing.h - this server's signing key, and signatures on JSON
 * (appendices, "Signing JSON").
 *
 * data_dir/signing.key, mode 0600, one line as Synapse writes it:
 * "ed25519 VERSION BASE64SEED".
 */
#ifndef MXCGI_SIGNING_H
#define MXCGI_SIGNING_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"

struct signing_key {
	const char	*id;			/* "ed25519:a_Xyz1" */
	struct ed25519_key key;
};

/* NULL and *why when it is not there, readable by others, or malformed. */
struct signing_key	*signing_key_load(struct arena *, const char *path,
			    const char **why);
/* Make one that never was before; refuses to overwrite. */
bool			 signing_key_make(const char *path, const char **why);

/* Base64 signature over text (canonical JSON without signatures, unsigned). */
const char		*sign_text(struct arena *, const struct signing_key *,
			    struct span text);

#endif
