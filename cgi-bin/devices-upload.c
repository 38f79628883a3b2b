/*
 * devices-upload.c - POST /keys/upload (client-server API, "Uploading keys").
 *
 * What others are given of a device is what it made: its identity keys carry
 * its own signature and its own ids, or they are not kept.
 */
#include <string.h>

#include "base/table.h"
#include "devices.h"
#include "devices.routes.h"
#include "matrix/device.h"
#include "matrix/signing.h"
#include "store/stream.h"

#define DEVICE_KEYS_MAX	16384	/* bytes of a device's identity keys */
#define NAMES_MAX	20	/* of algorithms, and of keys, in them */
#define NAME_BYTES	255	/* of one of these */
#define KEY_MAX		4096	/* bytes of a one-time key */
#define ONE_TIME_MAX	1000	/* of a device */
#define FALLBACK_MAX	20	/* algorithms of a device */
#define KEY_BYTES	32	/* of Curve25519 and Ed25519 */

static enum mx_err
bad(struct request *r, const char *what)
{
	return fail(r, M_BAD_JSON, "device_keys: %s", what);
}

/* -------------------------------------------------------- identity keys */

static bool
is_text(const cJSON *object, const char *key, const char *want)
{
	const char *text = json_text(object, key);

	return text != NULL && strcmp(text, want) == 0;
}

static bool
key_decode(const char *text, uint8_t out[KEY_BYTES])
{
	return text != NULL &&
	    base64_decode(text, strlen(text), out, KEY_BYTES) == KEY_BYTES;
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
check_keys(struct request *r, const cJSON *keys, uint8_t key[KEY_BYTES])
{
	uint8_t other[KEY_BYTES];
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
    const uint8_t key[KEY_BYTES])
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
	uint8_t key[KEY_BYTES];
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

/* What others add to it is not the device's. */
static enum mx_err
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
	if (db_exec(r->db, STMT_DEVICE_KEYS_PUT, DB_INT(r->who.device),
	    DB_SPAN(buf_content(&text))) > 0)
		change_add(r->db, CHANGE_DEVICES, 0, r->who.user, 0);
	return M_OK;
}

/* ----------------------------------------------- one-time and fallback keys */

/* A key under its name, "algorithm:id". */
struct named_key {
	const char	*algorithm;
	const char	*id;
	struct span	 text;
};

static enum mx_err
bad_key(struct request *r, const cJSON *item, const char *what)
{
	return fail(r, M_BAD_JSON, "Key %.60s: %s", item->string, what);
}

static bool
name_split(struct request *r, const char *name, struct named_key *k)
{
	const char *colon = strchr(name, ':');

	if (colon == NULL || colon == name || colon[1] == '\0' ||
	    strlen(name) > NAME_BYTES)
		return false;
	k->algorithm = arena_strndup(r->mem, name, (size_t)(colon - name));
	k->id = colon + 1;
	return true;
}

/* A text, or an object with one and signatures. */
static bool
is_key(const struct named_key *k, const cJSON *item)
{
	const char *key = cJSON_IsString(item) ? item->valuestring :
	    json_text(item, "key");
	uint8_t bytes[KEY_BYTES];

	if (key == NULL || (cJSON_IsObject(item) &&
	    !cJSON_IsObject(json_get(item, "signatures"))))
		return false;
	return (strcmp(k->algorithm, "curve25519") != 0 &&
	    strcmp(k->algorithm, "signed_curve25519") != 0) ||
	    key_decode(key, bytes);
}

static enum mx_err
read_key(struct request *r, const cJSON *item, struct named_key *k)
{
	struct buf text;

	if (!name_split(r, item->string, k))
		return bad_key(r, item, "the name is not algorithm:id");
	if (!is_key(k, item))
		return bad_key(r, item, "this is not a key, or is not signed");
	buf_init(&text, r->mem, SIZE_MAX);
	if (!json_canonical(&text, item))
		return bad_key(r, item, "canonical JSON forbids its numbers");
	if (text.len > KEY_MAX)
		return fail(r, M_TOO_LARGE, "A key has %d bytes at most",
		    KEY_MAX);
	k->text = buf_content(&text);
	return M_OK;
}

/*
 * The same again is a request whose answer was lost.  Clients know the words
 * of the refusal: there is no code for it.
 */
