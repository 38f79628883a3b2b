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
/* A key of Curve25519 or Ed25519 in base64; text NULL: false. */
bool		 key_decode(const char *text, uint8_t out[ED25519_KEY_LEN]);

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
