/*
 * events-sync-room.c - the rooms in an answer to /sync, in today's shape and in
 * that of 2015, which keeps events in event_map and lists their ids.
 */
#include "events-counts.h"
#include "events-shared.h"
#include "matrix/stripped.h"

static const char *const state_names[] = {
	[STATE_AT_START] = "state",
	[STATE_AT_END] = "state_after",
	[STATE_AT_END_MSC4222] = "org.matrix.msc4222.state_after"
};

/* --------------------------------------------------------- parts of a room */

/* What a room has to tell besides its history, as arrays. */
struct extras {
	struct buf	 ephemeral;
	struct buf	 account_data;
	size_t		 n;		/* events in both */
};

void
put_no_events(struct writer *w, const char *key)
{
	put_object(w, key);
	put_array(w, "events");
	write_end(w);
	write_end(w);
}

static void
put_extra(struct sync_answer *a, const char *key, const struct buf *events)
{
	struct writer *w = &a->r->out;

	put_object(w, key);
	write_key(w, "events");
	event_fields_write_all(w, a->filter.event_fields, buf_content(events));
	write_end(w);
}

static void
put_event_ids(struct writer *w, const struct event_list *list)
{
	write_array(w);
	for (size_t i = 0; i < list->n; i++)
		write_text(w, list->item[i].event_id);
	write_end(w);
}

static void
put_event_map(struct writer *w, const struct told *t)
{
	const struct event_list *list[] = { &t->state, &t->timeline };

	put_object(w, "event_map");
	for (size_t i = 0; i < 2; i++)
		for (size_t n = 0; n < list[i]->n; n++) {
			write_key(w, list[i]->item[n].event_id);
			event_write(w, t->db, &list[i]->item[n], &t->reader);
		}
	write_end(w);
}

static void
put_events(struct sync_answer *a, const struct told *t,
    const struct event_list *list)
{
	struct span text = list == &t->timeline ? t->timeline_text :
	    t->state_text;
	struct writer *w = &a->r->out;

	write_key(w, "events");
	if (text.s != NULL)
		write_raw(w, text);
	else if (a->in_2015)
		put_event_ids(w, list);
	else
		write_events(w, t->db, list, &t->reader);
}

/*
 * Who is in can always page back; who is out, from what they were shown, or
 * from their end where nothing of it was.
 */
static void
put_timeline(struct sync_answer *a, const struct told *t)
{
	struct writer *w = &a->r->out;
	const char *prev_batch = told_prev_batch(t);

	if (prev_batch == NULL && (t->limited ||
	    t->heard->membership == MEMBERSHIP_JOIN))
		prev_batch = token_at(a->r, t->stretch.upto);
	put_object(w, "timeline");
	put_events(a, t, &t->timeline);
	put_bool(w, "limited", t->limited);
	if (prev_batch != NULL)
		put_text(w, "prev_batch", prev_batch);
	write_end(w);
}

static void
put_room(struct sync_answer *a, const struct told *t, const struct extras *x)
{
	struct writer *w = &a->r->out;

	if (a->in_2015)
		put_event_map(w, t);
	put_object(w, state_names[a->ask->state_when]);
	put_events(a, t, &t->state);
	write_end(w);
	put_timeline(a, t);
	if (!a->in_2015)
		put_extra(a, "account_data", &x->account_data);
}

static void
find_heroes(struct told *t, enum membership one, enum membership other)
{
	struct summary *s = &t->summary;
	struct rows rows = db_query(t->db, STMT_SUMMARY_HEROES,
	    DB_INT(t->heard->room.nr), DB_TEXT(membership_name(one)),
	    DB_TEXT(membership_name(other)), DB_INT(t->user));

	while (s->heroes < HEROES_MAX && rows_next(&rows))
		s->hero[s->heroes++] = rows_text(&rows, 0);
	rows_done(&rows);
}

/* Does the client have to hear of who is in, and of whom the name is made? */
static bool
summary_due(const struct sync_answer *a, const struct told *t)
{
	return !a->in_2015 && (t->stretch.fresh || a->ask->full_state ||
	    db_int(t->db, 0, STMT_SUMMARY_CHANGED, DB_INT(t->heard->room.nr),
	    DB_INT(t->stretch.after), DB_INT(t->stretch.upto)) != 0);
}

