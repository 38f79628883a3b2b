/* view.c - what an answer to /sync adds to what a client has. */
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "client.h"

struct answer {
	struct world	*w;
	struct client	*c;
	struct view	*v;
	struct room	*room;		/* the one that is read, */
	struct vroom	*vroom;
	const cJSON	*map;		/* its event_map, */
	bool		 limited;	/* and its timeline */
};

static void
vroom_new(struct vroom *r)
{
	memset(r, 0, sizeof(*r));
	memset(r->gap, NO_GAP, sizeof(r->gap));
	r->gap[0] = HOLE;
	memset(r->state, -1, sizeof(r->state));
	memset(r->receipt, -1, sizeof(r->receipt));
	memset(r->data, -1, sizeof(r->data));
	r->joined = r->invited = r->unread = r->highlight = -1;
}

void
view_new(struct view *v)
{
	v->since[0] = '\0';
	v->to_device = 0;
	memset(v->data, -1, sizeof(v->data));
	for (int i = 0; i < ROOMS; i++)
		vroom_new(&v->room[i]);
}

/* ---------------------------------------------------------------- events */

static bool
is_text(const cJSON *json, const char *key, const char *want)
{
	const char *text = json_text(json, key);

	return (text == NULL) == (want == NULL) &&
	    (text == NULL || strcmp(text, want) == 0);
}

static void
check_event(struct answer *a, const struct event *e, const cJSON *json)
{
	const char *key = e->key == -1 ? NULL :
	    a->room->key[e->key].state_key;
	int64_t n = 0;

	if (!is_text(json, "type", e->type) ||
	    !is_text(json, "state_key", key) ||
	    !is_text(json, "sender", a->w->user[e->sender].id))
		wrong(a->w, "%s is told of as another event", e->id);
	json_int(json_get(json, "content"), "n", &n);
	if (n != e->serial && !(n == 0 && e->redacted))
		wrong(a->w, "%s says %jd, and not %jd", e->id, (intmax_t)n,
		    (intmax_t)e->serial);
}

/* Of an entry of `events`: 2015 has ids there. */
static int
read_event(struct answer *a, const cJSON *entry)
{
	const char *id = cJSON_IsString(entry) ? entry->valuestring :
	    json_text(entry, "event_id");
	int i = event_index(a->w, a->room, id);

	check_event(a, &a->room->event[i], cJSON_IsString(entry) ?
	    json_get(a->map, id) : entry);
	return i;
}

static void
set_state(struct answer *a, int event)
{
	int key = a->room->event[event].key;

	if (key != -1)
		a->vroom->state[key] = event;
}

static void
put_gap(struct answer *a, const char *token)
{
	struct vroom *r = a->vroom;

	if (r->tokens == GAPS)
		errx(1, "GAPS is too small");
	if (token == NULL) {
		r->gap[r->n] = HOLE;
		return;
	}
	snprintf(r->token[r->tokens], sizeof(r->token[0]), "%s", token);
	r->gap[r->n] = (signed char)r->tokens++;
}

/* last: nothing follows in this answer. */
static void
add_item(struct answer *a, int event, bool last)
{
	struct vroom *r = a->vroom;

	if (r->n == EVENTS_MAX)
		wrong(a->w, "told of more events than there are");
	/* What keeps them out may lie behind much that they are not told. */
	r->alone[r->n] = last && r->section == LEAVE &&
	    at_the_door(a->room, a->c->user, event);
	if (!r->alone[r->n]) {
		r->whole = true;
		if (r->gap[r->n] == HOLE && !a->limited)
			r->gap[r->n] = NO_GAP;
	}
	r->item[r->n++] = (short)event;
	r->gap[r->n] = NO_GAP;
	r->senders |= 1u << a->room->event[event].sender;
}

static bool
has_entry(struct answer *a, const cJSON *events, int event)
{
	const cJSON *entry;

	cJSON_ArrayForEach(entry, events)
		if (read_event(a, entry) == event)
			return true;
	return false;
}

