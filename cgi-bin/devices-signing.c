/*
 * devices-signing.c - POST /keys/device_signing/upload: the keys by which a user
 * signs (client-server API, "Cross-signing").
 */
#include <string.h>

#include "devices.h"
#include "devices.routes.h"
#include "matrix/cross_signing.h"
#include "matrix/signing.h"
#include "matrix/uia.h"
#include "store/stream.h"

#define KEY_CHARS	43	/* 32 bytes in base64 without padding */
#define SIGNATURES_MAX	100	/* on a master key */

struct upload {
	const cJSON	*key[KEY_USAGE__MAX];	/* NULL: not in the request */
	struct cross_keys old;
	struct cross_keys new;		/* of the request, signatures apart */
};
#define KEY_FIELD(usage, name)						\
	{ name, FIELD_TYPE_OBJECT, OPTIONAL, NULL,			\
	    offsetof(struct upload, key[usage]) }
static const struct field upload_fields[] = {
	KEY_FIELD(KEY_MASTER, "master_key"),
	KEY_FIELD(KEY_SELF_SIGNING, "self_signing_key"),
	KEY_FIELD(KEY_USER_SIGNING, "user_signing_key"),
	FIELD_END
};

/* ------------------------------------------------------------ shape of a key */

static enum mx_err
bad(struct request *r, enum key_usage usage, const char *what)
{
	return fail(r, M_BAD_JSON, "%s_key: %s", key_usage_name(usage), what);
}

static bool
is_for(const cJSON *key, enum key_usage usage)
{
	const cJSON *list = json_get(key, "usage"), *item;
	bool named = false;

	if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > NAMES_MAX)
		return false;
	cJSON_ArrayForEach(item, list) {
		if (!cJSON_IsString(item))
			return false;
		named |= strcmp(item->valuestring, key_usage_name(usage)) == 0;
	}
	return named;
}

/* The one key in it, whose name is the key itself; NULL: it is another thing. */
static const char *
only_key(struct request *r, const cJSON *keys)
{
	uint8_t bytes[ED25519_KEY_LEN];
	const cJSON *item = cJSON_IsObject(keys) ? keys->child : NULL;

	if (item == NULL || item->next != NULL || !cJSON_IsString(item) ||
	    strlen(item->valuestring) != KEY_CHARS ||
	    !key_decode(item->valuestring, bytes) || strcmp(item->string,
	    key_id_of(r, item->valuestring)) != 0)
		return NULL;
	return item->valuestring;
}

static enum mx_err
read_key(struct request *r, const cJSON *key, enum key_usage usage,
    struct cross_key *out)
{
	const char *user_id = json_text(key, "user_id");

	if (user_id == NULL || strcmp(user_id, r->who.user_id) != 0)
		return bad(r, usage, "user_id is not yours");
	if (!is_for(key, usage))
		return bad(r, usage, "usage does not say what it is for");
	out->public_key = only_key(r, json_get(key, "keys"));
	if (out->public_key == NULL)
		return bad(r, usage, "keys holds one ed25519 key in base64 "
		    "without padding, under its own name");
	out->text = signed_text(r->mem, key);
	if (out->text.s == NULL)
		return bad(r, usage, "canonical JSON forbids a number in it");
	if (out->text.n > DEVICE_KEYS_MAX)
		return fail(r, M_TOO_LARGE, "A key has %d bytes at most",
		    DEVICE_KEYS_MAX);
	return M_OK;
}

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool
is_same_text(struct span a, struct span b)
{
	return a.n == b.n && memcmp(a.s, b.s, a.n) == 0;
}

/* Is it there already, just as it is? */
static bool
is_old(const struct upload *u, int usage)
{
	return is_same(u->old.of[usage].public_key,
	    u->new.of[usage].public_key) && is_same_text(
	    u->old.of[usage].text, u->new.of[usage].text);
}