static enum mx_err
keep_one_time(struct request *r, const struct named_key *k)
{
	struct db_arg device = DB_INT(r->who.device);
	struct rows rows = db_query(r->db, STMT_ONE_TIME_FIND, device,
	    DB_TEXT(k->algorithm), DB_TEXT(k->id));
	bool found = rows_next(&rows);
	bool same = found && rows_span(&rows, 0).n == k->text.n &&
	    memcmp(rows_span(&rows, 0).s, k->text.s, k->text.n) == 0;

	rows_done(&rows);
	if (found && !same)
		return fail(r, M_BAD_REQUEST, "One time key %s:%s already "
		    "exists and is another; give the new one a name of its "
		    "own", k->algorithm, k->id);
	if (!found)
		db_exec(r->db, STMT_ONE_TIME_ADD, device,
		    DB_TEXT(k->algorithm), DB_TEXT(k->id), DB_SPAN(k->text));
	return M_OK;
}

static enum mx_err
keep_one_times(struct request *r, const cJSON *keys)
{
	struct named_key k;
	const cJSON *item;
	enum mx_err err;

	if (cJSON_GetArraySize(keys) > ONE_TIME_MAX)
		return fail(r, M_TOO_LARGE,
		    "A device has %d one-time keys at most", ONE_TIME_MAX);
	cJSON_ArrayForEach(item, keys)
		if ((err = read_key(r, item, &k)) != M_OK ||
		    (err = keep_one_time(r, &k)) != M_OK)
			return err;
	if (db_int(r->db, 0, STMT_ONE_TIME_TOTAL, DB_INT(r->who.device)) >
	    ONE_TIME_MAX)
		return fail(r, M_TOO_LARGE,
		    "A device has %d one-time keys at most", ONE_TIME_MAX);
	return M_OK;
}

static enum mx_err
keep_fallback(struct request *r, const cJSON *item, struct table *seen)
{
	struct named_key k;
	void **at;
	enum mx_err err;

	if ((err = read_key(r, item, &k)) != M_OK)
		return err;
	if (*(at = table_at(seen, k.algorithm, NULL)) != NULL)
		return bad_key(r, item,
		    "there is one fallback key for each algorithm");
	*at = seen;
	db_exec(r->db, STMT_FALLBACK_PUT, DB_INT(r->who.device),
	    DB_TEXT(k.algorithm), DB_TEXT(k.id), DB_SPAN(k.text));
	return M_OK;
}

static enum mx_err
keep_fallbacks(struct request *r, const cJSON *keys)
{
	struct table *seen = table_new(r->mem);
	const cJSON *item;
	enum mx_err err;

	if (cJSON_GetArraySize(keys) > FALLBACK_MAX)
		return fail(r, M_TOO_LARGE, "A device has fallback keys of %d "
		    "algorithms at most", FALLBACK_MAX);
	cJSON_ArrayForEach(item, keys)
		if ((err = keep_fallback(r, item, seen)) != M_OK)
			return err;
	if (db_int(r->db, 0, STMT_FALLBACK_TOTAL, DB_INT(r->who.device)) >
	    FALLBACK_MAX)
		return fail(r, M_TOO_LARGE, "A device has fallback keys of %d "
		    "algorithms at most", FALLBACK_MAX);
	return M_OK;
}

/* --------------------------------------------------------------- all of it */

struct upload {
	const cJSON	*device_keys;
	const cJSON	*one_time_keys;
	const cJSON	*fallback_keys;
};

static const struct field upload_fields[] = {
	FIELD_OBJECT(upload, device_keys, "device_keys", OPTIONAL),
	FIELD_OBJECT(upload, one_time_keys, "one_time_keys", OPTIONAL),
	FIELD_OBJECT(upload, fallback_keys, "fallback_keys", OPTIONAL),
	FIELD_END
};

/*
 * POST /keys/upload
 *
 * Publish keys of the caller's device: all of the request or, when one of them
 * is refused, none.  Who shares a room with the caller hears of new identity
 * keys.  A one-time key is given to one user; a fallback key, which takes the
 * place of the one before, to all who come when there is none.
 */
enum mx_err
keys_upload(struct request *r)
{
	struct upload u = { 0 };
	enum mx_err err;

	if ((err = body_read(r, upload_fields, &u)) != M_OK)
		return err;
	if (u.device_keys != NULL &&
	    (err = keep_device_keys(r, u.device_keys)) != M_OK)
		return err;
	if (u.one_time_keys != NULL &&
	    (err = keep_one_times(r, u.one_time_keys)) != M_OK)
		return err;
	if (u.fallback_keys != NULL &&
	    (err = keep_fallbacks(r, u.fallback_keys)) != M_OK)
		return err;
	put_key_counts(&r->out, "one_time_key_counts", r);
	return M_OK;
}
