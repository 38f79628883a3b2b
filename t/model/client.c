/* client.c - see client.h: what clients ask, and when. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

/* A waiting client that has not been told by then was not woken at all. */
#define WAIT_MS		60000
#define PATIENCE_MS	30000

void
client_sent(struct client *c, int64_t serial)
{
	if (c->sents == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 64;
		c->sent = realloc(c->sent, (size_t)c->cap * sizeof(*c->sent));
		if (c->sent == NULL)
			err(1, NULL);
	}
	c->sent[c->sents++] = serial;
}

/* ---------------------------------------------------------------- asking */

static const char *
path_of(struct world *w, const struct client *c, const char *since,
    int timeout_ms, bool full_state)
{
	const char *base = c->era == OF_2015 ? "v2_alpha" :
	    c->number % 3 == 0 ? "r0" : "v3";
	struct buf b;

	buf_init(&b, w->mem, SIZE_MAX);
	buf_printf(&b, "/_matrix/client/%s/sync?timeout=%d", base, timeout_ms);
	if (since[0] != '\0')
		buf_printf(&b, "&since=%s", since);
	if (c->filter.given)
		buf_printf(&b, "&filter=%s", c->filter_id[0] != '\0' ?
		    c->filter_id : encode(w, filter_json(w, &c->filter)));
	if (full_state)
		buf_puts(&b, "&full_state=true");
	if (c->era == STATE_AFTER)
		buf_puts(&b, "&use_state_after=true");
	return buf_str(&b);
}

/* Its token says that it has what was sent to it before that. */
static void
confirm(struct client *c, const struct view *v)
{
	if (v->since[0] != '\0' && v->to_device > c->asked)
		c->asked = v->to_device;
}

/* Old gaps are filled before the list of them is full. */
static void
apply(struct world *w, struct client *c, struct view *v, const cJSON *answer)
{
	view_apply(w, c, v, answer);
	w->syncs++;
	for (int i = 0; i < ROOMS; i++)
		if (v->room[i].tokens > GAPS - 2)
			view_fill(w, c, v, i, true);
}

static void
sync_view(struct world *w, struct client *c, struct view *v, bool full_state)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s", path_of(w, c, v->since, 0,
	    full_state));
	confirm(c, v);
	apply(w, c, v, must(w, c->token, "GET", NULL, "%s", path));
}

/* The answer is lost on its way, so that it has to ask again. */
static void
sync_lost(struct world *w, struct client *c)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s", path_of(w, c, c->view.since, 0,
	    false));
	confirm(c, &c->view);
	must(w, c->token, "GET", NULL, "%s", path);
}

/* --------------------------------------------------------------- waiting */

static void
begin_waiting(struct world *w, struct client *c)
{
	const char *path;

	/* Who is behind does not wait. */
	if (chance(w, 80))
		sync_view(w, c, &c->view, false);
	path = path_of(w, c, c->view.since, WAIT_MS, false);
	confirm(c, &c->view);
	conn_send(&c->conn, "GET", path, c->token, NULL);
	note(w, "... client %d waits: %s", c->number, path);
	for (int i = 0; i < ROOMS; i++)
		c->began[i] = w->room[i].n;
	c->waiting = true;
}

/* Did anything happen meanwhile that they are to be told? */
static bool
is_due_in(const struct world *w, const struct client *c, int nr)
{
	const struct room *room = &w->room[nr];
	const struct filter *f = &c->filter;

	if (!part_room(f, &f->timeline, nr) || f->timeline.limit == 0 ||
	    member_now(room, c->user) != IN)
		return false;
	for (int i = c->began[nr]; i < room->n; i++)
		if (part_event(&f->timeline, &room->event[i]) &&
		    may_see(room, c->user, i))
			return true;
	return false;
}

static bool
is_due(const struct world *w, const struct client *c)
{
	for (int i = 0; i < ROOMS; i++)
		if (is_due_in(w, c, i))
			return true;
	return false;
}

/* Something of their own wakes all their clients whose filters let it pass. */
static bool
wake(struct world *w, struct client *c)
{
	struct user *u = &w->user[c->user];
	int i = c->filter.account_data == NULL ? 0 :
	    data_index(c->filter.account_data);
	char body[64];

	if (c->era == OF_2015 || i == DATA_TYPES - 1)
		return false;
	u->data[i] = ++w->serial;
	snprintf(body, sizeof(body), "{\"v\":%jd}", (intmax_t)u->data[i]);
	must(w, u->token, "PUT", body,
	    "/_matrix/client/v3/user/%s/account_data/%s", encode(w, u->id),
	    data_type(i));
	return true;
}

static void
give_up(struct client *c)
{
	conn_close(&c->conn);
	c->waiting = false;
}

static void
end_waiting(struct world *w, struct client *c)
{
	const char *body;
	size_t n;
	int status;

	if (!is_due(w, c) && !wake(w, c)) {
		give_up(c);
		return;
	}
	if (!conn_answer(&c->conn, PATIENCE_MS, &status, &body, &n))
		wrong(w, "client %d waits and was not woken", c->number);
	note(w, "... client %d was answered: %d", c->number, status);
	if (status != 200)
		wrong(w, "client %d waits and is refused: %d %.*s", c->number,
		    status, (int)n, body);
	c->waiting = false;
	arena_clear(w->mem);
	apply(w, c, &c->view, parse(w, body, n));
}

