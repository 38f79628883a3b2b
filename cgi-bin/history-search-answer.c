/*
 * history-search-answer.c - what POST /search says of what it found.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "history-search.h"

/*
 * Results that take more than this, with the state of their rooms, are left to
 * the next answer.
 */
#define ANSWER_BYTES	(4 << 20)

/* What of the hits goes into this answer: from item[first] on. */
struct answer {
	struct request	*r;
	const struct search_ask *ask;
	const struct hits *hits;
	const struct hit *item;
	size_t		 n;
	struct highlights *highlights;
	struct buf	 states;	/* of their rooms, where asked for: */
	struct writer	 state;		/* an object, open till all are there */
};

/* ------------------------------------------------------------- highlights */

static void
highlight(void *arg, struct span word)
{
	struct highlights *h = arg;

	for (size_t i = 0; i < h->n; i++)
		if (h->word[i].n == word.n &&
		    strncasecmp(h->word[i].s, word.s, word.n) == 0)
			return;
	if (h->n < HIGHLIGHTS)
		h->word[h->n++] = (struct span){
		    arena_strndup(h->mem, word.s, word.n), word.n };
}

static void
put_highlights(struct answer *a)
{
	put_array(&a->r->out, "highlights");
	for (size_t i = 0; i < a->highlights->n; i++)
		write_span(&a->r->out, a->highlights->word[i]);
	write_end(&a->r->out);
}

/* ---------------------------------------------------------------- context */

static void
put_profile_field(struct writer *w, const char *key, struct span content)
{
	struct span value = json_slice(content, key);

	if (value.n > 0 && value.s[0] == '"')
		put_raw(w, key, value);
}

/* How they were shown in the room at that time. */
static void
put_profiles(struct answer *a, const struct page *page, int64_t nr)
{
	struct writer *w = &a->r->out;

	put_object(w, "profile_info");
	for (size_t i = 0; i < page->senders->n; i++) {
		struct rows rows = db_query(a->r->db, STMT_MEMBER_EVENT_AT,
		    DB_INT(page->room.nr), DB_TEXT(page->senders->id[i]),
		    DB_INT(nr));

		put_object(w, page->senders->id[i]);
		if (rows_next(&rows)) {
			struct event_row e = event_peek(&rows);

			event_trim(a->r->db, &e, &page->reader);
			put_profile_field(w, "displayname", e.content);
			put_profile_field(w, "avatar_url", e.content);
		}
		rows_done(&rows);
		write_end(w);
	}
	write_end(w);
}

static struct page
page_of(const struct answer *a, const struct hit *hit, struct senders *senders)
{
	struct page page = { .room = hit->room->room,
	    .reader = hit->room->reader, .senders = senders };
	const char *why;

	event_filter_parse(a->r->mem, cJSON_CreateObject(), &page.filter,
	    &why);
	return page;
}

/* Up to where somebody who left may read. */
static struct room_token
end_of_stay(const struct answer *a, const struct hit *hit)
{
	return hit->room->view == STATE_AT ?
	    place_of_event(a->r->db, hit->room->at_nr) : room_end;
}

static void
put_context(struct answer *a, const struct hit *hit,
    const struct event_row *e)
{
	struct writer *w = &a->r->out;
	struct senders *senders = arena_alloc(a->r->mem, sizeof(*senders));
	struct page page = page_of(a, hit, senders);
	struct walk before, after;

	senders_add(senders, e->sender_id);
	put_object(w, "context");
	page.backwards = true;
	page.limit = a->ask->before_limit;
	page.from = (struct room_token){ e->depth, e->nr - 1 };
	page.to = room_beginning;
	before = page_write(a->r, &page, "events_before");
	page.backwards = false;
	page.limit = a->ask->after_limit;
	page.from = (struct room_token){ e->depth, e->nr };
	page.to = end_of_stay(a, hit);
	after = page_write(a->r, &page, "events_after");
	put_text(w, "start", room_token_text(a->r->mem, before.at));
	put_text(w, "end", room_token_text(a->r->mem, after.at));
	if (a->ask->profiles)
		put_profiles(a, &page, after.newest > e->nr ? after.newest :
		    e->nr);
	write_end(w);
}

