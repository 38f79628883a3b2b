/*
 * mxcgi-room.c - mxcgi room: which rooms there are, and what is in them; to
 * delete one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "json/json.h"
#include "matrix/room_end.h"
#include "matrix/shape.h"
#include "mxcgi-room.h"
#include "mxcgi.h"

#define PAGE		100

/* All rooms, or those that are searched for. */
struct room_list {
	struct room_about *room;
	size_t		 n, size;
	int64_t		 after;		/* room.nr; -1: that was all */
	int64_t		 locals;	/* of one: members of this server */
};

/* -------------------------------------------------------------- showing */

static void
put_about(struct writer *w, const struct room_about *a)
{
	put_text(w, "room_id", a->room_id);
	put_text(w, "name", a->name);
	put_text(w, "canonical_alias", a->alias);
	put_text(w, "version", a->version);
	put_int(w, "created_at", a->created_at);
	put_text(w, "state", room_state_word(a));
	put_bool(w, "published", a->published);
	put_int(w, "joined_members", a->members);
	put_int(w, "events", a->events);
	put_int(w, "state_events", a->state);
	put_int(w, "bytes", a->bytes);
}

static const char *
title(const struct room_about *a)
{
	return a->name != NULL ? a->name : a->alias != NULL ? a->alias : "-";
}

