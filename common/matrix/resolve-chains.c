/*
 * resolve-chains.c - the full conflicted set: the conflicted state set, the
 * auth difference, and in version 2.1 the conflicted state subgraph.
 *
 * The chain of an event that all states have is in the chain of all of them,
 * so that it cannot add to the difference.  Hence only the conflicted events
 * are walked from at first, and unconflicted state only to see which of the
 * events found so are in its chains too; often there are none to be asked for.
 */
#include "matrix/resolve-inner.h"

/* ------------------------------------------------ the chains of the states */

static void
reach(struct resolution *r, struct node_list *todo, struct node *node,
    uint64_t chains)
{
	if ((chains & ~node->chains) == 0 || !node_known(r, node))
		return;
	if (!node->reached)
		node_push(r, &r->reached, node);
	node->reached = true;
	node->chains |= chains;
	node_push(r, todo, node);
}

/*
 * An event may come up again, but each time for another state: so often at
 * most as there are states.
 */
static void
chains_of_conflicts(struct resolution *r)
{
	struct node_list todo = { NULL, 0, 0 };
	struct node *node;
	size_t i;

	for (i = 0; i < r->conflicted.n; i++)
		reach(r, &todo, r->conflicted.node[i],
		    r->conflicted.node[i]->in);
	while ((node = node_pop(&todo)) != NULL) {
		node_auth(r, node);
		for (i = 0; i < node->auth_count; i++)
			reach(r, &todo, node->auth[i], node->chains);
	}
}

static uint64_t
all_states(const struct resolution *r)
{
	return r->states == 64 ? UINT64_MAX : ((uint64_t)1 << r->states) - 1;
}

/* Could it be in the auth difference, and nowhere else? */
static bool
is_open(const struct resolution *r, const struct node *node)
{
	return node->reached && node->slot == NULL &&
	    node->chains != all_states(r);
}

/* ------------------------------------- the chains of what all of them have */

static void
reach_common(struct resolution *r, struct node_list *todo, struct node *node,
    size_t *open)
{
	if (node->common)
		return;
	*open -= is_open(r, node);
	node->common = true;
	node->chains = all_states(r);
	node_push(r, todo, node);
}

static void
chains_of_unconflicted(struct resolution *r)
{
	struct node_list todo = { NULL, 0, 0 };
	size_t i, open = 0;
	struct node *node;

	for (i = 0; i < r->reached.n; i++)
		open += is_open(r, r->reached.node[i]);
	if (open == 0)
		return;
	for (i = 0; i < r->slot_count; i++)
		if (!r->slot[i]->conflicted)
			reach_common(r, &todo, r->slot[i]->first, &open);
	while (open > 0 && (node = node_pop(&todo)) != NULL) {
		node_auth(r, node);
		for (i = 0; i < node->auth_count; i++)
			reach_common(r, &todo, node->auth[i], &open);
	}
}

/* ------------------------------------------------------------ the subgraph */

static void
note_citers(struct resolution *r)
{
	struct node *node;
	size_t i, k;

	for (i = 0; i < r->reached.n; i++) {
		node = r->reached.node[i];
		for (k = 0; k < node->auth_count; k++)
			node_push(r, &node->auth[k]->citers, node);
	}
}

static void
lead_to(struct resolution *r, struct node_list *todo, struct node *node)
{
	if (node->linking)
		return;
	node->linking = true;
	node_push(r, todo, node);
}

/*
 * What was reached from conflicted state and leads to some again; between two
 * events it is on a path exactly when it does both.
 */
static void
subgraph_of_conflicts(struct resolution *r)
{
	struct node_list todo = { NULL, 0, 0 };
	struct node *node;
	size_t i;

	note_citers(r);
	for (i = 0; i < r->conflicted.n; i++)
		lead_to(r, &todo, r->conflicted.node[i]);
	while ((node = node_pop(&todo)) != NULL)
		for (i = 0; i < node->citers.n; i++)
			lead_to(r, &todo, node->citers.node[i]);
}

void
full_conflicted_set(struct resolution *r, bool subgraph, struct node_list *out)
{
	struct node *node;
	size_t i;

	chains_of_conflicts(r);
	chains_of_unconflicted(r);
	if (subgraph)
		subgraph_of_conflicts(r);
	for (i = 0; i < r->reached.n; i++) {
		node = r->reached.node[i];
		/* A message is no state, whoever cites it. */
		if (node->e == NULL || node->e->event.state_key == NULL)
			continue;
		node->full = node->slot != NULL || node->linking ||
		    node->chains != all_states(r);
		if (node->full)
			node_push(r, out, node);
	}
}
