/*
 * directory-public.c - the list of published rooms: what clients ask for and
 * get.
 */
#include <string.h>

#include "directory-list.h"
#include "directory.routes.h"
#include "matrix/ids.h"
#include "matrix/shape.h"
#include "matrix/visibility.h"

#define COUNT_MAX	10000	/* rooms that are counted */
#define TERM_MAX	255	/* bytes */
#define TYPES_MAX	50

/* ---------------------------------------------------------------- writing */

/* Content that anybody may hear of; NULL: none. */
static const cJSON *
state_told(struct request *r, const struct room *room, const char *type,
    const char *state_key)
{
	struct event_row row;

	return event_find(r->db, room_state_now(r->db, room->nr, type,
	    state_key), &row) && stranger_sees_whole(r->db, &row) ?
	    json_parse_own(r->mem, row.content) : NULL;
}

static bool
holds(const cJSON *list, const char *text)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
		if (cJSON_IsString(item) &&
		    strcmp(item->valuestring, text) == 0)
			return true;
	return false;
}

/*
 * Those that lead to the room, and that it shows itself, as one of today or of
 * 2015: what else leads there is for its members (GET aliases).
 */
static void
put_aliases(struct request *r, const struct summary *s)
{
	const cJSON *alt = json_get(state_told(r, &s->room,
	    "m.room.canonical_alias", ""), "alt_aliases");
	const cJSON *old = json_get(state_told(r, &s->room, "m.room.aliases",
	    r->conf->server_name), "aliases");
	struct rows rows = db_query(r->db, STMT_ALIASES_OF_ROOM,
	    DB_INT(s->room.nr));

	put_array(&r->out, "aliases");
	while (rows_next(&rows)) {
		const char *alias = rows_text(&rows, 0);

		if ((s->canonical_alias != NULL &&
		    strcmp(s->canonical_alias, alias) == 0) ||
		    holds(alt, alias) || holds(old, alias))
			write_text(&r->out, alias);
	}
	write_end(&r->out);
}

/* "The name of the room, if any.  May be null", and so the topic. */
static void
put_2015(struct request *r, const struct summary *s)
{
	put_aliases(r, s);
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

static void
put_tokens(struct request *r, const struct search *search,
    const struct page *page)
{
	struct list_token next = page_edge(search, page, false);
	struct list_token prev = page_edge(search, page, true);
	bool back = search->from.back;

	if (back ? place_leads_on(r, search, next) : page->more)
		put_text(&r->out, "next_batch", list_token_text(r->mem, next));
	if (back ? page->more : place_leads_on(r, search, prev))
		put_text(&r->out, "prev_batch", list_token_text(r->mem, prev));
	if (reads_2015(r)) {
		put_text(&r->out, "start", list_token_text(r->mem, prev));
		put_text(&r->out, "end", list_token_text(r->mem, next));
	}
	put_int(&r->out, "total_room_count_estimate",
	    list_count(r, search, COUNT_MAX));
}

static void
answer(struct request *r, struct search *search)
{
	struct page *page = arena_alloc(r->mem, sizeof(*page));

	if (search->term_text != NULL)
		search->term = term_new(r, search->term_text);
	page_fill(r, search, page);
	if (search->term != NULL)
		term_end(search->term);
	put_chunk(r, page);
	put_tokens(r, search, page);
}

/* ---------------------------------------------------------------- reading */

static enum mx_err
bad_page(struct request *r, const char *why)
{
	return fail(r, req_is_2015(r) ? M_BAD_PAGINATION : M_INVALID_PARAM,
	    "%s", why);
}

static enum mx_err
check_server(struct request *r)
{
	const char *server = req_query(r, "server");

	if (server == NULL || strcmp(server, r->conf->server_name) == 0)
		return M_OK;
	if (!server_name_valid(server))
		return fail(r, M_INVALID_PARAM,
		    "server is no name of a server");
	return fail(r, M_NOT_FOUND,
	    "This server cannot ask %s for its rooms yet", server);
}

/* No token: from the biggest room on.  A limit of 0 is none. */
static enum mx_err
search_begin(struct request *r, const char *since, int64_t limit,
    struct search *search)
{
	search->from = (struct list_token){ false, INT64_MAX, 0 };
	if (since != NULL && !list_token_read(since, &search->from))
		return bad_page(r, "This is not a token of the list of rooms");
	if (limit < 0)
		return bad_page(r, "limit is a number from 1 on");
	search->limit = limit == 0 || limit > PAGE_MAX ? PAGE_MAX :
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
		return bad_page(r, "limit is a number from 1 on");
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
 * token to go on.  third_party_instance_id names the network of an application
 * service, whose rooms are meant instead; include_all_networks adds all of those.
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
	search.network = query.network;
	search.listing = query.network != NULL ? LISTING_NETWORK :
	    query.all_networks ? LISTING_ANY : LISTING_PUBLISHED;
	if (query.term != NULL && *query.term != '\0')
		search.term_text = query.term;
	search.types = query.types;
	answer(r, &search);
	return M_OK;
}
