/*
 * room-tasks-redact.c - what a user said is redacted, for an administrator
 * (undertaking.h).  The wish: rooms (their numbers; none: all of the user's),
 * limit (of events in each), after_ts, before_ts, reason, by (user id of who
 * redacts; else the user does).  The result: failed_redactions.
 */
#include <stdio.h>
#include <string.h>

#include "matrix/room-tasks.h"
#include "matrix/undertaking.h"

#define PIECE_EVENTS	20	/* redacted in one transaction */
#define PIECE_LOOKED	500	/* and looked at for them */
#define FAILED_MAX	1000	/* named in the result */

/* How far it is: the cursor of the task. */
struct place {
	long long	 at;		/* room.nr, or of a list the next one */
	long long	 room;		/* the one it is in; 0: between two */
	long long	 depth, nr;	/* events before that one come next */
	long long	 seen;		/* of the user in it */
};

struct redacting {
	struct task	*t;
	struct undertaking u;
	struct author	 by;
	struct place	 p;
};

static int64_t
wish_number(const struct redacting *g, const char *name)
{
	int64_t n = 0;

	json_int(g->u.wish, name, &n);
	return n;
}

/* False: that was the last. */
static bool
next_room(struct redacting *g)
{
	const cJSON *list = json_get(g->u.wish, "rooms");

	g->p.depth = g->p.nr = INT64_MAX;
	g->p.seen = 0;
	if (cJSON_GetArraySize(list) > 0) {
		const cJSON *item = cJSON_GetArrayItem(list, (int)g->p.at++);

		g->p.room = item != NULL ? (long long)item->valuedouble : 0;
	} else {
		g->p.room = g->p.at = db_int(g->t->db, 0, STMT_ROOMS_OF_USER,
		    DB_INT(g->t->user), DB_INT(g->p.at));
	}
	return g->p.room != 0;
}

/* Ids of some that are to go; the place is behind what was looked at. */
static size_t
find_some(struct redacting *g, const char *ids[PIECE_EVENTS])
{
	int64_t after = wish_number(g, "after_ts");
	int64_t before = wish_number(g, "before_ts");
	int64_t limit = wish_number(g, "limit");
	struct rows rows = db_query(g->t->db, STMT_SAID_IN_ROOM,
	    DB_INT(g->t->user), DB_INT(g->p.room), DB_INT(g->p.depth),
	    DB_INT(g->p.nr), DB_INT(PIECE_LOOKED));
	size_t n = 0, looked = 0;

	while (n < PIECE_EVENTS && g->p.seen < limit && rows_next(&rows)) {
		int64_t at = rows_int(&rows, 4);

		looked++;
		g->p.depth = rows_int(&rows, 0);
		g->p.nr = rows_int(&rows, 1);
		if (rows_int(&rows, 3) == 0 || at < after || at > before)
			continue;
		g->p.seen++;
		ids[n++] = rows_text(&rows, 2);
	}
	rows_done(&rows);
	if (n < PIECE_EVENTS && looked < PIECE_LOOKED)
		g->p.room = 0;
	return n;
}

static void
redact_one(struct redacting *g, const struct room *room, const char *event_id)
{
	cJSON *failed = json_get(g->u.result, "failed_redactions");
	const char *reason = json_text(g->u.wish, "reason"), *why;
	cJSON *content = cJSON_CreateObject();
	struct sent sent;

	if (reason != NULL)
		cJSON_AddStringToObject(content, "reason", reason);
	if (room_send(&g->by, room, &(struct new_event){
	    .type = "m.room.redaction", .content = content,
	    .redacts = event_id }, &sent, &why) != M_OK &&
	    cJSON_GetArraySize(failed) < FAILED_MAX)
		cJSON_AddStringToObject(failed, event_id, why);
}

/* False: all is done. */
static bool
redact_some(struct redacting *g)
{
	const char *ids[PIECE_EVENTS];
	struct room room;
	size_t n;

	if (g->p.room == 0 && !next_room(g))
		return false;
	if (!room_get(g->t->db, g->p.room, &room) || room.version == NULL) {
		g->p.room = 0;
		return true;
	}
	n = find_some(g, ids);
	for (size_t i = 0; i < n; i++)
		redact_one(g, &room, ids[i]);
	return true;
}

/* False: why is logged. */
static bool
begin(struct redacting *g)
{
	const char *by = json_text(g->u.wish, "by");

	if (!task_author(g->t, &g->by))
		return false;
	g->by.deletes_media = g->t->store->conf->media_delete_redacted;
	if (by != NULL) {
		g->by.user_id = by;
		g->by.user = user_find(g->t->db, by);
	}
	if (json_get(g->u.result, "failed_redactions") == NULL)
		cJSON_AddObjectToObject(g->u.result, "failed_redactions");
	if (g->t->cursor != NULL)
		sscanf(g->t->cursor, "%lld %lld %lld %lld %lld", &g->p.at,
		    &g->p.room, &g->p.depth, &g->p.nr, &g->p.seen);
	return true;
}

static enum task_end
piece(struct redacting *g)
{
	struct task *t = g->t;

	if (!begin(g))
		return TASK_FAILED;
	if (!redact_some(g)) {
		undertaking_end(t->db, t->mem, &g->u, NULL, t->now);
		return TASK_DONE;
	}
	undertaking_note(t->db, t->mem, &g->u);
	t->cursor = arena_printf(t->mem, "%lld %lld %lld %lld %lld", g->p.at,
	    g->p.room, g->p.depth, g->p.nr, g->p.seen);
	return TASK_MORE;
}

enum task_end
redact_user(struct task *t)
{
	struct arena *before = json_arena(t->mem);
	struct redacting g = { .t = t };
	enum task_end end = TASK_DONE;

	if (t->detail != NULL &&
	    undertaking_find(t->db, t->mem, t->detail, &g.u))
		end = piece(&g);
	json_arena(before);
	return end;
}
