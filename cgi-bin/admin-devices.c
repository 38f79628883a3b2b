/*
 * admin-devices.c - what hangs on an account, for administrators: devices,
 * pushers, rooms, account data.
 */
#include <string.h>

#include "admin.h"
#include "admin.routes.h"
#include "matrix/session.h"
#include "store/stream.h"

#define DEVICES_MAX	1000	/* ended by one request */

/* ---------------------------------------------------------------- devices */

static const char *
or_null(const char *text)
{
	return text != NULL && *text != '\0' ? text : NULL;
}

/* Columns of devices_show, into an open object. */
static void
put_device(struct request *r, const struct rows *row, const char *user_id)
{
	struct sighting seen = session_seen(r->vol, row);
	struct writer *w = &r->out;

	put_text(w, "device_id", rows_text(row, 1));
	if (!rows_null(row, 2))
		put_text(w, "display_name", rows_text(row, 2));
	put_time(w, "last_seen_ts", seen.at);
	put_text(w, "last_seen_ip", or_null(seen.address));
	put_text(w, "last_seen_user_agent", or_null(seen.agent));
	put_text(w, "user_id", user_id);
	put_bool(w, "dehydrated", db_int(r->db, 0, STMT_DEVICE_IS_DEHYDRATED,
	    DB_INT(rows_int(row, 0))) != 0);
}

/*
 * GET /_synapse/admin/v2/users/{userId}/devices
 *
 * Where they are logged in.
 */
enum mx_err
devices_get(struct request *r)
{
	struct account a;
	struct rows rows;
	int64_t n = 0;
	enum mx_err err;

	if ((err = account_meant(r, &a)) != M_OK)
		return err;
	rows = db_query(r->db, STMT_DEVICES_SHOW, DB_INT(a.user));
	put_array(&r->out, "devices");
	for (; rows_next(&rows); n++) {
		write_object(&r->out);
		put_device(r, &rows, a.user_id);
		write_end(&r->out);
	}
	write_end(&r->out);
	put_int(&r->out, "total", n);
	return M_OK;
}

/* device.nr; 0: there is none. */
static int64_t
device_find(struct request *r, int64_t user, const char *device_id)
{
	return db_int(r->db, 0, STMT_DEVICE_FIND, DB_INT(user),
	    DB_TEXT(device_id));
}

static enum mx_err
device_meant(struct request *r, struct account *a, int64_t *device)
{
	enum mx_err err;

	if ((err = account_meant(r, a)) != M_OK)
		return err;
	*device = device_find(r, a->user, req_arg(r, "deviceId"));
	if (*device == 0)
		return fail(r, M_NOT_FOUND, "The user has no such device");
	return M_OK;
}

/*
 * GET /_synapse/admin/v2/users/{userId}/devices/{deviceId}
 *
 * One of them.
 */
enum mx_err
device_get(struct request *r)
{
	struct account a;
	struct rows row;
	int64_t device;
	enum mx_err err;

	if ((err = device_meant(r, &a, &device)) != M_OK)
		return err;
	row = db_query(r->db, STMT_DEVICE_SHOW, DB_INT(a.user),
	    DB_TEXT(req_arg(r, "deviceId")));
	if (rows_next(&row))
		put_device(r, &row, a.user_id);
	rows_done(&row);
	return M_OK;
}

struct device_wish {
	const char	*device_id;
	const char	*display_name;
	const cJSON	*devices;
};

static const struct field rename_fields[] = {
	FIELD_STR(device_wish, display_name, "display_name", OPTIONAL,
	    device_name_valid),
	FIELD_END
};

static const struct field ends_fields[] = {
	FIELD_ARRAY(device_wish, devices, "devices", REQUIRED),
	FIELD_END
};

/*
 * PUT /_synapse/admin/v2/users/{userId}/devices/{deviceId}
 *
 * Call it otherwise.
 */
enum mx_err
device_put(struct request *r)
{
	struct device_wish wish = { 0 };
	struct account a;
	int64_t device;
	enum mx_err err;

	if ((err = body_read(r, rename_fields, &wish)) != M_OK ||
	    (err = device_meant(r, &a, &device)) != M_OK)
		return err;
	if (wish.display_name == NULL)
		return M_OK;
	db_exec(r->db, STMT_DEVICE_RENAME, DB_TEXT(wish.display_name),
	    DB_INT(device));
	change_add(r->db, CHANGE_DEVICES, 0, a.user, 0);
	return M_OK;
}

/*
 * DELETE /_synapse/admin/v2/users/{userId}/devices/{deviceId}
 *
 * Log them out there.
 */
enum mx_err
device_end(struct request *r)
{
	struct account a;
	int64_t device;
	enum mx_err err;

	if ((err = account_meant(r, &a)) != M_OK)
		return err;
	device = device_find(r, a.user, req_arg(r, "deviceId"));
	/* Who asks once more did not hear the first answer. */
	if (device != 0)
		session_end(r->db, a.user, device);
	return M_OK;
}

/*
 * POST /_synapse/admin/v2/users/{userId}/delete_devices
 *
 * Log them out in several places; what is gone already is no fault.
 */
