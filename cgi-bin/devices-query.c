/*
 * devices-query.c - POST /keys/query: the identity keys of devices.
 */
#include <string.h>

#include "devices.h"
#include "devices.routes.h"
#include "matrix/cross_signing.h"

struct query {
	const cJSON	*device_keys;
	int64_t		 timeout;	/* of asking other servers, which are none */
};

static const struct field query_fields[] = {
	FIELD_OBJECT(query, device_keys, "device_keys", REQUIRED),
	FIELD_INT(query, timeout, "timeout", OPTIONAL),
	FIELD_END
};

static enum mx_err
check_query(struct request *r, const cJSON *users)
{
	const cJSON *user, *device;
	size_t n = 0;

	cJSON_ArrayForEach(user, users) {
		n++;
		if (!cJSON_IsArray(user))
			return fail(r, M_BAD_JSON, "device_keys has a list of "
			    "devices for each user");
		cJSON_ArrayForEach(device, user) {
			n++;
			if (!cJSON_IsString(device))
				return fail(r, M_BAD_JSON,
				    "The id of a device is a text");
		}
	}
	if (n > DEVICES_MAX)
		return fail(r, M_TOO_LARGE, "A request asks for %d users and "
		    "devices at most; send several", DEVICES_MAX);
	return M_OK;
}

static void
write_unsigned(struct buf *out, const char *name)
{
	struct writer w;

	writer_init(&w, out);
	write_object(&w);
	if (name != NULL)
		put_text(&w, "device_display_name", name);
	write_end(&w);
}

/* Columns of device_keys_all.  What was signed stands there as it was. */
static void
put_device(struct request *r, const struct rows *rows)
{
	struct span keys = rows_span(rows, 2);
	struct buf text;

	buf_init(&text, r->mem, SIZE_MAX);
	buf_add(&text, keys.s, keys.n - 1);
	buf_puts(&text, ",\"unsigned\":");
	write_unsigned(&text, rows_text(rows, 1));
	buf_putc(&text, '}');
	write_key_span(&r->out, rows_span(rows, 0));
	write_raw(&r->out, buf_content(&text));
}

static void
put_devices(struct request *r, struct rows rows)
{
	while (rows_next(&rows))
		put_device(r, &rows);
}

/* The same device twice in a list would be one key twice in the answer. */
static bool
is_first(const cJSON *device, const cJSON *list)
{
	const cJSON *other = list->child;

	while (other != device && strcmp(other->valuestring,
	    device->valuestring) != 0)
		other = other->next;
	return other == device;
}

/* Who has no device with keys looks like who is not there. */
static void
put_user(struct request *r, int64_t nr, const cJSON *user)
{
	const cJSON *device;

	put_object(&r->out, user->string);
	if (user->child == NULL)
		put_devices(r, db_query(r->db, STMT_DEVICE_KEYS_ALL,
		    DB_INT(nr)));
	cJSON_ArrayForEach(device, user)
		if (is_first(device, user))
			put_devices(r, db_query(r->db,
			    STMT_DEVICE_KEYS_ONE, DB_INT(nr),
			    DB_TEXT(device->valuestring)));
	write_end(&r->out);
}

/* -------------------------------------------------- keys for cross-signing */

/* The answer has an object of users for each. */
struct answer {
	struct request	*r;
	struct buf	 text[KEY_USAGE__MAX];
	struct writer	 keys[KEY_USAGE__MAX];
};

static void
answer_init(struct answer *a, struct request *r)
{
	a->r = r;
	for (int i = 0; i < KEY_USAGE__MAX; i++) {
		buf_init(&a->text[i], r->mem, SIZE_MAX);
		writer_init(&a->keys[i], &a->text[i]);
		write_object(&a->keys[i]);
	}
}

/* What the caller signed it with, who alone hears of that. */
static void
put_own_signature(struct answer *a, struct writer *w, int64_t nr)
{
	struct request *r = a->r;
	const char *key_id, *signature;

	if (nr == r->who.user || !key_signature_find(r->db, r->who.user, nr,
	    &key_id, &signature))
		return;
	put_object(w, r->who.user_id);
	put_text(w, key_id, signature);
	write_end(w);
}

static void
put_cross_key(struct answer *a, const char *user_id, int64_t nr,
    enum key_usage usage, const struct cross_key *key)
{
	struct buf text;
	struct writer w;

	buf_init(&text, a->r->mem, SIZE_MAX);
	buf_add(&text, key->text.s, key->text.n - 1);
	buf_puts(&text, ",\"signatures\":");
	writer_init(&w, &text);
	write_object(&w);
	if (key->signatures.n > sizeof("{}") - 1)
		put_raw(&w, user_id, key->signatures);
	if (usage == KEY_MASTER)
		put_own_signature(a, &w, nr);
	write_end(&w);
	buf_putc(&text, '}');
	put_raw(&a->keys[usage], user_id, buf_content(&text));
}

/* The key by which somebody signs others is nobody else's business. */
static void
put_cross_keys(struct answer *a, const char *user_id, int64_t nr)
{
	struct cross_keys keys;

	cross_keys_read(a->r->db, nr, &keys);
	for (int i = 0; i < KEY_USAGE__MAX; i++)
		if (keys.of[i].public_key != NULL &&
		    (i != KEY_USER_SIGNING || nr == a->r->who.user))
			put_cross_key(a, user_id, nr, (enum key_usage)i,
			    &keys.of[i]);
}

static void
answer_end(struct answer *a)
{
	for (int i = 0; i < KEY_USAGE__MAX; i++) {
		write_end(&a->keys[i]);
		put_raw(&a->r->out, arena_printf(a->r->mem, "%s_keys",
		    key_usage_name((enum key_usage)i)),
		    buf_content(&a->text[i]));
	}
}

/*
 * POST /keys/query
 *
 * The identity keys of the devices that are named, or of all of a user, with
 * what the user calls each; and by which keys the users sign.  What is not there
 * is missing.
 */
enum mx_err
keys_query(struct request *r)
{
	struct query q = { 0 };
	struct answer a;
	const cJSON *user;
	enum mx_err err;

	if ((err = body_read(r, query_fields, &q)) != M_OK ||
	    (err = check_query(r, q.device_keys)) != M_OK)
		return err;
	answer_init(&a, r);
	put_object(&r->out, "device_keys");
	cJSON_ArrayForEach(user, q.device_keys) {
		int64_t nr = local_user(r, user->string);

		if (!is_local(r, user->string))
			continue;
		put_user(r, nr, user);
		put_cross_keys(&a, user->string, nr);
	}
	write_end(&r->out);
	answer_end(&a);
	put_failures(r, q.device_keys);
	return M_OK;
}