/* Those who left are named only where nobody else is there to be named. */
static void
read_summary(const struct sync_answer *a, struct told *t)
{
	t->summary.due = summary_due(a, t);
	if (!t->summary.due)
		return;
	find_heroes(t, MEMBERSHIP_JOIN, MEMBERSHIP_INVITE);
	if (t->summary.heroes == 0)
		find_heroes(t, MEMBERSHIP_LEAVE, MEMBERSHIP_BAN);
}

static void
put_summary(struct writer *w, const struct told *t)
{
	int64_t room = t->heard->room.nr;

	put_object(w, "summary");
	put_array(w, "m.heroes");
	for (size_t i = 0; i < t->summary.heroes; i++)
		write_text(w, t->summary.hero[i]);
	write_end(w);
	put_int(w, "m.joined_member_count", t->heard->joined);
	put_int(w, "m.invited_member_count",
	    db_int(t->db, 0, STMT_SUMMARY_INVITED, DB_INT(room)));
	write_end(w);
}

/* ------------------------------------------------------------- one room */

static enum shape
shape_of(const struct sync_answer *a)
{
	if (a->filter.federation_format)
		return SHAPE_FEDERATION;
	return a->in_2015 ? SHAPE_SYNC_2015 : SHAPE_SYNC;
}

static struct told
told_of(struct sync_answer *a, const struct heard *h)
{
	struct request *r = a->r;

	return (struct told){
		.db = r->db, .mem = a->mem, .heard = h, .user = r->who.user,
		.stretch = stretch_of(r, h, a->ask->since.pos, a->upto),
		.filter = &a->filter,
		.effort = &a->effort,
		.reader = {
			.room_id = h->room.room_id,
			.shape = shape_of(a),
			.device = r->who.device,
			.now = r->now,
			.fields = a->filter.event_fields,
			.work = &a->effort.spent,
			.viewer = viewer_new(r->db, a->mem, h->room.nr,
			    r->who.user),
		},
	};
}

static void
begin_extra(struct writer *w, struct buf *text, struct arena *mem)
{
	buf_init(text, mem, SIZE_MAX);
	writer_init(w, text);
	write_array(w);
}

/* Only who is in hears of others; 2015 has no account data in /sync. */
static void
read_extras(struct sync_answer *a, const struct told *t, struct extras *x)
{
	const struct heard *h = t->heard;
	bool all = t->stretch.fresh || a->ask->full_state;
	struct beside b = { .r = a->r, .room = h->room.nr,
	    .room_id = h->room.room_id, .say_room = a->in_2015,
	    .in_2015 = a->in_2015, .after = all ? 0 : a->ask->since.pos,
	    .upto = a->upto, .effort = &a->effort, .filter = &a->filter };
	struct writer w;

	x->n = 0;
	begin_extra(&w, &x->ephemeral, a->mem);
	if (h->membership == MEMBERSHIP_JOIN) {
		if (all || h->typing)
			x->n += write_typing(&w, &b, h->typing);
		x->n += write_receipts(&w, &b);
	}
	write_end(&w);
	begin_extra(&w, &x->account_data, a->mem);
	if (!a->in_2015)
		x->n += write_account_data(&w, &b);
	write_end(&w);
}

static void
read_told(struct sync_answer *a, struct told *t, bool all)
{
	bool taken = shared_take(a, t);

	if (!taken)
		told_timeline(t, a->limit);
	/* What the client saw before it was out, and again now, overlaps. */
	if (t->stretch.fresh && !a->ask->first && t->timeline.n > 0 &&
	    t->start <= a->ask->since.pos)
		t->limited = true;
	t->at_end = a->ask->state_when != STATE_AT_START;
	if (t->state_text.s == NULL)
		told_state(t, all, t->at_end ? t->stretch.upto + 1 : t->start);
	/* Who was told all hears of what relates to an event as it comes. */
	t->reader.aggregates = t->limited;
	if (!taken)
		shared_leave(a, t);
}

/*
 * Has the room nothing to tell?  Another device may have read it.  That what a
 * filter holds back is unread is told with the room's next news: whoever wants
 * only some events is not to be woken by all.
 */
