/*
 * history-threads.c - the threads of a room.
 */
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
	int64_t at_nr;

	if (!room_find(r->db, req_arg(r, "roomId"), &t->room) ||
	    state_view(r->db, t->room.nr, r->who.user, &at_nr) == STATE_NONE)
		return fail(r, M_FORBIDDEN, "You are not in this room");
	t->reader = reader_of(r, &t->room);
	return M_OK;
}

/* A thread of which somebody sees no reply is none to them. */
static bool
is_shown(struct request *r, const struct threads *t,
    const struct event_row *root)
{
	struct event_row latest;
	int64_t replies;

	return viewer_may_see(t->reader.viewer, root) &&
	    (!t->participated ||
	    thread_participated(r->db, root, r->who.user)) &&
	    thread_read(r->db, root, &t->reader, &latest, &replies);
}

/* True: there are more, from *next on. */
static bool
put_chunk(struct request *r, const struct threads *t, struct room_token *next)
{
	struct rows rows = db_query(r->db, STMT_THREADS_BACK,
	    DB_INT(t->room.nr), DB_INT(t->from.depth), DB_INT(t->from.nr));
	size_t full = r->out.out->len + THREADS_BYTES;
	int64_t n = 0, work = 0;
	bool more = false;

	put_array(&r->out, "chunk");
	while (!more && rows_next(&rows)) {
		struct event_row root = event_peek(&rows);

		if (n == t->limit || work++ == THREADS_WORK ||
		    r->out.out->len > full) {
			more = true;
			break;
		}
		*next = (struct room_token){ rows_int(&rows, 18),
		    rows_int(&rows, 19) - 1 };
		if (!is_shown(r, t, &root))
			continue;
		event_write(&r->out, r->db, &root, &t->reader);
		n++;
	}
	rows_done(&rows);
	write_end(&r->out);
	return more;
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

	if ((err = read_room(r, &t)) != M_OK ||
	    (err = read_query(r, &t)) != M_OK)
		return err;
	if (put_chunk(r, &t, &next))
		put_text(&r->out, "next_batch", room_token_text(r->mem, next));
	return M_OK;
}
