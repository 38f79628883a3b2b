/*
 * resolve-order.c - the two orders of version 2: reverse topological power
 * ordering and mainline ordering.
 */
#include <stdlib.h>

#include "matrix/resolve-inner.h"

/* ------------------------------------------------------ whose power counts */

static struct node *
levels_of(struct resolution *r, struct node *node)
{
	return node_cites(r, node, "m.room.power_levels", "", true);
}

/* By what the event cites, whatever the state is. */
static int64_t
power_of_sender(struct resolution *r, struct node *node)
{
	static const struct auth_event nobody = { .sender = "" };
	struct node *create = node_create(r, node);
	struct node *levels = levels_of(r, node);
	const bool created = create != NULL && node_whole(r, create);

	if (levels != NULL && !node_whole(r, levels))
		levels = NULL;
	if (!created && levels == NULL)
		return 0;
	return power_of(r->room->version, created ? &create->e->event : &nobody,
	    levels == NULL ? NULL : levels->e->event.content,
	    node->e->event.sender);
}

static int
by_time(const struct node *a, const struct node *b)
{
	const int64_t x = a->e->origin_server_ts, y = b->e->origin_server_ts;

	return x != y ? (x < y ? -1 : 1) : strcmp(a->id, b->id);
}

static bool
is_before(const struct node *a, const struct node *b)
{
	if (a->power != b->power)
		return a->power > b->power;
	return by_time(a, b) < 0;
}

/* ---------------------------------------- a heap, the smallest at the top */

static void
swap(struct node_list *heap, size_t i, size_t k)
{
	struct node *node = heap->node[i];

	heap->node[i] = heap->node[k];
	heap->node[k] = node;
}

static void
heap_put(struct resolution *r, struct node_list *heap, struct node *node)
{
	size_t i = heap->n, up;

	for (node_push(r, heap, node); i > 0; i = up) {
		up = (i - 1) / 2;
		if (!is_before(heap->node[i], heap->node[up]))
			return;
		swap(heap, i, up);
	}
}

static size_t
smallest_of(const struct node_list *heap, size_t i)
{
	size_t best = i, k;

	for (k = 2 * i + 1; k <= 2 * i + 2; k++)
		if (k < heap->n && is_before(heap->node[k], heap->node[best]))
			best = k;
	return best;
}

static struct node *
heap_take(struct node_list *heap)
{
	struct node *top;
	size_t i = 0, down;

	if (heap->n == 0)
		return NULL;
	swap(heap, 0, heap->n - 1);
	top = node_pop(heap);
	while ((down = smallest_of(heap, i)) != i) {
		swap(heap, i, down);
		i = down;
	}
	return top;
}

/* ------------------------------------------------------------ Kahn's way */

static void
count_waits(struct resolution *r, const struct node_list *list)
{
	struct node *node;
	size_t i, k;

	for (i = 0; i < list->n; i++)
		list->node[i]->citers.n = 0;
	for (i = 0; i < list->n; i++) {
		node = list->node[i];
		node->power = power_of_sender(r, node);
		for (k = 0; k < node->auth_count; k++)
			if (node->auth[k]->picked) {
				node_push(r, &node->auth[k]->citers, node);
				node->waits++;
			}
	}
}

void
power_order(struct resolution *r, struct node_list *list)
{
	struct node_list heap = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	struct node *node;
	size_t i;

	count_waits(r, list);
	for (i = 0; i < list->n; i++)
		if (list->node[i]->waits == 0)
			heap_put(r, &heap, list->node[i]);
	while ((node = heap_take(&heap)) != NULL) {
		node_push(r, &out, node);
		for (i = 0; i < node->citers.n; i++)
			if (--node->citers.node[i]->waits == 0)
				heap_put(r, &heap, node->citers.node[i]);
	}
	*list = out;
}

/* ------------------------------------------------------------ the mainline */

#define ENDLESS		SIZE_MAX	/* no event of the mainline */
#define BEING_SOUGHT	(SIZE_MAX - 1)

static void
mark_mainline(struct resolution *r, struct node *levels)
{
	size_t i;

	for (i = 1; levels != NULL && levels->mainline == 0; i++) {
		levels->mainline = i;
		levels = levels_of(r, levels);
	}
}

/*
 * Each that was passed remembers the answer: many events may have a long way in
 * common.
 */
static size_t
position(struct resolution *r, struct node *node, struct node_list *passed)
{
	struct node *levels = levels_of(r, node);
	size_t at;

	while (levels != NULL && levels->mainline == 0) {
		levels->mainline = BEING_SOUGHT;
		node_push(r, passed, levels);
		levels = levels_of(r, levels);
	}
	at = levels == NULL || levels->mainline == BEING_SOUGHT ? ENDLESS :
	    levels->mainline;
	while ((levels = node_pop(passed)) != NULL)
		levels->mainline = at;
	return at;
}

struct placed {
	struct node	*node;
	size_t		 position;
};

static int
by_mainline(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->position != y->position)
		return x->position > y->position ? -1 : 1;
	return by_time(x->node, y->node);
}

void
mainline_order(struct resolution *r, struct node_list *list,
    struct node *power_levels)
{
	struct placed *placed = arena_alloc(r->mem, list->n * sizeof *placed);
	struct node_list passed = { NULL, 0, 0 };
	size_t i;

	mark_mainline(r, power_levels);
	for (i = 0; i < list->n; i++)
		placed[i] = (struct placed){ list->node[i],
		    position(r, list->node[i], &passed) };
	if (list->n > 0)
		qsort(placed, list->n, sizeof *placed, by_mainline);
	for (i = 0; i < list->n; i++)
		list->node[i] = placed[i].node;
}
