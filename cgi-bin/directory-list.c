/*
 * directory-list.c - through the published rooms, from a place on.
 */
#include <string.h>

#include "directory-list.h"

/*
 * What a filter may look into for one page; then the client gets what was
 * found, and a token to go on.
 */
#define LOOK_ROOMS	1000
#define LOOK_MEMORY	(8 * 1024 * 1024)	/* bytes */

static struct list_token
place_of(const struct summary *s, bool back)
{
	return (struct list_token){ back, s->joined, s->room.nr };
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

/* Rooms from a place on, in its direction. */
struct cursor {
	struct request	*r;
	const struct search *search;
	struct list_token	 from;
	int64_t		 most;		/* that are read of either kind */
	struct rows	 rows;
	bool		 alike;		/* still those with as many members */
};

/* Each with those behind a place, and those before it. */
static const struct {
	enum stmt	 count, alike[2], other[2];
} lists[] = {
	[LISTING_PUBLISHED] = { STMT_PUBLISHED_COUNT,
	    { STMT_PUBLISHED_ALIKE_AFTER, STMT_PUBLISHED_ALIKE_BEFORE },
	    { STMT_PUBLISHED_SMALLER, STMT_PUBLISHED_BIGGER } },
	[LISTING_ANY] = { STMT_ANY_COUNT,
	    { STMT_ANY_ALIKE_AFTER, STMT_ANY_ALIKE_BEFORE },
	    { STMT_ANY_SMALLER, STMT_ANY_BIGGER } },
	[LISTING_NETWORK] = { STMT_NETWORK_COUNT,
	    { STMT_NETWORK_ALIKE_AFTER, STMT_NETWORK_ALIKE_BEFORE },
	    { STMT_NETWORK_SMALLER, STMT_NETWORK_BIGGER } },
};

/* The first parameter of a network's is its name, which the others have not. */
static struct rows
list_query(struct request *r, const struct search *search, enum stmt stmt,
    const struct db_arg *args, size_t n)
{
	struct db_arg all[4] = { DB_TEXT(search->network) };
	size_t skip = search->listing != LISTING_NETWORK;

	memcpy(all + 1, args, n * sizeof(*args));
	return db_query_(r->db, stmt, all + skip, n + 1 - skip);
}

static struct cursor
cursor_from(struct request *r, const struct search *search,
    struct list_token from, int64_t most)
{
	return (struct cursor){ r, search, from, most, list_query(r, search,
	    lists[search->listing].alike[from.back], DB_ARGS(
	    DB_INT(from.joined), DB_INT(from.nr), DB_INT(most))), true };
}

int64_t
list_count(struct request *r, const struct search *search, int64_t most)
{
	struct rows rows = list_query(r, search, lists[search->listing].count,
	    DB_ARGS(DB_INT(most)));
	int64_t n = rows_next(&rows) ? rows_int(&rows, 0) : 0;

	rows_done(&rows);
	return n;
}

static bool
cursor_next(struct cursor *c)
{
	if (rows_next(&c->rows))
		return true;
	if (!c->alike)
		return false;
	c->alike = false;
	c->rows = list_query(c->r, c->search,
	    lists[c->search->listing].other[c->from.back],
	    DB_ARGS(DB_INT(c->from.joined), DB_INT(c->most)));
	return rows_next(&c->rows);
}

static bool
walk_ends(struct request *r, const struct search *search,
    const struct page *page, int looks, size_t before)
{
	return page->n == (size_t)search->limit || looks == LOOK_ROOMS ||
	    arena_size(r->mem) - before > LOOK_MEMORY;
}

/* One more is read than is looked at, to know whether there is one. */
static void
walk(struct request *r, const struct search *search, struct page *page)
{
	struct cursor c = cursor_from(r, search, search->from, LOOK_ROOMS + 1);
	size_t before = arena_size(r->mem);

	page->end = search->from;
	for (int looks = 0; cursor_next(&c); looks++) {
		struct room room = { .nr = rows_int(&c.rows, 0),
		    .room_id = rows_text(&c.rows, 1),
		    .version = room_version_find(rows_text(&c.rows, 2)) };
		struct summary s;

		if (walk_ends(r, search, page, looks, before)) {
			page->more = true;
			break;
		}
		if (room.version == NULL)
			continue;
		s = summary_of(r, &room, rows_int(&c.rows, 3));
		page->end = place_of(&s, search->from.back);
		if (is_wanted(search, &s))
			page->found[page->n++] = s;
	}
	rows_done(&c.rows);
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

void
page_fill(struct request *r, const struct search *search, struct page *page)
{
	walk(r, search, page);
	if (search->from.back)
		turn(page);
}

/* On the side that the walk came from an empty page ends where that began. */
struct list_token
page_edge(const struct search *search, const struct page *page, bool back)
{
	struct list_token p = search->from;

	if (back == p.back)
		return page->end;
	if (page->n > 0)
		return place_of(&page->found[back ? 0 : page->n - 1], back);
	if (back)
		p.nr -= p.nr > 0;
	else
		p.nr += p.nr < INT64_MAX;
	p.back = back;
	return p;
}

bool
place_leads_on(struct request *r, const struct search *search,
    struct list_token p)
{
	struct cursor c = cursor_from(r, search, p, 1);
	bool found = cursor_next(&c);

	rows_done(&c.rows);
	return found;
}
