/* events-sync.c - GET /sync, in today's shape and in that of 2015. */
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "events.routes.h"

/* Which state a client wants, and under which name it asked for it. */
enum state_when { STATE_AT_START, STATE_AT_END, STATE_AT_END_MSC4222 };
static const char *const state_names[] = {
	[STATE_AT_START] = "state",
	[STATE_AT_END] = "state_after",
	[STATE_AT_END_MSC4222] = "org.matrix.msc4222.state_after"
};

/* What was asked; parked as it is. */
struct ask {
	struct sync_token since;
	int64_t		 until;		/* wait so long, ms since 1970 */
	bool		 first;		/* there was no since */
	bool		 full_state;
	enum state_when	 state_when;
	char		 filter[];	/* an id, or JSON; "": none */
};
/* An inline filter must fit into what is parked. */
#define FILTER_INLINE_MAX	(WAIT_MAX - sizeof(struct ask) - 1)

struct answer {
	struct request	*r;
	const struct ask *ask;
	struct filter	 filter;
	struct heard_list heard;
	int64_t		 upto;
	size_t		 limit;
	bool		 in_2015;
	size_t		 told;		/* rooms that had something to tell */
	struct arena	*mem;		/* of one room at a time */
};

/* ---------------------------------------------------------- what is asked */

static enum mx_err
read_flag(struct request *r, const char *name, bool *out)
{
	const char *text = req_query(r, name);

	if (text == NULL || strcmp(text, "false") == 0)
		return M_OK;
	if (strcmp(text, "true") != 0)
		return fail(r, M_INVALID_PARAM, "%s is true or false", name);
	*out = true;
	return M_OK;
}

static enum mx_err
read_state_when(struct request *r, enum state_when *when)
{
	bool after = false, unstable = false;
	enum mx_err err;

	if ((err = read_flag(r, "use_state_after", &after)) != M_OK ||
	    (err = read_flag(r, "org.matrix.msc4222.use_state_after",
	    &unstable)) != M_OK)
		return err;
	if (unstable)
		*when = STATE_AT_END_MSC4222;
	if (after)
		*when = STATE_AT_END;
	return M_OK;
}

static enum mx_err
read_since(struct request *r, struct ask *ask)
{
	const char *since = req_query(r, "since");

	ask->first = since == NULL;
	if (since != NULL && (!sync_token_read(since, &ask->since) ||
	    ask->since.pos > change_last(r->db)))
		return fail(r, M_INVALID_PARAM,
		    "since is not a next_batch of this server");
	return M_OK;
}

static enum mx_err
read_timeout(struct request *r, int64_t *until)
{
	int64_t timeout = 0;

	if (!req_query_int(r, "timeout", 0, INT64_MAX, &timeout))
		return fail(r, M_INVALID_PARAM,
		    "timeout is a number of milliseconds");
	if (timeout > r->conf->wait_max_ms)
		timeout = r->conf->wait_max_ms;
	*until = r->now + timeout;
	return M_OK;
}

/* Nothing is shown of anybody's presence yet; a wrong word is wrong already. */
static enum mx_err
check_presence(struct request *r)
{
	const char *presence = req_query(r, "set_presence");

	if (presence != NULL && strcmp(presence, "offline") != 0 &&
	    strcmp(presence, "online") != 0 &&
	    strcmp(presence, "unavailable") != 0)
		return fail(r, M_INVALID_PARAM,
		    "set_presence is offline, online or unavailable");
	return M_OK;
}

static enum mx_err
read_ask(struct request *r, struct ask *ask, const char *filter)
{
	enum mx_err err;

	strcpy(ask->filter, filter);
	if ((err = read_since(r, ask)) != M_OK ||
	    (err = read_timeout(r, &ask->until)) != M_OK ||
	    (err = read_flag(r, "full_state", &ask->full_state)) != M_OK ||
	    (err = read_state_when(r, &ask->state_when)) != M_OK)
		return err;
	return check_presence(r);
}

/* ------------------------------------------------------------ the filter */

