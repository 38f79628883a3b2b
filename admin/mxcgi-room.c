/*
 * mxcgi-room.c - mxcgi room: which rooms there are, and what is in them; to
 * delete one.
 */
#include <stdio.h>
#include <sysexits.h>

#include "base/arena.h"
#include "json/json.h"
#include "matrix/room_end.h"
#include "matrix/shape.h"
#include "mxcgi-room.h"
#include "mxcgi.h"

struct room_one {
	struct room_about about;
	int64_t		 locals;	/* members of this server */
};

/* ------------------------------------------------------------------- one */

static void
put_texts(struct writer *w, const char *key, struct rows rows)
{
	put_array(w, key);
	while (rows_next(&rows))
		write_text(w, rows_text(&rows, 0));
	write_end(w);
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

	room_put(w, a);
	put_text(w, "creator", creator_of(o, a->nr));
	put_text(w, "topic", topic_of(o, a->nr));
	put_int(w, "local_members", db_int(o->db, 0, STMT_ROOM_LOCALS_COUNT,
	    DB_INT(a->nr)));
	put_counts(w, "members", db_query(o->db, STMT_ROOM_MEMBERS_BY,
	    DB_INT(a->nr)));
	put_texts(w, "aliases", db_query(o->db, STMT_ROOM_ALIASES,
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
	struct room_one *one = o->part;
	int status = room_find_named(o);

	if (status == 0 && !room_look(o, o->mem, o->number, &one->about))
		status = refuse(o, EX_NOUSER, "the room has just gone");
	return status;
}

static int
show(struct order *o)
{
	struct room_one *one = o->part;

	if (o->option[OPT_JSON] != NULL)
		show_json(o, &one->about);
	else
		show_words(o, &one->about);
	return 0;
}

static void
take_one(struct order *o)
{
	o->part = arena_alloc(o->mem, sizeof(struct room_one));
}

static int
room_show(struct order *o)
{
	struct room_one *one;
	int status;

	take_one(o);
	one = o->part;
	if ((status = order_read(o, find_one)) != 0 ||
	    (status = room_measure(o, &one->about)) != 0)
		return status;
	return order_read(o, show);
}

/* --------------------------------------------------------------- deleting */

static int
look_at_one(struct order *o)
{
	struct room_one *one = o->part;
	bool block = o->option[OPT_BLOCK] != NULL;
	int status = find_one(o);

	if (status != 0)
		return status;
	one->locals = db_int(o->db, 0, STMT_ROOM_LOCALS_COUNT,
	    DB_INT(o->number));
	o->same = one->about.closed != 0 &&
	    (!block || one->about.closed == 2);
	return 0;
}

static int
delete(struct order *o)
{
	bool block = o->option[OPT_BLOCK] != NULL;
	struct room_one *one = o->part;
	int status = look_at_one(o);

	if (status != 0 || o->same)
		return status;
	if (one->about.closed == 0)
		room_delete(o->db, o->number, block, o->now);
	else
		db_exec(o->db, STMT_ROOM_CLOSE, DB_INT(2), DB_INT(o->number));
	return room_look(o, o->mem, o->number, &one->about) ? 0 : 1;
}

static void
tell_delete(const struct order *o, bool doing)
{
	const struct room_one *one = o->part;
	const struct room_about *a = &one->about;
	struct json_line line;
	struct writer *w;

	if (o->option[OPT_JSON] != NULL) {
		w = json_line_begin(&line, o->mem);
		room_put(w, a);
		put_int(w, "local_members", one->locals);
		put_bool(w, "deleted", doing);
		json_line_end(&line);
	} else if (!doing) {
		say(o->mem, "%s (%s): %lld members of this server would leave, "
		    "and %lld events with %lld bytes go; --yes deletes it",
		    a->room_id, room_title(a), (long long)one->locals,
		    (long long)a->events, (long long)a->bytes);
	} else if (o->same) {
		say(o->mem, "%s was deleted already", a->room_id);
	} else {
		say(o->mem, "%s is closed%s; %lld members leave, and then its "
		    "messages go", a->room_id, a->closed == 2 ?
		    " and blocked" : "", (long long)one->locals);
	}
}

static int
room_delete_one(struct order *o)
{
	bool doing = o->option[OPT_YES] != NULL;
	struct room_one *one;
	int status;

	take_one(o);
	one = o->part;
	if ((status = order_read(o, look_at_one)) != 0 ||
	    (status = room_measure(o, &one->about)) != 0)
		return status;
	if (doing) {
		struct room_about measured = one->about;

		if ((status = order_write(o, delete)) != 0)
			return status;
		one->about.events = measured.events;
		one->about.state = measured.state;
		one->about.bytes = measured.bytes;
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
