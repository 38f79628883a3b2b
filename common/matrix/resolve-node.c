/*
 * resolve-node.c - the events that a resolution comes across, each asked for
 * when it is needed, and not at all once a limit is reached.
 */
#include "matrix/resolve-inner.h"

void
resolve_fail(struct resolution *r, enum resolve_verdict verdict,
    const char *why)
{
	if (r->verdict != RESOLVE_OK)
		return;
	r->verdict = verdict;
	r->why = why;
}

void
node_push(struct resolution *r, struct node_list *list, struct node *node)
{
	const size_t old = list->room;

	if (list->n == list->room) {
		list->room = old == 0 ? 4 : 2 * old;
		list->node = arena_grow(r->mem, list->node,
		    old * sizeof(struct node *),
		    list->room * sizeof(struct node *));
	}
	list->node[list->n++] = node;
}

struct node *
node_pop(struct node_list *list)
{
	return list->n == 0 ? NULL : list->node[--list->n];
}

struct node *
node_of(struct resolution *r, const char *event_id)
{
	void **at = table_at(r->nodes, event_id, NULL);
	struct node *node = *at;

	if (node == NULL) {
		*at = node = arena_alloc(r->mem, sizeof *node);
		node->id = event_id;
	}
	return node;
}

/* ---------------------------------------------------------- asking for one */

static bool
limit_reached(struct resolution *r)
{
	const struct resolve_limits *l = &r->room->limits;

	if (l->events != 0 && r->asked > l->events)
		resolve_fail(r, RESOLVE_LIMIT, "Too many events bear on it");
	if (l->bytes != 0 && arena_size(r->mem) - r->mem_before > l->bytes)
		resolve_fail(r, RESOLVE_LIMIT, "It needs too much memory");
	return r->verdict != RESOLVE_OK;
}

/* The create event of room version 12 names the room by its own id. */
static bool
is_of_room(const struct resolve_room *room, const struct auth_event *e,
    const char *event_id)
{
	if (e->room_id != NULL)
		return strcmp(e->room_id, room->room_id) == 0;
	return room->version->room_id_is_hash && event_id[0] == '$' &&
	    strcmp(e->type, "m.room.create") == 0 &&
	    strcmp(event_id + 1, room->room_id + 1) == 0;
}

static void
ask(struct resolution *r, struct node *node, bool content)
{
	const struct resolve_room *room = r->room;
	const struct resolve_event *e;

	r->asked += !node->asked;
	node->asked = true;
	if (limit_reached(r))
		return;
	e = room->event(room->arg, node->id, content, r->mem);
	if (e == NULL && node->e != NULL)
		resolve_fail(r, RESOLVE_BAD, "An event went while it was "
		    "looked at");
	if (e != NULL && !is_of_room(room, &e->event, node->id))
		resolve_fail(r, RESOLVE_BAD, "An event of another room bears "
		    "on it");
	if (e != NULL)
		node->e = e;
	node->has_content = content;
}

bool
node_known(struct resolution *r, struct node *node)
{
	if (!node->asked)
		ask(r, node, false);
	return r->verdict == RESOLVE_OK && node->e != NULL;
}

bool
node_whole(struct resolution *r, struct node *node)
{
	if (node_known(r, node) && !node->has_content)
		ask(r, node, true);
	return r->verdict == RESOLVE_OK && node->e != NULL;
}

/* ----------------------------------------------------------- what it cites */

void
node_auth(struct resolution *r, struct node *node)
{
	size_t i;

	if (node->auth != NULL || !node_known(r, node) ||
	    node->e->auth_count == 0)
		return;
	node->auth_count = node->e->auth_count;
	node->auth = arena_alloc(r->mem,
	    node->auth_count * sizeof(struct node *));
	for (i = 0; i < node->auth_count; i++)
		node->auth[i] = node_of(r, node->e->auth_events[i]);
}

bool
node_is(const struct node *node, const char *type, const char *state_key)
{
	const struct auth_event *e = &node->e->event;

	return resolve_same(e->type, type) &&
	    resolve_same(e->state_key, state_key);
}

struct node *
node_cites(struct resolution *r, struct node *node, const char *type,
    const char *state_key, bool rejected_too)
{
	struct node *found = NULL, *auth;
	size_t i;

	node_auth(r, node);
	for (i = 0; i < node->auth_count; i++) {
		auth = node->auth[i];
		if (node_known(r, auth) && node_is(auth, type, state_key) &&
		    (rejected_too || !auth->e->rejected))
			found = auth;
	}
	return found;
}

struct node *
node_create(struct resolution *r, struct node *node)
{
	struct node *create;

	if (!r->room->version->room_id_is_hash)
		return node_cites(r, node, "m.room.create", "", true);
	create = node_of(r, r->create_id);
	return node_known(r, create) ? create : NULL;
}

/* ------------------------------------------------------- places in a state */

static void
slot_add(struct resolution *r, struct slot *slot)
{
	const size_t old = r->slot_room;

	if (r->slot_count == old) {
		r->slot_room = old == 0 ? 64 : 2 * old;
		r->slot = arena_grow(r->mem, r->slot, old * sizeof(*r->slot),
		    r->slot_room * sizeof(*r->slot));
	}
	r->slot[r->slot_count++] = slot;
}

struct slot *
slot_of(struct resolution *r, const char *type, const char *state_key)
{
	void **at = table_at(r->slots, type, state_key);
	struct slot *slot = *at;

	if (slot == NULL) {
		*at = slot = arena_alloc(r->mem, sizeof *slot);
		*slot = (struct slot){ .type = type, .state_key = state_key };
		slot_add(r, slot);
	}
	return slot;
}