static enum mx_err
filter_text(struct request *r, const char *asked, const char **text)
{
	*text = asked;
	if (*asked == '{')
		return M_OK;
	*text = filter_stored(r->db, r->who.user, asked);
	if (*text == NULL)
		return fail(r, M_INVALID_PARAM,
		    "You have no filter with this id");
	return M_OK;
}

static enum mx_err
read_filter(struct answer *a)
{
	struct request *r = a->r;
	enum json_verdict verdict;
	const char *text, *why;
	cJSON *definition;
	enum mx_err err;

	filter_init(&a->filter);
	if (*a->ask->filter == '\0')
		return M_OK;
	if ((err = filter_text(r, a->ask->filter, &text)) != M_OK)
		return err;
	definition = json_parse(r->mem, text, strlen(text), &verdict, &why);
	if (definition == NULL)
		return fail(r, verdict == JSON_NOT ? M_NOT_JSON : M_BAD_JSON,
		    "The filter is not acceptable: %s", why);
	if (!filter_parse(r->mem, definition, &a->filter, &why))
		return fail(r, M_BAD_JSON, "%s", why);
	if (a->filter.federation_format)
		return fail(r, M_INVALID_PARAM,
		    "This server gives events in event_format client only");
	return M_OK;
}

/* ------------------------------------------------------------ one room */

