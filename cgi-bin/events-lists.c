/*
 * events-lists.c - device lists: whose devices a user is to look at anew, and
 * whose no more (client-server API, "Tracking the device list for a user").
 * Only who shares a room with somebody hears of their devices.
 */
#include <string.h>

#include "base/table.h"
#include "events-devices.h"
#include "events.routes.h"

#define A_LOOK_AT	4	/* so many cost as much as one event */

/* --------------------------------------------------------------- user ids */

static void
list_add(struct arena *mem, struct user_list *list, const char *user_id)
{
	void **at;

	if (list->has == NULL)
		list->has = table_new(mem);
	at = table_at(list->has, user_id, NULL);
	if (*at != NULL)
		return;
	*at = list;
	if (list->n == list->cap) {
		size_t old = list->cap * sizeof(*list->item);

		list->cap = list->cap ? 2 * list->cap : 16;
		list->item = arena_grow(mem, list->item, old,
		    list->cap * sizeof(*list->item));
	}
	list->item[list->n++] = user_id;
}

static void
put_list(struct writer *w, const char *key, const struct user_list *list)
{
	put_array(w, key);
	for (size_t i = 0; i < list->n; i++)
		write_text(w, list->item[i]);
	write_end(w);
}

/* ---------------------------------------------------------- what is looked at */

/* What is looked at, and what comes of it. */
struct look {
	struct request	*r;
	int64_t		 since;
	int64_t		 upto;
	struct effort	*effort;
	size_t		 looks;
	struct device_lists *lists;
};

static void
count(struct look *l)
{
	l->effort->spent += ++l->looks % A_LOOK_AT == 0;
}

/* Who was in the room with the caller is not any more. */
static void
parted(struct look *l, int64_t user, const char *user_id)
{
	if (user != l->r->who.user &&
	    !rooms_shared(l->r->db, user, l->r->who.user))
		list_add(l->r->mem, &l->lists->left, user_id);
}

static void
met(struct look *l, int64_t user, const char *user_id)
{
	if (user == l->r->who.user)
		return;
	list_add(l->r->mem, &l->lists->changed, user_id);
	list_add(l->r->mem, &l->lists->met, user_id);
}

/* ---------------------------------------------------- whose devices changed */

bool
devices_changed(struct db *db, int64_t after, int64_t upto)
{
	return db_int(db, 0, STMT_DEVICES_ANY, DB_INT(after),
	    DB_INT(upto)) != 0;
}

static void
add_changed(struct look *l)
{
	struct request *r = l->r;
	struct rows rows;

	if (!devices_changed(r->db, l->since, l->upto))
		return;
	rows = db_query(r->db, STMT_DEVICES_CHANGED, DB_INT(l->since),
	    DB_INT(l->upto));
	for (; !effort_is_much(l->effort) && rows_next(&rows); count(l)) {
		int64_t user = rows_int(&rows, 0);

		if (user == r->who.user ||
		    rooms_shared(r->db, user, r->who.user))
			list_add(r->mem, &l->lists->changed,
			    rows_text(&rows, 1));
	}
	rows_done(&rows);
}

/* Whose master key the caller signed, by another device perhaps. */
static void
add_signed(struct look *l)
{
	struct request *r = l->r;
	struct rows rows = db_query(r->db, STMT_KEY_SIGNATURES_SINCE,
	    DB_INT(r->who.user), DB_INT(l->since), DB_INT(l->upto));

	for (; !effort_is_much(l->effort) && rows_next(&rows); count(l))
		list_add(r->mem, &l->lists->changed, rows_text(&rows, 0));
	rows_done(&rows);
}

/* ---------------------------------------------------------- who came, went */

/* Somebody whose membership of a room changed after since. */
struct mover {
	int64_t		 user;
	const char	*user_id;
	bool		 was_in;
	bool		 is_in;
	int64_t		 pos;
};
/* A room in which the caller is, or was at since. */
struct meeting {
	int64_t		 room;
	bool		 was_in;
	bool		 is_in;
	bool		 entered;	/* after since */
	struct mover	*mover;
	size_t		 n;
	size_t		 cap;
};

static struct mover *
add_mover(struct arena *mem, struct meeting *m)
{
	if (m->n == m->cap) {
		size_t old = m->cap * sizeof(*m->mover);

		m->cap = m->cap ? 2 * m->cap : 16;
		m->mover = arena_grow(mem, m->mover, old,
		    m->cap * sizeof(*m->mover));
	}
	return &m->mover[m->n++];
}

/* Columns of members_changed. */
static struct mover
mover_row(const struct rows *rows)
{
	return (struct mover){
		.user = rows_int(rows, 0),
		.user_id = rows_text(rows, 1),
		.was_in = !rows_null(rows, 6) && span_is(json_slice(
		    row_content(rows, 4), "membership"), "\"join\""),
		.is_in = membership_of(rows_text(rows, 2)) == MEMBERSHIP_JOIN,
		.pos = rows_int(rows, 3),
	};
}

