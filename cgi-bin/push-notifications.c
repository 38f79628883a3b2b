/*
 * push-notifications.c - what the user was notified of.
 *
 * Nothing is kept of it: events of all their rooms are looked at from the
 * newest on, by the rules as they are now.  A heap says which room has the next.
 */
#include <stdlib.h>
#include <string.h>

#include "matrix/unread.h"
#include "matrix/visibility.h"
#include "push.h"
#include "push.routes.h"

#define LIMIT_DEFAULT	20
#define LIMIT_MAX	100
#define LOOKED_MAX	500	/* events, for one page */

/* A room in which there may be something up to upto. */
struct source {
	struct room	 room;
	bool		 door;		/* they are invited, not in */
	int64_t		 from;		/* the first that is theirs */
	int64_t		 upto;		/* of the next event, if it was found */
	int64_t		 nr;		/* event.nr of that; 0: to be looked for */
	int64_t		 thread;
	int64_t		 read;		/* all of the room up to here */
	struct viewer	*viewer;	/* and read: NULL until asked for */
};
struct page {
	struct request	*r;
	struct arena	*mem;		/* of one event */
	const struct push_user *user;
	struct source	*heap;		/* the newest on top */
	size_t		 n;
	int64_t		 left;		/* that may still be told */
	int64_t		 looked;
	int64_t		 weight;
	bool		 only_highlights;
	int64_t		 upto;		/* where to go on from */
};

/* ----------------------------------------------------------------- the heap */

static void
sink(struct page *p, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;
		struct source other;

		if (child + 1 < p->n &&
		    p->heap[child + 1].upto > p->heap[child].upto)
			child++;
		if (child >= p->n || p->heap[child].upto <= p->heap[i].upto)
			return;
		other = p->heap[i];
		p->heap[i] = p->heap[child];
		p->heap[child] = other;
		i = child;
	}
}

static void
drop_top(struct page *p)
{
	p->heap[0] = p->heap[--p->n];
	sink(p, 0);
}

static struct source
source_of(struct rows *rows, int64_t before)
{
	bool in = strcmp(rows_text(rows, 3), "join") == 0;
	int64_t since = rows_int(rows, 4), last = rows_int(rows, 5);

	return (struct source){
		.room = { .nr = rows_int(rows, 0),
		    .room_id = rows_text(rows, 1),
		    .version = room_version_find(rows_text(rows, 2)) },
		/* Of a room they are invited to, that alone is for them. */
		.door = !in,
		.from = in ? since + 1 : since,
		.upto = (in ? last : since) < before ?
		    (in ? last : since) : before - 1,
	};
}

static void
read_sources(struct page *p, int64_t before)
{
	struct rows rows = db_query(p->r->db, STMT_NOTIFY_ROOMS,
	    DB_INT(p->r->who.user));
	size_t cap = 0;

	while (rows_next(&rows)) {
		struct source s = source_of(&rows, before);

		if (s.upto < s.from || s.room.version == NULL)
			continue;
		if (p->n == cap) {
			cap = cap == 0 ? 64 : cap * 2;
			p->heap = arena_grow(p->r->mem, p->heap,
			    p->n * sizeof(*p->heap), cap * sizeof(*p->heap));
		}
		p->heap[p->n++] = s;
	}
	rows_done(&rows);
	for (size_t i = p->n / 2; i-- > 0; )
		sink(p, i);
}

/* ------------------------------------------------------------- one event */

static bool
is_read(struct page *p, const struct source *s, int64_t pos)
{
	return pos <= s->read || pos <= read_in(p->r->db, s->room.nr,
	    p->r->who.user, s->thread).pos;
}

static void
write_notification(struct page *p, const struct source *s,
    const struct event_row *e, const struct push_rule *rule)
{
	struct push_audience to = { p->r->who.user_id, false };
	struct reader reader = reader_of(p->r, &s->room);
	struct writer *w = &p->r->out;

	reader.shape = SHAPE_SYNC;
	reader.viewer = s->viewer;
	write_object(w);
	push_actions_put(w, &rule->actions, &to);
	write_key(w, "event");
	event_write(w, p->r->db, e, &reader);
	put_bool(w, "read", is_read(p, s, e->pos));
	put_text(w, "room_id", s->room.room_id);
	put_int(w, "ts", e->origin_server_ts);
	write_end(w);
	p->left--;
}