/*
 * Where it is limited a timeline may begin before the end of what the client
 * has, as after they were out for a while; it must have all of that, then.
 */
static void
drop_overlap(struct answer *a, const cJSON *events)
{
	struct vroom *r = a->vroom;
	int first = events->child == NULL ? EVENTS_MAX :
	    read_event(a, events->child);

	for (; r->n > 0 && r->item[r->n - 1] >= first; r->n--)
		if (!r->alone[r->n - 1] &&
		    !has_entry(a, events, r->item[r->n - 1]))
			wrong(a->w, "%s is not told again between others",
			    a->room->event[r->item[r->n - 1]].id);
}

static void
read_timeline(struct answer *a, const cJSON *timeline)
{
	const cJSON *entry, *events = json_get(timeline, "events");

	if (!cJSON_IsArray(events))
		wrong(a->w, "a timeline without events");
	a->limited = json_is_true(timeline, "limited");
	if (a->limited) {
		drop_overlap(a, events);
		put_gap(a, json_text(timeline, "prev_batch"));
	}
	a->vroom->senders = 0;
	if (a->c->filter.timeline.limit >= 0 && cJSON_GetArraySize(events) >
	    a->c->filter.timeline.limit + (a->vroom->section == LEAVE))
		wrong(a->w, "a timeline of %d events", cJSON_GetArraySize(
		    events));
	cJSON_ArrayForEach(entry, events) {
		int event = read_event(a, entry);

		add_item(a, event, entry->next == NULL);
		if (a->c->era != STATE_AFTER)
			set_state(a, event);
	}
}

/* -1: the timeline is empty. */
static int
first_of_timeline(struct answer *a, const cJSON *json)
{
	const cJSON *events = json_get(json_get(json, "timeline"), "events");

	return events == NULL || events->child == NULL ? -1 :
	    read_event(a, events->child);
}

/*
 * `state` is what was before the timeline, and what was held back of that; it
 * is not what the timeline tells itself.
 */
static void
check_place(struct answer *a, int event, int first)
{
	if (a->c->era != STATE_AFTER && first != -1 && event >= first &&
	    part_event(&a->c->filter.timeline, &a->room->event[event]) &&
	    may_see(a->room, a->c->user, event))
		wrong(a->w, "in state, but of the timeline: %s",
		    a->room->event[event].id);
}

static void
read_history(struct answer *a, const cJSON *json)
{
	const cJSON *entry;
	int first;

	a->map = json_get(json, "event_map");
	first = first_of_timeline(a, json);
	cJSON_ArrayForEach(entry, json_get(json_get(json,
	    a->c->era == STATE_AFTER ? "state_after" : "state"), "events")) {
		int event = read_event(a, entry);

		if (a->room->event[event].key == -1)
			wrong(a->w, "in state, but no state: %s",
			    a->room->event[event].id);
		check_place(a, event, first);
		set_state(a, event);
	}
	read_timeline(a, json_get(json, "timeline"));
}

/* ------------------------------------------------------------- beside them */

static void
read_receipts_of(struct answer *a, int event, int kind, const cJSON *users)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, users) {
		int user = user_index(a->w, one->string);
		bool main_thread = json_text(one, "thread_id") != NULL;

		if (user == -1)
			wrong(a->w, "a receipt of %s", one->string);
		if (kind == 1 && user != a->c->user)
			wrong(a->w, "told of somebody's private receipt");
		a->vroom->receipt[kind][main_thread][user] = event;
	}
}

static void
read_receipts(struct answer *a, const cJSON *content)
{
	const cJSON *event, *kind;

	cJSON_ArrayForEach(event, content)
		cJSON_ArrayForEach(kind, event)
			read_receipts_of(a, event_index(a->w, a->room,
			    event->string), strcmp(kind->string,
			    "m.read") != 0, kind);
}

