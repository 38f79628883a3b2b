/*
 * admin-server.c - the server as a whole, and what it is at for
 * administrators: undertakings and tasks.
 */
#include <string.h>

#include "admin.h"
#include "admin.routes.h"
#include "matrix/ids.h"
#include "matrix/room.h"
#include "matrix/undertaking.h"

#define REDACT_LIMIT	1000	/* events of a room, unless it is given */
#define ROOMS_MAX	1000	/* that one request names */

/*
 * GET /_synapse/admin/v1/server_version
 *
 * What this is.
 */
enum mx_err
server_version(struct request *r)
{
	put_text(&r->out, "server_version", "mxcgi " PACKAGE_VERSION);
	return M_OK;
}

/* ------------------------------------------------------------------- tasks */

static bool
is_asked_for(struct request *r, const char *name, const char *value)
{
	const char *wanted = req_query(r, name);

	return wanted == NULL || (value != NULL && strcmp(wanted, value) == 0);
}

/*
 * GET /_synapse/admin/v1/scheduled_tasks
 *
 * What is not done yet, and what administrators had done in the last day.
 */
enum mx_err
tasks_get(struct request *r)
{
	int64_t before = INT64_MAX;
	struct rows rows;

	if (!req_query_int(r, "max_timestamp", 0, JSON_INT_MAX, &before))
		return fail(r, M_INVALID_PARAM,
		    "max_timestamp is a time in ms since 1970");
	rows = db_query(r->db, STMT_TASKS_TOLD, DB_INT(r->now));
	put_array(&r->out, "scheduled_tasks");
	while (rows_next(&rows)) {
		if (rows_int(&rows, 3) >= before ||
		    !is_asked_for(r, "action_name", rows_text(&rows, 1)) ||
		    !is_asked_for(r, "job_status", rows_text(&rows, 2)) ||
		    !is_asked_for(r, "status", rows_text(&rows, 2)) ||
		    !is_asked_for(r, "resource_id", rows_text(&rows, 4)))
			continue;
		write_object(&r->out);
		put_text(&r->out, "id", rows_text(&rows, 0));
		put_text(&r->out, "action", rows_text(&rows, 1));
		put_text(&r->out, "status", rows_text(&rows, 2));
		put_int(&r->out, "timestamp_ms", rows_int(&rows, 3));
		put_text(&r->out, "resource_id", rows_text(&rows, 4));
		put_column(&r->out, "result", &rows, 5);
		put_text(&r->out, "error", rows_text(&rows, 6));
		write_end(&r->out);
	}
	write_end(&r->out);
	return M_OK;
}

/* ----------------------------------------------------------- undertakings */

static const char *
status_of(const struct undertaking *u, const char *done)
{
	if (u->ended_at == 0)
		return "active";
	return u->error != NULL ? "failed" : done;
}

/* A list is there, if nobody is on it yet. */
static void
put_list(struct request *r, const struct undertaking *u, const char *key)
{
	const cJSON *list = json_get(u->result, key);

	if (list != NULL) {
		put_json(&r->out, key, list);
	} else {
		put_array(&r->out, key);
		write_end(&r->out);
	}
}

/* Into an open object. */
static void
put_deletion(struct request *r, const struct undertaking *u)
{
	put_text(&r->out, "delete_id", u->id);
	put_text(&r->out, "room_id", u->subject);
	put_text(&r->out, "status", db_int(r->db, 0, STMT_ROOM_IS_GOING,
	    DB_TEXT(u->subject)) != 0 ? "active" : status_of(u, "complete"));
	if (u->error != NULL)
		put_text(&r->out, "error", u->error);
	put_object(&r->out, "shutdown_room");
	put_list(r, u, "kicked_users");
	put_list(r, u, "failed_to_kick_users");
	put_list(r, u, "local_aliases");
	put_text(&r->out, "new_room_id", json_text(u->result, "new_room_id"));
	write_end(&r->out);
}

static enum mx_err
undertaking_meant(struct request *r, const char *id, const char *kind,
    struct undertaking *u)
{
	if (!undertaking_find(r->db, r->mem, id, u) ||
	    strcmp(u->kind, kind) != 0)
		return fail(r, M_NOT_FOUND, "There is no such work, or it ended "
		    "more than a day ago");
	return M_OK;
}

/*
 * GET /_synapse/admin/v2/rooms/delete_status/{deleteId}
 *
 * How far it is, and who is out already.
 */
enum mx_err
delete_status(struct request *r)
{
	struct undertaking u;
	enum mx_err err;

	if ((err = undertaking_meant(r, req_arg(r, "deleteId"),
	    TASK_CLEAR_ROOM, &u)) != M_OK)
		return err;
	put_deletion(r, &u);
	return M_OK;
}

