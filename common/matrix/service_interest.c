/*
 * service_interest.c - see service.h: what an application service is interested
 * in.
 */
#include <string.h>

#include "json/json.h"
#include "matrix/service-inner.h"

bool
is_own_user(const struct walk *w, const char *user_id)
{
	return user_id != NULL && appservice_has(w->s->as, w->s->store->conf,
	    SPACE_USERS, user_id);
}

/* What became of that one in this look; NULL: nothing. */
static const struct moved *
move_of(const struct walk *w, int64_t room, int64_t user)
{
	for (size_t i = w->moves; i-- > 0;)
		if (w->moved[i].room == room && w->moved[i].user == user)
			return &w->moved[i];
	return NULL;
}

/* The table is as of the beginning of this look. */
static bool
has_member(struct walk *w, int64_t room)
{
	struct rows rows;
	bool found = false;

	for (size_t i = 0; i < w->moves && !found; i++)
		found = w->moved[i].room == room && move_of(w, room,
		    w->moved[i].user)->in;
	if (found)
		return true;
	rows = db_query(w->db, STMT_SERVICE_MEMBERS, DB_INT(w->s->nr),
	    DB_INT(room));
	while (!found && rows_next(&rows)) {
		const struct moved *m = move_of(w, room, rows_int(&rows, 0));

		found = m == NULL || m->in;
	}
	rows_done(&rows);
	return found;
}

static bool
has_alias(struct walk *w, int64_t room)
{
	struct rows rows;
	bool found = false;

	if (w->s->as->space[SPACE_ALIASES] == NULL)
		return false;
	rows = db_query(w->db, STMT_ALIASES_OF_ROOM, DB_INT(room));
	while (!found && rows_next(&rows))
		found = appservice_has(w->s->as, w->s->store->conf,
		    SPACE_ALIASES, rows_text(&rows, 0));
	rows_done(&rows);
	return found;
}

static bool
has_room_id(struct walk *w, int64_t room)
{
	struct room r;

	return w->s->as->space[SPACE_ROOMS] != NULL &&
	    room_get(w->db, room, &r) && appservice_has(w->s->as,
	    w->s->store->conf, SPACE_ROOMS, r.room_id);
}

bool
is_own_room(struct walk *w, int64_t room)
{
	return has_member(w, room) || has_room_id(w, room) ||
	    has_alias(w, room);
}

bool
is_own_member(const struct walk *w, const struct event_row *e)
{
	return e->state_key != NULL && strcmp(e->type, "m.room.member") == 0 &&
	    is_own_user(w, e->state_key);
}

bool
is_own_event(struct walk *w, const struct event_row *e)
{
	return is_own_user(w, e->sender_id) || is_own_member(w, e) ||
	    is_own_room(w, e->room);
}

/* One that never was the state of its room moves nobody. */
void
note_member(struct walk *w, const struct event_row *e)
{
	struct span membership;

	if (!is_own_member(w, e) || room_state_at(w->db, e->room, e->nr,
	    e->type, e->state_key) != e->nr)
		return;
	membership = json_slice(e->content, "membership");
	w->moved[w->moves++] = (struct moved){
		.room = e->room,
		.user = user_find(w->db, e->state_key),
		.in = span_is(membership, "\"join\""),
	};
}
