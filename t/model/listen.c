/*
 * listen.c - clients that begin with /initialSync and go on with /events, as
 * those of 2015 did.
 *
 * Asked again and again until nothing is left, /events must have told, in the
 * order in which all of it happened, what the user may see of their rooms since
 * they had asked last.
 */
#include <stdio.h>
#include <string.h>

#include "client.h"

#define PAGES_MAX	1000

/* ------------------------------------------------------------ what is due */

/* An event that is due, and where in the order of all. */
struct due {
	int	room;		/* -1: none */
	int	event;
	int	order;
};

static int
own_before(const struct room *room, int user, int event)
{
	while (--event >= 0 && room->event[event].target != user)
		;
	return event;
}

/*
 * Who is out is told what put them there, as it is now: an invitation that was
 * sent twice is the newer one, at the place of the first.
 */
static bool
is_begin_of_now(const struct room *room, int user, int event)
{
	enum member now = member_now(room, user);
	int i = own_before(room, user, room->n);

	if (room->event[event].target != user ||
	    member_at(room, user, event - 1) == now)
		return false;
	while (i > event && member_at(room, user, i) == now)
		i = own_before(room, user, i);
	return i == event && member_at(room, user, i) == now;
}

static bool
is_due(const struct room *room, int user, int event, struct due *due)
{
	enum member now = member_now(room, user);

	due->event = event;
	due->order = room->event[event].order;
	if (now == OUT)
		return false;
	if (now == IN || event <= ended_at(room, user))
		return may_see(room, user, event);
	due->event = own_before(room, user, room->n);
	return is_begin_of_now(room, user, event);
}

/* The next event behind `order` that is due, in whichever room. */
static struct due
next_due(struct world *w, const struct client *c, int order)
{
	struct due next = { .room = -1 }, due;

	for (due.room = 0; due.room < ROOMS; due.room++) {
		const struct room *room = &w->room[due.room];

		for (int i = c->began[due.room]; i < room->n; i++) {
			if (room->event[i].order <= order ||
			    !is_due(room, c->user, i, &due))
				continue;
			if (next.room == -1 || due.order < next.order)
				next = due;
			break;
		}
	}
	return next;
}

/* ---------------------------------------------------------------- asking */

static const char *
base(const struct client *c)
{
	return c->user % 4 == 0 ? "v3" : "api/v1";
}

static void
check_told(struct world *w, const struct client *c, const cJSON *e,
    int *order)
{
	struct due due = next_due(w, c, *order);
	int room = room_index(w, json_text(e, "room_id"));
	int event = event_index(w, &w->room[room], json_text(e, "event_id"));

	if (due.room != room || due.event != event) {
		note(w, "due is event %d of room %d", due.event, due.room);
		wrong_event(w, c, room, event, w->room[room].event[
		    event].order < due.order || due.room == -1 ?
		    "told, but not due" : "told before others that are due");
	}
	*order = due.order;
}

/* False: there was nothing more. */
static bool
listen_once(struct world *w, struct client *c, int *order)
{
	cJSON *answer = must(w, c->token, "GET", NULL,
	    "/_matrix/client/%s/events?timeout=0&limit=%d&from=%s", base(c),
	    8 + 20 * (c->user % 4), c->view.since);
	const char *end = json_text(answer, "end");
	const cJSON *e;
	bool more;

	cJSON_ArrayForEach(e, json_get(answer, "chunk"))
		if (json_text(e, "event_id") != NULL)
			check_told(w, c, e, order);
	if (end == NULL)
		wrong(w, "listener %d: no end", c->user);
	more = strcmp(end, c->view.since) != 0;
	snprintf(c->view.since, sizeof(c->view.since), "%s", end);
	w->syncs++;
	return more;
}

static void
remember(struct world *w, struct client *c)
{
	for (int i = 0; i < ROOMS; i++)
		c->began[i] = w->room[i].n;
}

static void
listen_all(struct world *w, struct client *c)
{
	struct due missing;
	int order = 0, pages = 0;

	while (listen_once(w, c, &order))
		if (++pages == PAGES_MAX)
			wrong(w, "listener %d: it does not end", c->user);
	if ((missing = next_due(w, c, order)).room != -1)
		wrong_event(w, c, missing.room, missing.event,
		    "is not told at all");
	remember(w, c);
}

static void
begin(struct world *w, struct client *c)
{
	view_initial(w, c, &c->view, must(w, c->token, "GET", NULL,
	    "/_matrix/client/%s/initialSync?limit=%d&archived=%s", base(c),
	    c->user * 4, c->user % 2 ? "true" : "false"));
	check_view(w, c, &c->view, "initial");
	remember(w, c);
}

/* --------------------------------------------------------------- at random */

void
listener_new(struct world *w, int user)
{
	struct client *c = &w->listener[user];

	memset(c, 0, sizeof(*c));
	c->number = CLIENTS + user;
	c->user = user;
	c->era = OF_2015;
	c->filter.state.url = c->filter.timeline.url = -1;
	c->filter.state.limit = c->filter.timeline.limit = -1;
	strcpy(c->token, w->user[user].token);
	conn_init(&c->conn);
	begin(w, c);
}

void
listener_act(struct world *w)
{
	struct client *c = &w->listener[pick(w, USERS)];

	w->doing = "a client listens";
	if (chance(w, 90))
		listen_all(w, c);
	else
		begin(w, c);
}

void
listener_finish(struct world *w, struct client *c)
{
	w->doing = "listening at the end";
	listen_all(w, c);
	begin(w, c);
	for (int i = 0; i < ROOMS; i++)
		if (ended_at(&w->room[i], c->user) != -1)
			view_fill(w, c, &c->view, i, true);
	check_view(w, c, &c->view, "initial, filled");
}
