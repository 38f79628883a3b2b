/* resolve-v1.c - state resolution of room version 1. */
#include <stdlib.h>

#include "base/sha1.h"
#include "matrix/resolve-inner.h"

enum pass { PASS_LEVELS, PASS_JOIN_RULES, PASS_MEMBERS, PASS_OTHER };

static enum pass
pass_of(const struct slot *slot)
{
	if (strcmp(slot->type, "m.room.member") == 0)
		return PASS_MEMBERS;
	if (slot->state_key[0] != '\0')
		return PASS_OTHER;
	if (strcmp(slot->type, "m.room.power_levels") == 0)
		return PASS_LEVELS;
	return strcmp(slot->type, "m.room.join_rules") == 0 ?
	    PASS_JOIN_RULES : PASS_OTHER;
}

static int
by_slot(const struct slot *x, const struct slot *y)
{
	const int passes = (int)pass_of(x) - (int)pass_of(y);
	const int types = passes != 0 ? passes : strcmp(x->type, y->type);

	return types != 0 ? types : strcmp(x->state_key, y->state_key);
}

/* Rivals stand together, "by ascending depth then descending sha1". */
static int
by_rivalry(const void *a, const void *b)
{
	const struct node *x = *(struct node *const *)a;
	const struct node *y = *(struct node *const *)b;
	const int slots = by_slot(x->slot, y->slot);

	if (slots != 0)
		return slots;
	if (x->e->depth != y->e->depth)
		return x->e->depth < y->e->depth ? -1 : 1;
	return memcmp(y->sha1, x->sha1, SHA1_LEN);
}

static void
sort_rivals(struct resolution *r)
{
	struct node_list *all = &r->conflicted;
	uint8_t *sum = arena_alloc(r->mem, all->n * SHA1_LEN);
	size_t i;

	for (i = 0; i < all->n; i++, sum += SHA1_LEN) {
		sha1(all->node[i]->id, strlen(all->node[i]->id), sum);
		all->node[i]->sha1 = sum;
	}
	qsort(all->node, all->n, sizeof(struct node *), by_rivalry);
}

/* The last of those that are allowed one after another. */
static struct node *
last_of_chain(struct resolution *r, struct node **rival, size_t n)
{
	struct slot *slot = rival[0]->slot;
	struct node *best;
	size_t i;

	slot->now = rival[0];
	for (i = 1; i < n && resolved_allows(r, rival[i]); i++)
		slot->now = rival[i];
	best = slot->now;
	slot->now = NULL;
	return best;
}

static struct node *
highest(struct resolution *r, struct node **rival, size_t n)
{
	while (n > 1 && !resolved_allows(r, rival[n - 1]))
		n--;
	return rival[n - 1];
}

/* How many of the n stand for the same state as the first. */
static size_t
rivals(struct node **node, size_t n)
{
	size_t i = 1;

	while (i < n && node[i]->slot == node[0]->slot)
		i++;
	return i;
}

static size_t
resolve_slot(struct resolution *r, struct node **node, size_t n, enum pass pass)
{
	const size_t count = rivals(node, n);

	node[0]->slot->chosen = pass == PASS_OTHER ?
	    highest(r, node, count) : last_of_chain(r, node, count);
	return count;
}

/* Returns where the next pass begins. */
static size_t
resolve_pass(struct resolution *r, size_t from)
{
	struct node **node = r->conflicted.node;
	const size_t n = r->conflicted.n;
	const enum pass pass = pass_of(node[from]->slot);
	size_t i, end;

	for (end = from; end < n && pass_of(node[end]->slot) == pass; )
		end += resolve_slot(r, node + end, n - end, pass);
	for (i = from; i < end; i++)
		node[i]->slot->now = node[i]->slot->chosen;
	return end;
}

void
resolve_v1(struct resolution *r)
{
	size_t at = 0;

	sort_rivals(r);
	while (at < r->conflicted.n && r->verdict == RESOLVE_OK)
		at = resolve_pass(r, at);
}
