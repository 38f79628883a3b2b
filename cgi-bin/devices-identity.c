/*
 * devices-identity.c - the identity keys of a device (client-server API,
 * "Uploading keys").
 *
 * What others are given of a device is what it made: its identity keys carry
 * its own signature and its own ids, or they are not kept.
 */
#include <string.h>

#include "devices.h"
#include "matrix/cross_signing.h"
#include "matrix/signing.h"
#include "store/stream.h"

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
	const char *signature = key_named(r, signatures_by(device_keys,
	    r->who.user_id), "ed25519");
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

/*
 * Keys that were signed with another are of no use to anybody, and their names
 * would be in the way of new ones.
 */
static void
forget_older(struct request *r, const cJSON *before, const cJSON *now)
{
	const char *id = r->who.device_id;

	if (before == NULL || strcmp(device_public_key(r, before, id),
	    device_public_key(r, now, id)) == 0)
		return;
	db_exec(r->db, STMT_ONE_TIME_DROP, DB_INT(r->who.device));
	db_exec(r->db, STMT_FALLBACK_DROP, DB_INT(r->who.device));
}

/*
 * The user's self-signing key may have signed them: then it says so, or it said
 * so when the same keys came before.
 */
static enum mx_err
keep_self_signed(struct request *r, const cJSON *device_keys,
    const cJSON *before, cJSON *signatures)
{
	struct span text = signed_text(r->mem, device_keys);
	struct cross_keys keys;
	const char *signer;
	const cJSON *signature;

	cross_keys_read(r->db, r->who.user, &keys);
	signer = keys.of[KEY_SELF_SIGNING].public_key;
	if (signer == NULL)
		return M_OK;
	signature = json_get(signatures_by(device_keys, r->who.user_id),
	    key_id_of(r, signer));
	if (signature != NULL && !signed_with(text, signature, signer))
		return fail(r, M_INVALID_SIGNATURE, "device_keys is not "
		    "signed by the self-signing key that it names");
	if (signature == NULL)
		signature = json_get(signatures_by(before, r->who.user_id),
		    key_id_of(r, signer));
	if (signature != NULL && signed_with(text, signature, signer))
		signature_add(signatures, signature);
	return M_OK;
}

/* What others add to it is not the device's. */
enum mx_err
keep_device_keys(struct request *r, const cJSON *device_keys)
{
	cJSON *signatures = cJSON_CreateObject();
	int64_t device;
	cJSON *before;
	struct span text;
	enum mx_err err;

	if ((err = check_device_keys(r, device_keys)) != M_OK)
		return err;
	before = device_keys_of(r, r->who.device_id, &device);
	signature_add(signatures, json_get(signatures_by(device_keys,
	    r->who.user_id), key_id_of(r, r->who.device_id)));
	if ((err = keep_self_signed(r, device_keys, before, signatures)) !=
	    M_OK)
		return err;
	text = device_keys_text(r, device_keys, signatures);
	if (text.n > DEVICE_KEYS_MAX)
		return fail(r, M_TOO_LARGE, "The keys of a device have %d "
		    "bytes at most", DEVICE_KEYS_MAX);
	forget_older(r, before, device_keys);
	if (db_exec(r->db, STMT_DEVICE_KEYS_PUT, DB_INT(r->who.device),
	    DB_SPAN(text)) > 0)
		change_add(r->db, CHANGE_DEVICES, 0, r->who.user, 0);
	return M_OK;
}

/* ------------------------------------------------- keys that a device signed */

static enum mx_err
check_signed(struct request *r, const cJSON *keys, const char *public_key)
{
	static const char prefix[] = "signed_curve25519:";
	const char *id = key_id_of(r, r->who.device_id);
	uint8_t bytes[ED25519_KEY_LEN];
	const cJSON *item;

	/* What is no key at all is refused for that. */
	cJSON_ArrayForEach(item, keys)
		if (strncmp(item->string, prefix, sizeof(prefix) - 1) == 0 &&
		    key_decode(json_text(item, "key"), bytes) && !signed_with(signed_text(r->mem, item), json_get(
		    signatures_by(item, r->who.user_id), id), public_key))
			return fail(r, M_INVALID_SIGNATURE, "Key %.60s is not "
			    "signed by your device", item->string);
	return M_OK;
}

enum mx_err
check_signed_keys(struct request *r)
{
	const char *id = r->who.device_id, *public_key;
	const cJSON *keys = json_get(r->body, "device_keys");
	int64_t device;
	enum mx_err err;

	if (!cJSON_IsObject(keys))
		keys = device_keys_of(r, id, &device);
	if ((public_key = device_public_key(r, keys, id)) == NULL)
		return M_OK;
	err = check_signed(r, json_get(r->body, "one_time_keys"), public_key);
	return err != M_OK ? err : check_signed(r, json_get(r->body,
	    "fallback_keys"), public_key);
}
