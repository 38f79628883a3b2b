/*
 * history-threads.c - the threads of a room.
 */
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "history.routes.h"
#include "matrix/relation.h"
#include "matrix/shape.h"
#include "matrix/visibility.h"

#define THREADS_DEFAULT	20
#define THREADS_MAX	100
/* A page ends early behind so many bytes, or threads looked at. */
#define THREADS_BYTES	(1 << 20)
#define THREADS_WORK	500

struct threads {
	struct room		 room;
	struct reader		 reader;
	bool			 left;		/* who asks is not in now */
	bool			 participated;
	int64_t			 limit;
	struct room_token	 from;
};

static enum mx_err
read_query(struct request *r, struct threads *t)
{
	const char *include = req_query(r, "include");
	const char *from = req_query(r, "from");

	if (include != NULL && strcmp(include, "all") != 0 &&
	    strcmp(include, "participated") != 0)
		return fail(r, M_INVALID_PARAM,
		    "include is all or participated");
	t->participated = include != NULL && include[0] == 'p';
	t->limit = THREADS_DEFAULT;
	if (!req_query_int(r, "limit", 1, JSON_INT_MAX, &t->limit))
		return fail(r, M_INVALID_PARAM,
		    "limit must be a whole number above 0");
	if (t->limit > THREADS_MAX)
		t->limit = THREADS_MAX;
	t->from = (struct room_token){ INT64_MAX, INT64_MAX };
	if (from != NULL && !place_read(r, t->room.nr, from, &t->from))
		return fail(r, M_INVALID_PARAM,
		    "from is not a token of this server");
	return M_OK;
}

static enum mx_err
read_room(struct request *r, struct threads *t)
{
	enum state_view view = STATE_NONE;
	int64_t at_nr;

	if (room_find(r->db, req_arg(r, "roomId"), &t->room))
		view = state_view(r->db, t->room.nr, r->who.user, &at_nr);
	if (view == STATE_NONE)
		return fail(r, M_FORBIDDEN, "You are not in this room");
	t->left = view == STATE_AT;
	t->reader = reader_of(r, &t->room);
	return M_OK;
}

/* Where its newest reply is; false: they see none, so to them it is none. */
static bool
find_last(struct request *r, const struct threads *t,
    const struct event_row *root, struct room_token *last)
{
	struct event_row latest;

	if (!viewer_may_see(t->reader.viewer, root) ||
	    (t->participated &&
	    !thread_participated(r->db, root, r->who.user)) ||
	    !thread_read(r->db, root, &t->reader, &latest, NULL))
		return false;
	*last = (struct room_token){ latest.depth, latest.nr };
	return true;
}

/* As a client that ignores its sender would show it. */
static void
put_root(struct request *r, const struct threads *t, struct event_row *root)
{
	if (viewer_ignores(t->reader.viewer, root->sender_id))
		event_strip(r->db, root);
	event_write(&r->out, r->db, root, &t->reader);
}

static struct rows
query_threads(struct request *r, const struct threads *t,
    struct room_token from)
{
	return db_query(r->db, STMT_THREADS_BACK, DB_INT(t->room.nr),
	    DB_INT(from.depth), DB_INT(from.nr));
}

/* ---------------------------------------------------- for those who are in */

/* True: there are more, from *next on. */
static bool
put_threads(struct request *r, const struct threads *t,
    struct room_token *next)
{
	struct rows rows = query_threads(r, t, t->from);
	size_t full = r->out.out->len + THREADS_BYTES;
	int64_t n = 0, work = 0;
	struct room_token last;
	bool more = false;

	while (rows_next(&rows)) {
		struct event_row root = event_peek(&rows);

		if (n == t->limit || work++ == THREADS_WORK ||
		    r->out.out->len > full) {
			more = true;
			break;
		}
		*next = (struct room_token){ rows_int(&rows, 18),
		    rows_int(&rows, 19) - 1 };
		if (!find_last(r, t, &root, &last))
			continue;
		put_root(r, t, &root);
		n++;
	}
	rows_done(&rows);
	return more;
}

/* ------------------------------------------------------- for those who left */

struct seen {
	struct room_token	last;
	int64_t			root;
};

static int
newest_first(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->last.depth != y->last.depth)
		return x->last.depth < y->last.depth ? 1 : -1;
	return (x->last.nr < y->last.nr) - (x->last.nr > y->last.nr);
}

static size_t
find_seen(struct request *r, const struct threads *t, struct seen *seen)
{
	const struct room_token end = { INT64_MAX, INT64_MAX };
	struct rows rows = query_threads(r, t, end);
	int64_t work = 0;
	size_t n = 0;

	while (work++ < THREADS_WORK && rows_next(&rows)) {
		struct event_row root = event_peek(&rows);

		seen[n].root = root.nr;
		n += find_last(r, t, &root, &seen[n].last);
	}
	rows_done(&rows);
	qsort(seen, n, sizeof(*seen), newest_first);
	return n;
}

/*
 * The order is that of what they saw: by the other they would learn where
 * somebody replied after they left.  Of many threads the newest are looked at.
 */
static bool
put_seen(struct request *r, const struct threads *t, struct room_token *next)
{
	struct seen *seen = arena_alloc(r->mem, THREADS_WORK * sizeof(*seen));
	size_t full = r->out.out->len + THREADS_BYTES;
	size_t n = find_seen(r, t, seen);
	struct event_row root;
	int64_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		if (seen[i].last.depth > t->from.depth ||
		    (seen[i].last.depth == t->from.depth &&
		    seen[i].last.nr > t->from.nr))
			continue;
		if (shown++ == t->limit || r->out.out->len > full)
			return true;
		*next = (struct room_token){ seen[i].last.depth,
		    seen[i].last.nr - 1 };
		if (event_find(r->db, seen[i].root, &root))
			put_root(r, t, &root);
	}
	return false;
}

/*
 * GET /rooms/{roomId}/threads
 *
 * The events that threads begin with, that with the newest reply first; with
 * include=participated only those of threads that the caller wrote to.  A page
 * may hold less than limit, and is the last when there is no next_batch.
 */
enum mx_err
threads(struct request *r)
{
	struct threads t = { .limit = 0 };
	struct room_token next;
	enum mx_err err;
	bool more;

	if ((err = read_room(r, &t)) != M_OK ||
	    (err = read_query(r, &t)) != M_OK)
		return err;
	put_array(&r->out, "chunk");
	more = t.left ? put_seen(r, &t, &next) : put_threads(r, &t, &next);
	write_end(&r->out);
	if (more)
		put_text(&r->out, "next_batch", room_token_text(r->mem, next));
	return M_OK;
}
