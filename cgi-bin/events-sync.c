/* events-sync.c - GET /sync: what is asked, which rooms, and waiting. */
#include <stdlib.h>
#include <string.h>

#include "events-devices.h"
#include "events-presence.h"
#include "events.h"
#include "events.routes.h"
#include "matrix/account_data.h"

/* An inline filter must fit into what is parked. */
#define FILTER_INLINE_MAX	(WAIT_MAX - sizeof(struct sync_ask) - 1)

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
read_since(struct request *r, struct sync_ask *ask)
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

/* What the request says of its user; without a word that they are online. */
static enum mx_err
read_presence(struct request *r, enum presence *says)
{
	const char *word = req_query(r, "set_presence");

	*says = word == NULL ? PRESENCE_ONLINE : presence_of(word, false);
	if (*says == PRESENCE_NONE)
		return fail(r, M_INVALID_PARAM,
		    "set_presence is offline, online or unavailable");
	return M_OK;
}

static enum mx_err
read_ask(struct request *r, struct sync_ask *ask, const char *filter)
{
	enum mx_err err;

	strcpy(ask->filter, filter);
	if ((err = read_since(r, ask)) != M_OK ||
	    (err = read_timeout(r, &ask->until)) != M_OK ||
	    (err = read_flag(r, "full_state", &ask->full_state)) != M_OK)
		return err;
	return read_state_when(r, &ask->state_when);
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
read_filter(struct sync_answer *a)
{
	struct request *r = a->r;
	enum json_verdict verdict;
	const char *text, *why;
	cJSON *definition;
	enum mx_err err;

	filter_init(&a->filter);
	a->filter_text = "";
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
	a->filter_text = text;
	return M_OK;
}

/* ------------------------------------------------------------ the answer */

/*
 * Rooms left before since were told of then; those left before the first sync
 * only who asks for them is told of.
 */
static bool
is_due(const struct sync_answer *a, const struct heard *h)
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

/*
 * Before any filter: it decides of rooms, not of who is in them.  2015 knows no
 * lists, but the presence of whom one meets.
 */
static void
read_device_lists(struct sync_answer *a)
{
	if (a->ask->first || (a->in_2015 && !a->r->conf->presence))
		return;
	a->lists = arena_alloc(a->r->mem, sizeof(*a->lists));
	device_lists_read(a->r, a->ask->since.pos, a->upto, &a->heard,
	    &a->effort, a->lists);
	if (!a->in_2015)
		a->told += device_lists_count(a->lists);
}

/* Returns how many members the rooms have whose whole state is to be told. */
static int64_t
choose_rooms(struct sync_answer *a)
{
	int64_t since = a->ask->full_state ? 0 : a->ask->since.pos;
	int64_t members = 0;
	size_t n = 0;

	a->heard = heard_since(a->r, since, a->upto);
	read_device_lists(a);
	a->n = heard_typing(a->r, &a->heard,
	    a->ask->first ? NULL : &a->ask->since);
	for (size_t i = 0; i < a->heard.n; i++) {
		struct heard *h = &a->heard.item[i];

		/* 2015 knows no knocking: who does is out. */
		if (a->in_2015 && h->membership == MEMBERSHIP_KNOCK)
			h->membership = MEMBERSHIP_LEAVE;
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
wait_more(struct sync_answer *a)
{
	size_t size = sizeof(*a->ask) + strlen(a->ask->filter) + 1;
	struct sync_ask *ask = arena_memdup(a->r->mem, a->ask, size);

	/*
	 * What was looked at once need not be looked at again; but for what is
	 * to be told with the next beat.
	 */
	if (a->presence == 0)
		token_touch(a->r, &ask->since, a->upto, a->n);
	return park(a->r, ask, size, ask->until);
}

/* What the user keeps of no room. */
static void
put_account_data(struct sync_answer *a)
{
	struct writer *w = &a->r->out, events;
	struct buf text;
	struct beside b = { .r = a->r, .room = ACCOUNT_DATA_GLOBAL,
	    .after = a->ask->full_state ? 0 : a->ask->since.pos,
	    .upto = a->upto, .first = a->ask->first || a->ask->full_state,
	    .effort = &a->effort, .filter = &a->filter };

	put_object(w, "account_data");
	buf_init(&text, a->r->mem, SIZE_MAX);
	writer_init(&events, &text);
	write_array(&events);
	a->told += write_account_data(&events, &b);
	write_end(&events);
	write_key(w, "events");
	event_fields_write_all(w, a->filter.event_fields, buf_content(&text));
	write_end(w);
}

/* What is the device's own; 2015 knows none of it. */
static void
put_devices(struct sync_answer *a)
{
	struct request *r = a->r;
	struct writer *w = &r->out;

	a->to_device = to_device_of(r, &a->ask->since);
	if (a->in_2015)
		return;
	put_object(w, "to_device");
	put_array(w, "events");
	a->told += to_device_write(w, r->db, r->who.device,
	    a->to_device, TO_DEVICE_MAX,
	    &a->to_device);
	write_end(w);
	write_end(w);
	if (a->lists != NULL)
		put_device_lists(w, "device_lists", a->lists);
	put_key_counts(w, "device_one_time_keys_count", r);
	put_fallback_types(w, "device_unused_fallback_key_types", r);
}

static void
put_presence_events(struct sync_answer *a)
{
	struct writer *w = &a->r->out;
	struct presence_ask ask = { .r = a->r, .upto = a->n,
	    .since = a->ask->first || a->ask->full_state ? NULL :
	    &a->ask->since, .met = a->lists != NULL ? &a->lists->met :
	    NULL, .filter = &a->filter.presence, .in_2015 = a->in_2015,
	    .effort = &a->effort };

	put_object(w, "presence");
	put_array(w, "events");
	a->presence = write_presence(w, &ask);
	write_end(w);
	write_end(w);
}

/* Is there nothing that would be worth an answer now? */
static bool
is_empty(const struct sync_answer *a)
{
	return a->told == 0 && (a->presence == 0 ||
	    !presence_is_due(a->r, &a->ask->since));
}

/*
 * A first sync never waits, nor does full_state; else who has nothing to hear
 * waits.  An answer to nothing moves the token on all the same.
 */
static enum mx_err
answer(struct request *r, const struct sync_ask *ask)
{
	struct sync_answer a = { .r = r, .ask = ask, .upto = change_last(r->db),
	    .in_2015 = r->api == API_V2_ALPHA, .effort = effort_of(r) };
	int64_t members;
	enum mx_err err;

	if ((err = read_filter(&a)) != M_OK ||
	    (!a.in_2015 && (err = confirm_to_device(r,
	    to_device_of(r, &ask->since))) != M_OK))
		return err;
	a.limit = (size_t)(a.filter.timeline.limit < 0 ? TIMELINE_DEFAULT :
	    a.filter.timeline.limit < TIMELINE_MAX ? a.filter.timeline.limit :
	    TIMELINE_MAX);
	members = choose_rooms(&a);
	if (heard_is_much(a.heard.n, members) &&
	    (err = elsewhere(r)) != M_OK)
		return err;

	sync_rooms(&a);
	if (!a.in_2015)
		put_account_data(&a);
	put_devices(&a);
	put_presence_events(&a);
	if (effort_is_much(&a.effort))
		return elsewhere(r);
	if (!ask->first && !ask->full_state && r->now < ask->until &&
	    !r->last_call && is_empty(&a))
		return wait_more(&a);

	put_text(&r->out, "next_batch", token_told(r, a.upto, a.n,
	    a.to_device));
	return M_OK;
}

/*
 * GET /sync
 *
 * What happened in the caller's rooms after `since`, or how they stand now;
 * every event once, in the order in which this server heard of them.  The
 * timelines hold the newest events; where limited is true, /messages from
 * prev_batch has those before, and `state` what they changed.  With nothing to
 * tell the answer waits for at most `timeout` milliseconds.  Meanwhile, and a while
 * longer, the caller is here, as what set_presence says.
 */
enum mx_err
sync_wait(struct request *r)
{
	const char *filter = req_query(r, "filter");
	enum presence says;
	struct sync_ask *ask;
	enum mx_err err;

	if (filter != NULL && *filter == '\0')
		return fail(r, M_INVALID_PARAM,
		    "filter is the id of a filter, or JSON");
	if (filter != NULL && strlen(filter) > FILTER_INLINE_MAX)
		return fail(r, M_INVALID_PARAM, "A filter in the query may "
		    "have %zu bytes; store it with POST /user/{userId}/filter",
		    FILTER_INLINE_MAX);
	filter = filter ? filter : "";
	ask = arena_alloc(r->mem, sizeof(*ask) + strlen(filter) + 1);
	if ((err = read_ask(r, ask, filter)) != M_OK ||
	    (err = read_presence(r, &says)) != M_OK)
		return err;
	presence_arrive(r, says, ask->until);
	return answer(r, ask);
}

enum mx_err
sync_resume(struct request *r)
{
	return answer(r, r->wait);
}
