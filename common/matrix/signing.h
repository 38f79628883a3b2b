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
#include "base/conf.h"
#include "base/crypto.h"
#include "json/json.h"

struct signing_key {
	const char	*id;			/* "ed25519:a_Xyz1" */
	struct ed25519_key key;
};

/*
 * NULL and *why, a sentence that names path, when it is not there, readable by
 * others, or malformed.
 */
struct signing_key	*signing_key_load(struct arena *, const char *path,
			    const char **why);
/*
 * The key in data_dir, read once: it does not change while programs run.
 * NULL and *why as above; then the next call tries again.
 */
const struct signing_key *signing_key_ours(const struct conf *,
			    const char **why);
/*
 * Make one that never was before, on disk when this returns; refuses to
 * overwrite.  *why does not name path.
 */
bool			 signing_key_make(const char *path, const char **why);

/* Base64 signature over text (canonical JSON without signatures, unsigned). */
const char		*sign_text(struct arena *, const struct signing_key *,
			    struct span text);

/*
 * What a signature on object covers: its canonical text without signatures
 * and unsigned.  s is NULL when canonical JSON forbids a number in it.
 */
struct span		 signed_text(struct arena *, const cJSON *object);
/* Is signature (base64) the key's over text? */
bool			 signature_valid(struct span text, const char *signature,
			    const uint8_t public_key[ED25519_KEY_LEN]);

/*
 * object without the members named (the list ends with NULL): a new object
 * that shares the values.
 */
cJSON			*object_without(const cJSON *object,
			    const char *const *names);

#endif
