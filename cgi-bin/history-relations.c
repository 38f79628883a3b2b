/*
 * history-relations.c - what relates to an event.
 */
#include <string.h>

#include "history.h"
#include "history.routes.h"
#include "matrix/shape.h"
#include "matrix/visibility.h"

#define CHILDREN_DEFAULT	20
#define CHILDREN_MAX		1000
/* A page ends early behind so many bytes, or events looked at. */
#define CHILDREN_BYTES		(1 << 20)
#define CHILDREN_WORK		5000
/*
 * With recurse: steps away from the event, and events found, the nearest and
 * newest first.
 */
#define RECURSION_DEPTH		3
#define KIN_MAX			5000

/* What is asked for. */
struct children {
	struct room		 room;
	struct reader		 reader;
	const char		*parent;
	const char		*rel_type;	/* NULL: any */
	const char		*type;		/* NULL: any */
	bool			 backwards;
	bool			 recurse;
	bool			 recurse_given;
	int64_t			 limit;
	const char		*start;		/* `from` as it came, or NULL */
	struct room_token	 from;		/* exclusive */
	struct room_token	 to;		/* up to it */
};

/* And what came of it. */
struct found {
	struct event_row	*item;
	size_t			 n;
	struct room_token	 at;		/* behind the last looked at */
	bool			 more;
};

/* ------------------------------------------------------------ the query */

static enum mx_err
no_event(struct request *r)
{
	return fail(r, M_NOT_FOUND,
	    "There is no such event, or you may not see it");
}

static enum mx_err
read_parent(struct request *r, struct children *c)
{
	struct event_row parent;

	c->parent = req_arg(r, "eventId");
	if (!room_find(r->db, req_arg(r, "roomId"), &c->room) ||
	    !event_find(r->db, db_int(r->db, 0, STMT_EVENT_IN_ROOM,
	    DB_TEXT(c->parent), DB_INT(c->room.nr)), &parent))
		return no_event(r);
	c->reader = reader_of(r, &c->room);
	return viewer_may_see(c->reader.viewer, &parent) ? M_OK : no_event(r);
}

static enum mx_err
read_words(struct request *r, struct children *c)
{
	const char *dir = req_query(r, "dir"), *recurse =
	    req_query(r, "recurse");

	if (dir != NULL && strcmp(dir, "b") != 0 && strcmp(dir, "f") != 0)
		return fail(r, M_INVALID_PARAM, "dir must be b or f");
	if (recurse != NULL && strcmp(recurse, "true") != 0 &&
	    strcmp(recurse, "false") != 0)
		return fail(r, M_INVALID_PARAM, "recurse is true or false");
	c->backwards = dir == NULL || dir[0] == 'b';
	c->recurse_given = recurse != NULL;
	c->recurse = recurse != NULL && recurse[0] == 't';
	c->rel_type = req_arg_or(r, "relType", NULL);
	c->type = req_arg_or(r, "eventType", NULL);
	c->limit = CHILDREN_DEFAULT;
	if (!req_query_int(r, "limit", 1, JSON_INT_MAX, &c->limit))
		return fail(r, M_INVALID_PARAM,
		    "limit must be a whole number above 0");
	if (c->limit > CHILDREN_MAX)
		c->limit = CHILDREN_MAX;
	return M_OK;
}

static enum mx_err
read_places(struct request *r, struct children *c)
{
	static const struct room_token first = { 0, 0 };
	static const struct room_token last = { INT64_MAX, INT64_MAX };
	const char *from = req_query(r, "from"), *to = req_query(r, "to");

	c->start = from;
	c->from = c->backwards ? last : first;
	c->to = c->backwards ? first : last;
	if (from != NULL && !place_read(r, c->room.nr, from, &c->from))
		return fail(r, M_INVALID_PARAM,
		    "from is not a token of this server");
	if (to != NULL && !place_read(r, c->room.nr, to, &c->to))
		return fail(r, M_INVALID_PARAM,
		    "to is not a token of this server");
	return M_OK;
}

/* ------------------------------------------------------------- the walk */

