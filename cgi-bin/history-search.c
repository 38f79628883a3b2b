/*
 * history-search.c - POST /search: what is asked for, and finding it.
 *
 * The index says which events may fit; each is looked at as messages would
 * look at it, so nothing is found that the caller could not read there.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history-search.h"
#include "history.routes.h"

/*
 * A stretch of history ends when it had so many results, or when looking for
 * them was so much work; long events and long filters cost more.
 */
#define HITS_MAX	1000
#define WORK_MAX	5000

/* ------------------------------------------------------------ what is asked */

struct body {
	const cJSON	*categories;
	const cJSON	*room_events;
	const char	*term;
	const cJSON	*keys;
	const cJSON	*filter;
	const char	*order_by;
	const cJSON	*context;
	int64_t		 before_limit;
	int64_t		 after_limit;
	bool		 include_profile;
	bool		 include_state;
	const cJSON	*group_by;
};

static bool
order_valid(const char *s)
{
	return strcmp(s, "rank") == 0 || strcmp(s, "recent") == 0;
}

#define IN "search_categories.room_events."
static const struct field body_fields[] = {
	FIELD_OBJECT(body, categories, "search_categories", REQUIRED),
	FIELD_OBJECT(body, room_events, "search_categories.room_events",
	    OPTIONAL),
	FIELD_STR(body, term, IN "search_term", OPTIONAL, NULL),
	FIELD_ARRAY(body, keys, IN "keys", OPTIONAL),
	FIELD_OBJECT(body, filter, IN "filter", OPTIONAL),
	FIELD_STR(body, order_by, IN "order_by", OPTIONAL, order_valid),
	FIELD_OBJECT(body, context, IN "event_context", OPTIONAL),
	FIELD_INT(body, before_limit, IN "event_context.before_limit",
	    OPTIONAL),
	FIELD_INT(body, after_limit, IN "event_context.after_limit", OPTIONAL),
	FIELD_BOOL(body, include_profile, IN "event_context.include_profile",
	    OPTIONAL),
	FIELD_BOOL(body, include_state, IN "include_state", OPTIONAL),
	FIELD_ARRAY(body, group_by, IN "groupings.group_by", OPTIONAL),
	FIELD_END
};

static enum mx_err
read_keys(struct request *r, const cJSON *array, unsigned *keys)
{
	static const struct { const char *name; unsigned bit; } known[] = {
		{ "content.body", SEARCH_BODY },
		{ "content.name", SEARCH_NAME },
		{ "content.topic", SEARCH_TOPIC },
	};
	const cJSON *item;

	*keys = array == NULL ? SEARCH_ALL : 0;
	cJSON_ArrayForEach(item, array) {
		unsigned bit = 0;

		for (size_t i = 0; cJSON_IsString(item) &&
		    i < sizeof(known) / sizeof(known[0]); i++)
			if (strcmp(known[i].name, item->valuestring) == 0)
				bit = known[i].bit;
		if (bit == 0)
			return fail(r, M_INVALID_PARAM, "keys may be "
			    "content.body, content.name and content.topic");
		*keys |= bit;
	}
	return M_OK;
}

static enum mx_err
read_groups(struct request *r, const cJSON *array, struct search_ask *ask)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, array) {
		const char *key = json_text(item, "key");

		if (key != NULL && strcmp(key, "room_id") == 0)
			ask->by_room = true;
		else if (key != NULL && strcmp(key, "sender") == 0)
			ask->by_sender = true;
		else
			return fail(r, M_INVALID_PARAM,
			    "Results are grouped by room_id or sender");
	}
	return M_OK;
}

static enum mx_err
read_term(struct request *r, const struct body *body, struct search_ask *ask)
{
	unsigned keys;
	enum mx_err err;

	if (body->term == NULL)
		return fail(r, M_MISSING_PARAM, "search_term is missing");
	if ((err = read_keys(r, body->keys, &keys)) != M_OK)
		return err;
	if (!search_terms_read(span_of(body->term), keys, &ask->terms) &&
	    ask->terms.n == SEARCH_WORDS)
		return fail(r, M_INVALID_PARAM,
		    "Search for %d words at most", SEARCH_WORDS);
	return M_OK;
}

static enum mx_err
read_filter(struct request *r, const struct body *body,
    struct search_ask *ask)
{
	const char *why;

	if (body->filter == NULL)
		event_filter_parse(r->mem, cJSON_CreateObject(), &ask->filter,
		    &why);
	else if (!event_filter_parse(r->mem, body->filter, &ask->filter, &why))
		return fail(r, M_BAD_JSON, "filter: %s", why);
	ask->limit = LIMIT_DEFAULT;
	if (ask->filter.limit >= 0)
		ask->limit = ask->filter.limit < SEARCH_LIMIT_MAX ?
		    (size_t)ask->filter.limit : SEARCH_LIMIT_MAX;
	return M_OK;
}

