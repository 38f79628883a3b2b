/*
 * resolve.c - what all versions of state resolution begin and end with: which
 * state is in conflict, what holds so far, and the result.
 */
#include <stdlib.h>

#include "matrix/resolve-inner.h"

/* ----------------------------------------------------------- the conflicts */

static void
take_entry(struct resolution *r, const struct state_entry *entry, size_t number)
{
	struct slot *slot = slot_of(r, entry->type, entry->state_key);
	struct node *node = node_of(r, entry->event_id);

	if (slot->last == number)
		resolve_fail(r, RESOLVE_BAD, "A state has two events for the "
		    "same");
	if (slot->first == NULL)
		slot->first = node;
	slot->conflicted |= slot->first != node;
	slot->last = number;
	slot->count++;
}

/* Before the states are gone through, since those are as big as the room. */
static bool
is_small(struct resolution *r, const struct state_set *states)
{
	const size_t max = r->room->limits.bytes / sizeof(struct node);
	size_t i, n = 0;

	for (i = 0; i < r->states; i++)
		n += states[i].n;
	if (r->states > RESOLVE_SETS_MAX)
		resolve_fail(r, RESOLVE_LIMIT, "Too many states");
	if (r->room->limits.bytes != 0 && n > max)
		resolve_fail(r, RESOLVE_LIMIT, "It needs too much memory");
	return r->verdict == RESOLVE_OK;
}

/* Version 1 knows no conflict where a state has nothing. */
static bool
is_conflicted(const struct resolution *r, const struct slot *slot)
{
	return slot->conflicted ||
	    (r->room->version->resolution != STATE_RES_V1 &&
	    slot->count < r->states);
}

/* Of what is in conflict the events are looked at, of all else they are not. */
static void
take_conflict(struct resolution *r, const struct state_entry *entry,
    uint64_t state)
{
	struct slot *slot = slot_of(r, entry->type, entry->state_key);
	struct node *node = node_of(r, entry->event_id);

	if (!slot->conflicted || !node_known(r, node))
		return;
	if (!node_is(node, slot->type, slot->state_key))
		resolve_fail(r, RESOLVE_BAD, "An event in a state is not what "
		    "it stands for");
	if (node->slot == NULL)
		node_push(r, &r->conflicted, node);
	node->slot = slot;
	node->in |= state;
}

static void
find_conflicts(struct resolution *r, const struct state_set *states)
{
	size_t i, k;

	for (i = 0; i < r->states; i++)
		for (k = 0; k < states[i].n; k++)
			take_entry(r, &states[i].entry[k], i + 1);
	for (k = 0; k < r->slot_count; k++)
		r->slot[k]->conflicted = is_conflicted(r, r->slot[k]);
	for (i = 0; i < r->states; i++)
		for (k = 0; k < states[i].n; k++)
			take_conflict(r, &states[i].entry[k],
			    (uint64_t)1 << i);
}

/* ----------------------------------------------------- the state meanwhile */

struct node *
resolved_now(struct resolution *r, const char *type, const char *state_key)
{
	const struct slot *slot = table_find(r->slots, type, state_key);
	struct node *node;

	if (slot == NULL)
		return NULL;
	if (slot->now != NULL)
		return slot->now;
	node = slot->conflicted || r->empty_start ? NULL : slot->first;
	if (node == NULL || !node_known(r, node))
		return NULL;
	if (!node_is(node, type, state_key))
		resolve_fail(r, RESOLVE_BAD, "An event in a state is not what "
		    "it stands for");
	return node;
}

/* What the event cites, where the state has nothing. */
static struct node *
cited(struct resolution *r, struct node *node, const char *type,
    const char *state_key)
{
	struct node *found = node_cites(r, node, type, state_key, false);

	if (found == NULL && r->room->version->room_id_is_hash &&
	    strcmp(type, "m.room.create") == 0 && state_key[0] == '\0')
		return node_create(r, node);
	return found;
}

struct asking {
	struct resolution *r;
	struct node	*node;
};

static const struct auth_event *
state_for(void *arg, const char *type, const char *state_key)
{
	const struct asking *a = arg;
	struct node *node;

	if (type == NULL || state_key == NULL)
		return NULL;
	node = resolved_now(a->r, type, state_key);
	if (node == NULL && a->r->cited_state)
		node = cited(a->r, a->node, type, state_key);
	return node != NULL && node_whole(a->r, node) ? &node->e->event : NULL;
}

bool
resolved_allows(struct resolution *r, struct node *node)
{
	const size_t max = r->room->limits.checks;
	struct asking a = { r, node };
	const char *why;

	if (max != 0 && r->checked >= max)
		resolve_fail(r, RESOLVE_LIMIT, "Too many events are in "
		    "conflict");
	r->checked++;
	return node_whole(r, node) && auth_allows(r->room->version,
	    &node->e->event, state_for, &a, &why);
}

/* -------------------------------------------------------------- the result */

static int
by_name(const void *a, const void *b)
{
	const struct state_entry *x = a, *y = b;
	const int c = strcmp(x->type, y->type);

	return c != 0 ? c : strcmp(x->state_key, y->state_key);
}

static struct state_set
result(const struct resolution *r)
{
	struct state_entry *entry = arena_alloc(r->mem,
	    r->slot_count * sizeof *entry);
	const struct node *node;
	size_t i, n = 0;

	for (i = 0; i < r->slot_count; i++) {
		node = r->slot[i]->conflicted || r->slot[i]->first == NULL ?
		    r->slot[i]->now : r->slot[i]->first;
		if (node != NULL)
			entry[n++] = (struct state_entry){ r->slot[i]->type,
			    r->slot[i]->state_key, node->id };
	}
	if (n > 0)
		qsort(entry, n, sizeof *entry, by_name);
	return (struct state_set){ entry, n };
}

static void
resolve_conflicts(struct resolution *r)
{
	if (r->conflicted.n == 0)
		return;
	if (r->room->version->resolution == STATE_RES_V1)
		resolve_v1(r);
	else
		resolve_v2(r);
}

enum resolve_verdict
state_resolve(const struct resolve_room *room, const struct state_set *states,
    size_t n, struct arena *mem, struct state_set *out, const char **why)
{
	struct resolution r = {
		.room = room, .mem = mem, .mem_before = arena_size(mem),
		.nodes = table_new(mem), .slots = table_new(mem), .states = n
	};

	if (room->version->room_id_is_hash)
		r.create_id = arena_printf(mem, "$%s", room->room_id + 1);
	if (is_small(&r, states))
		find_conflicts(&r, states);
	if (r.verdict == RESOLVE_OK)
		resolve_conflicts(&r);
	if (r.verdict == RESOLVE_OK)
		*out = result(&r);
	*why = r.why;
	return r.verdict;
}