static void
list_one(const struct order *o, const struct room_about *a)
{
	struct json_line line;

	if (o->option[OPT_JSON] != NULL) {
		put_about(json_line_begin(&line, o->mem), a);
		json_line_end(&line);
		return;
	}
	say(o->mem, "%8lld %10lld %14lld %-8s %-45s %s", (long long)a->members,
	    (long long)a->events, (long long)a->bytes, room_state_word(a),
	    a->room_id, title(a));
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
	return strcasecmp(title(a), title(b));
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

static int
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

/* ------------------------------------------------------------------- one */

static void
put_texts(struct order *o, struct writer *w, const char *key, struct rows rows)
{
	put_array(w, key);
	while (rows_next(&rows))
		write_text(w, rows_text(&rows, 0));
	write_end(w);
	(void)o;
}

static void
put_counts(struct writer *w, const char *key, struct rows rows)
{
	put_object(w, key);
	while (rows_next(&rows))
		put_int(w, rows_text(&rows, 0), rows_int(&rows, 1));
	write_end(w);
}

static const char *
topic_of(struct order *o, int64_t room)
{
	struct rows rows = db_query(o->db, STMT_ROOM_CONTENT, DB_INT(room),
	    DB_TEXT("m.room.topic"));
	const char *topic = NULL;

	if (rows_next(&rows))
		topic = json_text(json_parse_own(o->mem,
		    row_content(&rows, 0)), "topic");
	rows_done(&rows);
	return topic;
}

static const char *
creator_of(struct order *o, int64_t room)
{
	struct rows rows = db_query(o->db, STMT_ROOM_CREATOR, DB_INT(room));
	const char *user_id = rows_next(&rows) ? rows_text(&rows, 0) : NULL;

	rows_done(&rows);
	return user_id;
}

static void
show_json(struct order *o, const struct room_about *a)
{
	struct json_line line;
	struct writer *w = json_line_begin(&line, o->mem);

	put_about(w, a);
	put_text(w, "creator", creator_of(o, a->nr));
	put_text(w, "topic", topic_of(o, a->nr));
	put_int(w, "local_members", db_int(o->db, 0, STMT_ROOM_LOCALS_COUNT,
	    DB_INT(a->nr)));
	put_counts(w, "members", db_query(o->db, STMT_ROOM_MEMBERS_BY,
	    DB_INT(a->nr)));
	put_texts(o, w, "aliases", db_query(o->db, STMT_ROOM_ALIASES,
	    DB_INT(a->nr)));
	put_or_null(w, "last_event_at", db_int(o->db, 0, STMT_ROOM_LAST_AT,
	    DB_INT(a->nr)));
	json_line_end(&line);
}

static void
say_member(const struct order *o, const char *name, const char *value)
{
	if (value != NULL)
		say(o->mem, "%-10s %s", name, value);
}

static void
show_words(struct order *o, const struct room_about *a)
{
	struct rows rows;
	int64_t last = db_int(o->db, 0, STMT_ROOM_LAST_AT, DB_INT(a->nr));

	say_member(o, "room", a->room_id);
	say_member(o, "name", a->name);
	say_member(o, "topic", topic_of(o, a->nr));
	say_member(o, "state", room_state_word(a));
	say_member(o, "version", a->version);
	say_member(o, "creator", creator_of(o, a->nr));
	say_member(o, "created", time_text(o->mem, a->created_at));
	if (last != 0)
		say_member(o, "last event", time_text(o->mem, last));
	say_member(o, "published", a->published ? "yes" : "no");
	rows = db_query(o->db, STMT_ROOM_ALIASES, DB_INT(a->nr));
	while (rows_next(&rows))
		say_member(o, "alias", rows_text(&rows, 0));
	rows = db_query(o->db, STMT_ROOM_MEMBERS_BY, DB_INT(a->nr));
	while (rows_next(&rows))
		say(o->mem, "%-10s %lld", rows_text(&rows, 0),
		    (long long)rows_int(&rows, 1));
	say(o->mem, "%-10s %lld of this server", "members", (long long)db_int(
	    o->db, 0, STMT_ROOM_LOCALS_COUNT, DB_INT(a->nr)));
	say(o->mem, "%-10s %lld, %lld of them state, with %lld bytes",
	    "events", (long long)a->events, (long long)a->state,
	    (long long)a->bytes);
}

static int
find_one(struct order *o)
{
	struct room_list *list = o->part;
	int status = room_find_named(o);

	if (status == 0 && !room_look(o, o->mem, o->number, list->room))
		status = refuse(o, EX_NOUSER, "the room has just gone");
	return status;
}

static int
show(struct order *o)
{
	struct room_list *list = o->part;

	if (o->option[OPT_JSON] != NULL)
		show_json(o, list->room);
	else
		show_words(o, list->room);
	return 0;
}

static void
take_one(struct order *o)
{
	struct room_list *list = arena_alloc(o->mem, sizeof(*list));

	list->room = arena_alloc(o->mem, sizeof(*list->room));
	o->part = list;
}

static int
room_show(struct order *o)
{
	struct room_list *list;
	int status;

	take_one(o);
	list = o->part;
	if ((status = order_read(o, find_one)) != 0 ||
	    (status = room_measure(o, list->room)) != 0)
		return status;
	return order_read(o, show);
}

/* --------------------------------------------------------------- deleting */

static int
look_at_one(struct order *o)
{
	struct room_list *list = o->part;
	bool block = o->option[OPT_BLOCK] != NULL;
	int status = find_one(o);

	if (status != 0)
		return status;
	list->locals = db_int(o->db, 0, STMT_ROOM_LOCALS_COUNT,
	    DB_INT(o->number));
	o->same = list->room->closed != 0 &&
	    (!block || list->room->closed == 2);
	return 0;
}

static int
delete(struct order *o)
{
	bool block = o->option[OPT_BLOCK] != NULL;
	struct room_list *list = o->part;
	int status = look_at_one(o);

	if (status != 0 || o->same)
		return status;
	if (list->room->closed == 0)
		room_delete(o->db, o->number, block, o->now);
	else
		db_exec(o->db, STMT_ROOM_CLOSE, DB_INT(2), DB_INT(o->number));
	return room_look(o, o->mem, o->number, list->room) ? 0 : 1;
}

static void
tell_delete(const struct order *o, bool doing)
{
	const struct room_list *list = o->part;
	const struct room_about *a = list->room;
	struct json_line line;
	struct writer *w;

	if (o->option[OPT_JSON] != NULL) {
		w = json_line_begin(&line, o->mem);
		put_about(w, a);
		put_int(w, "local_members", list->locals);
		put_bool(w, "deleted", doing);
		json_line_end(&line);
	} else if (!doing) {
		say(o->mem, "%s (%s): %lld members of this server would leave, "
		    "and %lld events with %lld bytes go; --yes deletes it",
		    a->room_id, title(a), (long long)list->locals,
		    (long long)a->events, (long long)a->bytes);
	} else if (o->same) {
		say(o->mem, "%s was deleted already", a->room_id);
	} else {
		say(o->mem, "%s is closed%s; %lld members leave, and then its "
		    "messages go", a->room_id, a->closed == 2 ?
		    " and blocked" : "", (long long)list->locals);
	}
}

static int
room_delete_one(struct order *o)
{
	bool doing = o->option[OPT_YES] != NULL;
	struct room_list *list;
	int status;

	take_one(o);
	list = o->part;
	if ((status = order_read(o, look_at_one)) != 0 ||
	    (status = room_measure(o, list->room)) != 0)
		return status;
	if (doing) {
		struct room_about measured = *list->room;

		if ((status = order_write(o, delete)) != 0)
			return status;
		list->room->events = measured.events;
		list->room->state = measured.state;
		list->room->bytes = measured.bytes;
	}
	tell_delete(o, doing);
	return 0;
}

/* ------------------------------------------------------------ the verbs */

static const struct verb verbs[] = {
	{ "list", room_list, OPT(SORT) | OPT(SEARCH), NO_ARGUMENT,
	    "[--search TEXT] [--sort size|members|events|created|name]",
	    "show all rooms, or those with a text in their name, alias or id" },
	{ "show", room_show, 0, ONE_ARGUMENT, "ROOM",
	    "show what is known of a room, but not what is said in it" },
	{ "delete", room_delete_one, OPT(BLOCK) | OPT(YES), ONE_ARGUMENT,
	    "ROOM [--block] [--yes]",
	    "show what would go; with --yes, have everybody leave and delete "
	    "it; with --block nobody ever enters it again" },
	{ .name = NULL }
};

int
cmd_room(int argc, char **argv)
{
	return order_run(verbs, argc, argv);
}
