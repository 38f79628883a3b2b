/* events-shared.c - see events-shared.h. */
#include <string.h>

#include "base/log.h"
#include "events-shared.h"

#define PARTS_MAX	64
#define PART_BYTES	(64 << 10)	/* what is longer is not met often */
#define ALL_BYTES	((size_t)1 << 20)

/* Of one room, for all that ask from a position in [since, first). */
struct part {
	int64_t		 room;
	int64_t		 since;
	int64_t		 first;		/* pos of the oldest event in it */
	int64_t		 upto;
	enum state_when	 state_when;
	const char	*filter;
	bool		 lazy;		/* state is not in it */
	struct event_list timeline, unfit, state;
	size_t		 bytes;
	int64_t		 start;
	struct span	 timeline_text, state_text;
};

/* Those of this round. */
static struct {
	struct arena	*mem;
	struct part	 part[PARTS_MAX];
	size_t		 n;
	unsigned	 taken;
} parts;

void
shared_forget(void)
{
	if (parts.taken > 0)
		log_debug("rooms made once for all: %zu, and taken %u times",
		    parts.n, parts.taken);
	if (parts.n > 0)
		arena_clear(parts.mem);
	parts.n = 0;
	parts.taken = 0;
}

/* ------------------------------------------------- what is the same for all */

/*
 * Membership says since when it is what it is: who was in at `since` and still
 * is may see all that happened since, whole.
 */
static bool
is_common(const struct sync_answer *a, const struct told *t)
{
	return t->heard->membership == MEMBERSHIP_JOIN && !t->stretch.fresh &&
	    t->reader.shape == SHAPE_SYNC && !a->ask->full_state &&
	    !viewer_ignores_any(t->reader.viewer);
}

static bool
is_own(const struct event_row *e, const struct told *t)
{
	return e->device != 0 && e->device == t->reader.device;
}

static bool
has_own(const struct event_list *list, const struct told *t)
{
	for (size_t i = 0; i < list->n; i++)
		if (is_own(&list->item[i], t))
			return true;
	return false;
}

/* What was there before an event is shown only to who could see that. */
static bool
is_plain(const struct event_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->item[i].replaces != 0 ||
		    list->item[i].redacted_by != 0)
			return false;
	return true;
}

static int64_t
oldest(const struct event_list *list, int64_t first)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->item[i].pos < first)
			first = list->item[i].pos;
	return first;
}

static size_t
weight(const struct event_list *list)
{
	size_t bytes = 0;

	for (size_t i = 0; i < list->n; i++)
		bytes += sizeof(list->item[i]) + list->item[i].content.n;
	return bytes;
}

static bool
is_lazy(const struct told *t)
{
	return t->filter->state.lazy_load_members ||
	    t->filter->timeline.lazy_load_members;
}

/* ------------------------------------------------------------------- taking */

static bool
fits(const struct part *p, const struct sync_answer *a, const struct told *t)
{
	return p->room == t->heard->room.nr && p->upto == t->stretch.upto &&
	    t->stretch.after >= p->since && t->stretch.after < p->first &&
	    p->state_when == a->ask->state_when &&
	    strcmp(p->filter, a->filter_text) == 0;
}

static void
use(const struct part *p, struct told *t)
{
	t->timeline = p->timeline;
	t->timeline_text = p->timeline_text;
	t->unfit = p->unfit;
	t->bytes = p->bytes;
	t->start = p->start;
	t->limited = false;
	if (p->lazy)
		return;
	t->state = p->state;
	t->state_text = p->state_text;
}

bool
shared_take(const struct sync_answer *a, struct told *t)
{
	for (size_t i = 0; i < parts.n; i++) {
		const struct part *p = &parts.part[i];

		if (!fits(p, a, t))
			continue;
		if (has_own(&p->timeline, t) || has_own(&p->state, t) ||
		    !is_common(a, t))
			return false;
		use(p, t);
		parts.taken++;
		return true;
	}
	return false;
}

