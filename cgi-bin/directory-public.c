/*
 * directory-public.c - the list of published rooms, the biggest first.
 *
 * A token is a place in the list: so many members, and among rooms with as
 * many, a number.  Whatever joins, leaves or is published between two pages,
 * it stays a place.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "directory.routes.h"
#include "matrix/ids.h"

#define LIMIT_DEFAULT	100	/* rooms of a page, and at most */
#define COUNT_MAX	10000	/* rooms that are counted */
#define TERM_MAX	255	/* bytes */
#define TYPES_MAX	50
/*
 * What a filter may look into for one page; then the client gets what was
 * found, and a token to go on.
 */
#define LOOK_ROOMS	1000
#define LOOK_MEMORY	(16 * 1024 * 1024)	/* bytes */

/* Before or behind the room that has so many members and this number. */
struct place {
	bool	 back;
	int64_t	 joined;
	int64_t	 nr;
};

struct search {
	struct place	 from;
	int64_t		 limit;
	const char	*term_text;
	struct term	*term;		/* NULL: any room */
	const cJSON	*types;		/* NULL: of any type */
};

/* What a walk found. */
struct page {
	struct summary	 found[LIMIT_DEFAULT];
	size_t		 n;
	bool		 more;		/* in the direction of the walk */
	struct place	 end;		/* of the walk */
};

/* ----------------------------------------------------------------- tokens */

static const char *
place_text(struct request *r, struct place p)
{
	return arena_printf(r->mem, "%c%" PRId64 "-%" PRId64,
	    p.back ? 'p' : 'n', p.joined, p.nr);
}

/* One spelling each, as of other tokens (sync_token.h). */
static bool
place_read(struct request *r, const char *text, struct place *p)
{
	char *end;

	if (strlen(text) > 64 || (text[0] != 'p' && text[0] != 'n'))
		return false;
	p->back = text[0] == 'p';
	p->joined = strtoll(text + 1, &end, 10);
	if (*end != '-')
		return false;
	p->nr = strtoll(end + 1, NULL, 10);
	return p->joined >= 0 && p->nr >= 0 &&
	    strcmp(place_text(r, *p), text) == 0;
}

static struct place
place_of(const struct summary *s, bool back)
{
	return (struct place){ back, s->joined, s->room.nr };
}

/* ---------------------------------------------------------------- the walk */

static bool
type_wanted(const struct search *search, const char *room_type)
{
	const cJSON *type;

	if (search->types == NULL)
		return true;
	cJSON_ArrayForEach(type, search->types)
		if (room_type == NULL ? cJSON_IsNull(type) :
		    cJSON_IsString(type) &&
		    strcmp(type->valuestring, room_type) == 0)
			return true;
	return false;
}

static bool
is_wanted(const struct search *search, const struct summary *s)
{
	return type_wanted(search, s->room_type) && (search->term == NULL ||
	    term_found(search->term, s->name) ||
	    term_found(search->term, s->topic) ||
	    term_found(search->term, s->canonical_alias));
}

static struct rows
rooms_from(struct request *r, struct place from)
{
	return db_query(r->db, from.back ? STMT_PUBLISHED_BEFORE :
	    STMT_PUBLISHED_AFTER, DB_INT(from.joined), DB_INT(from.nr),
	    DB_INT(LOOK_ROOMS + 1));
}

/* One more is looked at than goes in, to know whether there is one. */
static void
walk(struct request *r, const struct search *search, struct page *page)
{
	struct rows rows = rooms_from(r, search->from);
	size_t before = arena_size(r->mem);
	int looks = 0;

	page->end = search->from;
	while (rows_next(&rows)) {
		struct room room = { rows_int(&rows, 0), rows_text(&rows, 1),
		    room_version_find(rows_text(&rows, 2)) };
		struct summary s;

		if (page->n == (size_t)search->limit || looks++ == LOOK_ROOMS ||
		    arena_size(r->mem) - before > LOOK_MEMORY) {
			page->more = true;
			rows_done(&rows);
			return;
		}
		if (room.version == NULL)
			continue;
		s = summary_of(r, &room, rows_int(&rows, 3));
		page->end = place_of(&s, search->from.back);
		if (is_wanted(search, &s))
			page->found[page->n++] = s;
	}
}