static void
put_batch(struct writer *w, const char *key)
{
	put_object(w, key);
	put_array(w, "events");
	write_end(w);
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
put_events(struct answer *a, const struct told *t,
    const struct event_list *list)
{
	struct writer *w = &a->r->out;

	write_key(w, "events");
	if (a->in_2015)
		put_event_ids(w, list);
	else
		write_events(w, t->db, list, &t->reader);
}

/* Who is in can always page back; who is out, from what he was shown. */
static void
put_timeline(struct answer *a, const struct told *t)
{
	struct writer *w = &a->r->out;
	const char *prev_batch = told_prev_batch(t);

	if (prev_batch == NULL && t->heard->membership == MEMBERSHIP_JOIN)
		prev_batch = token_at(a->r, a->upto);
	put_object(w, "timeline");
	put_events(a, t, &t->timeline);
	put_bool(w, "limited", t->limited);
	if (prev_batch != NULL)
		put_text(w, "prev_batch", prev_batch);
	write_end(w);
}

static void
put_room(struct answer *a, const struct told *t)
{
	struct writer *w = &a->r->out;

	if (a->in_2015)
		put_event_map(w, t);
	put_object(w, state_names[a->ask->state_when]);
	put_events(a, t, &t->state);
	write_end(w);
	put_timeline(a, t);
	if (!a->in_2015)
		put_batch(w, "account_data");
}

/* Does the client have to hear of who is in, and of whom the name is made? */
static bool
summary_due(const struct answer *a, const struct told *t)
{
	return !a->in_2015 && (t->stretch.fresh || a->ask->full_state ||
	    db_int(t->db, 0, STMT_SUMMARY_CHANGED, DB_INT(t->heard->room.nr),
	    DB_INT(t->stretch.after), DB_INT(t->stretch.upto)) != 0);
}

static size_t
put_heroes(struct writer *w, const struct told *t, enum membership one,
    enum membership other)
{
	struct rows rows = db_query(t->db, STMT_SUMMARY_HEROES,
	    DB_INT(t->heard->room.nr), DB_TEXT(membership_name(one)),
	    DB_TEXT(membership_name(other)), DB_INT(t->user));
	size_t n = 0;

	for (; rows_next(&rows); n++)
		write_span(w, rows_span(&rows, 0));
	return n;
}

/* Those who left are named only where nobody else is there to be named. */
static void
put_summary(struct writer *w, const struct told *t)
{
	int64_t room = t->heard->room.nr;

	put_object(w, "summary");
	put_array(w, "m.heroes");
	if (put_heroes(w, t, MEMBERSHIP_JOIN, MEMBERSHIP_INVITE) == 0)
		put_heroes(w, t, MEMBERSHIP_LEAVE, MEMBERSHIP_BAN);
	write_end(w);
	put_int(w, "m.joined_member_count", t->heard->joined);
	put_int(w, "m.invited_member_count",
	    db_int(t->db, 0, STMT_SUMMARY_INVITED, DB_INT(room)));
	write_end(w);
}

static struct told
told_of(struct answer *a, const struct heard *h)
{
	struct request *r = a->r;

	return (struct told){
		.db = r->db, .mem = a->mem, .heard = h, .user = r->who.user,
		.stretch = stretch_of(r, h, a->ask->since.pos, a->upto),
		.filter = &a->filter,
		.reader = {
			.room_id = h->room.room_id,
			.shape = a->in_2015 ? SHAPE_SYNC_2015 : SHAPE_SYNC,
			.device = r->who.device,
			.now = r->now,
			.viewer = viewer_new(r->db, a->mem, h->room.nr,
			    r->who.user),
		},
	};
}

static void
read_told(struct answer *a, struct told *t, bool all)
{
	told_timeline(t, a->limit);
	/* What the client saw before it was out, and again now, overlaps. */
	if (t->stretch.fresh && !a->ask->first && t->timeline.n > 0 &&
	    t->start <= a->ask->since.pos)
		t->limited = true;
	told_state(t, all, a->ask->state_when == STATE_AT_START ?
	    t->start : t->stretch.upto + 1);
}

static void
write_joined(struct answer *a, const struct heard *h)
{
	struct told t = told_of(a, h);
	struct writer *w = &a->r->out;
	bool summary = summary_due(a, &t);

	read_told(a, &t, a->ask->full_state);
	if (!t.stretch.fresh && !a->ask->full_state && !summary &&
	    !t.limited && t.timeline.n == 0 && t.state.n == 0)
		return;
	put_object(w, h->room.room_id);
	put_room(a, &t);
	put_batch(w, "ephemeral");
	if (summary)
		put_summary(w, &t);
	write_end(w);
	a->told++;
}

static void
write_left(struct answer *a, const struct heard *h)
{
	struct told t = told_of(a, h);

	read_told(a, &t, false);
	put_object(&a->r->out, h->room.room_id);
	put_room(a, &t);
	write_end(&a->r->out);
	a->told++;
}

static void
write_at_the_door(struct answer *a, const struct heard *h)
{
	struct writer *w = &a->r->out;

	put_object(w, h->room.room_id);
	put_object(w, h->membership == MEMBERSHIP_INVITE ?
	    "invite_state" : "knock_state");
	write_key(w, "events");
	write_door_state(w, a->r, h);
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
	void		(*write)(struct answer *, const struct heard *);
} sections[] = {
	{ "join", "joined", { MEMBERSHIP_JOIN }, write_joined },
	{ "invite", "invited", { MEMBERSHIP_INVITE }, write_at_the_door },
	{ "knock", NULL, { MEMBERSHIP_KNOCK }, write_at_the_door },
	{ "leave", "archived", { MEMBERSHIP_LEAVE, MEMBERSHIP_BAN }, write_left }
};
#define SECTIONS	(sizeof(sections) / sizeof(sections[0]))

/* Texts of a room are forgotten with the room: only the answer grows. */
static void
write_section(struct answer *a, const struct section *section)
{
	struct arena *before = db_arena(a->r->db, a->mem);

	for (size_t i = 0; i < a->heard.n; i++) {
		const struct heard *h = &a->heard.item[i];

		if (h->membership != section->membership[0] &&
		    h->membership != section->membership[1])
			continue;
		section->write(a, h);
		arena_clear(a->mem);
	}
	db_arena(a->r->db, before);
}

static void
write_rooms(struct answer *a)
{
	struct writer *w = &a->r->out;

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
}

/*
 * Rooms left before since were told of then; those left before the first sync
 * only who asks for them is told of.
 */
static bool
is_due(const struct answer *a, const struct heard *h)
{
	static const struct event_filter any = { .limit = -1,
	    .contains_url = -1 };

	if (!filter_has_room(&a->filter, &any, h->room.room_id))
		return false;
	if (h->membership == MEMBERSHIP_JOIN)
		return true;
	if (h->membership == MEMBERSHIP_LEAVE ||
	    h->membership == MEMBERSHIP_BAN)
		return a->ask->first ? a->filter.include_leave :
		    h->pos > a->ask->since.pos;
	return h->pos > a->ask->since.pos;
}

/* Returns how many members the rooms have whose whole state is to be told. */
static int64_t
choose_rooms(struct answer *a)
{
	int64_t since = a->ask->full_state ? 0 : a->ask->since.pos;
	int64_t members = 0;
	size_t n = 0;

	a->heard = heard_since(a->r, since, a->upto);
	for (size_t i = 0; i < a->heard.n; i++) {
		struct heard *h = &a->heard.item[i];

		if (!is_due(a, h))
			continue;
		if (h->membership == MEMBERSHIP_JOIN && h->pos > since)
			members += h->joined;
		a->heard.item[n++] = *h;
	}
	a->heard.n = n;
	return members;
}

static enum mx_err
wait_more(struct answer *a)
{
	size_t size = sizeof(*a->ask) + strlen(a->ask->filter) + 1;
	struct ask *ask = arena_memdup(a->r->mem, a->ask, size);

	/* What was looked at once need not be looked at again. */
	ask->since.pos = a->upto;
	return park(a->r, ask, size, ask->until);
}

/*
 * A first sync never waits, nor does full_state; else who has nothing to hear
 * waits.  An answer to nothing moves the token on all the same.
 */
static enum mx_err
answer(struct request *r, const struct ask *ask)
{
	struct answer a = { .r = r, .ask = ask, .upto = change_last(r->db),
	    .in_2015 = r->api == API_V2_ALPHA };
	int64_t members;
	enum mx_err err;

	if ((err = read_filter(&a)) != M_OK)
		return err;
	a.limit = (size_t)(a.filter.timeline.limit < 0 ? TIMELINE_DEFAULT :
	    a.filter.timeline.limit < TIMELINE_MAX ? a.filter.timeline.limit :
	    TIMELINE_MAX);
	members = choose_rooms(&a);
	if (heard_is_much(a.heard.n, members) &&
	    (err = elsewhere(r)) != M_OK)
		return err;

	a.mem = arena_new();
	write_rooms(&a);
	arena_free(a.mem);
	if (a.told == 0 && !ask->first && !ask->full_state &&
	    r->now < ask->until && !r->last_call)
		return wait_more(&a);

	put_text(&r->out, "next_batch", token_at(r, a.upto));
	put_batch(&r->out, "presence");
	if (!a.in_2015) {
		put_batch(&r->out, "account_data");
		put_batch(&r->out, "to_device");
	}
	return M_OK;
}

/*
 * GET /sync
 *
 * What happened in the caller's rooms after `since`, or how they stand now;
 * every event once, in the order in which this server heard of them.  The
 * timelines hold the newest events; where limited is true, /messages from
 * prev_batch has those before, and `state` what they changed.  With nothing to
 * tell the answer waits for at most `timeout` milliseconds.
 */
enum mx_err
sync_wait(struct request *r)
{
	const char *filter = req_query(r, "filter");
	struct ask *ask;
	enum mx_err err;

	if (filter != NULL && *filter == '\0')
		return fail(r, M_INVALID_PARAM,
		    "filter is the id of a filter, or JSON");
	if (filter != NULL && strlen(filter) > FILTER_INLINE_MAX)
		return fail(r, M_INVALID_PARAM, "A filter in the query may have "
		    "%zu bytes; store it with POST /user/{userId}/filter",
		    FILTER_INLINE_MAX);
	filter = filter ? filter : "";
	ask = arena_alloc(r->mem, sizeof(*ask) + strlen(filter) + 1);
	if ((err = read_ask(r, ask, filter)) != M_OK)
		return err;
	return answer(r, ask);
}

enum mx_err
sync_resume(struct request *r)
{
	return answer(r, r->wait);
}