/* What will be the user's. */
static const struct cross_key *
later_key(const struct upload *u, int usage)
{
	return u->key[usage] != NULL ? &u->new.of[usage] : &u->old.of[usage];
}

/*
 * Names of keys and of devices are of one kind: none may stand for two things,
 * or what was signed with one might be taken for signed with the other.
 */
static enum mx_err
check_names(struct request *r, const struct upload *u)
{
	for (int i = 0; i < KEY_USAGE__MAX; i++) {
		const char *name = u->new.of[i].public_key;

		if (name == NULL)
			continue;
		if (db_int(r->db, 0, STMT_DEVICE_FIND, DB_INT(r->who.user),
		    DB_TEXT(name)) != 0)
			return fail(r, M_FORBIDDEN,
			    "A key has the name of one of your devices");
		for (int j = 0; j < KEY_USAGE__MAX; j++)
			if (j != i && (is_same(name,
			    later_key(u, j)->public_key) || is_same(name,
			    u->old.of[j].public_key)))
				return fail(r, M_INVALID_PARAM, "Each of your "
				    "keys is another one");
	}
	return M_OK;
}

static enum mx_err
read_upload(struct request *r, struct upload *u)
{
	enum mx_err err;

	if ((err = body_read(r, upload_fields, u)) != M_OK)
		return err;
	for (int i = 0; i < KEY_USAGE__MAX; i++)
		if (u->key[i] != NULL && (err = read_key(r, u->key[i],
		    (enum key_usage)i, &u->new.of[i])) != M_OK)
			return err;
	cross_keys_read(r->db, r->who.user, &u->old);
	if (later_key(u, KEY_MASTER)->public_key == NULL)
		return fail(r, M_MISSING_PARAM, "master_key is missing, and "
		    "you have published none before");
	return check_names(r, u);
}

/* -------------------------------------------------------------- signatures */

/* The others are signed by the master key, and carry no other signature. */
static enum mx_err
signed_by_master(struct request *r, struct upload *u, enum key_usage usage)
{
	const char *master = later_key(u, KEY_MASTER)->public_key;
	const cJSON *signature = json_get(signatures_by(u->key[usage],
	    r->who.user_id), key_id_of(r, master));
	struct cross_key *key = &u->new.of[usage];
	cJSON *kept = cJSON_CreateObject();

	if (!signed_with(key->text, signature, master))
		return fail(r, M_INVALID_SIGNATURE, "%s_key is not signed by "
		    "your master key", key_usage_name(usage));
	signature_add(kept, signature);
	key->signatures = canonical_text(r, kept);
	return M_OK;
}

/* That one may be signed by itself, and by the user's devices. */
static enum mx_err
master_signed(struct request *r, struct upload *u)
{
	struct cross_key *key = &u->new.of[KEY_MASTER];
	cJSON *kept = is_old(u, KEY_MASTER) ? json_parse_own(r->mem,
	    u->old.of[KEY_MASTER].signatures) : cJSON_CreateObject();
	const cJSON *list = signatures_by(u->key[KEY_MASTER],
	    r->who.user_id), *item;

	if (cJSON_GetArraySize(list) > SIGNATURES_MAX)
		return fail(r, M_TOO_LARGE, "A key comes with %d signatures "
		    "at most", SIGNATURES_MAX);
	cJSON_ArrayForEach(item, list) {
		const char *signer = master_signer(r, key->public_key,
		    item->string);

		if (signer == NULL)
			continue;
		if (!signed_with(key->text, item, signer))
			return fail(r, M_INVALID_SIGNATURE, "master_key has a "
			    "signature that is not of %.60s", item->string);
		signature_add(kept, item);
	}
	key->signatures = canonical_text(r, kept);
	return M_OK;
}