static enum mx_err
read_context(struct request *r, const struct body *body,
    struct search_ask *ask)
{
	if (body->before_limit < 0 || body->after_limit < 0)
		return fail(r, M_INVALID_PARAM,
		    "before_limit and after_limit are not negative");
	ask->contexts = body->context != NULL;
	ask->profiles = body->include_profile;
	ask->before_limit = body->before_limit < CONTEXT_MAX ?
	    body->before_limit : CONTEXT_MAX;
	ask->after_limit = body->after_limit < CONTEXT_MAX ?
	    body->after_limit : CONTEXT_MAX;
	return M_OK;
}

/* A number in its only spelling, to which one can add; NULL: it is none. */
static const char *
read_number(const char *s, int64_t *out)
{
	char text[24], *end;

	*out = strtoll(s, &end, 10);
	snprintf(text, sizeof(text), "%" PRId64, *out);
	return *out >= 0 && *out <= JSON_INT_MAX &&
	    strlen(text) == (size_t)(end - s) &&
	    strncmp(text, s, strlen(text)) == 0 ? end : NULL;
}

static bool
place_parse(const char *s, struct search_place *place)
{
	int64_t *const number[] = { &place->before, &place->floor,
	    &place->given, &place->counted };

	for (int i = 0; i < 4; i++)
		if (*s++ != "w---"[i] ||
		    (s = read_number(s, number[i])) == NULL)
			return false;
	place->key = *s == 'r' ? GROUP_ROOM : *s == 'u' ? GROUP_SENDER :
	    GROUP_NONE;
	if (place->key != GROUP_NONE &&
	    (s = read_number(s + 1, &place->group)) == NULL)
		return false;
	return *s == '\0';
}

/* What is said between two pages of an answer belongs to none of them. */
static enum mx_err
read_place(struct request *r, struct search_place *place)
{
	const char *from = req_query(r, "next_batch");

	place->before = db_int(r->db, 0, STMT_EVENT_NEXT);
	if (from != NULL && !place_parse(from, place))
		return fail(r, M_INVALID_PARAM,
		    "next_batch is not a token of this server");
	return M_OK;
}

static enum mx_err
ask_read(struct request *r, const struct body *body, struct search_ask *ask)
{
	enum mx_err err;

	ask->recent = body->order_by != NULL &&
	    strcmp(body->order_by, "recent") == 0;
	ask->states = body->include_state;
	if ((err = read_term(r, body, ask)) != M_OK ||
	    (err = read_filter(r, body, ask)) != M_OK ||
	    (err = read_context(r, body, ask)) != M_OK ||
	    (err = read_groups(r, body->group_by, ask)) != M_OK)
		return err;
	return read_place(r, &ask->place);
}

/* -------------------------------------------------------------- the rooms */

struct search_rooms {
	struct search_room *item;	/* by number */
	size_t		 n;
};

static bool
room_is_asked(const struct search_ask *ask, int64_t nr, const char *room_id)
{
	return (ask->place.key != GROUP_ROOM || ask->place.group == nr) &&
	    filter_has_room(NULL, &ask->filter, room_id);
}

static struct search_rooms
rooms_find(struct request *r, const struct search_ask *ask)
{
	struct rows rows = db_query(r->db, STMT_SEARCH_ROOMS,
	    DB_INT(r->who.user));
	struct search_rooms rooms = { NULL, 0 };
	size_t cap = 0;

	while (rows_next(&rows)) {
		int64_t nr = rows_int(&rows, 0);
		const char *room_id = rows_text(&rows, 1);

		if (!room_is_asked(ask, nr, room_id))
			continue;
		if (rooms.n == cap) {
			size_t old = cap * sizeof(*rooms.item);

			cap = cap > 0 ? 2 * cap : 16;
			rooms.item = arena_grow(r->mem, rooms.item, old,
			    cap * sizeof(*rooms.item));
		}
		rooms.item[rooms.n++] = (struct search_room){
			.room = { .nr = nr, .room_id = room_id, .version =
			    room_version_find(rows_text(&rows, 2)) } };
	}
	return rooms;
}

static int
by_number(const void *key, const void *item)
{
	const struct search_room *room = item;
	int64_t nr = *(const int64_t *)key;

	return (nr > room->room.nr) - (nr < room->room.nr);
}

