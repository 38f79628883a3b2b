/*
 * devices-signatures.c - POST /keys/signatures/upload: signatures of keys that
 * were published before (client-server API, "Cross-signing").
 */
#include <string.h>

#include "devices.h"
#include "devices.routes.h"
#include "matrix/cross_signing.h"
#include "matrix/ids.h"
#include "matrix/signing.h"
#include "store/stream.h"

#define SIGNED_MAX	100	/* keys in a request, and signatures on them */

/* What came of one key.  Only M_OK has no reason. */
struct outcome {
	enum mx_err	 err;
	const char	*why;
};

static struct outcome
refused(enum mx_err err, const char *why)
{
	return (struct outcome){ err, why };
}

static struct outcome
unknown(void)
{
	return refused(M_NOT_FOUND, "There is no such key");
}

static struct outcome
invalid(const char *why)
{
	return refused(M_INVALID_SIGNATURE, why);
}

static bool
is_published(struct request *r, struct span published, const cJSON *object)
{
	struct span text = signed_text(r->mem, object);

	return text.s != NULL && text.n == published.n &&
	    memcmp(text.s, published.s, text.n) == 0;
}

/* The key that goes by this id; NULL: it may not sign this. */
typedef const char *signer_fn(struct request *, const char *key_id,
    const void *);

/* The signatures of the caller's keys, of which each must be good. */
static struct outcome
read_signatures(struct request *r, const cJSON *object, struct span text,
    signer_fn *signer, const void *arg, cJSON *out)
{
	const cJSON *list = signatures_by(object, r->who.user_id), *item;

	if (!cJSON_IsObject(list) || list->child == NULL)
		return invalid("It has no signature of yours");
	cJSON_ArrayForEach(item, list) {
		const char *key = signer(r, item->string, arg);

		if (key == NULL)
			return invalid("It is not for this key to sign it");
		if (!signed_with(text, item, key))
			return invalid("The signature is not that of the key "
			    "it names");
		signature_add(out, item);
	}
	return refused(M_OK, NULL);
}

/* ------------------------------------------------------------------ devices */

struct device_signers {
	const char	*device_id;
	const char	*device;
	const char	*self_signing;		/* NULL: there is none */
};

static const char *
device_signer(struct request *r, const char *key_id, const void *arg)
{
	const struct device_signers *s = arg;

	if (s->self_signing != NULL &&
	    strcmp(key_id, key_id_of(r, s->self_signing)) == 0)
		return s->self_signing;
	return strcmp(key_id, key_id_of(r, s->device_id)) == 0 ? s->device :
	    NULL;
}

/* Of the user's self-signing key; those of the device itself are there. */
static struct outcome
sign_device(struct request *r, const cJSON *object, const char *self_signing)
{
	int64_t device;
	cJSON *keys = device_keys_of(r, object->string, &device), *signatures;
	struct device_signers s = { object->string, NULL, self_signing };
	struct outcome end;
	struct span text;

	if (keys == NULL)
		return unknown();
	s.device = device_public_key(r, keys, object->string);
	text = signed_text(r->mem, keys);
	if (!is_published(r, text, object))
		return invalid("This is not what the device published");
	signatures = cJSON_Duplicate(signatures_by(keys, r->who.user_id), 1);
	end = read_signatures(r, object, text, device_signer, &s, signatures);
	if (end.err == M_OK && db_exec(r->db, STMT_DEVICE_KEYS_PUT,
	    DB_INT(device), DB_SPAN(device_keys_text(r, keys, signatures))) > 0)
		change_add(r->db, CHANGE_DEVICES, 0, r->who.user, 0);
	return end;
}

/* --------------------------------------------------------- one's master key */

const char *
master_signer(struct request *r, const char *master, const char *key_id)
{
	const char *colon = strchr(key_id, ':');
	int64_t device;

	if (colon == NULL || strcmp(key_id, key_id_of(r, colon + 1)) != 0)
		return NULL;
	return strcmp(colon + 1, master) == 0 ? master : device_public_key(r,
	    device_keys_of(r, colon + 1, &device), colon + 1);
}

static const char *
own_master_signer(struct request *r, const char *key_id, const void *master)
{
	return master_signer(r, master, key_id);
}

/* Those of devices that are gone go with the next that comes. */
static cJSON *
signatures_left(struct request *r, const struct cross_key *master)
{
	const cJSON *item, *all = json_parse_own(r->mem, master->signatures);
	cJSON *left = cJSON_CreateObject();

	cJSON_ArrayForEach(item, all)
		if (master_signer(r, master->public_key, item->string) != NULL)
			signature_add(left, item);
	return left;
}