/* ------------------------------------------------------------------ state */

static void
put_state_of(struct answer *a, const struct search_room *room)
{
	struct writer *w = &a->state;
	struct rows rows = room->view == STATE_NOW ?
	    db_query(a->r->db, STMT_STATE_LIST_NOW, DB_INT(room->room.nr)) :
	    db_query(a->r->db, STMT_STATE_LIST_AT, DB_INT(room->room.nr),
	    DB_INT(room->at_nr));

	put_array(w, room->room.room_id);
	while (rows_next(&rows)) {
		struct event_row e = event_peek(&rows);

		event_write(w, a->r->db, &e, &room->reader);
	}
	write_end(w);
}

/* Of each room once, with the first result that is shown of it. */
static void
read_state(struct answer *a, struct search_room *room)
{
	if (a->ask->states && !room->shown)
		put_state_of(a, room);
	room->shown = true;
}

static void
begin_states(struct answer *a)
{
	buf_init(&a->states, a->r->mem, SIZE_MAX);
	writer_init(&a->state, &a->states);
	write_object(&a->state);
}

static void
put_states(struct answer *a)
{
	write_end(&a->state);
	if (a->ask->states)
		put_raw(&a->r->out, "state", buf_content(&a->states));
}

/* ---------------------------------------------------------------- results */

static void
put_result(struct answer *a, const struct hit *hit)
{
	struct writer *w = &a->r->out;
	struct event_row e;
	char rank[32];

	if (!event_find(a->r->db, hit->nr, &e))
		return;
	event_trim(a->r->db, &e, &hit->room->reader);
	search_rank(a->r->mem, &a->ask->terms, &e, highlight, a->highlights);
	read_state(a, hit->room);
	snprintf(rank, sizeof(rank), "%.6f", hit->rank);
	write_object(w);
	put_raw(w, "rank", span_of(rank));
	write_key(w, "result");
	event_write(w, a->r->db, &e, &hit->room->reader);
	if (a->ask->contexts)
		put_context(a, hit, &e);
	write_end(w);
}

static void
put_results(struct answer *a, size_t most)
{
	size_t full = a->r->out.out->len + ANSWER_BYTES;

	put_array(&a->r->out, "results");
	for (; a->n < most && a->r->out.out->len + a->states.len < full;
	    a->n++)
		put_result(a, &a->item[a->n]);
	write_end(&a->r->out);
}

/* ------------------------------------------------------------ what is next */

static const char *
place_text(struct arena *mem, const struct search_place *p)
{
	const char *text = arena_printf(mem,
	    "w%" PRId64 "-%" PRId64 "-%" PRId64 "-%" PRId64, p->before,
	    p->floor, p->given, p->counted);

	if (p->key == GROUP_NONE)
		return text;
	return arena_printf(mem, "%s%c%" PRId64, text,
	    p->key == GROUP_ROOM ? 'r' : 'u', p->group);
}

/* All n of this stretch have been given: below it, if there is more. */
static const char *
next_stretch(const struct answer *a, struct search_place p, size_t n)
{
	if (!a->hits->more)
		return NULL;
	p.before = a->hits->floor + 1;
	p.floor = 0;
	p.given = 0;
	p.counted += (int64_t)n;
	return place_text(a->r->mem, &p);
}

static size_t
given(const struct answer *a)
{
	return (size_t)(a->item - a->hits->item) + a->n;
}

static const char *
next_place(const struct answer *a)
{
	struct search_place p = a->ask->place;

	if (given(a) == a->hits->n)
		return next_stretch(a, p, a->hits->n);
	p.floor = a->hits->floor;
	p.given = (int64_t)given(a);
	return place_text(a->r->mem, &p);
}