static void
read_typing(struct answer *a, const cJSON *content)
{
	const cJSON *one;

	a->vroom->typing = 0;
	cJSON_ArrayForEach(one, json_get(content, "user_ids"))
		a->vroom->typing |= 1u << user_index(a->w, one->valuestring);
}

static void
read_ephemeral(struct answer *a, const cJSON *json)
{
	const cJSON *e;

	cJSON_ArrayForEach(e, json_get(json_get(json, "ephemeral"),
	    "events")) {
		if (is_text(e, "type", "m.receipt"))
			read_receipts(a, json_get(e, "content"));
		else if (is_text(e, "type", "m.typing"))
			read_typing(a, json_get(e, "content"));
		else
			wrong(a->w, "an unknown ephemeral event");
	}
}

static int64_t
value_of_tags(const cJSON *tags)
{
	return (json_get(tags, "u.a") != NULL) |
	    (json_get(tags, "u.b") != NULL) << 1 |
	    (json_get(tags, "m.favourite") != NULL) << 2;
}

static void
read_data(int64_t data[DATA_TYPES], const cJSON *json)
{
	const cJSON *e, *content;

	cJSON_ArrayForEach(e, json_get(json_get(json, "account_data"),
	    "events")) {
		int i = data_index(json_text(e, "type"));

		content = json_get(e, "content");
		if (i == DATA_TYPES - 1)
			data[i] = value_of_tags(json_get(content, "tags"));
		else if (i != -1)
			json_int(content, "v", &data[i]);
	}
}

static void
read_int(const cJSON *json, const char *key, int *out)
{
	int64_t n;

	if (json_int(json, key, &n))
		*out = (int)n;
}

static void
read_summary(struct answer *a, const cJSON *json)
{
	const cJSON *summary = json_get(json, "summary"), *one;
	const cJSON *heroes = json_get(summary, "m.heroes");
	const cJSON *unread = json_get(json, "unread_notifications");

	if (heroes != NULL)
		a->vroom->heroes[0] = '\0';
	cJSON_ArrayForEach(one, heroes)
		strncat(a->vroom->heroes, one->valuestring, HEROES_MAX -
		    strlen(a->vroom->heroes) - 1);
	read_int(summary, "m.joined_member_count", &a->vroom->joined);
	read_int(summary, "m.invited_member_count", &a->vroom->invited);
	read_int(unread, "notification_count", &a->vroom->unread);
	read_int(unread, "highlight_count", &a->vroom->highlight);
}

/* -------------------------------------------------------------- the rooms */

/* Who was asked in finds their own invitation there, as the last. */
static void
read_door(struct answer *a, const cJSON *json, const char *key)
{
	const cJSON *events = json_get(json_get(json, key), "events");
	const cJSON *one, *last = NULL;

	cJSON_ArrayForEach(one, events)
		if (is_text(one, "type", "m.room.member") &&
		    is_text(one, "state_key", a->w->user[a->c->user].id))
			last = one;
	if (!is_text(json_get(last, "content"), "membership",
	    a->vroom->section == INVITE ? "invite" : "knock"))
		wrong(a->w, "%s does not tell of the user's own membership",
		    key);
}

static void
read_room(struct answer *a, enum section section, const cJSON *json)
{
	int i = room_index(a->w, json->string);

	if (!filter_room(&a->c->filter, i))
		wrong(a->w, "the filter has not this room");
	a->room = &a->w->room[i];
	a->vroom = &a->v->room[i];
	a->vroom->whole = section == JOIN ||
	    (section == LEAVE && a->vroom->whole);
	a->vroom->section = section;
	if (section != JOIN)
		a->vroom->typing = 0;
	if (section == INVITE || section == KNOCK) {
		a->vroom->gap[a->vroom->n] = HOLE;
		read_door(a, json, section == INVITE ? "invite_state" :
		    "knock_state");
		return;
	}
	read_history(a, json);
	read_ephemeral(a, json);
	read_data(a->vroom->data, json);
	read_summary(a, json);
}