/*
 * GET /_synapse/admin/v2/rooms/{roomId}/delete_status
 *
 * The same of all of a room.
 */
enum mx_err
delete_status_of_room(struct request *r)
{
	const char *room_id = req_arg(r, "roomId");
	struct undertaking u;
	struct rows rows;
	int n = 0;

	rows = db_query(r->db, STMT_UNDERTAKINGS_OF, DB_TEXT(TASK_CLEAR_ROOM),
	    DB_TEXT(room_id));
	put_array(&r->out, "results");
	while (rows_next(&rows)) {
		if (!undertaking_find(r->db, r->mem, rows_text(&rows, 0), &u))
			continue;
		write_object(&r->out);
		put_deletion(r, &u);
		write_end(&r->out);
		n++;
	}
	write_end(&r->out);
	return n > 0 ? M_OK : fail(r, M_NOT_FOUND, "Nobody has had this room "
	    "deleted in the last day");
}

/* -------------------------------------------------------------- redaction */

struct redact_wish {
	const cJSON	*rooms;
	const char	*reason;
	int64_t		 limit;
	bool		 use_admin;
	int64_t		 after_ts, before_ts;
};

static const struct field redact_fields[] = {
	FIELD_ARRAY(redact_wish, rooms, "rooms", REQUIRED),
	FIELD_STR(redact_wish, reason, "reason", OPTIONAL, NULL),
	FIELD_INT(redact_wish, limit, "limit", OPTIONAL),
	FIELD_BOOL(redact_wish, use_admin, "use_admin", OPTIONAL),
	FIELD_INT(redact_wish, after_ts, "after_ts", OPTIONAL),
	FIELD_INT(redact_wish, before_ts, "before_ts", OPTIONAL),
	FIELD_END
};

/* The rooms by their numbers, in order. */
static enum mx_err
rooms_read(struct request *r, const cJSON *list, cJSON *numbers)
{
	const cJSON *item;
	struct room room;

	if (cJSON_GetArraySize(list) > ROOMS_MAX)
		return fail(r, M_INVALID_PARAM,
		    "rooms may name %d; none stands for all", ROOMS_MAX);
	cJSON_ArrayForEach(item, list) {
		if (!cJSON_IsString(item) ||
		    !room_id_valid(item->valuestring))
			return fail(r, M_INVALID_PARAM,
			    "rooms holds what is no room id");
		if (!room_find(r->db, item->valuestring, &room))
			return fail(r, M_NOT_FOUND, "This server knows no room "
			    "%s", item->valuestring);
		cJSON_AddItemToArray(numbers,
		    cJSON_CreateNumber((double)room.nr));
	}
	return M_OK;
}

static enum mx_err
redact_read(struct request *r, struct redact_wish *wish, cJSON *kept)
{
	enum mx_err err;

	*wish = (struct redact_wish){ .limit = REDACT_LIMIT,
	    .before_ts = JSON_INT_MAX };
	if ((err = body_read(r, redact_fields, wish)) != M_OK ||
	    (err = rooms_read(r, wish->rooms, cJSON_AddArrayToObject(kept,
	    "rooms"))) != M_OK)
		return err;
	if (wish->limit < 1)
		return fail(r, M_INVALID_PARAM, "limit is a number above 0");
	cJSON_AddNumberToObject(kept, "limit", (double)wish->limit);
	cJSON_AddNumberToObject(kept, "after_ts", (double)wish->after_ts);
	cJSON_AddNumberToObject(kept, "before_ts", (double)wish->before_ts);
	if (wish->reason != NULL)
		cJSON_AddStringToObject(kept, "reason", wish->reason);
	if (wish->use_admin)
		cJSON_AddStringToObject(kept, "by", r->who.user_id);
	return M_OK;
}

/*
 * POST /_synapse/admin/v1/user/{userId}/redact
 *
 * What a user said is redacted, in the rooms that are named or (rooms empty) in
 * all, of each the newest `limit` events: in their own name, or (use_admin) in
 * the caller's, who needs the power for it.  redact_id names the work.
 */
enum mx_err
user_redact(struct request *r)
{
	struct redact_wish wish;
	cJSON *kept = cJSON_CreateObject();
	struct account a;
	enum mx_err err;

	if ((err = account_meant(r, &a)) != M_OK ||
	    (err = redact_read(r, &wish, kept)) != M_OK)
		return err;
	if (undertaking_open(r->db, TASK_REDACT_USER, a.user_id) != NULL)
		return fail(r, M_BAD_REQUEST, "What this user said is being "
		    "redacted already; wait for the end of it");
	put_text(&r->out, "redact_id", undertake(r->db, r->mem,
	    TASK_REDACT_USER, a.user_id, kept, a.user, 0, r->now));
	return M_OK;
}