/* -------------------------------------------------------------- comparing */

/* Until it has all that is there; messages to devices may come in pieces. */
static void
catch_up(struct world *w, struct client *c)
{
	if (c->waiting)
		end_waiting(w, c);
	sync_view(w, c, &c->view, false);
	for (int i = 0; i < 1000 && c->era != OF_2015 &&
	    c->view.to_device < c->sents; i++)
		sync_view(w, c, &c->view, false);
	if (c->era != OF_2015 && c->view.to_device < c->sents)
		wrong(w, "client %d: messages to its device are missing",
		    c->number);
}

/* Nothing happens meanwhile, but who was typing may have stopped. */
static void
compare(struct world *w, struct client *c)
{
	static struct view fresh;

	catch_up(w, c);
	check_view(w, c, &c->view, "grown");
	view_new(&fresh);
	sync_view(w, c, &fresh, false);
	check_view(w, c, &fresh, "fresh");
	check_same(w, c, &c->view, &fresh);
	w->compared++;
}

/* -------------------------------------------------------------- coming new */

static void
store_filter(struct world *w, struct client *c)
{
	cJSON *answer;
	bool stored = chance(w, 50);

	c->filter_id[0] = '\0';
	if (!c->filter.given || (!stored &&
	    strlen(encode(w, filter_json(w, &c->filter))) < 3000))
		return;
	answer = must(w, c->token, "POST", filter_json(w, &c->filter),
	    "/_matrix/client/v3/user/%s/filter",
	    encode(w, w->user[c->user].id));
	snprintf(c->filter_id, sizeof(c->filter_id), "%s",
	    json_text(answer, "filter_id"));
}

/* As somebody who opens the client for the first time on this device. */
static void
begin_anew(struct world *w, struct client *c)
{
	if (c->waiting)
		give_up(c);
	c->era = chance(w, 20) ? OF_2015 : chance(w, 25) ? STATE_AFTER : TODAY;
	filter_random(w, &c->filter);
	store_filter(w, c);
	view_new(&c->view);
	view_new(&c->saved);
	sync_view(w, c, &c->view, false);
}

static void
log_in(struct world *w, struct client *c)
{
	struct user *u = &w->user[c->user];
	char body[512];
	cJSON *answer;

	snprintf(body, sizeof(body), "{\"type\":\"m.login.password\","
	    "\"identifier\":{\"type\":\"m.id.user\",\"user\":\"%s\"},"
	    "\"password\":\"secret\"}", u->name);
	answer = must(w, NULL, "POST", body, "/_matrix/client/v3/login");
	snprintf(c->token, sizeof(c->token), "%s",
	    json_text(answer, "access_token"));
	snprintf(c->device, sizeof(c->device), "%s",
	    json_text(answer, "device_id"));
}

void
client_new(struct world *w, int number)
{
	struct client *c = &w->client[number];
	const struct user *u = &w->user[number / 2];

	memset(c, 0, sizeof(*c));
	c->number = number;
	c->user = number / 2;
	conn_init(&c->conn);
	if (number % 2 == 1)
		log_in(w, c);
	else {
		strcpy(c->token, u->token);
		strcpy(c->device, u->device);
	}
	begin_anew(w, c);
}

void
client_end(struct client *c)
{
	conn_close(&c->conn);
	free(c->sent);
}

/* -------------------------------------------------------------- at random */

static void
go_back(struct world *w, struct client *c)
{
	if (c->saved.since[0] == '\0')
		return;
	if (c->waiting)
		give_up(c);
	note(w, "... client %d goes back", c->number);
	c->view = c->saved;
}

static void
fill_some(struct world *w, struct client *c)
{
	int room = (int)pick(w, ROOMS);

	if (ended_at(&w->room[room], c->user) != -1 &&
	    (c->view.room[room].section == JOIN ||
	    c->view.room[room].section == LEAVE))
		view_fill(w, c, &c->view, room, chance(w, 50));
}

static void
sync_or_end(struct world *w, struct client *c, unsigned what)
{
	if (c->waiting)
		end_waiting(w, c);
	else if (what < 55)
		sync_view(w, c, &c->view, what < 3);
	else if (what < 58)
		sync_lost(w, c);
	else
		begin_waiting(w, c);
}

void
client_act(struct world *w)
{
	struct client *c = &w->client[pick(w, CLIENTS)];
	unsigned what = pick(w, 100);

	w->doing = "a client asks";
	if (what < 80)
		sync_or_end(w, c, what);
	else if (what < 86)
		fill_some(w, c);
	else if (what < 92)
		c->saved = c->view;
	else if (what < 95)
		go_back(w, c);
	else if (what < 96)
		begin_anew(w, c);
	else
		compare(w, c);
}

void
client_finish(struct world *w, struct client *c)
{
	w->doing = "comparing at the end";
	compare(w, c);
	for (int i = 0; i < ROOMS; i++)
		if (c->view.room[i].section == JOIN ||
		    c->view.room[i].section == LEAVE)
			view_fill(w, c, &c->view, i, true);
	check_view(w, c, &c->view, "filled");
}