static void
turn(struct page *page)
{
	for (size_t i = 0; i < page->n / 2; i++) {
		struct summary s = page->found[i];

		page->found[i] = page->found[page->n - 1 - i];
		page->found[page->n - 1 - i] = s;
	}
}

/* ---------------------------------------------------------------- writing */

/* "The name of the room, if any.  May be null", and so the topic. */
static void
put_2015(struct request *r, const struct summary *s)
{
	struct rows rows = db_query(r->db, STMT_ALIASES_OF_ROOM,
	    DB_INT(s->room.nr));

	put_array(&r->out, "aliases");
	while (rows_next(&rows))
		write_text(&r->out, rows_text(&rows, 0));
	write_end(&r->out);
	if (s->name == NULL)
		put_text(&r->out, "name", NULL);
	if (s->topic == NULL)
		put_text(&r->out, "topic", NULL);
}

/* The path decides what its clients can read; r0 has been both. */
static bool
reads_2015(const struct request *r)
{
	return req_is_2015(r) || r->api == API_R0;
}

static void
put_chunk(struct request *r, const struct page *page)
{
	put_array(&r->out, "chunk");
	for (size_t i = 0; i < page->n; i++) {
		write_object(&r->out);
		summary_put_chunk(&r->out, &page->found[i]);
		if (reads_2015(r))
			put_2015(r, &page->found[i]);
		write_end(&r->out);
	}
	write_end(&r->out);
}

/*
 * Behind the last room of the page, or before its first.  On the side that the
 * walk came from an empty page ends where that began, the room there included.
 */
static struct place
edge(const struct search *search, const struct page *page, bool back)
{
	struct place p = search->from;

	if (back == p.back)
		return page->end;
	if (page->n > 0)
		return place_of(&page->found[back ? 0 : page->n - 1], back);
	p.nr += back ? p.nr > 0 ? -1 : 0 : 1;
	p.back = back;
	return p;
}

/* Is there anything on the side that the walk came from? */
static bool
has_behind(struct request *r, struct place p)
{
	struct rows rows = db_query(r->db, p.back ? STMT_PUBLISHED_BEFORE :
	    STMT_PUBLISHED_AFTER, DB_INT(p.joined), DB_INT(p.nr), DB_INT(1));
	bool found = rows_next(&rows);

	rows_done(&rows);
	return found;
}

static void
put_tokens(struct request *r, const struct search *search,
    const struct page *page)
{
	struct place next = edge(search, page, false);
	struct place prev = edge(search, page, true);
	bool back = search->from.back;

	if (back ? has_behind(r, next) : page->more)
		put_text(&r->out, "next_batch", place_text(r, next));
	if (back ? page->more : has_behind(r, prev))
		put_text(&r->out, "prev_batch", place_text(r, prev));
	if (reads_2015(r)) {
		put_text(&r->out, "start", place_text(r, prev));
		put_text(&r->out, "end", place_text(r, next));
	}
	put_int(&r->out, "total_room_count_estimate", db_int(r->db, 0,
	    STMT_PUBLISHED_COUNT, DB_INT(COUNT_MAX)));
}

static void
answer(struct request *r, struct search *search)
{
	struct page *page = arena_alloc(r->mem, sizeof(*page));

	if (search->term_text != NULL)
		search->term = term_new(r, search->term_text);
	walk(r, search, page);
	if (search->term != NULL)
		term_end(search->term);
	if (search->from.back)
		turn(page);
	put_chunk(r, page);
	put_tokens(r, search, page);
}

/* ---------------------------------------------------------------- reading */

static enum mx_err
check_server(struct request *r)
{
	const char *server = req_query(r, "server");

	if (server == NULL || strcmp(server, r->conf->server_name) == 0)
		return M_OK;
	if (!server_name_valid(server))
		return fail(r, M_INVALID_PARAM, "server is no name of a server");
	return fail(r, M_NOT_FOUND,
	    "This server cannot ask %s for its rooms yet", server);
}

