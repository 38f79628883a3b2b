/*
 * devices.h - what the handlers of `devices` share.
 */
#ifndef MXCGI_CGI_DEVICES_H
#define MXCGI_CGI_DEVICES_H

#include <stdbool.h>

#include "base/crypto.h"
#include "serve/serve.h"

/* Devices that one request speaks of. */
#define DEVICES_MAX	1000

/*
 * What a request may do to the devices of that user: a suspended account has
 * to do with its own alone (client-server API, "Account suspension": it may
 * verify them).
 */
enum mx_err	 may_reach(struct request *, const char *user_id);
/* Is it the id of a user of this server? */
bool		 is_local(struct request *, const char *user_id);
/* Their number; 0: of another, or there is none of that id. */
int64_t		 local_user(struct request *, const char *user_id);

/*
 * Keep the identity keys that the caller's device published (a JSON object),
 * or refuse them; tell those who share a room when they are new.  A device that
 * signs with another key than before loses its one-time and fallback keys:
 * they are of no use to anybody, and their names would be in the way.
 */
enum mx_err	 keep_device_keys(struct request *, const cJSON *);
/*
 * The same of all that the body has in device_keys, one_time_keys and
 * fallback_keys: all of it, or none.
 */
enum mx_err	 keep_keys(struct request *);
/*
 * Is each signed one-time or fallback key of the body signed by the caller's
 * device, as far as its identity keys are there?  A refusal where not.  It takes
 * a while for each, so ask before again().
 */
enum mx_err	 check_signed_keys(struct request *);

/* ------------------------------------------- signatures (devices-signed.c) */

#define DEVICE_KEYS_MAX	16384	/* bytes of a device's, or a user's, key */
#define NAMES_MAX	20	/* of algorithms, and of keys, in them */

/* A key of Curve25519 or Ed25519 in base64; text NULL: false. */
bool		 key_decode(const char *text, uint8_t out[ED25519_KEY_LEN]);
/* What keys of that user signed the object with, by key id; or NULL. */
const cJSON	*signatures_by(const cJSON *object, const char *user_id);
/* Is that, of such an object, the signature of that key over signed_text()? */
bool		 signed_with(struct span text, const cJSON *signature,
		    const char *public_key);
/* "ed25519:NAME", NAME a device's id or a key for cross-signing. */
const char	*key_id_of(struct request *, const char *name);
/* Put it among others, by its name. */
void		 signature_add(cJSON *signatures, const cJSON *signature);
/* s NULL: canonical JSON forbids a number in it. */
struct span	 canonical_text(struct request *, const cJSON *);

/* What the caller's device published, and its number; NULL: nothing. */
cJSON		*device_keys_of(struct request *, const char *device_id,
		    int64_t *device);
/* Its ed25519 key. */
const char	*device_public_key(struct request *, const cJSON *device_keys,
		    const char *device_id);
/* The key of that id that may sign the caller's master key: itself, or one of
 * their devices'; NULL: there is none such. */
const char	*master_signer(struct request *, const char *master,
		    const char *key_id);
/* What is kept of them: as they were published, with these signatures of the
 * caller's keys and no others; s as above. */
struct span	 device_keys_text(struct request *, const cJSON *device_keys,
		    cJSON *signatures);

/* "key":"42" */
void		 put_number(struct writer *, const char *key, int64_t);
/* What that wrote; -1: it is something else. */
int64_t		 number_read(const char *);
/* The text of an object that is kept as it is; what: its name, for a refusal. */
enum mx_err	 read_object(struct request *, const char *what,
		    const cJSON *object, size_t most, struct span *text);

/*
 * "failures": of the servers of those users who are not of this one.  From
 * none of them is anything to be had.
 */
void		 put_failures(struct request *, const cJSON *users);

#endif
