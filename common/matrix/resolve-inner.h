/*
 * resolve-inner.h - what the files of state resolution share.  For resolve*.c
 * only; everybody else includes resolve.h.
 */
#ifndef MXCGI_RESOLVE_INNER_H
#define MXCGI_RESOLVE_INNER_H

#include <string.h>

#include "base/table.h"
#include "matrix/resolve.h"

struct node;

struct node_list {
	struct node	**node;
	size_t		 n, room;
};

/* (type, state key), and what it is in the states given and in the result. */
struct slot {
	const char	*type, *state_key;
	struct node	*first;		/* in the first state that has it */
	size_t		 count;		/* states that have it */
	size_t		 last;		/* number of the last of them, from 1 */
	bool		 conflicted;
	struct node	*now;		/* resolved so far */
	struct node	*chosen;	/* version 1: from the next pass on */
};

/* An event, known or not. */
struct node {
	const char	*id;
	const struct resolve_event *e;	/* NULL: unknown */
	bool		 asked, has_content;
	struct node	**auth;		/* auth events, once node_auth() ran */
	size_t		 auth_count;

	struct slot	*slot;		/* the conflict it is part of */
	uint64_t	 in;		/* a bit for each state it is in, */
	uint64_t	 chains;	/* and in whose auth chains it is */
	bool		 reached;	/* from the conflicted state set */
	bool		 common;	/* in the chain of unconflicted state */
	bool		 linking;	/* leads to the conflicted state set */
	bool		 full;		/* in the full conflicted set */
	bool		 picked;	/* a power event, or it leads to one */

	struct node_list citers;	/* those that cite it */
	size_t		 waits;		/* for so many of its auth events */
	int64_t		 power;		/* of its sender */
	size_t		 mainline;	/* position from 1; 0: not known yet */
	const uint8_t	*sha1;		/* version 1 */
};

struct resolution {
	const struct resolve_room *room;
	struct arena	*mem;
	size_t		 mem_before;
	const char	*create_id;	/* as the room id tells (12) */
	struct table	*nodes, *slots;
	struct slot	**slot;		/* all of them */
	size_t		 slot_count, slot_room;
	size_t		 states;
	struct node_list conflicted;	/* the conflicted state set, as far as
					 * known */
	struct node_list reached;	/* it and its auth chains */
	bool		 empty_start;	/* 2.1: unconflicted state is no base */
	bool		 cited_state;	/* 2: else what an event cites holds */
	size_t		 asked, checked;
	enum resolve_verdict verdict;	/* the first failure remains */
	const char	*why;
};

static inline bool
resolve_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* ------------------------------------------------ resolve-node.c */

void		 resolve_fail(struct resolution *, enum resolve_verdict,
		    const char *why);
void		 node_push(struct resolution *, struct node_list *,
		    struct node *);
/* The last, taken away; NULL: it is empty. */
struct node	*node_pop(struct node_list *);
struct node	*node_of(struct resolution *, const char *event_id);
/* Is the event there (with content)?  False also after a failure. */
bool		 node_known(struct resolution *, struct node *);
bool		 node_whole(struct resolution *, struct node *);
/* Fills auth and auth_count; none of an event that is unknown. */
void		 node_auth(struct resolution *, struct node *);
bool		 node_is(const struct node *, const char *type,
		    const char *state_key);
/*
 * What it cites for that; NULL: nothing, or what was rejected unless that is
 * wanted too.  The last, if there are several.
 */
struct node	*node_cites(struct resolution *, struct node *,
		    const char *type, const char *state_key,
		    bool rejected_too);
/* The create event, if room or event names it. */
struct node	*node_create(struct resolution *, struct node *);
struct slot	*slot_of(struct resolution *, const char *type,
		    const char *state_key);

/* ------------------------------------------------ resolve.c */

/* The event in the state resolved so far, or in the state that is its base. */
struct node	*resolved_now(struct resolution *, const char *type,
		    const char *state_key);
/* Do the authorisation rules allow it in that state? */
bool		 resolved_allows(struct resolution *, struct node *);

/* ------------------------------------------------ the algorithms */

/* Each sets slot.now of what it resolves. */
void		 resolve_v1(struct resolution *);
void		 resolve_v2(struct resolution *);
/* resolve-chains.c: sets node.full. */
void		 full_conflicted_set(struct resolution *, bool subgraph,
		    struct node_list *out);
/* resolve-order.c: sorts in place; what is on a circle drops out. */
void		 power_order(struct resolution *, struct node_list *);
void		 mainline_order(struct resolution *, struct node_list *,
		    struct node *power_levels);

#endif
