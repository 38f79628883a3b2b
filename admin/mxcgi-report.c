/*
 * mxcgi-report.c - mxcgi report: what users reported (client-server API,
 * "Reporting Content").
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "matrix/shape.h"
#include "mxcgi-order.h"
#include "mxcgi.h"

#define PAGE	100

struct report {
	int64_t		 nr;
	int64_t		 at;
	const char	*reporter;
	const char	*room_id;	/* or NULL, as the next three */
	const char	*event_id;
	const char	*user_id;
	const char	*reason;
	bool		 scored;
	int64_t		 score;
};

static struct report
take(const struct rows *rows)
{
	return (struct report){ rows_int(rows, 0), rows_int(rows, 1),
	    rows_text(rows, 2), rows_text(rows, 3), rows_text(rows, 4),
	    rows_text(rows, 5), rows_text(rows, 6), !rows_null(rows, 7),
	    rows_int(rows, 7) };
}

/* -------------------------------------------------------------- showing */

static void
report_members(struct writer *w, const struct report *p)
{
	put_int(w, "report", p->nr);
	put_int(w, "at", p->at);
	put_text(w, "reporter", p->reporter);
	put_text(w, "room_id", p->room_id);
	put_text(w, "event_id", p->event_id);
	put_text(w, "user_id", p->user_id);
	put_text(w, "reason", p->reason);
	write_key(w, "score");
	if (p->scored)
		write_int(w, p->score);
	else
		write_null(w);
}

static const char *
subject(const struct report *p)
{
	return p->event_id != NULL ? p->event_id : p->room_id != NULL ?
	    p->room_id : p->user_id != NULL ? p->user_id : "-";
}

static void
list_one(const struct order *o, struct arena *mem, const struct report *p)
{
	struct json_line line;

	if (o->option[OPT_JSON] == NULL) {
		say(mem, "%6lld %s %-24s %-45s %s", (long long)p->nr,
		    time_text(mem, p->at), p->reporter, subject(p),
		    p->reason != NULL ? p->reason : "");
		return;
	}
	report_members(json_line_begin(&line, mem), p);
	json_line_end(&line);
}

/* o->number: the last that was listed; 0: that was all. */
static int
list_page(struct order *o)
{
	struct arena *page = arena_new();
	struct arena *before = db_arena(o->db, page);
	struct rows rows = db_query(o->db, STMT_REPORT_PAGE,
	    DB_INT(o->number), DB_INT(PAGE));

	o->number = 0;
	while (rows_next(&rows) && !ferror(stdout)) {
		struct report p = take(&rows);

		list_one(o, page, &p);
		o->number = p.nr;
	}
	rows_done(&rows);
	db_arena(o->db, before);
	arena_free(page);
	return 0;
}

static int
report_list(struct order *o)
{
	int status;

	if (o->option[OPT_JSON] == NULL)
		say(o->mem, "%6s %-20s %-24s %-45s %s", "NUMBER", "TIME",
		    "REPORTER", "OF", "REASON");
	do
		status = order_read(o, list_page);
	while (status == 0 && o->number != 0);
	return status;
}

/* ----------------------------------------------------------------- one */

/* The number in o->name. */
static int
read_report_number(struct order *o)
{
	char *end;

	errno = 0;
	o->number = strtoll(o->name, &end, 10);
	if (!isdigit((unsigned char)*o->name) || *end != '\0' || errno != 0)
		return refuse(o, EX_USAGE, "a report is named by its number; "
		    "`mxcgi report list` shows all");
	return 0;
}

static int
refuse_number(struct order *o)
{
	return refuse(o, EX_NOUSER, "there is no such report; `mxcgi report "
	    "list` shows all");
}

static void
say_member(const struct order *o, const char *name, const char *value)
{
	if (value != NULL)
		say(o->mem, "%-10s %s", name, value);
}

/* The event is shown as it stands, so redacted where it was. */
static void
show_text(const struct order *o, const struct report *p,
    const struct rows *rows)
{
	struct span content;

	say(o->mem, "%-10s %lld", "report", (long long)p->nr);
	say_member(o, "time", time_text(o->mem, p->at));
	say_member(o, "reporter", p->reporter);
	say_member(o, "user", p->user_id);
	say_member(o, "room", p->room_id);
	say_member(o, "event", p->event_id);
	say_member(o, "reason", p->reason);
	if (p->scored)
		say(o->mem, "%-10s %lld", "score", (long long)p->score);
	if (p->event_id == NULL)
		return;
	say_member(o, "sender", rows_text(rows, 8));
	say_member(o, "type", rows_text(rows, 9));
	content = row_content(rows, 10);
	say_member(o, "content", arena_strndup(o->mem, content.s, content.n));
}

static void
show_json(const struct order *o, const struct report *p,
    const struct rows *rows)
{
	struct json_line line;
	struct writer *w = json_line_begin(&line, o->mem);

	report_members(w, p);
	put_text(w, "sender", rows_text(rows, 8));
	put_text(w, "type", rows_text(rows, 9));
	write_key(w, "content");
	if (p->event_id != NULL)
		write_raw(w, row_content(rows, 10));
	else
		write_null(w);
	json_line_end(&line);
}

static int
show(struct order *o)
{
	struct rows rows = db_query(o->db, STMT_REPORT_SHOW,
	    DB_INT(o->number));
	struct report p;

	if (!rows_next(&rows))
		return refuse_number(o);
	p = take(&rows);
	if (o->option[OPT_JSON] != NULL)
		show_json(o, &p, &rows);
	else
		show_text(o, &p, &rows);
	rows_done(&rows);
	return 0;
}

static int
report_show(struct order *o)
{
	int status = read_report_number(o);

	return status != 0 ? status : order_read(o, show);
}

static int
drop(struct order *o)
{
	return db_exec(o->db, STMT_REPORT_DROP, DB_INT(o->number)) > 0 ? 0 :
	    refuse_number(o);
}

static int
report_delete(struct order *o)
{
	struct json_line line;
	int status;

	if ((status = read_report_number(o)) != 0 ||
	    (status = order_write(o, drop)) != 0)
		return status;
	if (o->option[OPT_JSON] == NULL) {
		say(o->mem, "report %lld is deleted", (long long)o->number);
		return 0;
	}
	put_int(json_line_begin(&line, o->mem), "report", o->number);
	json_line_end(&line);
	return 0;
}

/* ------------------------------------------------------------ the verbs */

static const struct verb verbs[] = {
	{ "list", report_list, 0, NO_ARGUMENT, "", "show all reports" },
	{ "show", report_show, 0, ONE_ARGUMENT, "NUMBER",
	    "show one, with the event it is about" },
	{ "delete", report_delete, 0, ONE_ARGUMENT, "NUMBER",
	    "forget one" },
	{ .name = NULL }
};

int
cmd_report(int argc, char **argv)
{
	return order_run(verbs, argc, argv);
}
