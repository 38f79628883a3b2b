/*
 * rooms-report.c - reporting rooms, events and users to the administrator, who
 * reads the reports with mxcgi(8).
 */
#include <string.h>

#include "base/log.h"
#include "matrix/ids.h"
#include "matrix/shape.h"
#include "matrix/visibility.h"
#include "rooms.h"
#include "rooms.routes.h"

#define REASON_MAX	4096	/* bytes */
#define REPORTS_KEPT	200	/* of one reporter, the newest */
#define SCORE_MIN	(-100)

struct report {
	int64_t		 room;		/* 0: not about one */
	int64_t		 event;
	int64_t		 user;
	const char	*reason;
	const cJSON	*score;		/* before v1.18: -100 to 0 */
};

static const struct field report_fields[] = {
	FIELD_STR(report, reason, "reason", REQUIRED, NULL),
	FIELD_END
};

static const struct field report_event_fields[] = {
	FIELD_STR(report, reason, "reason", OPTIONAL, NULL),
	FIELD_ANY(report, score, "score", OPTIONAL),
	FIELD_END
};

static enum mx_err
report_read(struct request *r, const struct field *fields,
    struct report *report)
{
	enum mx_err err;

	if ((err = body_read(r, fields, report)) != M_OK)
		return err;
	if (report->reason != NULL && strlen(report->reason) > REASON_MAX)
		return fail(r, M_INVALID_PARAM,
		    "reason may have %d bytes", REASON_MAX);
	if (report->score == NULL)
		return M_OK;
	if (!json_is_int(report->score))
		return fail(r, M_BAD_JSON, "score is not a whole number");
	if (report->score->valuedouble < SCORE_MIN ||
	    report->score->valuedouble > 0)
		return fail(r, M_INVALID_PARAM,
		    "score is a number from %d to 0", SCORE_MIN);
	return M_OK;
}

static struct db_arg
number_or_null(int64_t nr)
{
	return nr != 0 ? DB_INT(nr) : DB_NULL;
}

static enum mx_err
report_keep(struct request *r, const struct report *report, const char *what,
    const char *id)
{
	db_exec(r->db, STMT_REPORT_ADD, DB_INT(r->who.user), DB_INT(r->now),
	    number_or_null(report->room), number_or_null(report->event),
	    number_or_null(report->user), DB_TEXT(report->reason),
	    report->score != NULL ?
	    DB_INT((int64_t)report->score->valuedouble) : DB_NULL);
	db_exec(r->db, STMT_REPORT_THIN, DB_INT(r->who.user),
	    DB_INT(REPORTS_KEPT));
	log_info("%s reports the %s %s; `mxcgi report list` shows why",
	    r->who.user_id, what, id);
	return M_OK;
}

/*
 * POST /rooms/{roomId}/report
 *
 * Report a room, whether in it or not.  A room that there is not is answered
 * the same, so that nobody finds out which there are.
 */
enum mx_err
report_room(struct request *r)
{
	const char *room_id = req_arg(r, "roomId");
	struct report report = { 0 };
	struct room room;
	enum mx_err err;

	if ((err = report_read(r, report_fields, &report)) != M_OK)
		return err;
	if (!room_id_valid(room_id))
		return fail(r, M_INVALID_PARAM, "This is not a room id");
	if (!room_find(r->db, room_id, &room))
		return M_OK;
	report.room = room.nr;
	return report_keep(r, &report, "room", room_id);
}

/* event.nr of what a member of the room sees; 0: none. */
static int64_t
event_seen(struct request *r, const char *room_id, const char *event_id,
    struct room *room)
{
	struct event_row row;
	int64_t nr;

	if (!room_find(r->db, room_id, room) || room_member(r->db, room->nr,
	    r->who.user).membership != MEMBERSHIP_JOIN)
		return 0;
	nr = db_int(r->db, 0, STMT_REPORT_EVENT, DB_TEXT(event_id),
	    DB_INT(room->nr));
	return event_find(r->db, nr, &row) && viewer_may_see(viewer_new(r->db,
	    r->mem, room->nr, r->who.user), &row) ? nr : 0;
}

/*
 * POST /rooms/{roomId}/report/{eventId}
 *
 * Report an event that the caller sees in a room that they are in.  All else
 * is answered as if there were no such event.
 */
enum mx_err
report_event(struct request *r)
{
	const char *event_id = req_arg(r, "eventId");
	struct report report = { 0 };
	struct room room;
	enum mx_err err;

	if ((err = report_read(r, report_event_fields, &report)) != M_OK)
		return err;
	report.event = event_seen(r, req_arg(r, "roomId"), event_id, &room);
	if (report.event == 0)
		return fail(r, M_NOT_FOUND, "There is no such event, or you "
		    "are not in its room");
	report.room = room.nr;
	return report_keep(r, &report, "event", event_id);
}

/*
 * POST /users/{userId}/report
 *
 * Report a user, whether they are in rooms with the caller or not.  A user
 * whom nobody here knows is answered the same.
 */
enum mx_err
report_user(struct request *r)
{
	const char *user_id = req_arg(r, "userId");
	struct report report = { 0 };
	enum mx_err err;

	if ((err = report_read(r, report_fields, &report)) != M_OK)
		return err;
	if (!user_id_valid(user_id))
		return fail(r, M_INVALID_PARAM, "This is not a user id");
	report.user = user_find(r->db, user_id);
	if (report.user == 0)
		return M_OK;
	return report_keep(r, &report, "user", user_id);
}