static bool
is_silent(struct sync_answer *a, const struct told *t, const struct extras *x)
{
	return !t->stretch.fresh && !a->ask->full_state && !t->summary.due &&
	    !t->limited && t->timeline.n == 0 && t->state.n == 0 &&
	    x->n == 0 && (a->in_2015 || !unread_changed(t->db,
	    t->heard->room.nr, t->user, t->stretch.after));
}

static void
put_counts_of(struct sync_answer *a, const struct told *t)
{
	struct unread unread;

	if (a->in_2015)
		return;
	unread = unread_read(a->counting, t->mem, t->heard->room.nr,
	    t->heard->pos, t->reader.viewer);
	put_unread(&a->r->out, &unread,
	    a->filter.timeline.unread_thread_notifications);
}

static void
write_joined(struct sync_answer *a, const struct heard *h)
{
	struct told t = told_of(a, h);
	struct writer *w = &a->r->out;
	struct extras x;

	read_summary(a, &t);
	read_told(a, &t, a->ask->full_state);
	read_extras(a, &t, &x);
	if (is_silent(a, &t, &x))
		return;
	put_object(w, h->room.room_id);
	put_room(a, &t, &x);
	put_extra(a, "ephemeral", &x.ephemeral);
	if (t.summary.due)
		put_summary(w, &t);
	put_counts_of(a, &t);
	write_end(w);
	a->told++;
}

static void
write_left(struct sync_answer *a, const struct heard *h)
{
	struct told t = told_of(a, h);
	struct extras x;

	read_told(a, &t, false);
	read_extras(a, &t, &x);
	put_object(&a->r->out, h->room.room_id);
	put_room(a, &t, &x);
	write_end(&a->r->out);
	a->told++;
}

static void
write_at_the_door(struct sync_answer *a, const struct heard *h)
{
	struct writer *w = &a->r->out;

	put_object(w, h->room.room_id);
	put_object(w, h->membership == MEMBERSHIP_INVITE ?
	    "invite_state" : "knock_state");
	write_key(w, "events");
	stripped_write(w, a->r->db, h->room.nr, h->event);
	write_end(w);
	write_end(w);
	a->told++;
}

/* ------------------------------------------------------------ all rooms */

/* The sections of `rooms`; NULL: 2015 has none. */
static const struct section {
	const char	*name;
	const char	*name_2015;
	enum membership	 membership[2];
	void		(*write)(struct sync_answer *, const struct heard *);
} sections[] = {
	{ "join", "joined", { MEMBERSHIP_JOIN }, write_joined },
	{ "invite", "invited", { MEMBERSHIP_INVITE }, write_at_the_door },
	{ "knock", NULL, { MEMBERSHIP_KNOCK }, write_at_the_door },
	{ "leave", "archived", { MEMBERSHIP_LEAVE, MEMBERSHIP_BAN },
	    write_left }
};
#define SECTIONS	(sizeof(sections) / sizeof(sections[0]))

/* Texts of a room are forgotten with the room: only the answer grows. */
static void
write_section(struct sync_answer *a, const struct section *section)
{
	struct arena *before = db_arena(a->r->db, a->mem);

	for (size_t i = 0; i < a->heard.n &&
	    !effort_is_much(&a->effort); i++) {
		const struct heard *h = &a->heard.item[i];

		if (h->membership != section->membership[0] &&
		    h->membership != section->membership[1])
			continue;
		section->write(a, h);
		arena_clear(a->mem);
	}
	db_arena(a->r->db, before);
}

void
sync_rooms(struct sync_answer *a)
{
	struct counting counting = counting_of(a->r, &a->effort);
	struct writer *w = &a->r->out;

	a->counting = &counting;
	a->mem = arena_new();
	put_object(w, "rooms");
	for (size_t i = 0; i < SECTIONS; i++) {
		const char *name = a->in_2015 ? sections[i].name_2015 :
		    sections[i].name;

		if (name == NULL)
			continue;
		put_object(w, name);
		write_section(a, &sections[i]);
		write_end(w);
	}
	write_end(w);
	arena_free(a->mem);
}
