/*
 * room-tasks-purge.c - messages of a room go, for an administrator
 * (undertaking.h).  The wish: before (ms since 1970), or depth and nr of the
 * event that is the first to stay.
 */
#include <inttypes.h>
#include <stdio.h>

#include "matrix/purge.h"
#include "matrix/room-tasks.h"
#include "matrix/undertaking.h"

/* The cursor while receipts go: "r" and the last user. */
static bool
receipts_go(struct task *t, int64_t user)
{
	bool more = purge_ended(t->db, t->room, &user);

	t->cursor = arena_printf(t->mem, "r%" PRId64, user);
	return more;
}

/* And before that: the place of the last event. */
static void
messages_go(struct task *t, const struct undertaking *u,
    const struct room *room)
{
	struct purge p = { .db = t->db, .room = *room, .before = INT64_MAX };

	json_int(u->wish, "before", &p.before);
	json_int(u->wish, "depth", &p.keep_depth);
	json_int(u->wish, "nr", &p.keep_nr);
	if (t->store->conf->media_delete_redacted)
		p.media_of = t->store->conf->server_name;
	if (t->cursor == NULL || sscanf(t->cursor, "%" SCNd64 ",%" SCNd64
	    ",%" SCNd64, &p.ts, &p.depth, &p.nr) != 3)
		purge_begin_at(&p, INT64_MIN);
	t->cursor = purge_piece(&p, t->stop_us) ? arena_printf(t->mem,
	    "%" PRId64 ",%" PRId64 ",%" PRId64, p.ts, p.depth, p.nr) : "r0";
}

static enum task_end
piece(struct task *t, const struct undertaking *u)
{
	struct room room;
	int64_t user;

	if (!room_get(t->db, t->room, &room)) {
		undertaking_end(t->db, t->mem, u, "The room is gone", t->now);
		return TASK_DONE;
	}
	if (t->cursor == NULL || sscanf(t->cursor, "r%" SCNd64, &user) != 1) {
		messages_go(t, u, &room);
		return TASK_MORE;
	}
	if (receipts_go(t, user))
		return TASK_MORE;
	undertaking_end(t->db, t->mem, u, NULL, t->now);
	return TASK_DONE;
}

enum task_end
purge_history(struct task *t)
{
	struct arena *before = json_arena(t->mem);
	struct undertaking u;
	enum task_end end = TASK_DONE;

	if (t->detail != NULL &&
	    undertaking_find(t->db, t->mem, t->detail, &u))
		end = piece(t, &u);
	json_arena(before);
	return end;
}
