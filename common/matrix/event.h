/*
 * event.h - making PDUs: canonical text, content hash, signature, event id,
 * redaction (server-server API, "Signing Events"; room version documents).
 * Pure functions; nothing here looks into the database.
 */
#ifndef MXCGI_EVENT_H
#define MXCGI_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/errors.h"
#include "json/json.h"
#include "matrix/room_version.h"
#include "matrix/signing.h"

#define EVENT_MAX	65536	/* bytes of the whole PDU, canonical */

/* An event that does not exist yet. */
struct draft {
	const struct room_version *version;
	const char	*event_id;	/* room versions 1 and 2 only, where NULL has one
					 * made up */
	const char	*room_id;	/* NULL for the create event of room version 12 */
	const char	*sender;
	const char	*type;
	const char	*state_key;	/* NULL: not a state event */
	const cJSON	*content;	/* an object */
	const char	*redacts;	/* event id, for m.room.redaction, or NULL; put
					 * where the version wants it (event or content) */
	int64_t		 origin_server_ts;
	int64_t		 depth;		/* 2^53-1 at most; more counts as that */
	const char *const *prev_events;	/* event ids */
	size_t		 prev_count;	/* at most 20 */
	const char *const *auth_events;
	size_t		 auth_count;	/* at most 10 */
	/* event_reference_hash() of each; room versions 1 and 2 only. */
	const char *const *prev_hashes;
	const char *const *auth_hashes;
};

struct pdu {
	const char	*event_id;
	const char	*room_id;	/* of the create event of 12: made from its hash */
	struct span	 text;		/* canonical JSON as stored and sent to servers */
	size_t		 content_at;	/* where content stands in it */
	size_t		 content_len;
};

/*
 * Hash, sign and name it.  M_OK, or with *why: M_TOO_LARGE (over 65,536 bytes,
 * or an id, type or state key over 255 bytes), M_BAD_JSON (content has a number
 * that canonical JSON forbids and the room version enforces that; type or state
 * key is not UTF-8).  The draft's sender is of server_name.
 */
enum mx_err	 event_make(struct arena *, const struct draft *, const char *server_name,
		    const struct signing_key *, struct pdu *, const char **why);

/*
 * The event as the redaction rules of its version leave it: a new tree in
 * json_arena(), which shares values with event.
 */
cJSON		*event_redact(const struct room_version *, const cJSON *event);
/* Only its content. */
cJSON		*content_redact(const struct room_version *, const char *type,
		    const cJSON *content);

/*
 * For checking what others made; event is a tree, an object.  NULL when it has
 * a number that canonical JSON forbids in that version.
 */
const char	*event_content_hash(struct arena *, const struct room_version *,
		    const cJSON *event);	/* base64 */
const char	*event_reference_hash(struct arena *, const struct room_version *,
		    const cJSON *event);	/* base64 */
/*
 * "$...": the reference hash in the alphabet of the version.  In versions 1 and
 * 2 what the event calls itself, or NULL.
 */
const char	*event_reference_id(struct arena *, const struct room_version *,
		    const cJSON *event);
/* Is it signed so?  False also when there is no such signature in it. */
bool		 event_signature_valid(struct arena *, const struct room_version *,
		    const cJSON *event, const char *server_name, const char *key_id,
		    const uint8_t public_key[ED25519_KEY_LEN]);

/* Canonical, as strictly as the version has it; false: a number forbids it. */
bool		 event_canonical(struct buf *, const struct room_version *,
		    const cJSON *);

/* -------------------------------------------------- what other servers send */

#define PREV_EVENTS_MAX	20
#define AUTH_EVENTS_MAX	10
#define SIGNERS_MAX	3

struct received {
	const cJSON	*event;		/* as it came, or what redaction leaves */
	bool		 redacted;	/* since its content hash did not fit */
	const char	*event_id;
	const char	*room_id;	/* of the create event of 12: made from its hash */
	int64_t		 depth;		/* 0 to 2^53-1 */
	/* Ids, none twice. */
	const char	*prev_events[PREV_EVENTS_MAX];
	size_t		 prev_count;
	const char	*auth_events[AUTH_EVENTS_MAX];
	size_t		 auth_count;
	/* Servers that must have signed it. */
	const char	*signers[SIGNERS_MAX];
	size_t		 signer_count;
};

/*
 * What every event of another server has to pass first, whatever path it came
 * by: its members and their sizes, the ids and number of the events it names,
 * its own size, numbers, and its content hash ("Checks performed on receipt of
 * a PDU", 1 and 3; "Size limits").  event is a tree that json_parse() let pass,
 * before room version 6 with json_keep_numbers().  False: *why says what is wrong, for a log.  *received shares its texts.
 *
 * Signatures are next, then auth_cited_valid() and auth_allows().
 */
bool		 event_check(struct arena *, const struct room_version *,
		    const cJSON *event, struct received *, const char **why);

/*
 * The key of a server by its id, or NULL: unknown, or not to be used for an
 * event of that time, which is as if its signature were not there.
 */
typedef const uint8_t *event_key_fn(void *arg, const char *server,
		    const char *key_id);
/*
 * Has every signer signed it, by a key that is known, and none of them wrongly?
 * (The same, 2; and 4.2 of the authorisation rules, 5.2 in room version 12.)
 */
bool		 event_signatures_check(struct arena *, const struct room_version *,
		    const struct received *, event_key_fn *, void *arg,
		    const char **why);

#endif
