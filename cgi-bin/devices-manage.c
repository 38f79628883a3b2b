/*
 * devices-manage.c - devices as their user looks after them (client-server API,
 * "Device Management").
 */
#include <string.h>

#include "devices.h"
#include "devices.routes.h"
#include "matrix/session.h"
#include "matrix/uia.h"
#include "store/stream.h"

#define PIECE		20	/* devices that one transaction removes */

/* ------------------------------------------------------------------ showing */

/* Columns of devices_show. */
static void
write_device(struct request *r, struct writer *w, const struct rows *rows)
{
	struct sighting seen = session_seen(r->vol, rows);

	put_text(w, "device_id", rows_text(rows, 1));
	if (!rows_null(rows, 2))
		put_text(w, "display_name", rows_text(rows, 2));
	if (seen.at != 0)
		put_int(w, "last_seen_ts", seen.at);
	if (seen.address != NULL && *seen.address != '\0')
		put_text(w, "last_seen_ip", seen.address);
}

/*
 * GET /devices
 *
 * All of the caller's, with their names, and when and from where they were seen
 * last, which may be some minutes late.
 */
enum mx_err
devices_list(struct request *r)
{
	struct writer *w = &r->out;
	struct rows rows = db_query(r->db, STMT_DEVICES_SHOW,
	    DB_INT(r->who.user));

	put_array(w, "devices");
	while (rows_next(&rows)) {
		write_object(w);
		write_device(r, w, &rows);
		write_end(w);
	}
	write_end(w);
	return M_OK;
}

static enum mx_err
no_device(struct request *r)
{
	return fail(r, M_NOT_FOUND, "You have no device of this id");
}

/*
 * GET /devices/{deviceId}
 *
 * One of them.
 */
enum mx_err
device_get(struct request *r)
{
	struct rows rows = db_query(r->db, STMT_DEVICE_SHOW,
	    DB_INT(r->who.user), DB_TEXT(req_arg(r, "deviceId")));

	if (!rows_next(&rows))
		return no_device(r);
	write_device(r, &r->out, &rows);
	rows_done(&rows);
	return M_OK;
}

/* ----------------------------------------------------------------- renaming */

struct change {
	const char	*display_name;
};
static const struct field change_fields[] = {
	FIELD_STR(change, display_name, "display_name", OPTIONAL,
	    device_name_valid),
	FIELD_END
};

/* An application service needs none of its users' tokens. */
static enum mx_err
make_device(struct request *r, const struct change *change)
{
	const char *device_id = req_arg(r, "deviceId");
	enum mx_err err;

	if (!device_id_valid(device_id))
		return fail(r, M_INVALID_PARAM, "The id of a device is shorter");
	if ((err = rate_take_class(r, LIMIT_login)) != M_OK)
		return err;
	db_exec(r->db, STMT_DEVICE_ADD, DB_INT(r->who.user),
	    DB_TEXT(device_id), DB_TEXT(change->display_name), DB_INT(r->now));
	reply_created(r);
	return M_OK;
}

/*
 * PUT /devices/{deviceId}
 *
 * Give a device another name, which those hear of who know its keys.  An
 * application service makes one by it ("Creating devices").
 */
enum mx_err
device_put(struct request *r)
{
	struct change change = { 0 };
	int64_t device;
	enum mx_err err;

	if ((err = body_read(r, change_fields, &change)) != M_OK)
		return err;
	device = db_int(r->db, 0, STMT_DEVICE_FIND, DB_INT(r->who.user),
	    DB_TEXT(req_arg(r, "deviceId")));
	if (device == 0)
		return r->who.appservice != NULL ?
		    make_device(r, &change) : no_device(r);
	if (change.display_name != NULL && db_exec(r->db, STMT_DEVICE_RENAME,
	    DB_TEXT(change.display_name), DB_INT(device)) > 0 &&
	    db_int(r->db, 0, STMT_DEVICE_HAS_KEYS, DB_INT(device)) != 0)
		change_add(r->db, CHANGE_DEVICES, 0, r->who.user, 0);
	return M_OK;
}

/* ----------------------------------------------------------------- removing */

/* One that is not there has been removed before. */
static void
drop_device(struct request *r, const char *device_id)
{
	int64_t device = db_int(r->db, 0, STMT_DEVICE_FIND,
	    DB_INT(r->who.user), DB_TEXT(device_id));

	if (device != 0)
		session_end(r->db, r->who.user, device);
}

/*
 * DELETE /devices/{deviceId}
 *
 * A device of the caller's, perhaps the one they ask from, with its session,
 * its keys and what waits for it.
 */
enum mx_err
device_delete(struct request *r)
{
	enum mx_err err;

	if ((err = uia_pass(r, FLOWS_delete_devices)) != M_OK ||
	    (err = again(r)) != M_OK)
		return err;
	drop_device(r, req_arg(r, "deviceId"));
	return uia_end(r);
}

struct condemned {
	const cJSON	*devices;
};
static const struct field condemned_fields[] = {
	FIELD_ARRAY(condemned, devices, "devices", REQUIRED),
	FIELD_END
};

static enum mx_err
read_condemned(struct request *r, struct condemned *c)
{
	const cJSON *item;
	enum mx_err err;

	if ((err = body_read(r, condemned_fields, c)) != M_OK)
		return err;
	if (cJSON_GetArraySize(c->devices) > DEVICES_MAX)
		return fail(r, M_TOO_LARGE, "A request removes %d devices at "
		    "most; send several", DEVICES_MAX);
	cJSON_ArrayForEach(item, c->devices)
		if (!cJSON_IsString(item))
			return fail(r, M_BAD_JSON,
			    "The id of a device is a text");
	return M_OK;
}

/* The caller's own goes last: without it nothing more would be done. */
static enum mx_err
drop_some(struct request *r)
{
	const cJSON *list = json_get(r->body, "devices"), *item;
	size_t from = r->piece ? *(const size_t *)r->piece : 0, at = 0;
	const char *own = NULL;

	cJSON_ArrayForEach(item, list) {
		if (strcmp(item->valuestring, r->who.device_id) == 0)
			own = item->valuestring;
		else if (at >= from && at < from + PIECE)
			drop_device(r, item->valuestring);
		at++;
	}
	from += PIECE;
	if (from < at)
		return more(r, drop_some, arena_memdup(r->mem, &from,
		    sizeof(from)));
	if (own != NULL)
		drop_device(r, own);
	return M_OK;
}

/*
 * POST /delete_devices
 *
 * The same for several.
 */
enum mx_err
devices_delete(struct request *r)
{
	struct condemned c;
	enum mx_err err;

	if ((err = read_condemned(r, &c)) != M_OK ||
	    (err = uia_pass(r, FLOWS_delete_devices)) != M_OK ||
	    (err = again(r)) != M_OK || (err = uia_end(r)) != M_OK)
		return err;
	return drop_some(r);
}