static struct rows
query_kin(struct db *db, const struct children *c)
{
	struct db_arg parent = DB_TEXT(c->parent), room = DB_INT(c->room.nr);
	struct db_arg rel_type = DB_TEXT(c->rel_type), type = DB_TEXT(c->type);
	struct db_arg depth = DB_INT(c->from.depth), nr = DB_INT(c->from.nr);
	struct db_arg to_depth = DB_INT(c->to.depth), to_nr = DB_INT(c->to.nr);
	struct db_arg most = DB_INT(KIN_MAX), levels = DB_INT(RECURSION_DEPTH);

	return c->backwards ?
	    db_query(db, STMT_RELATION_KIN_BACK, parent, room, rel_type, type,
	    depth, nr, most, levels, to_depth, to_nr) :
	    db_query(db, STMT_RELATION_KIN_FORWARD, parent, room, rel_type,
	    type, most, levels, depth, nr, to_depth, to_nr);
}

static struct rows
query_children(struct db *db, const struct children *c)
{
	struct db_arg parent = DB_TEXT(c->parent), room = DB_INT(c->room.nr);
	struct db_arg depth = DB_INT(c->from.depth), nr = DB_INT(c->from.nr);
	struct db_arg to_depth = DB_INT(c->to.depth), to_nr = DB_INT(c->to.nr);

	if (c->recurse)
		return query_kin(db, c);
	if (c->rel_type == NULL)
		return db_query(db, c->backwards ? STMT_RELATION_ANY_BACK :
		    STMT_RELATION_ANY_FORWARD, parent, room, depth, nr,
		    to_depth, to_nr);
	return db_query(db, c->backwards ? STMT_RELATION_BACK :
	    STMT_RELATION_FORWARD, parent, DB_TEXT(c->rel_type), room, depth,
	    nr, to_depth, to_nr);
}

/* Behind e, as one reads: so that the next page begins with its neighbour. */
static struct room_token
behind(const struct children *c, const struct event_row *e)
{
	return (struct room_token){ e->depth,
	    c->backwards ? e->nr - 1 : e->nr };
}

/* They are written when all are found: writing asks the same again. */
static void
find_children(struct request *r, const struct children *c,
    struct found *found)
{
	struct rows rows = query_children(r->db, c);
	size_t bytes = 0;
	int work = 0;

	found->at = c->from;
	found->item = arena_alloc(r->mem,
	    (size_t)c->limit * sizeof(*found->item));
	while (rows_next(&rows)) {
		struct event_row e = event_peek(&rows);

		if (found->n == (size_t)c->limit || work++ == CHILDREN_WORK ||
		    bytes > CHILDREN_BYTES) {
			found->more = true;
			break;
		}
		found->at = behind(c, &e);
		if ((c->type != NULL && strcmp(c->type, e.type) != 0) ||
		    !viewer_may_see(c->reader.viewer, &e))
			continue;
		bytes += e.content.n;
		found->item[found->n++] = event_row(&rows);
	}
	rows_done(&rows);
}

/*
 * GET /rooms/{roomId}/relations/{eventId}
 * GET /rooms/{roomId}/relations/{eventId}/{relType}
 * GET /rooms/{roomId}/relations/{eventId}/{relType}/{eventType}
 *
 * Events that relate to an event: those that the caller may see, newest first,
 * or with dir=f oldest first.  With recurse also those that relate to these,
 * over three steps, and of very many the nearest.  A page may hold less than
 * limit, and is the last when there is no next_batch.
 */
enum mx_err
relations(struct request *r)
{
	struct children c = { .limit = 0 };
	struct found found = { .n = 0 };
	enum mx_err err;

	if ((err = read_parent(r, &c)) != M_OK ||
	    (err = read_words(r, &c)) != M_OK ||
	    (err = read_places(r, &c)) != M_OK)
		return err;
	find_children(r, &c, &found);
	put_array(&r->out, "chunk");
	for (size_t i = 0; i < found.n; i++)
		event_write(&r->out, r->db, &found.item[i], &c.reader);
	write_end(&r->out);
	if (found.more)
		put_text(&r->out, "next_batch",
		    room_token_text(r->mem, found.at));
	if (c.start != NULL)
		put_text(&r->out, "prev_batch", c.start);
	if (c.recurse_given)
		put_int(&r->out, "recursion_depth",
		    c.recurse ? RECURSION_DEPTH : 1);
	return M_OK;
}
