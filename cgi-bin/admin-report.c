/*
 * admin-report.c - what users told the administrator of.
 *
 * Synapse lists reports of events here.  Those of rooms and users are listed
 * with them, without an event_id: who looks shall miss nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "admin.routes.h"
#include "matrix/shape.h"

/* Columns of $report_row. */
enum { NR, AT, REPORTER, ROOM_ID, EVENT_ID, SENDER, REASON, SCORE, ROOM, PDU };

/* What the room shows of itself. */
static void
put_room_names(struct request *r, int64_t room)
{
	struct rows rows = db_query(r->db, STMT_ROOM_SHOWN, DB_INT(room));
	const char *name = NULL, *alias = NULL;

	while (rows_next(&rows)) {
		const char *type = rows_text(&rows, 0);
		const cJSON *content = json_parse_own(r->mem,
		    row_content(&rows, 2));

		if (strcmp(type, "m.room.name") == 0)
			name = json_text(content, "name");
		else if (strcmp(type, "m.room.canonical_alias") == 0)
			alias = json_text(content, "alias");
	}
	put_text(&r->out, "name", name);
	put_text(&r->out, "canonical_alias", alias);
}

/* Into an open object. */
static void
put_report(struct request *r, const struct rows *row)
{
	struct writer *w = &r->out;

	put_int(w, "id", rows_int(row, NR));
	put_int(w, "received_ts", rows_int(row, AT));
	put_text(w, "user_id", rows_text(row, REPORTER));
	put_text(w, "room_id", rows_text(row, ROOM_ID));
	put_text(w, "event_id", rows_text(row, EVENT_ID));
	put_text(w, "sender", rows_text(row, SENDER));
	put_text(w, "reason", rows_text(row, REASON));
	put_column(w, "score", row, SCORE);
	put_room_names(r, rows_int(row, ROOM));
}

/*
 * GET /_synapse/admin/v1/event_reports
 *
 * The newest first; those by user_id, in room_id, of what sender_user_id sent.
 */
enum mx_err
reports_get(struct request *r)
{
	static const char *const orders[] = { "received_ts", NULL };
	struct db_arg by = DB_TEXT(req_query(r, "user_id"));
	struct db_arg in = DB_TEXT(req_query(r, "room_id"));
	struct db_arg of = DB_TEXT(req_query(r, "sender_user_id"));
	struct paging p;
	struct rows rows;
	int64_t n = 0;
	enum mx_err err;

	if ((err = paging_read(r, orders, true, &p)) != M_OK)
		return err;
	rows = db_query(r->db, p.backwards ? STMT_REPORTS_BY_AGE_BACK :
	    STMT_REPORTS_BY_AGE, by, in, of, DB_INT(p.limit), DB_INT(p.from));
	put_array(&r->out, "event_reports");
	for (; rows_next(&rows); n++) {
		write_object(&r->out);
		put_report(r, &rows);
		write_end(&r->out);
	}
	write_end(&r->out);
	put_paging(r, &p, n, db_int(r->db, 0, STMT_REPORTS_TOTAL, by, in, of));
	return M_OK;
}

static enum mx_err
report_meant(struct request *r, int64_t *nr)
{
	const char *text = req_arg(r, "reportId");
	char *end;

	*nr = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || *nr < 0)
		return fail(r, M_INVALID_PARAM, "A report has a number");
	return M_OK;
}

static enum mx_err
no_report(struct request *r)
{
	return fail(r, M_NOT_FOUND, "There is no such report");
}

/*
 * GET /_synapse/admin/v1/event_reports/{reportId}
 *
 * One, with the event that it is about: event_json.
 */
enum mx_err
report_get(struct request *r)
{
	struct rows row;
	int64_t nr;
	enum mx_err err;

	if ((err = report_meant(r, &nr)) != M_OK)
		return err;
	row = db_query(r->db, STMT_REPORT_TOLD, DB_INT(nr));
	if (!rows_next(&row))
		return no_report(r);
	put_report(r, &row);
	put_column(&r->out, "event_json", &row, PDU);
	rows_done(&row);
	return M_OK;
}

/*
 * DELETE /_synapse/admin/v1/event_reports/{reportId}
 *
 * It has been seen to.
 */
enum mx_err
report_remove(struct request *r)
{
	int64_t nr;
	enum mx_err err;

	if ((err = report_meant(r, &nr)) != M_OK)
		return err;
	return db_exec(r->db, STMT_REPORT_DROP, DB_INT(nr)) > 0 ? M_OK :
	    no_report(r);
}
