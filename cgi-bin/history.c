/*
 * history - what was said in a room before: here, page by page.
 */
#include <string.h>

#include "history.h"
#include "history.routes.h"
#include "matrix/visibility.h"

/* What is asked for. */
struct ask {
	struct page	 page;
	const char	*start;		/* `from` as it came, or NULL */
	bool		 stops;		/* `to` was given */
};

static enum mx_err
read_direction(struct request *r, struct page *page)
{
	const char *dir = req_query(r, "dir");

	if (dir == NULL && r->route->auth == AUTH_ADMIN)
		dir = "f";
	if (dir == NULL && !req_is_2015(r))
		return fail(r, M_MISSING_PARAM, "dir is missing: b for "
		    "backwards or f for forwards");
	if (dir == NULL || (strcmp(dir, "b") != 0 && strcmp(dir, "f") != 0))
		return bad_page(r, "dir must be b or f");
	page->backwards = dir[0] == 'b';
	return M_OK;
}

/* Without `from`: all there is, from the end that the direction begins at. */
static enum mx_err
read_places(struct request *r, struct ask *ask)
{
	const char *from = req_query(r, "from"), *to = req_query(r, "to");
	struct page *page = &ask->page;

	page->from = room_beginning;
	page->to = page->backwards ? room_beginning : room_end;
	ask->stops = to != NULL;
	if (to != NULL && !place_read(r, page->room.nr, to, &page->to))
		return bad_page(r, "to is not a token of this server");
	if (from != NULL && !place_read(r, page->room.nr, from, &page->from))
		return bad_page(r, "from is not a token of this server");
	if (from == NULL && page->backwards)
		page->from = place_last(r->db, page->room.nr);
	ask->start = from;
	return M_OK;
}

static enum mx_err
read_limit(struct request *r, struct page *page)
{
	page->limit = LIMIT_DEFAULT;
	if (!req_query_int(r, "limit", 0, JSON_INT_MAX, &page->limit))
		return bad_page(r, "limit must be a whole number above -1");
	if (page->filter.limit != -1 && page->filter.limit < page->limit)
		page->limit = page->filter.limit;
	if (page->limit > LIMIT_MAX)
		page->limit = LIMIT_MAX;
	return M_OK;
}

/* Who left reads up to the event by which they left. */
static enum mx_err
hold_to_stay(struct request *r, struct page *page)
{
	struct room_token *newest = page->backwards ? &page->from : &page->to;
	struct room_token left;
	int64_t at_nr;

	switch (view_of(r, page->room.nr, &at_nr)) {
	case STATE_NONE:
		return fail(r, M_FORBIDDEN, "You are not in this room");
	case STATE_NOW:
		return M_OK;
	case STATE_AT:
		break;
	}
	left = place_of_event(r->db, at_nr);
	if (place_earlier(left, *newest))
		*newest = left;
	return M_OK;
}

static enum mx_err
ask_read(struct request *r, struct ask *ask)
{
	struct page *page = &ask->page;
	enum mx_err err;

	if (!room_find(r->db, req_arg(r, "roomId"), &page->room))
		return no_room(r);
	if ((err = read_direction(r, page)) != M_OK ||
	    (err = query_filter(r, &page->filter)) != M_OK ||
	    (err = read_limit(r, page)) != M_OK ||
	    (err = read_places(r, ask)) != M_OK)
		return err;
	page->reader = reader_of(r, &page->room);
	if ((err = hold_to_stay(r, page)) != M_OK)
		return err;
	if (page->filter.lazy_load_members)
		page->senders = arena_alloc(r->mem, sizeof(*page->senders));
	if (!filter_has_room(NULL, &page->filter, page->room.room_id))
		page->to = page->from;
	return M_OK;
}

/*
 * Today's clients page until there is no end; those of 2015 expect one always.
 * What stopped at `to` may go on from there.
 */
static bool
has_end(struct request *r, const struct ask *ask, const struct walk *walk)
{
	return walk->more || req_is_2015(r) || (ask->stops && walk->count > 0);
}

/*
 * GET /rooms/{roomId}/messages
 * GET /_synapse/admin/v1/rooms/{roomId}/messages (all of it; dir may be left out)
 *
 * Events of a room before (dir=b, newest first) or behind (dir=f) a token of
 * sync, of context or of this endpoint; without from, from the newest or the
 * oldest.  Only those that the caller may see and the filter lets through.  A
 * page may hold less than limit, even nothing, and yet have an end to go on
 * from: it is over when there is no end (on 2015's paths: when the chunk is
 * empty).  With lazy_load_members, state has the member events of who wrote
 * the chunk, as they were in the room at the end of it.
 */
enum mx_err
messages(struct request *r)
{
	struct ask ask = { .stops = false };
	struct walk walk;
	enum mx_err err;

	if ((err = ask_read(r, &ask)) != M_OK)
		return err;
	put_text(&r->out, "start", ask.start != NULL ? ask.start :
	    room_token_text(r->mem, ask.page.from));
	walk = page_write(r, &ask.page, "chunk");
	if (ask.page.senders != NULL) {
		put_array(&r->out, "state");
		senders_write(r, &ask.page, walk.newest);
		write_end(&r->out);
	}
	if (has_end(r, &ask, &walk))
		put_text(&r->out, "end", room_token_text(r->mem, walk.at));
	return M_OK;
}