static const struct {
	const char	*name, *name_2015;
	enum section	 section;
} sections[] = {
	{ "join", "joined", JOIN },
	{ "invite", "invited", INVITE },
	{ "knock", "knocked", KNOCK },
	{ "leave", "archived", LEAVE }
};

static void
read_rooms(struct answer *a, const cJSON *rooms)
{
	bool seen[ROOMS] = { false };
	const cJSON *json;

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		cJSON_ArrayForEach(json, json_get(rooms,
		    a->c->era == OF_2015 ? sections[i].name_2015 :
		    sections[i].name)) {
			int room = room_index(a->w, json->string);

			if (seen[room])
				wrong(a->w, "a room in two sections");
			seen[room] = true;
			read_room(a, sections[i].section, json);
		}
}

/*
 * Where the messages begin: what a request confirmed that was given up may have
 * been dropped or not.
 */
static int
first_to_device(struct answer *a, const cJSON *events)
{
	struct client *c = a->c;
	int at = c->confirmed;
	int64_t n = 0;

	if (a->v->since[0] != '\0' && a->v->to_device > at)
		at = c->confirmed = a->v->to_device;
	json_int(json_get(events == NULL ? NULL : events->child, "content"),
	    "n", &n);
	while (at < c->asked && c->sent[at] != n)
		at++;
	return at;
}

/* In their order, each once, from the first that was not confirmed. */
static void
read_to_device(struct answer *a, const cJSON *events)
{
	const cJSON *e;
	int at = first_to_device(a, events);
	int64_t n = 0;

	cJSON_ArrayForEach(e, events) {
		json_int(json_get(e, "content"), "n", &n);
		if (at == a->c->sents || n != a->c->sent[at])
			wrong(a->w, "to the device: %jd, and not %jd",
			    (intmax_t)n, at == a->c->sents ? (intmax_t)-1 :
			    (intmax_t)a->c->sent[at]);
		at++;
	}
	a->v->to_device = at;
}

void
view_apply(struct world *w, struct client *c, struct view *v,
    const cJSON *answer)
{
	struct answer a = { .w = w, .c = c, .v = v };
	const char *next = json_text(answer, "next_batch");

	if (next == NULL)
		wrong(w, "no next_batch");
	read_rooms(&a, json_get(answer, "rooms"));
	read_data(v->data, answer);
	read_to_device(&a, json_get(json_get(answer, "to_device"), "events"));
	snprintf(v->since, sizeof(v->since), "%s", next);
}

/* ------------------------------------------------------------ /initialSync */

static enum section
section_of(enum member member)
{
	return member == IN ? JOIN : member == INVITED ? INVITE : LEAVE;
}

/* There state is as it is now, and the timeline may have a beginning. */
static void
read_initial_room(struct answer *a, const cJSON *json)
{
	int i = room_index(a->w, json_text(json, "room_id"));
	const cJSON *entry, *messages = json_get(json, "messages");

	a->room = &a->w->room[i];
	a->vroom = &a->v->room[i];
	if (a->vroom->section != NOWHERE)
		wrong(a->w, "a room twice");
	a->vroom->section = section_of(member_of(json_text(json,
	    "membership")));
	if (a->vroom->section == INVITE)
		return;
	a->limited = true;
	put_gap(a, json_text(messages, "start"));
	cJSON_ArrayForEach(entry, json_get(messages, "chunk"))
		add_item(a, read_event(a, entry), entry->next == NULL);
	cJSON_ArrayForEach(entry, json_get(json, "state"))
		set_state(a, read_event(a, entry));
}

void
view_initial(struct world *w, struct client *c, struct view *v,
    const cJSON *answer)
{
	struct answer a = { .w = w, .c = c, .v = v };
	const cJSON *room;

	view_new(v);
	cJSON_ArrayForEach(room, json_get(answer, "rooms"))
		read_initial_room(&a, room);
	snprintf(v->since, sizeof(v->since), "%s", json_text(answer, "end"));
}