/* An invitation is told to whom it is for, whatever else they may see. */
static bool
may_see(struct page *p, struct source *s, const struct event_row *e)
{
	if (s->viewer == NULL) {
		s->viewer = viewer_new(p->r->db, p->r->mem, s->room.nr,
		    p->r->who.user);
		s->read = unread_after(p->r->db, s->room.nr, p->r->who.user);
	}
	return !viewer_ignores(s->viewer, e->sender_id) &&
	    (s->door || viewer_may_see(s->viewer, e));
}

static void
look(struct page *p, struct source *s)
{
	const struct push_rule *rule;
	struct push_about about;
	struct event_row e;

	p->looked++;
	if (!event_find(p->r->db, s->nr, &e) || e.redacted_by != 0 ||
	    e.sender == p->r->who.user || !may_see(p, s, &e))
		return;
	p->weight += push_user_weight(p->user, e.content.n);
	about = push_about(p->r->db, &s->room, &e);
	rule = push_user_meets(p->user, &about);
	if (push_notifies(rule) &&
	    (!p->only_highlights || push_highlights(rule)))
		write_notification(p, s, &e, rule);
}

/* The top becomes an event, or one is looked at. */
static void
step(struct page *p)
{
	struct source *top = &p->heap[0];
	struct rows rows;
	bool found;

	if (top->nr != 0) {
		look(p, top);
		arena_clear(p->mem);
		p->upto = top->upto--;
		top->nr = 0;
	} else {
		rows = db_query(p->r->db, STMT_NOTIFY_NEXT,
		    DB_INT(top->room.nr), DB_INT(top->from),
		    DB_INT(top->upto));
		if ((found = rows_next(&rows))) {
			top->nr = rows_int(&rows, 0);
			top->upto = rows_int(&rows, 1);
			top->thread = rows_int(&rows, 2);
		}
		rows_done(&rows);
		if (!found) {
			drop_top(p);
			return;
		}
	}
	sink(p, 0);
}

static bool
is_enough(const struct page *p)
{
	return p->left == 0 || p->looked == LOOKED_MAX ||
	    p->weight > PUSH_WEIGHT_MAX;
}

/* ---------------------------------------------------------------- the answer */

/* Before that position; INT64_MAX: from the newest on. */
static enum mx_err
read_from(struct request *r, int64_t *before)
{
	const char *from = req_query(r, "from");
	char *end;

	*before = INT64_MAX;
	if (from == NULL)
		return M_OK;
	if (from[0] == 'n' && from[1] >= '0' && from[1] <= '9') {
		*before = strtoll(from + 1, &end, 10);
		if (*end == '\0')
			return M_OK;
	}
	return fail(r, M_INVALID_PARAM,
	    "from is a next_token of /notifications");
}

static enum mx_err
read_page(struct request *r, struct page *p, int64_t *before)
{
	const char *only = req_query(r, "only");
	enum mx_err err;

	p->left = LIMIT_DEFAULT;
	if ((err = read_from(r, before)) != M_OK)
		return err;
	if (!req_query_int(r, "limit", 1, INT64_MAX, &p->left))
		return fail(r, M_INVALID_PARAM,
		    "limit is a number of notifications");
	if (p->left > LIMIT_MAX)
		p->left = LIMIT_MAX;
	if (only != NULL && strcmp(only, "highlight") != 0)
		return fail(r, M_INVALID_PARAM, "only may be highlight");
	p->only_highlights = only != NULL;
	return M_OK;
}

/*
 * GET /notifications
 *
 * Events of the rooms that the caller is in, since they came in, and their
 * invitations, that notify by their rules: the newest first.  next_token goes
 * on from there; a page may be short, or have nothing, where many events had
 * to be looked at for it.
 */
enum mx_err
notifications(struct request *r)
{
	struct push_whose whose = push_caller(r);
	struct page p = { .r = r };
	struct arena *outer;
	int64_t before;
	enum mx_err err;

	if ((err = read_page(r, &p, &before)) != M_OK)
		return err;
	p.user = push_user_read(r->db, r->mem, &whose);
	read_sources(&p, before);
	put_array(&r->out, "notifications");
	p.mem = arena_new();
	outer = db_arena(r->db, p.mem);
	while (p.n > 0 && !is_enough(&p))
		step(&p);
	db_arena(r->db, outer);
	arena_free(p.mem);
	write_end(&r->out);
	if (p.n > 0)
		put_text(&r->out, "next_token", arena_printf(r->mem, "n%lld",
		    (long long)p.upto));
	return M_OK;
}
