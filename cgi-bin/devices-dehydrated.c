/*
 * devices-dehydrated.c - a device that waits for its owner (MSC3814): it is
 * there with its keys, so that others encrypt for it, and nobody is logged in
 * to it.  A session of its owner opens it and reads what was sent to it.
 */
#include <string.h>

#include "devices.h"
#include "devices.routes.h"
#include "matrix/cross_signing.h"
#include "matrix/device.h"
#include "matrix/session.h"

#define DATA_MAX	65536		/* bytes of device_data */
#define EVENTS_DEFAULT	100		/* messages in an answer, */
#define EVENTS_MAX	1000		/* and as many as a client may ask for */

struct dehydrated {
	int64_t		 device;	/* device.nr */
	const char	*device_id;
	const char	*data;
};

static bool
find(struct request *r, struct dehydrated *d)
{
	struct rows rows = db_query(r->db, STMT_DEHYDRATED_FIND,
	    DB_INT(r->who.user));
	bool found = rows_next(&rows);

	if (found)
		*d = (struct dehydrated){ rows_int(&rows, 0),
		    rows_text(&rows, 1), rows_text(&rows, 2) };
	rows_done(&rows);
	return found;
}

static enum mx_err
none(struct request *r)
{
	return fail(r, M_NOT_FOUND, "You have no dehydrated device");
}

/*
 * GET /org.matrix.msc3814.v1/dehydrated_device
 *
 * The caller's, with what it takes to open it.
 */
enum mx_err
dehydrated_get(struct request *r)
{
	struct dehydrated d;

	if (!find(r, &d))
		return none(r);
	put_text(&r->out, "device_id", d.device_id);
	put_raw(&r->out, "device_data", span_of(d.data));
	return M_OK;
}

/* ------------------------------------------------------------------- making */

struct wish {
	const char	*device_id;
	const char	*name;
	const char	*algorithm;
	const cJSON	*data;
	const cJSON	*device_keys;
};
static const struct field wish_fields[] = {
	FIELD_STR(wish, device_id, "device_id", REQUIRED, device_id_valid),
	FIELD_STR(wish, name, "initial_device_display_name", OPTIONAL,
	    device_name_valid),
	FIELD_OBJECT(wish, data, "device_data", REQUIRED),
	FIELD_STR(wish, algorithm, "device_data.algorithm", REQUIRED, NULL),
	FIELD_OBJECT(wish, device_keys, "device_keys", REQUIRED),
	FIELD_END
};

/* The caller publishes keys for it as if they were on it. */
static enum mx_err
on_it(struct request *r, int64_t device, const char *device_id,
    enum mx_err (*what)(struct request *))
{
	const struct caller caller = r->who;
	enum mx_err err;

	r->who.device = device;
	r->who.device_id = device_id;
	err = what(r);
	r->who = caller;
	return err;
}

/*
 * PUT /org.matrix.msc3814.v1/dehydrated_device
 *
 * Make one, which takes the place of the one before.  Its keys are checked as
 * those of POST /keys/upload.
 */
enum mx_err
dehydrated_put(struct request *r)
{
	struct wish wish = { 0 };
	struct dehydrated old;
	struct span data;
	int64_t device;
	enum mx_err err;

	if ((err = body_read(r, wish_fields, &wish)) != M_OK ||
	    (err = read_object(r, "device_data", wish.data, DATA_MAX,
	    &data)) != M_OK)
		return err;
	if (*wish.device_id == '\0')
		return fail(r, M_INVALID_PARAM, "device_id is empty");
	if (again(r) != M_OK)
		return (err = on_it(r, 0, wish.device_id,
		    check_signed_keys)) != M_OK ? err : M_AGAIN;
	if (cross_key_named(r->db, r->who.user, wish.device_id))
		return fail(r, M_INVALID_PARAM, "device_id is that of a key "
		    "for cross-signing; give this device another");
	if (find(r, &old))
		session_end(r->db, r->who.user, old.device);
	if (db_int(r->db, 0, STMT_DEVICE_FIND, DB_INT(r->who.user),
	    DB_TEXT(wish.device_id)) != 0)
		return fail(r, M_INVALID_PARAM, "You have a device of this id "
		    "that is in use; give this one another");
	db_exec(r->db, STMT_DEVICE_ADD, DB_INT(r->who.user),
	    DB_TEXT(wish.device_id), DB_TEXT(wish.name), DB_INT(r->now));
	device = db_last_rowid(r->db);
	db_exec(r->db, STMT_DEHYDRATED_PUT, DB_INT(r->who.user),
	    DB_INT(device), DB_SPAN(data));
	put_text(&r->out, "device_id", wish.device_id);
	return on_it(r, device, wish.device_id, keep_keys);
}

/*
 * DELETE /org.matrix.msc3814.v1/dehydrated_device
 *
 * It goes with its keys, and with what was sent to it.
 */
enum mx_err
dehydrated_delete(struct request *r)
{
	struct dehydrated d;

	if (!find(r, &d))
		return none(r);
	session_end(r->db, r->who.user, d.device);
	put_text(&r->out, "device_id", d.device_id);
	return M_OK;
}

/* ------------------------------------------------------------------ reading */

/* Where to go on: in the query of a GET, in the body of a POST. */
static enum mx_err
read_from(struct request *r, int64_t *from)
{
	const char *text = req_query(r, "from");
	const cJSON *next = json_get(r->body, "next_batch");

	if (next != NULL && !cJSON_IsNull(next)) {
		if (!cJSON_IsString(next))
			return fail(r, M_BAD_JSON, "next_batch is not a string");
		text = next->valuestring;
	}
	*from = text == NULL ? 0 : number_read(text);
	return *from >= 0 ? M_OK : fail(r, M_INVALID_PARAM,
	    "This is no next_batch of this server");
}

/* A client that asks by GET ends without a token, one by POST without events. */
static void
put_next(struct request *r, int64_t device, int64_t upto)
{
	if (strcmp(r->route->method, "GET") == 0 && db_int(r->db, 0,
	    STMT_TO_DEVICE_MORE, DB_INT(device), DB_INT(upto)) == 0)
		return;
	put_number(&r->out, "next_batch", upto);
}

/*
 * GET and POST /org.matrix.msc3814.v1/dehydrated_device/{deviceId}/events
 *
 * What was sent to it.  It stays until the device goes, so that who did not
 * come to the end may begin again.
 */
enum mx_err
dehydrated_events(struct request *r)
{
	int64_t limit = EVENTS_DEFAULT, from = 0, upto;
	struct dehydrated d;
	enum mx_err err;

	if (!req_query_int(r, "limit", 1, INT64_MAX, &limit))
		return fail(r, M_INVALID_PARAM, "limit is a number above 0");
	if ((err = read_from(r, &from)) != M_OK)
		return err;
	if (!find(r, &d) || strcmp(d.device_id, req_arg(r, "deviceId")) != 0)
		return fail(r, M_NOT_FOUND,
		    "You have no dehydrated device of this id");
	put_array(&r->out, "events");
	to_device_write(&r->out, r->db, d.device, from,
	    (size_t)(limit < EVENTS_MAX ? limit : EVENTS_MAX), &upto);
	write_end(&r->out);
	put_next(r, d.device, upto);
	return M_OK;
}
