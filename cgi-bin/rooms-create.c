/*
 * rooms-create.c - making rooms.
 *
 * A room of the usual size is made in one transaction.  One with many events is
 * made hidden, a piece at a time, while others send theirs, and shown when it
 * is whole; what somebody began and did not bring to its end is removed by a
 * task.
 */
#include <string.h>

#include "base/clock.h"
#include "matrix/ids.h"
#include "matrix/room-tasks.h"
#include "matrix/service_query.h"
#include "rooms-wish.h"
#include "rooms.routes.h"

#define WHOLE_STEPS	40	/* events of a room that is made at once */
#define PIECE_US	3000	/* else so long at a time */
#define GIVEN_UP_MS	600000	/* when nobody goes on with it */

/* ------------------------------------------------------------- the events */

/*
 * One that the rules refuse: the state asked for contradicts itself.  The
 * sentence names it, but no type that would not fit into a sentence.
 */
static enum mx_err
refuse_step(struct making *m, const struct step *step, enum mx_err err,
    const char *why)
{
	/* 404 would look as if this server could not create rooms at all. */
	if (step->invites)
		return fail(m->r, err == M_NOT_FOUND ? M_INVALID_PARAM : err,
		    "%s: %s", step->state_key, why);
	return fail(m->r, err == M_FORBIDDEN ? M_INVALID_ROOM_STATE : err,
	    "%s: %s", strlen(step->type) <= ID_MAX ? step->type :
	    "initial_state", why);
}

/* The alias is the room's from its beginning, though nobody finds it by it. */
static enum mx_err
begin(struct making *m, const struct step *step)
{
	struct sent sent;
	const char *why;
	enum mx_err err = room_begin(&m->by, &(struct new_room){
		.version = m->version,
		.content = step->content,
		.hidden = m->steps > WHOLE_STEPS,
	    }, &m->room, &sent, &why);

	if (err != M_OK)
		return refuse_step(m, step, err, why);
	m->room.room_id = arena_strdup(m->r->mem, m->room.room_id);
	if (m->alias != NULL && db_exec(m->r->db, STMT_ALIAS_ADD,
	    DB_TEXT(m->alias), DB_INT(m->room.nr), DB_INT(m->by.user),
	    DB_INT(m->r->now)) == 0)
		return fail(m->r, M_ROOM_IN_USE,
		    "Another room has the alias %s", m->alias);
	return M_OK;
}

/* Its own content; or of a member, what their profile says now. */
static const cJSON *
content_of(const struct making *m, const struct step *step)
{
	cJSON *content;

	if (step->content != NULL)
		return step->content;
	content = member_content(m->r->db, step->state_key,
	    step->invites ? MEMBERSHIP_INVITE : MEMBERSHIP_JOIN, NULL);
	if (step->invites && m->wish.is_direct)
		cJSON_AddTrueToObject(content, "is_direct");
	return content;
}

static enum mx_err
do_step(struct making *m, const struct step *step)
{
	struct new_event new = { .type = step->type,
	    .state_key = step->state_key };
	struct sent sent;
	const char *why;
	enum mx_err err;

	if (step == m->step)
		return begin(m, step);
	new.content = content_of(m, step);
	/* A hidden room is not found by the alias that it has. */
	err = step->ours ? room_send(&m->by, &m->room, &new, &sent, &why) :
	    event_try(m->r, &m->by, &m->room, new, &sent, &why);
	/*
	 * "It is possible for one of the invited users to be rejected whilst
	 * the room creation as a whole succeeds."
	 */
	if (err == M_OK || (step->invites && err == M_INVITE_BLOCKED))
		return M_OK;
	return refuse_step(m, step, err, why);
}

/* ------------------------------------------------------------ the handler */

static handler_fn go_on;

/* Where a room stands after a piece of it was made. */
struct progress {
	struct room	 room;
	size_t		 next;		/* step */
	int64_t		 task;		/* that removes it */
};

static enum mx_err
pause(struct making *m, struct progress p)
{
	struct request *r = m->r;

	if (p.task == 0)
		p.task = task_add_about(r->db, TASK_UNMAKE_ROOM, r->who.user,
		    m->room.nr, NULL, r->now, r->now + GIVEN_UP_MS);
	p.room = m->room;
	return more(r, go_on, arena_memdup(r->mem, &p, sizeof(p)));
}

/* The pieces that are committed already go at once. */
static enum mx_err
give_up(struct making *m, const struct progress *p, enum mx_err err)
{
	if (p->task == 0)
		return err;
	task_hasten(m->r->db, p->task);
	return refuse_keeping(m->r, err, "%s", refusal_text(m->r));
}

static enum mx_err
answer(struct making *m, const struct progress *p)
{
	struct request *r = m->r;

	if (m->room.hidden)
		room_reveal(r->db, &m->room);
	if (p->task != 0)
		task_drop(r->db, p->task);
	addresses_invite(m);
	if (m->wish.visibility != NULL && strcmp(m->wish.visibility, "public") == 0)
		db_exec(r->db, STMT_ROOM_PUBLISH, DB_INT(m->room.nr));
	put_text(&r->out, "room_id", m->room.room_id);
	if (m->alias != NULL)
		put_text(&r->out, "room_alias", m->alias);
	return M_OK;
}

static enum mx_err
make(struct making *m, struct progress p)
{
	int64_t stop = clock_mono_us() + PIECE_US;
	size_t first = p.next;
	enum mx_err err;

	while (p.next < m->steps && (!m->room.hidden || p.next == first ||
	    clock_mono_us() < stop))
		if ((err = do_step(m, &m->step[p.next++])) != M_OK)
			return give_up(m, &p, err);
	/* To show it is a piece of its own. */
	if (m->room.hidden && p.next > first)
		return pause(m, p);
	return answer(m, &p);
}

/* Memory of a piece ends with it. */
static enum mx_err
make_piece(struct request *r, struct progress p)
{
	struct making m = { .r = r, .room = p.room };
	struct arena *mem = arena_new();
	struct arena *json_before = json_arena(mem);
	struct arena *db_before = db_arena(r->db, mem);
	enum mx_err err;

	if ((err = wish_read(&m)) == M_OK && p.next == 0 &&
	    (err = service_query_users(r, m.wish.invite)) == M_OK)
		err = addresses_charge(&m);
	if (err == M_OK) {
		m.by.mem = mem;
		err = plan_read(&m);
	}
	if (err == M_OK)
		err = make(&m, p);
	db_arena(r->db, db_before);
	json_arena(json_before);
	arena_free(mem);
	return err;
}

static enum mx_err
go_on(struct request *r)
{
	const struct progress *p = r->piece;

	if (db_int(r->db, 0, STMT_ROOM_HIDDEN, DB_INT(p->room.nr)) == 0)
		return fail(r, M_BUSY, "The room took too long to be made; "
		    "try again");
	return make_piece(r, *p);
}

/*
 * POST /createRoom
 * PUT /createRoom/{txnId} (2015)
 *
 * Create a room as the body describes; the answer is its room_id, and its
 * room_alias where room_alias_name was given.  Everything that was asked for
 * happens, or nothing does; but those of invite_3pid are invited afterwards,
 * for their identity servers may be slow.  Paths older than v3 get a room
 * version in which their clients find what they look for; room_version in the
 * body decides where it is given.
 */
enum mx_err
room_create(struct request *r)
{
	return make_piece(r, (struct progress){ .next = 0 });
}