static void
read_movers(struct look *l, struct meeting *m)
{
	struct rows rows = db_query(l->r->db, STMT_MEMBERS_CHANGED,
	    DB_INT(m->room), DB_INT(l->since), DB_INT(l->upto));

	for (; !effort_is_much(l->effort) && rows_next(&rows); count(l)) {
		struct mover *mover = add_mover(l->r->mem, m);

		*mover = mover_row(&rows);
		if (mover->user == l->r->who.user)
			m->was_in = mover->was_in;
	}
	rows_done(&rows);
}

/*
 * Who came later than the caller went is none of their business, nor is who
 * was in a room that the caller only was invited to.
 */
static void
judge_movers(struct look *l, const struct meeting *m)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct mover *mover = &m->mover[i];

		if (m->is_in && mover->is_in && mover->pos > l->since)
			met(l, mover->user, mover->user_id);
		else if (m->was_in && mover->was_in &&
		    !(m->is_in && mover->is_in))
			parted(l, mover->user, mover->user_id);
	}
}

/* Those who were there all the time. */
static void
judge_members(struct look *l, const struct meeting *m)
{
	struct rows rows = db_query(l->r->db, STMT_MEMBERS_SINCE,
	    DB_INT(m->room), DB_INT(l->since));

	for (; !effort_is_much(l->effort) && rows_next(&rows); count(l)) {
		int64_t user = rows_int(&rows, 0);

		if (m->is_in)
			met(l, user, rows_text(&rows, 1));
		else
			parted(l, user, rows_text(&rows, 1));
	}
	rows_done(&rows);
}

static void
judge_room(struct look *l, int64_t room, bool is_in, int64_t pos)
{
	bool moved = pos > l->since;
	struct meeting m = { .room = room, .is_in = is_in,
	    .was_in = is_in && !moved, .entered = is_in && moved };

	if (!is_in && !moved)
		return;
	read_movers(l, &m);
	judge_movers(l, &m);
	if (m.entered || (m.was_in && !m.is_in))
		judge_members(l, &m);
}

/* What was forgotten is in no list of rooms. */
static void
judge_forgotten(struct look *l)
{
	struct request *r = l->r;
	struct rows rows = db_query(r->db, STMT_ROOMS_FORGOTTEN,
	    DB_INT(r->who.user), DB_INT(l->since));

	while (rows_next(&rows))
		judge_room(l, rows_int(&rows, 0), false, rows_int(&rows, 1));
}

void
device_lists_read(struct request *r, int64_t since, int64_t upto,
    const struct heard_list *rooms, struct effort *effort,
    struct device_lists *lists)
{
	struct look l = { .r = r, .since = since, .upto = upto,
	    .effort = effort, .lists = lists };

	memset(lists, 0, sizeof(*lists));
	add_changed(&l);
	add_signed(&l);
	for (size_t i = 0; i < rooms->n; i++) {
		const struct heard *h = &rooms->item[i];

		judge_room(&l, h->room.nr, h->membership == MEMBERSHIP_JOIN,
		    h->pos);
	}
	judge_forgotten(&l);
}

size_t
device_lists_count(const struct device_lists *lists)
{
	return lists->changed.n + lists->left.n;
}

void
put_device_lists(struct writer *w, const char *key,
    const struct device_lists *lists)
{
	put_object(w, key);
	put_list(w, "changed", &lists->changed);
	put_list(w, "left", &lists->left);
	write_end(w);
}

/* ----------------------------------------------------------- /keys/changes */

static enum mx_err
read_token(struct request *r, const char *name, struct sync_token *t)
{
	const char *text = req_query(r, name);

	if (text == NULL)
		return fail(r, M_MISSING_PARAM, "%s is missing", name);
	if (!sync_token_read(text, t) || t->pos > change_last(r->db))
		return fail(r, M_INVALID_PARAM,
		    "%s is not a next_batch of this server", name);
	return M_OK;
}

/*
 * GET /keys/changes
 *
 * The device lists of all syncs from `from` on, as if they had been one, up to
 * now: a client that asks by an older `to` learns of later changes earlier.
 */
enum mx_err
keys_changes(struct request *r)
{
	struct effort effort = effort_of(r);
	struct device_lists lists;
	struct heard_list rooms;
	struct sync_token from, to;
	int64_t upto = change_last(r->db);
	enum mx_err err;

	if ((err = read_token(r, "from", &from)) != M_OK ||
	    (err = read_token(r, "to", &to)) != M_OK)
		return err;
	rooms = heard_since(r, from.pos, upto);
	device_lists_read(r, from.pos, upto, &rooms, &effort, &lists);
	if (effort_is_much(&effort))
		return elsewhere(r);
	put_list(&r->out, "changed", &lists.changed);
	put_list(&r->out, "left", &lists.left);
	return M_OK;
}
