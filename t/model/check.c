/*
 * check.c - is what a client has put together true?
 *
 * A timeline is compared with the list of what its user may see of the room and
 * lets pass: between two events without a gap nothing of it may be missing, and
 * where a joined client's ends nothing may follow.
 */
#include <stdio.h>
#include <string.h>

#include "client.h"

struct check {
	struct world	*w;
	const struct client *c;
	const char	*whose;
	int		 nr;		/* of the room */
	const struct room *room;
	const struct vroom *vroom;
	int		 last;		/* the last event that is told of */
	short		 seen[EVENTS_MAX];	/* what is to be seen, */
	short		 place[EVENTS_MAX];	/* and where; -1: it is not */
	int		 n;
};

static bool is_told(const struct check *, int event);

/* What there is around an event, as the user may see it. */
static void
describe(const struct check *k, FILE *f, int event)
{
	static const char *const members[] = { "out", "invited", "knocked",
	    "in", "left", "banned" };
	int from = event < 12 ? 0 : event - 12;

	for (int i = from; i < k->room->n && i < event + 12; i++) {
		const struct event *e = &k->room->event[i];

		fprintf(f, "# %c%3d %s of %d", i == event ? '>' : ' ', i,
		    e->type, e->sender);
		if (e->key != -1)
			fprintf(f, " key %d", e->key);
		fprintf(f, "; user %d is %s, visibility %d%s\n", k->c->user,
		    members[e->member[k->c->user]], e->visible,
		    is_told(k, i) ? "" : ", not told");
	}
	fprintf(f, "# the client has:");
	for (int i = 0; i < k->vroom->n; i++)
		fprintf(f, "%s%d%s", k->vroom->gap[i] == NO_GAP ? " " :
		    k->vroom->gap[i] == HOLE ? " _ " : " ... ",
		    k->vroom->item[i], k->vroom->alone[i] ? "!" : "");
	fprintf(f, "; and of state");
	for (int i = 0; i < k->room->keys; i++)
		fprintf(f, " %d", k->vroom->state[i]);
	fprintf(f, "%s\n", k->vroom->gap[k->vroom->n] == NO_GAP ? "" : " ...");
}

static _Noreturn void
wrong_in(const struct check *k, const char *what, int event)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	describe(k, f, event);
	fclose(f);
	wrong(k->w, "client %d (user %d, era %d), its %s view, room %d "
	    "(section %d): %s: event %d %s (%s)\n# filter: %s\n%s",
	    k->c->number, k->c->user, k->c->era, k->whose, k->nr,
	    k->vroom->section, what, event,
	    event < 0 ? "" : k->room->event[event].id,
	    event < 0 ? "" : k->room->event[event].type,
	    k->c->filter.given ? filter_json(k->w, &k->c->filter) : "none",
	    text);
}

/* ---------------------------------------------------------- the timeline */

static bool
is_told(const struct check *k, int event)
{
	return event <= k->last && may_see(k->room, k->c->user, event) &&
	    part_event(&k->c->filter.timeline, &k->room->event[event]);
}

static void
list_seen(struct check *k)
{
	k->n = 0;
	for (int i = 0; i < k->room->n; i++) {
		k->place[i] = -1;
		if (is_told(k, i)) {
			k->place[i] = (short)k->n;
			k->seen[k->n++] = (short)i;
		}
	}
}

/* What is told of events that stand alone says nothing of those before. */
static void
check_items(struct check *k)
{
	const struct vroom *r = k->vroom;
	int before = -1;
	bool gap = r->gap[0] != NO_GAP;

	for (int i = 0; i < r->n; i++) {
		int event = r->item[i], place = k->place[event];

		if (i > 0 && event <= r->item[i - 1])
			wrong_in(k, "twice, or out of order", event);
		if (place == -1 && !r->alone[i])
			wrong_in(k, "not to be told", event);
		if (place > before + 1 && !gap && !r->alone[i])
			wrong_in(k, "missing in the timeline",
			    k->seen[before + 1]);
		if (place != -1 && !r->alone[i])
			before = place;
		gap = r->gap[i + 1] != NO_GAP || (gap && r->alone[i]);
	}
	if (before + 1 < k->n && !gap)
		wrong_in(k, "missing at the end", k->seen[before + 1]);
}

