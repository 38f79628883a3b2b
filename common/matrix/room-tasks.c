/*
 * room-tasks.c - what is done to rooms after the request that asked for it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "json/json.h"
#include "matrix/notice.h"
#include "matrix/presence.h"
#include "matrix/profile.h"
#include "matrix/room-tasks.h"
#include "matrix/room_clear.h"
#include "matrix/room_end.h"
#include "matrix/search.h"
#include "matrix/shape.h"
#include "matrix/user_directory.h"
#include "store/bell.h"

#define PIECE_EVENTS	20	/* at most, of one transaction */
#define PIECE_MEMBERS	1000	/* looked at for those who must go */
#define TRIES		5	/* then a room is passed over */

bool
task_author(struct task *t, struct author *by)
{
	const struct conf *conf = t->store->conf;
	const char *why;

	*by = (struct author){
		.db = t->db,
		.mem = t->mem,
		.server_name = conf->server_name,
		.key = signing_key_load(t->mem, arena_printf(t->mem,
		    "%s/signing.key", conf->data_dir), &why),
		.now = t->now,
		.user = t->user,
		.user_id = t->user != 0 ? user_name(t->db, t->user) : NULL,
	};
	if (by->key == NULL)
		log_error("%s", why);
	return by->key != NULL && (by->user_id != NULL || t->user == 0);
}

/* ------------------------------------------------- room after room of a user */

/* What is done in each: the statement that finds them, the event it is. */
struct tour {
	enum stmt	 rooms;		/* of a user, behind a room, so many */
	enum membership	 membership;
	const char	*fails;		/* to do so, for the log */
};

/* Rooms of the task's user, by number, behind `after`. */
static size_t
rooms_find(struct task *t, const struct tour *tour, int64_t after,
    struct room *list, size_t most)
{
	struct rows rows = db_query(t->db, tour->rooms, DB_INT(t->user),
	    DB_INT(after), DB_INT((int64_t)most));
	size_t n = 0;

	for (; n < most && rows_next(&rows); n++)
		list[n] = (struct room){
			.nr = rows_int(&rows, 0),
			.room_id = rows_text(&rows, 1),
			.version = room_version_find(rows_text(&rows, 2)),
		};
	rows_done(&rows);
	return n;
}

static void
put_member(struct author *by, const struct tour *tour, const struct room *room)
{
	const char *why = "this server does not know its version";
	struct sent sent;

	if (room->version == NULL || room_send(by, room, &(struct new_event){
	    .type = "m.room.member",
	    .state_key = by->user_id,
	    .content = member_content(by->db, by->user_id, tour->membership,
	    NULL),
	    }, &sent, &why) != M_OK)
		log_warn("%s cannot %s %s: %s", by->user_id, tour->fails,
		    room->room_id, why);
}

/*
 * A room where the store itself fails time and again stands between the user
 * and the rooms behind it, so in the end it is passed over.  To find it, what
 * failed once goes on room by room.
 */
static enum task_end
tour_next(struct task *t, struct author *by, const struct tour *tour)
{
	int64_t after = t->cursor != NULL ? strtoll(t->cursor, NULL, 10) : 0;
	struct room list[PIECE_EVENTS];
	size_t n = rooms_find(t, tour, after, list,
	    t->failures > 0 ? 1 : PIECE_EVENTS);

	for (size_t i = 0; i < n && (i == 0 || task_has_time(t)); i++) {
		if (t->failures < TRIES)
			put_member(by, tour, &list[i]);
		else
			log_error("%s cannot %s %s, which cannot be written to",
			    by->user_id, tour->fails, list[i].room_id);
		after = list[i].nr;
	}
	t->cursor = arena_printf(t->mem, "%lld", (long long)after);
	return n > 0 ? TASK_MORE : TASK_DONE;
}

static enum task_end
tour(struct task *t, const struct tour *tour)
{
	struct arena *before = json_arena(t->mem);
	struct author by;
	enum task_end end = task_author(t, &by) ? tour_next(t, &by, tour) :
	    TASK_FAILED;

	json_arena(before);
	return end;
}

static enum task_end
leave_rooms(struct task *t)
{
	return tour(t, &(struct tour){ STMT_STAYS, MEMBERSHIP_LEAVE, "leave" });
}

/* Presence tells of it, too; the profile itself is committed by now. */
static enum task_end
show_profile(struct task *t)
{
	if (t->cursor == NULL &&
	    presence_renew(&(struct presence_owner){ .vol = t->store->vol,
	    .conf = t->store->conf, .user = t->user, .now = t->now }))
		bell_ring(t->store->bell, BELL_SOON);
	return tour(t, &(struct tour){ STMT_STAYS_IN, MEMBERSHIP_JOIN,
	    "show a new profile in" });
}

/* ------------------------------------------------------------ old bans */

struct banned {
	int64_t		 user;
	const char	*user_id;
};

static size_t
banned_find(struct task *t, int64_t after, struct banned *list, size_t most)
{
	struct rows rows = db_query(t->db, STMT_BANNED,
	    DB_INT(strtoll(t->detail, NULL, 10)), DB_INT(after),
	    DB_INT((int64_t)most));
	size_t n = 0;

	for (; n < most && rows_next(&rows); n++)
		list[n] = (struct banned){ rows_int(&rows, 0),
		    rows_text(&rows, 1) };
	rows_done(&rows);
	return n;
}

