/*
 * devices-identity.c - the identity keys of a device (client-server API,
 * "Uploading keys").
 *
 * What others are given of a device is what it made: its identity keys carry
 * its own signature and its own ids, or they are not kept.
 */
#include <string.h>

#include "devices.h"
#include "matrix/signing.h"
#include "store/stream.h"

#define DEVICE_KEYS_MAX	16384	/* bytes of a device's identity keys */
#define NAMES_MAX	20	/* of algorithms, and of keys, in them */
#define NAME_BYTES	255	/* of one of these */

static enum mx_err
bad(struct request *r, const char *what)
{
	return fail(r, M_BAD_JSON, "device_keys: %s", what);
}

static bool
is_text(const cJSON *object, const char *key, const char *want)
{
	const char *text = json_text(object, key);

	return text != NULL && strcmp(text, want) == 0;
}

bool
key_decode(const char *text, uint8_t out[ED25519_KEY_LEN])
{
	return text != NULL &&
	    base64_decode(text, strlen(text), out, ED25519_KEY_LEN) ==
	    ED25519_KEY_LEN;
}

static bool
short_texts(const cJSON *list)
{
	const cJSON *item;

	if (cJSON_GetArraySize(list) > NAMES_MAX)
		return false;
	cJSON_ArrayForEach(item, list)
		if (!cJSON_IsString(item) ||
		    strlen(item->valuestring) > NAME_BYTES)
			return false;
	return true;
}

/* Algorithm, colon, the device's id. */
static bool
is_name_of(const char *name, const char *device_id)
{
	const char *colon = strchr(name, ':');

	return colon != NULL && colon != name &&
	    strcmp(colon + 1, device_id) == 0;
}

static const char *
key_named(struct request *r, const cJSON *keys, const char *algorithm)
{
	return json_text(keys, arena_printf(r->mem, "%s:%s", algorithm,
	    r->who.device_id));
}

/* *key: the one that signs. */
static enum mx_err
check_keys(struct request *r, const cJSON *keys, uint8_t key[ED25519_KEY_LEN])
{
	uint8_t other[ED25519_KEY_LEN];
	const cJSON *item;
	const char *curve;

	if (!cJSON_IsObject(keys) || !short_texts(keys))
		return bad(r, "keys holds a few short texts");
	cJSON_ArrayForEach(item, keys)
		if (!is_name_of(item->string, r->who.device_id))
			return bad(r, "a key is named by its algorithm and "
			    "your device, as in ed25519:DEVICE");
	if (!key_decode(key_named(r, keys, "ed25519"), key))
		return bad(r, "your device's ed25519 key is missing, or is "
		    "not 32 bytes in base64");
	curve = key_named(r, keys, "curve25519");
	if (curve != NULL && !key_decode(curve, other))
		return bad(r, "the curve25519 key is not 32 bytes in base64");
	return M_OK;
}

static enum mx_err
check_signature(struct request *r, const cJSON *device_keys,
    const uint8_t key[ED25519_KEY_LEN])
{
	const cJSON *own = json_get(json_get(device_keys, "signatures"),
	    r->who.user_id);
	const char *signature = key_named(r, own, "ed25519");
	struct span text = signed_text(r->mem, device_keys);

	if (text.s == NULL)
		return bad(r, "canonical JSON forbids a number in it");
	if (signature == NULL || !signature_valid(text, signature, key))
		return fail(r, M_INVALID_SIGNATURE, "device_keys is not "
		    "signed by the ed25519 key in it");
	return M_OK;
}

static enum mx_err
check_device_keys(struct request *r, const cJSON *device_keys)
{
	const cJSON *algorithms = json_get(device_keys, "algorithms");
	uint8_t key[ED25519_KEY_LEN];
	enum mx_err err;

	if (!is_text(device_keys, "user_id", r->who.user_id) ||
	    !is_text(device_keys, "device_id", r->who.device_id))
		return bad(r, "user_id and device_id are not those of your "
		    "access token");
	if (!cJSON_IsArray(algorithms) || !short_texts(algorithms))
		return bad(r, "algorithms is a list of a few short texts");
	if ((err = check_keys(r, json_get(device_keys, "keys"), key)) != M_OK)
		return err;
	return check_signature(r, device_keys, key);
}

/* Did the device have another key to sign with? */
static bool
begins_anew(struct request *r, const cJSON *device_keys)
{
	struct rows rows = db_query(r->db, STMT_DEVICE_KEYS_ONE,
	    DB_INT(r->who.user), DB_TEXT(r->who.device_id));
	const cJSON *before = NULL;

	if (rows_next(&rows))
		before = json_parse_own(r->mem, rows_span(&rows, 2));
	rows_done(&rows);
	return before != NULL && strcmp(key_named(r, json_get(before, "keys"),
	    "ed25519"), key_named(r, json_get(device_keys, "keys"),
	    "ed25519")) != 0;
}

/*
 * Keys that were signed with another are of no use to anybody, and their names
 * would be in the way of new ones.
 */
static void
forget_older(struct request *r, const cJSON *device_keys)
{
	if (!begins_anew(r, device_keys))
		return;
	db_exec(r->db, STMT_ONE_TIME_DROP, DB_INT(r->who.device));
	db_exec(r->db, STMT_FALLBACK_DROP, DB_INT(r->who.device));
}

/* What others add to it is not the device's. */
enum mx_err
keep_device_keys(struct request *r, const cJSON *device_keys)
{
	static const char *const not_kept[] = { "unsigned", NULL };
	struct buf text;
	enum mx_err err;

	if ((err = check_device_keys(r, device_keys)) != M_OK)
		return err;
	buf_init(&text, r->mem, SIZE_MAX);
	if (!json_canonical(&text, object_without(device_keys, not_kept)))
		return bad(r, "canonical JSON forbids a number in it");
	if (text.len > DEVICE_KEYS_MAX)
		return fail(r, M_TOO_LARGE, "The keys of a device have %d "
		    "bytes at most", DEVICE_KEYS_MAX);
	forget_older(r, device_keys);
	if (db_exec(r->db, STMT_DEVICE_KEYS_PUT, DB_INT(r->who.device),
	    DB_SPAN(buf_content(&text))) > 0)
		change_add(r->db, CHANGE_DEVICES, 0, r->who.user, 0);
	return M_OK;
}