/* Of what happened outside only the newest is told. */
static void
check_own(struct check *k)
{
	const struct vroom *r = k->vroom;
	int own = k->room->n - 1;

	while (own > 0 && k->room->event[own].target != k->c->user)
		own--;
	if (at_the_door(k->room, k->c->user, own) && part_event(
	    &k->c->filter.timeline, &k->room->event[own]) &&
	    (r->n == 0 || r->item[r->n - 1] != own))
		wrong_in(k, "their own event is missing", own);
}

static void
check_timeline(struct check *k)
{
	const struct filter *f = &k->c->filter;

	if (!part_room(f, &f->timeline, k->nr)) {
		if (k->vroom->n > 0)
			wrong_in(k, "the filter has no timeline here",
			    k->vroom->item[0]);
		return;
	}
	list_seen(k);
	check_items(k);
	if (member_now(k->room, k->c->user) == LEFT ||
	    member_now(k->room, k->c->user) == BANNED)
		check_own(k);
}

/* ------------------------------------------------------------- the state */

/* Does the client have to know this piece of state? */
static bool
is_due(const struct check *k, int key, int event)
{
	const struct filter *f = &k->c->filter;
	const struct event *e = &k->room->event[event];

	if (!part_event(&f->state, e) || (k->vroom->section == LEAVE &&
	    k->vroom->state[key] > k->last && e->target == k->c->user))
		return false;
	if (f->state.lazy && strcmp(e->type, "m.room.member") == 0)
		return k->vroom->state[key] == -1 &&
		    (k->vroom->senders >> e->target & 1) &&
		    event < k->vroom->item[k->vroom->n - 1];
	return true;
}

static void
check_state(struct check *k)
{
	const struct filter *f = &k->c->filter;
	int state[KEYS_MAX], own;

	if (!part_room(f, &f->state, k->nr))
		return;
	state_at(k->room, k->last, state);
	own = k->vroom->n == 0 ? -1 : k->vroom->item[k->vroom->n - 1];
	if (own > k->last)
		state[k->room->event[own].key] = own;
	for (int i = 0; i < k->room->keys; i++)
		if (state[i] != -1 && k->vroom->state[i] != state[i] &&
		    is_due(k, i, state[i])) {
			wrong_in(k, k->vroom->state[i] == -1 ?
			    "state is missing" : "state is older",
			    state[i]);
		}
}

/* ----------------------------------------------------------- beside these */

static void
check_receipts(struct check *k)
{
	for (int kind = 0; kind < RECEIPT_KINDS; kind++)
		for (int thread = 0; thread < RECEIPT_THREADS; thread++)
			for (int u = 0; u < USERS; u++) {
				int is = k->room->receipt[kind][thread][u];

				if (is == -1 || (kind == 1 &&
				    u != k->c->user) ||
				    !may_see(k->room, k->c->user, is))
					continue;
				if (k->vroom->receipt[kind][thread][u] != is)
					wrong_in(k, "no receipt", is);
			}
}

static bool
has_data(const struct filter *f, int i)
{
	return f->account_data == NULL ||
	    strcmp(f->account_data, data_type(i)) == 0;
}

static void
check_data(struct world *w, const struct client *c, const char *where,
    const int64_t told[DATA_TYPES], const int64_t is[DATA_TYPES])
{
	for (int i = 0; i < DATA_TYPES; i++)
		if (has_data(&c->filter, i) && told[i] != is[i] &&
		    (told[i] > 0 || is[i] > 0))
			wrong(w, "client %d: %s, account data %s is %jd and "
			    "not %jd", c->number, where, data_type(i),
			    (intmax_t)is[i], (intmax_t)told[i]);
}

static int
count(const struct room *room, enum member member)
{
	int n = 0;

	for (int i = 0; i < USERS; i++)
		n += member_now(room, i) == member;
	return n;
}

static void
check_beside(struct check *k)
{
	const struct vroom *r = k->vroom;

	if (k->c->era == OF_2015)
		return;
	if (k->c->filter.ephemeral == NULL)
		check_receipts(k);
	check_data(k->w, k->c, "in a room", r->data,
	    k->room->data[k->c->user]);
	if (r->joined != count(k->room, IN) ||
	    r->invited != count(k->room, INVITED))
		wrong_in(k, "the summary counts members wrongly", -1);
}

/* -------------------------------------------------------------- the room */