/* ------------------------------------------------------------------ leaving */

static struct event_list
copy_list(const struct event_list *from)
{
	struct event_list list = { .n = from->n, .cap = from->n };

	if (from->n == 0)
		return list;
	list.item = arena_memdup(parts.mem, from->item,
	    from->n * sizeof(*from->item));
	for (size_t i = 0; i < list.n; i++) {
		struct event_row *e = &list.item[i];

		e->event_id = arena_strdup(parts.mem, e->event_id);
		e->type = arena_strdup(parts.mem, e->type);
		e->state_key = arena_strdup(parts.mem, e->state_key);
		e->sender_id = arena_strdup(parts.mem, e->sender_id);
		e->redacts = arena_strdup(parts.mem, e->redacts);
		e->txn_id = arena_strdup(parts.mem, e->txn_id);
		e->content.s = arena_memdup(parts.mem, e->content.s,
		    e->content.n);
	}
	return list;
}

static struct span
text_of(const struct told *t, const struct event_list *list)
{
	struct writer w;
	struct buf text;

	buf_init(&text, parts.mem, SIZE_MAX);
	writer_init(&w, &text);
	write_events(&w, t->db, list, &t->reader);
	return buf_content(&text);
}

/* Another came from an older position, and found the same. */
static bool
reaches_back(const struct sync_answer *a, const struct told *t, int64_t first)
{
	for (size_t i = 0; i < parts.n; i++) {
		struct part *p = &parts.part[i];

		if (p->room != t->heard->room.nr || p->first != first ||
		    p->upto != t->stretch.upto ||
		    p->state_when != a->ask->state_when ||
		    strcmp(p->filter, a->filter_text) != 0)
			continue;
		if (t->stretch.after < p->since)
			p->since = t->stretch.after;
		return true;
	}
	return false;
}

/* Nothing is to be left of what was not read to its end. */
static bool
is_read(const struct told *t)
{
	return t->timeline.n > 0 && !t->limited && !t->reader.aggregates &&
	    !effort_is_much(t->effort) && db_fault(t->db) == DB_FINE;
}

static bool
has_room(const struct told *t)
{
	return parts.n < PARTS_MAX && weight(&t->timeline) +
	    weight(&t->unfit) + weight(&t->state) < PART_BYTES &&
	    (parts.mem == NULL || arena_size(parts.mem) < ALL_BYTES);
}

static bool
is_common_list(const struct told *t, const struct event_list *list)
{
	return is_plain(list) && !has_own(list, t);
}

static struct part
part_of(const struct sync_answer *a, const struct told *t,
    const struct event_list *state, int64_t first)
{
	return (struct part){
		.room = t->heard->room.nr, .first = first,
		.since = t->stretch.after, .upto = t->stretch.upto,
		.state_when = a->ask->state_when, .lazy = is_lazy(t),
		.filter = arena_strdup(parts.mem, a->filter_text),
		.timeline = copy_list(&t->timeline),
		.unfit = copy_list(&t->unfit),
		.state = copy_list(state),
		.bytes = t->bytes, .start = t->start,
		.timeline_text = text_of(t, &t->timeline),
		.state_text = text_of(t, state)
	};
}

void
shared_leave(const struct sync_answer *a, const struct told *t)
{
	static const struct event_list none;
	const struct event_list *state = is_lazy(t) ? &none : &t->state;
	int64_t first = oldest(state, oldest(&t->timeline, INT64_MAX));
	struct part p;

	if (!is_read(t) || !has_room(t) || !is_common(a, t) ||
	    !is_common_list(t, &t->timeline) || !is_common_list(t, state) ||
	    reaches_back(a, t, first))
		return;
	if (parts.mem == NULL)
		parts.mem = arena_new();
	p = part_of(a, t, state, first);
	if (db_fault(t->db) == DB_FINE)
		parts.part[parts.n++] = p;
}