static struct outcome
sign_own_master(struct request *r, const cJSON *object,
    const struct cross_key *master)
{
	cJSON *signatures = signatures_left(r, master);
	struct outcome end;
	struct span text;

	if (!is_published(r, master->text, object))
		return invalid("This is not your master key as it is here");
	end = read_signatures(r, object, master->text, own_master_signer,
	    master->public_key, signatures);
	text = canonical_text(r, signatures);
	if (end.err != M_OK || (text.n == master->signatures.n &&
	    memcmp(text.s, master->signatures.s, text.n) == 0))
		return end;
	cross_key_sign(r->db, r->who.user, KEY_MASTER, text);
	change_add(r->db, CHANGE_DEVICES, 0, r->who.user, 0);
	return end;
}

/* ------------------------------------------------------- others' master keys */

static const char *
user_signer(struct request *r, const char *key_id, const void *user_signing)
{
	return user_signing != NULL &&
	    strcmp(key_id, key_id_of(r, user_signing)) == 0 ? user_signing :
	    NULL;
}

static struct outcome
sign_other(struct request *r, int64_t target, const cJSON *object,
    const char *user_signing)
{
	cJSON *signatures = cJSON_CreateObject();
	const char *id, *before;
	struct cross_keys theirs;
	const struct cross_key *master = &theirs.of[KEY_MASTER];
	struct outcome end;

	cross_keys_read(r->db, target, &theirs);
	if (master->public_key == NULL ||
	    strcmp(master->public_key, object->string) != 0)
		return unknown();
	if (!is_published(r, master->text, object))
		return invalid("This is not their master key as it is here");
	end = read_signatures(r, object, master->text, user_signer,
	    user_signing, signatures);
	if (end.err != M_OK)
		return end;
	if (!key_signature_find(r->db, r->who.user, target, &id, &before) ||
	    strcmp(before, signatures->child->valuestring) != 0)
		key_signature_put(r->db, r->who.user, target,
		    signatures->child->string, signatures->child->valuestring);
	return end;
}

/* --------------------------------------------------------------- all of it */

static struct outcome
sign_one(struct request *r, const char *user_id, const cJSON *object,
    const struct cross_keys *own)
{
	const struct cross_key *master = &own->of[KEY_MASTER];
	int64_t target;

	if (strcmp(user_id, r->who.user_id) == 0)
		return master->public_key != NULL &&
		    strcmp(master->public_key, object->string) == 0 ?
		    sign_own_master(r, object, master) : sign_device(r, object,
		    own->of[KEY_SELF_SIGNING].public_key);
	if ((target = local_user(r, user_id)) == 0)
		return unknown();
	return sign_other(r, target, object,
	    own->of[KEY_USER_SIGNING].public_key);
}

static void
sign_all(struct request *r, const cJSON *user, const struct cross_keys *own)
{
	bool failed = false;
	const cJSON *object;

	cJSON_ArrayForEach(object, user) {
		struct outcome end = sign_one(r, user->string, object, own);

		if (end.err == M_OK)
			continue;
		if (!failed)
			put_object(&r->out, user->string);
		failed = true;
		put_object(&r->out, object->string);
		put_text(&r->out, "errcode", mx_errcode(end.err));
		put_text(&r->out, "error", end.why);
		write_end(&r->out);
	}
	if (failed)
		write_end(&r->out);
}

static enum mx_err
check_request(struct request *r)
{
	const cJSON *user, *object;
	size_t n = 0;
	enum mx_err err;

	cJSON_ArrayForEach(user, r->body) {
		if (!cJSON_IsObject(user))
			return fail(r, M_BAD_JSON,
			    "There is an object of keys for each user");
		if ((err = may_reach(r, user->string)) != M_OK)
			return err;
		cJSON_ArrayForEach(object, user) {
			if (!cJSON_IsObject(object))
				return fail(r, M_BAD_JSON,
				    "A signed key is an object");
			n += 1 + (size_t)cJSON_GetArraySize(signatures_by(
			    object, r->who.user_id));
		}
	}
	return n <= 2 * SIGNED_MAX ? M_OK : fail(r, M_TOO_LARGE, "A request "
	    "has %d keys and signatures at most; send several",
	    2 * SIGNED_MAX);
}

/*
 * POST /keys/signatures/upload
 *
 * Keep what the caller's keys signed: their self-signing key their devices, their
 * devices their master key, their user-signing key those of others, which they
 * alone are told of.  Each key that is refused is in `failures`; the rest is
 * kept.
 */
enum mx_err
signatures_upload(struct request *r)
{
	struct cross_keys own;
	const cJSON *user;
	enum mx_err err;

	if ((err = check_request(r)) != M_OK)
		return err;
	cross_keys_read(r->db, r->who.user, &own);
	put_object(&r->out, "failures");
	cJSON_ArrayForEach(user, r->body)
		sign_all(r, user, &own);
	write_end(&r->out);
	return M_OK;
}