enum mx_err
devices_end(struct request *r)
{
	struct device_wish wish;
	const cJSON *item;
	struct account a;
	int64_t device;
	enum mx_err err;

	if ((err = body_read(r, ends_fields, &wish)) != M_OK ||
	    (err = account_meant(r, &a)) != M_OK)
		return err;
	if (cJSON_GetArraySize(wish.devices) > DEVICES_MAX)
		return fail(r, M_INVALID_PARAM,
		    "At most %d devices are ended at once", DEVICES_MAX);
	cJSON_ArrayForEach(item, wish.devices)
		if (!cJSON_IsString(item))
			return fail(r, M_BAD_JSON,
			    "devices holds what is no string");
	cJSON_ArrayForEach(item, wish.devices)
		if ((device = device_find(r, a.user, item->valuestring)) != 0)
			session_end(r->db, a.user, device);
	log_note(r, "%d devices", cJSON_GetArraySize(wish.devices));
	return M_OK;
}

/* ---------------------------------------------------------------- pushers */

/* data without url, as the store has it, and url where there is one. */
static void
put_data(struct writer *w, struct request *r, const struct rows *row)
{
	struct span data = rows_blob(row, 8);
	cJSON *object = json_parse_own(r->mem, data);

	if (!span_is(rows_span(row, 2), "email"))
		cJSON_AddStringToObject(object, "url", rows_text(row, 7));
	put_json(w, "data", object);
}

/*
 * GET /_synapse/admin/v1/users/{userId}/pushers
 *
 * Where they are told of what is new.
 */
enum mx_err
pushers_get(struct request *r)
{
	static const char *const names[] = { "app_id", "pushkey", "kind",
	    "app_display_name", "device_display_name", "profile_tag", "lang" };
	struct account a;
	struct rows rows;
	int64_t n = 0;
	enum mx_err err;

	if ((err = account_meant(r, &a)) != M_OK)
		return err;
	rows = db_query(r->db, STMT_PUSHERS_SHOW, DB_INT(a.user));
	put_array(&r->out, "pushers");
	for (; rows_next(&rows); n++) {
		write_object(&r->out);
		for (int i = 0; i < 7; i++)
			put_text(&r->out, names[i], rows_text(&rows, i));
		put_data(&r->out, r, &rows);
		write_end(&r->out);
	}
	write_end(&r->out);
	put_int(&r->out, "total", n);
	return M_OK;
}

/* ------------------------------------------------------------------ rooms */

/*
 * GET /_synapse/admin/v1/users/{userId}/joined_rooms
 *
 * The rooms that they are in.
 */
enum mx_err
joined_rooms(struct request *r)
{
	struct account a;
	struct rows rows;
	int64_t n = 0;
	enum mx_err err;

	if ((err = account_meant(r, &a)) != M_OK)
		return err;
	rows = db_query(r->db, STMT_USER_ROOMS, DB_INT(a.user),
	    DB_TEXT("join"));
	put_array(&r->out, "joined_rooms");
	for (; rows_next(&rows); n++)
		write_span(&r->out, rows_span(&rows, 0));
	write_end(&r->out);
	put_int(&r->out, "total", n);
	return M_OK;
}

/*
 * GET /_synapse/admin/v1/users/{userId}/memberships
 *
 * What they are to all rooms that they ever had to do with.
 */
enum mx_err
memberships(struct request *r)
{
	struct account a;
	struct rows rows;
	enum mx_err err;

	if ((err = account_meant(r, &a)) != M_OK)
		return err;
	rows = db_query(r->db, STMT_USER_ROOMS, DB_INT(a.user), DB_NULL);
	put_object(&r->out, "memberships");
	while (rows_next(&rows))
		put_text(&r->out, rows_text(&rows, 0), rows_text(&rows, 1));
	write_end(&r->out);
	return M_OK;
}

/* ----------------------------------------------------------- account data */

/* Rows come by room, those of none first. */
static void
put_data_of_rooms(struct writer *w, struct rows *rows)
{
	const char *room = NULL, *of;

	put_object(w, "global");
	while (rows_next(rows)) {
		of = rows_text(rows, 0);
		if (room == NULL && of != NULL) {
			write_end(w);
			put_object(w, "rooms");
		}
		if (of != NULL && (room == NULL || strcmp(of, room) != 0)) {
			if (room != NULL)
				write_end(w);
			put_object(w, room = of);
		}
		put_raw(w, rows_text(rows, 1), rows_span(rows, 2));
	}
	write_end(w);
	if (room != NULL)
		write_end(w);
	else
		put_object(w, "rooms"), write_end(w);
}

/*
 * GET /_synapse/admin/v1/users/{userId}/accountdata
 *
 * What their clients keep here for them.
 */
enum mx_err
account_data_get_all(struct request *r)
{
	struct account a;
	struct rows rows;
	enum mx_err err;

	if ((err = account_meant(r, &a)) != M_OK)
		return err;
	rows = db_query(r->db, STMT_USER_ACCOUNT_DATA, DB_INT(a.user));
	put_object(&r->out, "account_data");
	put_data_of_rooms(&r->out, &rows);
	write_end(&r->out);
	return M_OK;
}
