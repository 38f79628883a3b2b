/*
 * devices-upload.c - POST /keys/upload (client-server API, "Uploading keys").
 * Here: one-time and fallback keys.
 */
#include <string.h>

#include "base/table.h"
#include "devices.h"
#include "devices.routes.h"
#include "matrix/device.h"

#define NAME_BYTES	255	/* of the name of a one-time key */
#define KEY_MAX		4096	/* bytes of a one-time key */
#define ONE_TIME_MAX	1000	/* of a device */
#define FALLBACK_MAX	20	/* algorithms of a device */

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
	uint8_t bytes[ED25519_KEY_LEN];

	if (key == NULL || (cJSON_IsObject(item) &&
	    !cJSON_IsObject(json_get(item, "signatures"))) ||
	    (cJSON_IsString(item) &&
	    strcmp(k->algorithm, "signed_curve25519") == 0))
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

enum mx_err
keep_keys(struct request *r)
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
	return u.fallback_keys != NULL ? keep_fallbacks(r, u.fallback_keys) :
	    M_OK;
}

/*
 * POST /keys/upload
 *
 * Publish keys of the caller's device: all of the request or, when one of them
 * is refused, none.  Who shares a room with the caller hears of new identity
 * keys.  A one-time key is given to one user; a fallback key, which takes the
 * place of the one before, to all who come when there is none.  A device that
 * signs with another key than before begins with none of either.
 */
enum mx_err
keys_upload(struct request *r)
{
	enum mx_err err;

	if (again(r) != M_OK)
		return (err = check_signed_keys(r)) != M_OK ? err : M_AGAIN;
	if (r->who.device < 0)
		return fail(r, M_MISSING_PARAM, "Keys are a device's: say "
		    "which one by device_id");
	if ((err = keep_keys(r)) == M_OK)
		put_key_counts(&r->out, "one_time_key_counts", r);
	return err;
}
