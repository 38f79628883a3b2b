/*
 * events-told.c - what one room has to tell: the newest part of its timeline,
 * and the state before that.
 *
 * The two fit together without a gap or an overlap.  `state` leads up to the
 * first event of the timeline, and the timeline leads on from there; what its
 * filter holds back of the state's changes goes into `state` after all, since
 * a client would never hear of them otherwise.
 */
#include <stdlib.h>
#include <string.h>

#include "events.h"

/*
 * How many events that do not fit are passed over in search of those that
 * do, where each costs one look; then the timeline ends there, limited.
 */
#define UNFIT_WORK	10000
#define UNFIT_LOOK	20
#define UNFIT_MIN	50

/* The content so far is the row's. */
void
event_list_add(struct arena *mem, struct event_list *list,
    const struct event_row *e)
{
	if (list->n == list->cap) {
		size_t old = list->cap * sizeof(*list->item);

		list->cap = list->cap ? 2 * list->cap : 16;
		list->item = arena_grow(mem, list->item, old,
		    list->cap * sizeof(*list->item));
	}
	list->item[list->n] = *e;
	list->item[list->n++].content.s = arena_memdup(mem, e->content.s,
	    e->content.n);
}

static void
list_reverse(struct event_list *list)
{
	for (size_t i = 0, j = list->n; i + 1 < j; i++) {
		struct event_row e = list->item[i];

		list->item[i] = list->item[--j];
		list->item[j] = e;
	}
}

bool
event_list_has(const struct event_list *list, const char *type,
    const char *state_key)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->item[i].state_key != NULL &&
		    strcmp(list->item[i].state_key, state_key) == 0 &&
		    strcmp(list->item[i].type, type) == 0)
			return true;
	return false;
}

static bool
list_has_key(const struct event_list *list, const struct event_row *e)
{
	return event_list_has(list, e->type, e->state_key);
}

bool
told_fits(struct told *t, const struct event_filter *f,
    const struct event_row *e)
{
	return filter_has_event(f, e) && filter_has_relation(t->db, f, e);
}

/* The next event, unless it is one too many. */
static bool
next_event(struct told *t, const struct event_filter *f, struct rows *rows,
    struct event_row *e)
{
	if (effort_is_much(t->effort) || !rows_next(rows))
		return false;
	*e = event_peek(rows);
	/* Before a filter looks into its content. */
	event_trim(t->db, e, &t->reader);
	t->effort->spent += (int64_t)(1 + e->content.n / 1024 +
	    filter_weight(f) / 50);
	return true;
}

/* ---------------------------------------------------------- the timeline */

static size_t
unfit_most(const struct event_filter *f)
{
	size_t most = UNFIT_WORK / (UNFIT_LOOK + filter_weight(f));

	return most > UNFIT_MIN ? most : UNFIT_MIN;
}

/* Newer events were looked at before: the newest of each key counts. */
static void
hold_back(struct told *t, const struct event_row *e)
{
	if (e->state_key != NULL && !list_has_key(&t->unfit, e) &&
	    !list_has_key(&t->timeline, e))
		event_list_add(t->mem, &t->unfit, e);
}

/*
 * Take the event, or say that the timeline ends before it: as also before state
 * that would be applied after newer state of its key, which was held back.
 */
static void
take(struct told *t, const struct event_row *e, size_t limit)
{
	t->limited = t->timeline.n == limit || t->bytes > TIMELINE_BYTES ||
	    (e->state_key != NULL && list_has_key(&t->unfit, e));
	if (t->limited)
		return;
	t->bytes += e->content.n;
	event_list_add(t->mem, &t->timeline, e);
}

/*
 * The timeline ends at what may not be seen: state may have changed there, and
 * who was told what lies on both sides would never hear of it.
 */
static void
read_back(struct told *t, const struct event_filter *f, size_t limit)
{
	size_t unfit = 0, most = unfit_most(f);
	struct rows rows = db_query(t->db, STMT_TOLD_BACK,
	    DB_INT(t->heard->room.nr), DB_INT(t->stretch.after),
	    DB_INT(t->stretch.upto));
	struct event_row e;

	while (!t->limited && next_event(t, f, &rows, &e)) {
		if (!viewer_may_see(t->reader.viewer, &e)) {
			/* State that led to what was told is told, too. */
			hold_back(t, &e);
			t->limited = t->timeline.n > 0 || ++unfit > most;
		} else if (!viewer_wants(t->reader.viewer, &e)) {
			t->limited = ++unfit > most;
		} else if (told_fits(t, f, &e)) {
			take(t, &e, limit);
		} else {
			hold_back(t, &e);
			t->limited = ++unfit > most;
		}
	}
	rows_done(&rows);
}

