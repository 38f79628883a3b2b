/*
 * mxcgi-room-list.c - mxcgi room list.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "mxcgi-room.h"

#define PAGE		100

/* All rooms, or those that are searched for. */
struct room_list {
	struct room_about *room;
	size_t		 n, size;
	int64_t		 after;		/* room.nr; -1: that was all */
};

static void
list_one(const struct order *o, const struct room_about *a)
{
	struct json_line line;

	if (o->option[OPT_JSON] != NULL) {
		room_put(json_line_begin(&line, o->mem), a);
		json_line_end(&line);
		return;
	}
	say(o->mem, "%8lld %10lld %14lld %-8s %-45s %s", (long long)a->members,
	    (long long)a->events, (long long)a->bytes, room_state_word(a),
	    a->room_id, room_title(a));
}

/* --------------------------------------------------------------- sorting */

static int
by_number(int64_t a, int64_t b)
{
	return (a < b) - (a > b);	/* the largest first */
}

#define BY(name)							\
static int								\
by_##name(const void *a, const void *b)					\
{									\
	return by_number(((const struct room_about *)a)->name,		\
	    ((const struct room_about *)b)->name);			\
}
BY(members)
BY(events)
BY(bytes)
BY(created_at)

static int
by_name(const void *a, const void *b)
{
	return strcasecmp(room_title(a), room_title(b));
}

static const struct sort {
	const char	*name;
	int		(*compare)(const void *, const void *);
} sorts[] = {
	{ "size", by_bytes }, { "members", by_members },
	{ "events", by_events }, { "created", by_created_at },
	{ "name", by_name }, { NULL, NULL }
};

static const struct sort *
sort_named(const char *name)
{
	const struct sort *s = sorts;

	while (s->name != NULL && strcmp(s->name, name) != 0)
		s++;
	return s->name != NULL ? s : NULL;
}

/* --------------------------------------------------------------- listing */

static bool
has_text(const char *text, const char *part)
{
	return text != NULL && strcasestr(text, part) != NULL;
}

static bool
is_wanted(const struct order *o, const struct room_about *a)
{
	const char *part = o->option[OPT_SEARCH];

	return part == NULL || has_text(a->room_id, part) ||
	    has_text(a->name, part) || has_text(a->alias, part);
}

static void
keep(struct order *o, const struct room_about *a)
{
	struct room_list *list = o->part;

	if (list->n == list->size) {
		struct room_about *more = arena_alloc(o->mem,
		    (2 * list->size + PAGE) * sizeof(*more));

		if (list->n > 0)
			memcpy(more, list->room, list->n * sizeof(*more));
		list->size = 2 * list->size + PAGE;
		list->room = more;
	}
	list->room[list->n++] = *a;
}

static int
take_page(struct order *o)
{
	struct room_list *list = o->part;
	struct rows rows = db_query(o->db, STMT_ROOM_PAGE,
	    DB_INT(list->after), DB_INT(PAGE));
	int64_t nr[PAGE];
	struct room_about a;
	size_t n = 0;

	while (n < PAGE && rows_next(&rows))
		nr[n++] = rows_int(&rows, 0);
	rows_done(&rows);
	for (size_t i = 0; i < n; i++)
		if (room_look(o, o->mem, nr[i], &a) && is_wanted(o, &a))
			keep(o, &a);
	list->after = n == PAGE ? nr[n - 1] : -1;
	return 0;
}

static int
measure_all(struct order *o)
{
	struct room_list *list = o->part;
	int status = 0;

	for (size_t i = 0; status == 0 && i < list->n; i++) {
		order_tell("%zu of %zu rooms", i, list->n);
		status = room_measure(o, &list->room[i]);
	}
	return status;
}

int
room_list(struct order *o)
{
	const char *by = o->option[OPT_SORT];
	const struct sort *sort = sort_named(by != NULL ? by : "size");
	struct room_list *list = arena_alloc(o->mem, sizeof(*list));
	int status = 0;

	o->part = list;
	if (sort == NULL)
		return refuse(o, EX_USAGE, "--sort is one of size, members, "
		    "events, created and name");
	while (status == 0 && list->after != -1)
		status = order_read(o, take_page);
	if (status != 0 || (status = measure_all(o)) != 0)
		return status;
	if (list->n > 0)
		qsort(list->room, list->n, sizeof(*list->room), sort->compare);
	if (o->option[OPT_JSON] == NULL)
		say(o->mem, "%8s %10s %14s %-8s %-45s %s", "MEMBERS", "EVENTS",
		    "BYTES", "STATE", "ROOM", "NAME");
	for (size_t i = 0; i < list->n && !ferror(stdout); i++)
		list_one(o, &list->room[i]);
	return 0;
}
