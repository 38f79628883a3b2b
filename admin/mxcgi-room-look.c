/*
 * mxcgi-room-look.c - what is known of a room; see mxcgi-room.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "json/json.h"
#include "matrix/shape.h"
#include "mxcgi-room.h"

#define PIECE	20000	/* events, of one snapshot */
#define TELL_US	1000000

void
order_tell(const char *format, ...)
{
	static int64_t told;
	int64_t now = clock_mono_us();
	va_list ap;

	if (now - told < TELL_US || !isatty(STDERR_FILENO))
		return;
	told = now;
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int
room_find_named(struct order *o)
{
	o->number = *o->name == '#' ?
	    db_int(o->db, 0, STMT_ROOM_BY_ALIAS, DB_TEXT(o->name)) :
	    db_int(o->db, 0, STMT_ROOM_BY_ID, DB_TEXT(o->name));
	if (o->number == 0)
		return refuse(o, EX_NOUSER, "there is no room \"%s\" here; "
		    "`mxcgi room list` shows all", o->name);
	return 0;
}

/* A text of a piece of state; NULL: there is none. */
static const char *
state_text(struct order *o, struct arena *mem, int64_t room, const char *type,
    const char *key)
{
	struct rows rows = db_query(o->db, STMT_ROOM_CONTENT, DB_INT(room),
	    DB_TEXT(type));
	struct arena *tree, *before;
	const char *text = NULL;

	if (rows_next(&rows)) {
		tree = arena_new();
		before = json_arena(tree);
		text = arena_strdup(mem, json_text(json_parse_own(tree,
		    row_content(&rows, 0)), key));
		json_arena(before);
		arena_free(tree);
	}
	rows_done(&rows);
	return text != NULL && *text != '\0' ? text : NULL;
}

bool
room_look(struct order *o, struct arena *mem, int64_t nr,
    struct room_about *a)
{
	struct rows rows = db_query(o->db, STMT_ROOM_ONE, DB_INT(nr));
	bool found = rows_next(&rows);

	if (found)
		*a = (struct room_about){
			.nr = rows_int(&rows, 0),
			.room_id = arena_strdup(mem, rows_text(&rows, 1)),
			.version = arena_strdup(mem, rows_text(&rows, 2)),
			.created_at = rows_int(&rows, 3),
			.members = rows_int(&rows, 4),
			.published = rows_int(&rows, 5) != 0,
			.closed = (int)rows_int(&rows, 6),
			.gone = rows_int(&rows, 7) != 0,
		};
	rows_done(&rows);
	if (found) {
		a->name = state_text(o, mem, nr, "m.room.name", "name");
		a->alias = state_text(o, mem, nr, "m.room.canonical_alias",
		    "alias");
	}
	return found;
}

const char *
room_state_word(const struct room_about *a)
{
	return a->closed == 2 ? "blocked" : a->gone ? "gone" :
	    a->closed != 0 ? "closed" : "open";
}

/* ------------------------------------------------------------- measuring */

struct measuring {
	struct room_about *a;
	int64_t		 depth, nr;
	bool		 more;
};

static int
measure_piece(struct order *o)
{
	struct measuring *m = o->inner;
	int64_t to_depth = INT64_MAX, to_nr = INT64_MAX;
	struct rows rows = db_query(o->db, STMT_ROOM_MEASURE_TO,
	    DB_INT(m->a->nr), DB_INT(m->depth), DB_INT(m->nr), DB_INT(PIECE));

	m->more = rows_next(&rows);
	if (m->more) {
		to_depth = rows_int(&rows, 0);
		to_nr = rows_int(&rows, 1);
	}
	rows_done(&rows);
	rows = db_query(o->db, STMT_ROOM_MEASURE, DB_INT(m->a->nr),
	    DB_INT(m->depth), DB_INT(m->nr), DB_INT(to_depth), DB_INT(to_nr));
	if (rows_next(&rows)) {
		m->a->events += rows_int(&rows, 0);
		m->a->state += rows_int(&rows, 1);
		m->a->bytes += rows_int(&rows, 2);
	}
	rows_done(&rows);
	m->depth = to_depth;
	m->nr = to_nr;
	return 0;
}

int
room_measure(struct order *o, struct room_about *a)
{
	struct measuring m = { .a = a, .depth = -1 };
	int status;

	o->inner = &m;
	do {
		order_tell("%s: %lld events", a->room_id,
		    (long long)a->events);
		status = order_read(o, measure_piece);
	} while (status == 0 && m.more);
	o->inner = NULL;
	return status;
}