/* No token: from the biggest room on.  A limit of 0 is none. */
static enum mx_err
search_begin(struct request *r, const char *since, int64_t limit,
    struct search *search)
{
	search->from = (struct place){ false, INT64_MAX, 0 };
	if (since != NULL && !place_read(r, since, &search->from))
		return fail(r, M_INVALID_PARAM,
		    "since is not a token of this list");
	if (limit < 0)
		return fail(r, M_INVALID_PARAM, "limit is a number from 1 on");
	search->limit = limit == 0 || limit > LIMIT_DEFAULT ? LIMIT_DEFAULT :
	    limit;
	return M_OK;
}

/*
 * GET /publicRooms
 *
 * A page of the published rooms, limit of them at most: from the beginning, or
 * from the token since, which also says in which direction.  Anybody may ask.
 * Clients of 2015 call the tokens start and end, and send them back as from.
 */
enum mx_err
public_rooms(struct request *r)
{
	struct search search = { .term = NULL };
	const char *since = req_query(r, "since");
	int64_t limit = 0;
	enum mx_err err;

	if (since == NULL && reads_2015(r))
		since = req_query(r, "from");
	if (!req_query_int(r, "limit", 0, INT64_MAX, &limit))
		return fail(r, M_INVALID_PARAM, "limit is a number from 1 on");
	if ((err = check_server(r)) != M_OK ||
	    (err = search_begin(r, since, limit, &search)) != M_OK)
		return err;
	answer(r, &search);
	return M_OK;
}

struct query {
	int64_t		 limit;
	const char	*since;
	const char	*term;
	const cJSON	*types;
	const cJSON	*filter;
	bool		 all_networks;
	const char	*network;
};

static const struct field query_fields[] = {
	FIELD_INT(query, limit, "limit", OPTIONAL),
	FIELD_STR(query, since, "since", OPTIONAL, NULL),
	FIELD_OBJECT(query, filter, "filter", OPTIONAL),
	FIELD_STR(query, term, "filter.generic_search_term", OPTIONAL, NULL),
	FIELD_ARRAY(query, types, "filter.room_types", OPTIONAL),
	FIELD_BOOL(query, all_networks, "include_all_networks", OPTIONAL),
	FIELD_STR(query, network, "third_party_instance_id", OPTIONAL, NULL),
	FIELD_END
};

static enum mx_err
check_query(struct request *r, const struct query *query)
{
	const cJSON *type;

	if (query->term != NULL && strlen(query->term) > TERM_MAX)
		return fail(r, M_INVALID_PARAM,
		    "generic_search_term may have %d bytes", TERM_MAX);
	if (cJSON_GetArraySize(query->types) > TYPES_MAX)
		return fail(r, M_INVALID_PARAM,
		    "room_types may name %d types", TYPES_MAX);
	cJSON_ArrayForEach(type, query->types)
		if (!cJSON_IsString(type) && !cJSON_IsNull(type))
			return fail(r, M_BAD_JSON,
			    "room_types holds something that is no type");
	if (query->network != NULL && query->all_networks)
		return fail(r, M_INVALID_PARAM, "third_party_instance_id names "
		    "one network; leave out include_all_networks");
	return M_OK;
}

/*
 * POST /publicRooms
 *
 * The same, of rooms whose name, topic or canonical alias holds the filter's
 * generic_search_term, and whose type is one of room_types (null: without).
 * With a filter a page may be shorter than limit, even empty, while there is a
 * token to go on.  Networks of others have no rooms here.
 */
enum mx_err
public_rooms_query(struct request *r)
{
	struct search search = { .term = NULL };
	struct query query = { 0 };
	enum mx_err err;

	if ((err = body_read(r, query_fields, &query)) != M_OK ||
	    (err = check_query(r, &query)) != M_OK ||
	    (err = check_server(r)) != M_OK ||
	    (err = search_begin(r, query.since, query.limit, &search)) != M_OK)
		return err;
	if (query.network != NULL) {
		put_array(&r->out, "chunk");
		write_end(&r->out);
		return M_OK;
	}
	if (query.term != NULL && *query.term != '\0')
		search.term_text = query.term;
	search.types = query.types;
	answer(r, &search);
	return M_OK;
}
