/*
 * resolve-v2.c - state resolution of room versions 2 to 11, and 2.1 of room
 * version 12, which starts from nothing and looks at the conflicted state
 * subgraph too.
 */
#include "matrix/resolve-inner.h"

static bool
takes_away(struct resolution *r, struct node *node)
{
	const char *membership;

	if (resolve_same(node->e->event.sender, node->e->event.state_key) ||
	    !node_whole(r, node))
		return false;
	membership = json_text(node->e->event.content, "membership");
	return resolve_same(membership, "leave") ||
	    resolve_same(membership, "ban");
}

static bool
is_power_event(struct resolution *r, struct node *node)
{
	if (node_is(node, "m.room.power_levels", "") ||
	    node_is(node, "m.room.join_rules", ""))
		return true;
	return resolve_same(node->e->event.type, "m.room.member") &&
	    takes_away(r, node);
}

static void
pick(struct resolution *r, struct node_list *out, struct node *node)
{
	if (node->picked || !node->full)
		return;
	node->picked = true;
	node_push(r, out, node);
}

/* Power events, and what they rest on; the list is its own list of work. */
static void
pick_power_events(struct resolution *r, const struct node_list *full,
    struct node_list *out)
{
	struct node *node;
	size_t i, k;

	for (i = 0; i < full->n; i++)
		if (is_power_event(r, full->node[i]))
			pick(r, out, full->node[i]);
	for (i = 0; i < out->n; i++) {
		node = out->node[i];
		node_auth(r, node);
		for (k = 0; k < node->auth_count; k++)
			pick(r, out, node->auth[k]);
	}
}

/* "Iterative auth checks" */
static void
apply(struct resolution *r, const struct node_list *list)
{
	const struct auth_event *e;
	size_t i;

	for (i = 0; i < list->n && r->verdict == RESOLVE_OK; i++) {
		e = &list->node[i]->e->event;
		if (resolved_allows(r, list->node[i]))
			slot_of(r, e->type, e->state_key)->now = list->node[i];
	}
}

void
resolve_v2(struct resolution *r)
{
	const bool v2_1 = r->room->version->resolution == STATE_RES_V2_1;
	struct node_list full = { NULL, 0, 0 }, power = { NULL, 0, 0 };
	struct node_list rest = { NULL, 0, 0 };
	size_t i;

	r->empty_start = v2_1;
	r->cited_state = true;
	full_conflicted_set(r, v2_1, &full);
	pick_power_events(r, &full, &power);
	power_order(r, &power);
	apply(r, &power);
	for (i = 0; i < full.n; i++)
		if (!full.node[i]->picked)
			node_push(r, &rest, full.node[i]);
	mainline_order(r, &rest, resolved_now(r, "m.room.power_levels", ""));
	apply(r, &rest);
}