/* NULL: not one of theirs. */
static struct search_room *
room_enter(struct request *r, const struct search_rooms *rooms, int64_t nr)
{
	struct search_room *room = rooms->n == 0 ? NULL : bsearch(&nr,
	    rooms->item, rooms->n, sizeof(*rooms->item), by_number);

	if (room == NULL || room->entered)
		return room;
	room->entered = true;
	room->reader = reader_of(r, &room->room);
	room->view = state_view(r->db, nr, r->who.user, &room->at_nr);
	return room;
}

static const int64_t *
numbers_of(struct arena *mem, const struct search_rooms *rooms)
{
	int64_t *number = arena_alloc(mem, (rooms->n + 1) * sizeof(*number));

	for (size_t i = 0; i < rooms->n; i++)
		number[i] = rooms->item[i].room.nr;
	return number;
}

/* ------------------------------------------------------------- the stretch */

struct hunt {
	struct request	*r;
	const struct search_ask *ask;
	struct search_rooms rooms;
	struct arena	*mem;		/* of one event at a time */
	int64_t		 work;
	struct hits	 hits;
};

static void
try_event(struct hunt *h, struct event_row *row)
{
	const struct search_ask *ask = h->ask;
	struct search_room *room = room_enter(h->r, &h->rooms, row->room);
	double rank;

	if (room == NULL || room->view == STATE_NONE ||
	    (ask->place.key == GROUP_SENDER &&
	    ask->place.group != row->sender) ||
	    !viewer_may_see(room->reader.viewer, row) ||
	    !viewer_wants(room->reader.viewer, row))
		return;
	event_trim(h->r->db, row, &room->reader);
	if (!filter_has_event(&ask->filter, row))
		return;
	rank = search_rank(h->mem, &ask->terms, row, NULL, NULL);
	if (rank > 0)
		h->hits.item[h->hits.n++] = (struct hit){ row->nr, row->sender,
		    rank, room };
}

static void
try_events(struct hunt *h, struct search *search)
{
	struct event_row row;
	size_t weight = filter_weight(&h->ask->filter) / 50;

	while (search_next(search, &row)) {
		if (h->work >= WORK_MAX || h->hits.n == HITS_MAX) {
			h->hits.more = true;
			h->hits.floor = row.nr;
			return;
		}
		h->work += (int64_t)(1 + row.content.n / 2048 + weight);
		try_event(h, &row);
		arena_clear(h->mem);
	}
}

static int
by_rank(const void *one, const void *two)
{
	const struct hit *a = one, *b = two;

	if (a->rank != b->rank)
		return a->rank < b->rank ? 1 : -1;
	return (a->nr < b->nr) - (a->nr > b->nr);
}

/* Texts of an event are forgotten with it, whether it fits or not. */
static struct hits
hunt(struct request *r, const struct search_ask *ask)
{
	const struct search_place *place = &ask->place;
	struct hunt h = { .r = r, .ask = ask, .rooms = rooms_find(r, ask),
	    .mem = arena_new(), .hits.floor = place->floor,
	    .hits.more = place->floor > 0 };
	struct arena *before = db_arena(r->db, h.mem);
	struct search search;

	json_arena(h.mem);
	h.hits.item = arena_alloc(r->mem, HITS_MAX * sizeof(*h.hits.item));
	search_begin(&search, r->db, r->mem, &ask->terms,
	    numbers_of(r->mem, &h.rooms), h.rooms.n, place->before,
	    place->floor);
	if (ask->terms.n > 0)
		try_events(&h, &search);
	search_end(&search);
	json_arena(r->mem);
	db_arena(r->db, before);
	arena_free(h.mem);
	if (!ask->recent)
		qsort(h.hits.item, h.hits.n, sizeof(*h.hits.item), by_rank);
	return h.hits;
}

/*
 * POST /search
 *
 * Events that hold all words of search_term, among those that the caller may
 * see, in rooms that they are in or were in.  By rank is by how well they fit,
 * of the newest thousand that do; those further back come behind all of these.
 * An answer may hold less than the limit, even nothing, and yet have a
 * next_batch: it is over when there is none.  count is of what has been looked
 * through so far.
 */
enum mx_err
search(struct request *r)
{
	struct body body = { .before_limit = 5, .after_limit = 5 };
	struct search_ask ask = { .limit = 0 };
	struct hits hits;
	enum mx_err err;

	if ((err = body_read(r, body_fields, &body)) != M_OK)
		return err;
	if (body.room_events != NULL &&
	    (err = ask_read(r, &body, &ask)) != M_OK)
		return err;
	if (elsewhere(r) != M_OK)
		return M_ELSEWHERE;
	put_object(&r->out, "search_categories");
	if (body.room_events != NULL) {
		hits = hunt(r, &ask);
		put_object(&r->out, "room_events");
		search_answer(r, &ask, &hits);
		write_end(&r->out);
	}
	write_end(&r->out);
	return M_OK;
}