/* The event that put them out, where it lies behind all they may see. */
static void
add_own(struct told *t, const struct event_filter *f, struct event_list *list)
{
	struct event_row e;

	if (t->stretch.own && event_find(t->db, t->heard->event, &e) &&
	    told_fits(t, f, &e))
		event_list_add(t->mem, list, &e);
}

void
told_timeline(struct told *t, size_t limit)
{
	const struct event_filter *f = &t->filter->timeline;
	bool wanted = filter_has_room(t->filter, f, t->heard->room.room_id);

	t->start = t->stretch.upto + 1;
	if (!wanted)
		return;
	read_back(t, f, limit);
	list_reverse(&t->timeline);
	if (t->timeline.n > 0)
		t->start = t->timeline.item[0].pos;
	add_own(t, f, &t->timeline);
}

const char *
told_prev_batch(const struct told *t)
{
	const struct event_row *first = t->timeline.item;

	if (t->timeline.n == 0 || first->pos > t->stretch.upto)
		return NULL;
	return room_token_text(t->mem, (struct room_token){
	    .depth = first->depth, .nr = first->nr - 1 });
}

/* ------------------------------------------------------------- the state */

static int
by_nr(const void *a, const void *b)
{
	const struct event_row *x = a, *y = b;

	return (x->nr > y->nr) - (x->nr < y->nr);
}

static struct rows
query_state(struct told *t, bool all, int64_t before)
{
	struct db_arg room = DB_INT(t->heard->room.nr);

	if (!all && !t->stretch.fresh)
		return db_query(t->db, STMT_STATE_CHANGED, room,
		    DB_INT(t->stretch.after), DB_INT(before));
	return db_query(t->db, t->filter->state.lazy_load_members ?
	    STMT_STATE_REST_BEFORE : STMT_STATE_BEFORE, room, DB_INT(before));
}

/* Of what was held back: that which is not in the state before pos anyway. */
static void
add_unfit(struct told *t, const struct event_filter *f, int64_t before)
{
	for (size_t i = 0; i < t->unfit.n; i++)
		if (t->unfit.item[i].pos >= before &&
		    told_fits(t, f, &t->unfit.item[i]))
			event_list_add(t->mem, &t->state, &t->unfit.item[i]);
}

/* Events of the state stay what they are when they are redacted. */
static void
add_redacted(struct told *t, const struct event_filter *f, int64_t before)
{
	struct event_row e;
	struct rows rows = db_query(t->db, STMT_STATE_REDACTED,
	    DB_INT(t->heard->room.nr), DB_INT(t->stretch.after),
	    DB_INT(before));

	while (next_event(t, f, &rows, &e))
		if (told_fits(t, f, &e) && !list_has_key(&t->state, &e))
			event_list_add(t->mem, &t->state, &e);
	rows_done(&rows);
}

void
told_state(struct told *t, bool all, int64_t before)
{
	const struct event_filter *f = &t->filter->state;
	struct event_list newer;
	struct event_row e;
	struct rows rows;

	if (!filter_has_room(t->filter, f, t->heard->room.room_id))
		return;
	add_unfit(t, f, before);
	if (t->at_end)
		add_own(t, f, &t->state);
	if (f->lazy_load_members)
		told_members(t, all || t->stretch.fresh, before);
	newer = t->state;
	rows = query_state(t, all, before);
	while (next_event(t, f, &rows, &e))
		if (told_fits(t, f, &e) && !list_has_key(&newer, &e))
			event_list_add(t->mem, &t->state, &e);
	rows_done(&rows);
	if (!all && !t->stretch.fresh)
		add_redacted(t, f, before);
	/* In their order in the room they cost the reader's viewer least. */
	if (t->state.n > 1)
		qsort(t->state.item, t->state.n, sizeof(*t->state.item), by_nr);
}

/* --------------------------------------------------------------- writing */

void
write_events(struct writer *w, struct db *db, const struct event_list *list,
    const struct reader *reader)
{
	write_array(w);
	for (size_t i = 0; i < list->n; i++)
		event_write(w, db, &list->item[i], reader);
	write_end(w);
}
