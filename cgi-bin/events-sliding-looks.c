/*
 * events-sliding-looks.c - what a list shows of a room: its name and picture,
 * and who is in it.
 */
#include <string.h>

#include "events-sliding.h"

static bool
has_changed(const struct telling *t, const char *type)
{
	const struct stretch *stretch = &t->told.stretch;

	return t->initial || db_int(t->told.db, 0, STMT_SLIDING_STATE_CHANGED,
	    DB_INT(t->told.heard->room.nr), DB_INT(stretch->after),
	    DB_INT(stretch->upto), DB_TEXT(type)) != 0;
}

/* A text in a piece of state, as of whoever is told; NULL: there is none. */
static const char *
state_text(const struct telling *t, const char *type, const char *key)
{
	struct db *db = t->told.db;
	const struct heard *h = t->told.heard;
	struct event_row e;
	int64_t at, nr;

	if (h->membership == MEMBERSHIP_INVITE ||
	    h->membership == MEMBERSHIP_KNOCK)
		nr = room_state_at(db, h->room.nr, h->event, type, "");
	else switch (state_view(db, h->room.nr, t->told.user, &at)) {
	case STATE_NOW:
		nr = room_state_now(db, h->room.nr, type, "");
		break;
	case STATE_AT:
		nr = room_state_at(db, h->room.nr, at, type, "");
		break;
	default:
		nr = 0;
	}
	if (nr == 0 || !event_find(db, nr, &e))
		return NULL;
	return json_text(json_parse_own(t->told.mem, e.content), key);
}

static void
put_hero(struct writer *w, struct arena *mem, const struct rows *rows)
{
	const cJSON *content = json_parse_own(mem, row_content(rows, 1));
	const char *name = json_text(content, "displayname");
	const char *picture = json_text(content, "avatar_url");

	write_object(w);
	write_key(w, "user_id");
	write_span(w, rows_span(rows, 0));
	if (name != NULL)
		put_text(w, "displayname", name);
	if (picture != NULL)
		put_text(w, "avatar_url", picture);
	write_end(w);
}

static size_t
put_heroes_of(struct writer *w, const struct telling *t, enum membership one,
    enum membership other)
{
	struct rows rows = db_query(t->told.db, STMT_SLIDING_HEROES,
	    DB_INT(t->told.heard->room.nr), DB_TEXT(membership_name(one)),
	    DB_TEXT(membership_name(other)), DB_INT(t->told.user));
	size_t n = 0;

	for (; rows_next(&rows); n++)
		put_hero(w, t->told.mem, &rows);
	return n;
}

static void
put_people(struct writer *w, const struct telling *t, bool named)
{
	int64_t room = t->told.heard->room.nr;

	if (!named) {
		put_array(w, "heroes");
		if (put_heroes_of(w, t, MEMBERSHIP_JOIN, MEMBERSHIP_INVITE) ==
		    0)
			put_heroes_of(w, t, MEMBERSHIP_LEAVE, MEMBERSHIP_BAN);
		write_end(w);
	}
	put_int(w, "joined_count", t->told.heard->joined);
	put_int(w, "invited_count",
	    db_int(t->told.db, 0, STMT_SUMMARY_INVITED, DB_INT(room)));
}

/* What is gone can be said only in v4; else the client keeps the last. */
static void
put_named(struct writer *w, const struct telling *t, const char *key,
    const char *text)
{
	if (text != NULL || (t->s->shape->v4 && !t->initial))
		put_text(w, key, text);
}

void
sliding_put_looks(struct writer *w, const struct telling *t)
{
	bool renamed = has_changed(t, "m.room.name");
	const char *name = renamed || t->summary ?
	    state_text(t, "m.room.name", "name") : NULL;

	if (name != NULL && *name == '\0')
		name = NULL;
	if (renamed)
		put_named(w, t, "name", name);
	if (has_changed(t, "m.room.avatar"))
		put_named(w, t, "avatar",
		    state_text(t, "m.room.avatar", "url"));
	if (t->told.heard->membership == MEMBERSHIP_JOIN &&
	    (t->summary || renamed))
		put_people(w, t, name != NULL);
}