static enum mx_err
check_signatures(struct request *r, struct upload *u)
{
	enum mx_err err = M_OK;

	if (u->key[KEY_MASTER] != NULL)
		err = master_signed(r, u);
	for (int i = KEY_SELF_SIGNING; i < KEY_USAGE__MAX && err == M_OK; i++)
		if (u->key[i] != NULL)
			err = signed_by_master(r, u, (enum key_usage)i);
	return err;
}

/* ------------------------------------------------------------------ keeping */

/* What a self-signing key that is no more signed the user's devices with. */
static void
unsign_devices(struct request *r)
{
	struct rows rows = db_query(r->db, STMT_DEVICE_KEYS_ALL,
	    DB_INT(r->who.user));

	while (rows_next(&rows)) {
		const char *device_id = rows_text(&rows, 0);
		cJSON *keys = json_parse_own(r->mem, rows_span(&rows, 2));
		cJSON *kept = cJSON_CreateObject();

		signature_add(kept, json_get(signatures_by(keys,
		    r->who.user_id), key_id_of(r, device_id)));
		db_exec(r->db, STMT_DEVICE_KEYS_PUT,
		    DB_INT(rows_int(&rows, 3)),
		    DB_SPAN(device_keys_text(r, keys, kept)));
	}
}

/* A key goes, and what it signed. */
static void
forget_key(struct request *r, const struct upload *u, int usage)
{
	if (u->old.of[usage].public_key == NULL)
		return;
	switch (usage) {
	case KEY_MASTER:
		key_signatures_on_drop(r->db, r->who.user);
		break;
	case KEY_SELF_SIGNING:
		unsign_devices(r);
		break;
	default:
		key_signatures_by_drop(r->db, r->who.user);
	}
	cross_key_drop(r->db, r->who.user, (enum key_usage)usage);
}

/* What another master key signed is of no use to anybody. */
static void
keep(struct request *r, const struct upload *u)
{
	bool begins_anew = u->key[KEY_MASTER] != NULL && !is_same(
	    u->old.of[KEY_MASTER].public_key,
	    u->new.of[KEY_MASTER].public_key);

	for (int i = 0; i < KEY_USAGE__MAX; i++) {
		if (u->key[i] != NULL ? !is_old(u, i) : begins_anew)
			forget_key(r, u, i);
		if (u->key[i] != NULL)
			cross_key_put(r->db, r->who.user, (enum key_usage)i,
			    &u->new.of[i]);
	}
}

/* How many of the keys are not there yet, and is anything else? */
static size_t
what_is_new(const struct upload *u, bool *signatures)
{
	size_t n = 0;

	*signatures = false;
	for (int i = 0; i < KEY_USAGE__MAX; i++) {
		if (u->key[i] == NULL)
			continue;
		n += !is_old(u, i);
		*signatures |= !is_same_text(u->old.of[i].signatures,
		    u->new.of[i].signatures);
	}
	return n;
}

/*
 * POST /keys/device_signing/upload
 *
 * Publish the caller's keys for cross-signing: all of the request, or none.
 * Their first ones are taken as they are, others only from who proves to be
 * the user; the same again is nothing new.  Who shares a room with them hears
 * of it.  Another master key ends what the one before it signed, and what others
 * signed that with.
 */
enum mx_err
signing_keys_upload(struct request *r)
{
	struct upload u = { 0 };
	bool signatures, asks;
	size_t n;
	enum mx_err err;

	if ((err = read_upload(r, &u)) != M_OK ||
	    (err = check_signatures(r, &u)) != M_OK)
		return err;
	n = what_is_new(&u, &signatures);
	asks = n > 0 && u.old.of[KEY_MASTER].public_key != NULL;
	if (asks && (err = uia_pass(r, FLOWS_signing_keys)) != M_OK)
		return err;
	if (n == 0 && !signatures)
		return M_OK;
	if ((err = again(r)) != M_OK)
		return err;
	keep(r, &u);
	change_add(r->db, CHANGE_DEVICES, 0, r->who.user, 0);
	return asks ? uia_end(r) : M_OK;
}