/* ----------------------------------------------------------------- groups */

static int64_t
group_of(const struct hit *hit, enum group_key key)
{
	return key == GROUP_ROOM ? hit->room->room.nr : hit->sender;
}

/* How many of the first n hits belong to it. */
static size_t
count_in(const struct hits *hits, size_t n, enum group_key key, int64_t group)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += group_of(&hits->item[i], key) == group;
	return count;
}

/*
 * More of one group: of the same stretch, behind those of it that have been
 * given, and on from there.  A group inside a group is the same one, or none.
 */
static const char *
next_in_group(const struct answer *a, enum group_key key, int64_t group)
{
	struct search_place p = a->ask->place;
	size_t before = count_in(a->hits, given(a), key, group);

	if (p.key != GROUP_NONE)
		return p.key == key ? next_place(a) : NULL;
	if (next_place(a) == NULL)
		return NULL;
	p.key = key;
	p.group = group;
	p.counted = 0;
	if (before == count_in(a->hits, a->hits->n, key, group))
		return next_stretch(a, p, before);
	p.floor = a->hits->floor;
	p.given = (int64_t)before;
	return place_text(a->r->mem, &p);
}

static void
put_members(struct answer *a, enum group_key key, int64_t group)
{
	struct writer *w = &a->r->out;

	put_array(w, "results");
	for (size_t i = 0; i < a->n; i++) {
		struct event_row e;

		if (group_of(&a->item[i], key) == group &&
		    event_find(a->r->db, a->item[i].nr, &e))
			write_text(w, e.event_id);
	}
	write_end(w);
}

/* order: where its first result comes among the first of others. */
static void
put_group(struct answer *a, enum group_key key, const struct hit *first,
    int64_t order)
{
	struct writer *w = &a->r->out;
	int64_t group = group_of(first, key);
	const char *next = next_in_group(a, key, group);

	put_object(w, key == GROUP_ROOM ? first->room->room.room_id :
	    user_name(a->r->db, group));
	put_members(a, key, group);
	put_int(w, "order", order);
	if (next != NULL)
		put_text(w, "next_batch", next);
	write_end(w);
}

static void
put_groups_by(struct answer *a, enum group_key key, const char *name)
{
	int64_t order = 0;

	put_object(&a->r->out, name);
	for (size_t i = 0; i < a->n; i++) {
		bool seen = false;

		for (size_t j = 0; j < i && !seen; j++)
			seen = group_of(&a->item[j], key) ==
			    group_of(&a->item[i], key);
		if (!seen)
			put_group(a, key, &a->item[i], order++);
	}
	write_end(&a->r->out);
}

static void
put_groups(struct answer *a)
{
	if (!a->ask->by_room && !a->ask->by_sender)
		return;
	put_object(&a->r->out, "groups");
	if (a->ask->by_room)
		put_groups_by(a, GROUP_ROOM, "room_id");
	if (a->ask->by_sender)
		put_groups_by(a, GROUP_SENDER, "sender");
	write_end(&a->r->out);
}

void
search_answer(struct request *r, const struct search_ask *ask,
    const struct hits *hits)
{
	struct highlights highlights = { .mem = r->mem };
	struct answer a = { .r = r, .ask = ask, .hits = hits,
	    .highlights = &highlights };
	size_t first = ask->place.given < (int64_t)hits->n ?
	    (size_t)ask->place.given : hits->n;
	size_t left = hits->n - first;
	const char *next;

	a.item = hits->item + first;
	begin_states(&a);
	put_int(&r->out, "count", ask->place.counted + (int64_t)hits->n);
	put_results(&a, left < ask->limit ? left : ask->limit);
	put_highlights(&a);
	put_groups(&a);
	put_states(&a);
	if ((next = next_place(&a)) != NULL)
		put_text(&r->out, "next_batch", next);
}