static void
ban(struct author *by, const struct room *room, const char *user_id)
{
	struct sent sent;
	const char *why;

	if (room_send(by, room, &(struct new_event){
	    .type = "m.room.member",
	    .state_key = user_id,
	    .content = member_content(by->db, user_id, MEMBERSHIP_BAN, NULL),
	    }, &sent, &why) != M_OK)
		log_warn("%s, banned from the room before, is not from %s: %s",
		    user_id, room->room_id, why);
}

static enum task_end
bans_next(struct task *t, struct author *by, const struct room *room)
{
	int64_t after = t->cursor != NULL ? strtoll(t->cursor, NULL, 10) : 0;
	struct banned list[PIECE_EVENTS];
	size_t n = banned_find(t, after, list,
	    t->failures > 0 ? 1 : PIECE_EVENTS);

	for (size_t i = 0; i < n && (i == 0 || task_has_time(t)); i++) {
		if (t->failures < TRIES)
			ban(by, room, list[i].user_id);
		after = list[i].user;
	}
	t->cursor = arena_printf(t->mem, "%lld", (long long)after);
	return n > 0 ? TASK_MORE : TASK_DONE;
}

static enum task_end
copy_bans(struct task *t)
{
	struct arena *before = json_arena(t->mem);
	struct author by;
	struct room room;
	enum task_end end = TASK_FAILED;

	if (!room_get(t->db, t->room, &room))
		end = TASK_DONE;
	else if (task_author(t, &by))
		end = bans_next(t, &by, &room);
	json_arena(before);
	return end;
}

/* ------------------------------------------------------------------ guests */

/* Some of a room's guests. */
struct guests {
	struct { int64_t user; const char *user_id; } guest[PIECE_EVENTS];
	size_t		 n;
	int64_t		 behind;	/* the members looked at */
};

static bool
guests_welcome(struct task *t)
{
	struct event_row e;
	int64_t nr = room_state_now(t->db, t->room, "m.room.guest_access", "");
	const char *access = nr != 0 && event_find(t->db, nr, &e) ?
	    json_text(json_parse_own(t->mem, e.content), "guest_access") : NULL;

	return access != NULL && strcmp(access, GUESTS_WELCOME) == 0;
}

static void
guests_find(struct task *t, struct guests *g)
{
	struct rows rows = db_query(t->db, STMT_MEMBERS_BEHIND, DB_INT(t->room),
	    DB_INT(g->behind), DB_INT(PIECE_MEMBERS));

	while (g->n < PIECE_EVENTS && rows_next(&rows)) {
		g->behind = rows_int(&rows, 0);
		if (rows_int(&rows, 2) == 0)
			continue;
		g->guest[g->n].user = g->behind;
		g->guest[g->n++].user_id = rows_text(&rows, 1);
	}
	rows_done(&rows);
}

/* As their own doing: not everybody who shuts guests out may remove them. */
static enum task_end
put_out_next(struct task *t, const struct room *room)
{
	static const struct tour put_out = { .membership = MEMBERSHIP_LEAVE,
	    .fails = "leave" };
	int64_t after = t->cursor != NULL ? strtoll(t->cursor, NULL, 10) : 0;
	struct guests g = { .behind = after };
	struct author by;

	guests_find(t, &g);
	if (g.n > 0 && !task_author(t, &by))
		return TASK_FAILED;
	for (size_t i = 0; i < g.n; i++) {
		if (i > 0 && !task_has_time(t)) {
			g.behind = g.guest[i - 1].user;
			break;
		}
		by.user = g.guest[i].user;
		by.user_id = g.guest[i].user_id;
		put_member(&by, &put_out, room);
	}
	t->cursor = arena_printf(t->mem, "%lld", (long long)g.behind);
	return g.behind != after ? TASK_MORE : TASK_DONE;
}

static enum task_end
put_out_guests(struct task *t)
{
	struct arena *before;
	struct room room;
	enum task_end end = TASK_DONE;

	if (t->failures >= TRIES) {
		log_error("guests stay in room %lld, which cannot be written "
		    "to", (long long)t->room);
		return TASK_DONE;
	}
	before = json_arena(t->mem);
	if (room_get(t->db, t->room, &room) && !guests_welcome(t))
		end = put_out_next(t, &room);
	json_arena(before);
	return end;
}

/* ------------------------------------------------------------- given up */

static enum task_end
unmake_room(struct task *t)
{
	if (db_int(t->db, 0, STMT_ROOM_UNSEEN, DB_INT(t->room)) == 0)
		return TASK_DONE;
	return room_unmake(t->db, t->room) ? TASK_MORE : TASK_DONE;
}

const struct task_kind room_tasks[] = {
	{ TASK_LEAVE_ROOMS, leave_rooms, NULL },
	{ TASK_SHOW_PROFILE, show_profile, NULL },
	{ TASK_PUT_OUT_GUESTS, put_out_guests, NULL },
	{ TASK_COPY_BANS, copy_bans, NULL },
	{ TASK_NOTICE, notice_give, NULL },
	{ TASK_UNMAKE_ROOM, unmake_room, NULL },
	{ TASK_DELETE_ROOM, room_delete_task, NULL },
	{ TASK_END_ROOM, room_end_task, NULL },
	{ TASK_SEARCH_INDEX, search_index, NULL },
	{ TASK_LIST_USERS, list_users, NULL },
	{ TASK_INVITE_3PID, invite_3pid, &invite_3pid_outside },
	{ TASK_ACCEPT_3PID, accept_3pid, &accept_3pid_outside },
	{ TASK_CLEAR_ROOM, clear_room, NULL },
	{ TASK_REDACT_USER, redact_user, NULL },
	{ TASK_PURGE_HISTORY, purge_history, NULL },
	{ NULL, NULL, NULL }
};
