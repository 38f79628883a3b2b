/*
 * devices-query.c - POST /keys/query: the identity keys of devices.
 */
#include <string.h>

#include "devices.h"
#include "devices.routes.h"

struct query {
	const cJSON	*device_keys;
};

static const struct field query_fields[] = {
	FIELD_OBJECT(query, device_keys, "device_keys", REQUIRED),
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
put_user(struct request *r, const cJSON *user)
{
	int64_t nr = local_user(r, user->string);
	const cJSON *device;

	if (!is_local(r, user->string))
		return;
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

/*
 * POST /keys/query
 *
 * The identity keys of the devices that are named, or of all of a user, with
 * what the user calls each.  What is not there is missing.
 */
enum mx_err
keys_query(struct request *r)
{
	struct query q;
	const cJSON *user;
	enum mx_err err;

	if ((err = body_read(r, query_fields, &q)) != M_OK ||
	    (err = check_query(r, q.device_keys)) != M_OK)
		return err;
	put_object(&r->out, "device_keys");
	cJSON_ArrayForEach(user, q.device_keys)
		put_user(r, user);
	write_end(&r->out);
	put_failures(r, q.device_keys);
	return M_OK;
}