/*
 * GET /_synapse/admin/v1/user/redact_status/{redactId}
 *
 * How far it is, and which events could not be redacted, and why.
 */
enum mx_err
redact_status(struct request *r)
{
	const cJSON *failed;
	struct undertaking u;
	enum mx_err err;

	if ((err = undertaking_meant(r, req_arg(r, "redactId"),
	    TASK_REDACT_USER, &u)) != M_OK)
		return err;
	put_text(&r->out, "status", status_of(&u, "completed"));
	failed = json_get(u.result, "failed_redactions");
	if (failed != NULL) {
		put_json(&r->out, "failed_redactions", failed);
	} else {
		put_object(&r->out, "failed_redactions");
		write_end(&r->out);
	}
	return M_OK;
}

/* ---------------------------------------------------------------- purging */

struct purge_wish {
	bool		 delete_local_events;
	int64_t		 purge_up_to_ts;
	const char	*purge_up_to_event_id;
};

static const struct field purge_fields[] = {
	FIELD_BOOL(purge_wish, delete_local_events, "delete_local_events",
	    OPTIONAL),
	FIELD_INT(purge_wish, purge_up_to_ts, "purge_up_to_ts", OPTIONAL),
	FIELD_STR(purge_wish, purge_up_to_event_id, "purge_up_to_event_id",
	    OPTIONAL, NULL),
	FIELD_END
};

/* A time, or the place of an event, that everything older goes of. */
static enum mx_err
purge_until(struct request *r, const struct room *room,
    const struct purge_wish *wish, cJSON *kept)
{
	const char *id = req_arg_or(r, "eventId", wish->purge_up_to_event_id);
	struct rows row;

	if (id == NULL && wish->purge_up_to_ts <= 0)
		return fail(r, M_MISSING_PARAM, "Say how far: by an event id, "
		    "or by purge_up_to_ts, in ms since 1970");
	if (id == NULL) {
		cJSON_AddNumberToObject(kept, "before",
		    (double)wish->purge_up_to_ts);
		return M_OK;
	}
	row = db_query(r->db, STMT_PLACE_IN_ROOM, DB_TEXT(id),
	    DB_INT(room->nr));
	if (!rows_next(&row))
		return fail(r, M_NOT_FOUND, "The room has no such event");
	cJSON_AddNumberToObject(kept, "depth", (double)rows_int(&row, 0));
	cJSON_AddNumberToObject(kept, "nr", (double)rows_int(&row, 1));
	rows_done(&row);
	return M_OK;
}

/*
 * POST /_synapse/admin/v1/purge_history/{roomId}[/{eventId}]
 *
 * Messages of a room that are older than an event or a time go for good.
 * State stays.  As all of them were sent here, delete_local_events must say
 * that they are to go.
 */
enum mx_err
history_purge(struct request *r)
{
	struct purge_wish wish = { 0 };
	cJSON *kept = cJSON_CreateObject();
	struct room room;
	enum mx_err err;

	if ((err = body_read(r, purge_fields, &wish)) != M_OK)
		return err;
	if (!room_find(r->db, req_arg(r, "roomId"), &room))
		return fail(r, M_NOT_FOUND, "This server knows no such room");
	if ((err = purge_until(r, &room, &wish, kept)) != M_OK)
		return err;
	if (!wish.delete_local_events)
		return fail(r, M_BAD_REQUEST, "All that is said here comes from "
		    "this server; set delete_local_events if it is to go");
	if (undertaking_open(r->db, TASK_PURGE_HISTORY, room.room_id) != NULL)
		return fail(r, M_BAD_REQUEST, "History of this room is being "
		    "purged already; wait for the end of it");
	put_text(&r->out, "purge_id", undertake(r->db, r->mem,
	    TASK_PURGE_HISTORY, room.room_id, kept, 0, room.nr, r->now));
	return M_OK;
}

/*
 * GET /_synapse/admin/v1/purge_history_status/{purgeId}
 *
 * Is it done?
 */
enum mx_err
purge_status(struct request *r)
{
	struct undertaking u;
	enum mx_err err;

	if ((err = undertaking_meant(r, req_arg(r, "purgeId"),
	    TASK_PURGE_HISTORY, &u)) != M_OK)
		return err;
	put_text(&r->out, "status", status_of(&u, "complete"));
	if (u.error != NULL)
		put_text(&r->out, "error", u.error);
	return M_OK;
}