static void
check_section(struct check *k, enum member now)
{
	static const enum section want[] = { [INVITED] = INVITE,
	    [KNOCKED] = KNOCK, [IN] = JOIN };
	enum section is = k->vroom->section;

	if (now == KNOCKED && k->c->era == OF_2015)
		now = LEFT;
	if (now == OUT || now == LEFT || now == BANNED) {
		if (is != NOWHERE && is != LEAVE)
			wrong(k->w, "client %d, its %s view: is out of room "
			    "%d, and was not told", k->c->number, k->whose,
			    k->nr);
	} else if (is != want[now])
		wrong(k->w, "client %d, its %s view: room %d is in section %d "
		    "and not %d", k->c->number, k->whose, k->nr, is,
		    want[now]);
}

static void
check_room(struct check *k)
{
	enum member now = member_now(k->room, k->c->user);
	enum section section = k->vroom->section;

	if (!filter_room(&k->c->filter, k->nr)) {
		if (section != NOWHERE)
			wrong_in(k, "the filter has not this room", -1);
		return;
	}
	check_section(k, now);
	if (section != JOIN && section != LEAVE)
		return;
	k->last = section == JOIN ? k->room->n - 1 :
	    ended_at(k->room, k->c->user);
	check_timeline(k);
	if (k->vroom->whole && k->last >= 0)
		check_state(k);
	if (section == JOIN)
		check_beside(k);
}

void
check_view(struct world *w, const struct client *c, const struct view *v,
    const char *whose)
{
	static struct check k;

	for (int i = 0; i < ROOMS; i++) {
		k = (struct check){ .w = w, .c = c, .whose = whose, .nr = i,
		    .room = &w->room[i], .vroom = &v->room[i] };
		check_room(&k);
	}
	if (c->era != OF_2015)
		check_data(w, c, "global", v->data, w->user[c->user].data);
}

/* --------------------------------------------------------------- the same */

static void
same(struct world *w, const struct client *c, int room, const char *what,
    int64_t grown, int64_t fresh)
{
	if (grown != fresh)
		wrong(w, "client %d, room %d: %s became %jd, and is %jd in a "
		    "first sync", c->number, room, what, (intmax_t)grown,
		    (intmax_t)fresh);
}

static void
same_receipts(struct world *w, const struct client *c, int nr,
    const struct vroom *grown, const struct vroom *fresh)
{
	for (int kind = 0; kind < RECEIPT_KINDS; kind++)
		for (int thread = 0; thread < RECEIPT_THREADS; thread++)
			for (int u = 0; u < USERS; u++)
				same(w, c, nr, "a receipt",
				    grown->receipt[kind][thread][u],
				    fresh->receipt[kind][thread][u]);
}

/* What a filter holds back is counted, and told with the next that it is not. */
static bool
hears_all(const struct filter *f, int room)
{
	const struct part *p = &f->timeline;

	return p->types == NULL && p->not_types == NULL && p->senders == 0 &&
	    p->not_senders == 0 && p->url < 0 && part_room(f, p, room);
}

static void
same_counts(struct world *w, const struct client *c, int nr,
    const struct vroom *grown, const struct vroom *fresh)
{
	if (!hears_all(&c->filter, nr))
		return;
	same(w, c, nr, "unread", grown->unread, fresh->unread);
	same(w, c, nr, "highlights", grown->highlight, fresh->highlight);
}

/* A first sync without include_leave has less of those who left. */
static void
same_room(struct world *w, const struct client *c, int nr,
    const struct vroom *grown, const struct vroom *fresh)
{
	if (grown->section != JOIN || fresh->section != JOIN)
		return;
	same_receipts(w, c, nr, grown, fresh);
	same(w, c, nr, "typing", grown->typing, fresh->typing);
	same(w, c, nr, "joined", grown->joined, fresh->joined);
	same(w, c, nr, "invited", grown->invited, fresh->invited);
	same_counts(w, c, nr, grown, fresh);
	if (strcmp(grown->heroes, fresh->heroes) != 0)
		wrong(w, "client %d, room %d: heroes became %s, and are %s in "
		    "a first sync", c->number, nr, grown->heroes,
		    fresh->heroes);
}

void
check_same(struct world *w, const struct client *c, const struct view *grown,
    const struct view *fresh)
{
	for (int i = 0; i < ROOMS; i++)
		same_room(w, c, i, &grown->room[i], &fresh->room[i]);
}

/* -------------------------------------------------------- for others to say */

_Noreturn void
wrong_event(struct world *w, const struct client *c, int room, int event,
    const char *what)
{
	static struct check k;

	k = (struct check){ .w = w, .c = c, .whose = "heard", .nr = room,
	    .room = &w->room[room], .vroom = &c->view.room[room],
	    .last = w->room[room].n };
	wrong_in(&k, what, event);
}
