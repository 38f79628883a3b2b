/*
 * directory-walk.c - through the rooms under a space.  Whoever may set state
 * in one shapes the tree: it may have loops, and be as wide and as deep as
 * they like.  So there is a bound on each, and nothing is done recursively.
 */
#include <string.h>

#include "directory-space.h"

#define DEPTH_MAX	30
#define ROOMS_MAX	2000	/* seen, of which each is once */
#define WORK_MAX	10000	/* rooms looked up, and KiB of children read */
#define MEMORY_MAX	(32 * 1024 * 1024)	/* bytes */

/* A space on the way down: the next of its children. */
struct frame {
	struct children	 children;
	size_t		 next;
};

struct state {
	struct walk	*walk;
	struct frame	 frame[DEPTH_MAX];
	size_t		 depth;		/* frames */
	int64_t		 seen[ROOMS_MAX];	/* room.nr, visible or not */
	size_t		 n_seen;
	size_t		 work;
	size_t		 memory;	/* before */
};

static bool
is_seen(const struct state *s, int64_t room)
{
	for (size_t i = 0; i < s->n_seen; i++)
		if (s->seen[i] == room)
			return true;
	return false;
}

static bool
is_exhausted(const struct state *s)
{
	return s->n_seen == ROOMS_MAX || s->work > WORK_MAX ||
	    arena_size(s->walk->r->mem) - s->memory > MEMORY_MAX;
}

/* Take a room that may be seen, and open it when it is a space. */
static void
enter(struct state *s, const struct summary *summary)
{
	struct walk *walk = s->walk;
	struct frame *frame;

	walk->room[walk->n++] = summary->room;
	if (summary->room_type == NULL ||
	    strcmp(summary->room_type, "m.space") != 0 ||
	    s->depth == DEPTH_MAX || (int64_t)s->depth >= walk->max_depth)
		return;
	frame = &s->frame[s->depth++];
	frame->next = 0;
	frame->children = children_of(walk->r, &summary->room,
	    walk->suggested, false);
	s->work += frame->children.read / 1024;
}

/* Rooms of other servers are unknown here until there is federation. */
static void
visit(struct state *s, const char *room_id)
{
	struct request *r = s->walk->r;
	struct summary summary;
	struct room room;

	s->work++;
	if (!room_find(r->db, room_id, &room) || is_seen(s, room.nr))
		return;
	s->seen[s->n_seen++] = room.nr;
	summary = summary_of(r, &room, 0);
	if (summary_visible(r, &summary))
		enter(s, &summary);
}

/* Has it gone far enough behind the room `after`? */
static bool
is_enough(const struct walk *walk, int64_t after, size_t enough, size_t *from)
{
	if (*from == 0 && walk->room[walk->n - 1].nr == after)
		*from = walk->n;
	return (after == 0 || *from > 0) && walk->n >= *from + enough;
}

void
walk_from(struct walk *walk, const struct summary *root, int64_t after,
    size_t enough)
{
	struct state *s = arena_alloc(walk->r->mem, sizeof(*s));
	size_t from = 0;

	s->walk = walk;
	s->memory = arena_size(walk->r->mem);
	walk->room = arena_alloc(walk->r->mem, ROOMS_MAX * sizeof(*walk->room));
	s->seen[s->n_seen++] = root->room.nr;
	enter(s, root);
	while (s->depth > 0 && !is_exhausted(s) &&
	    !is_enough(walk, after, enough, &from)) {
		struct frame *frame = &s->frame[s->depth - 1];

		if (frame->next < frame->children.n)
			visit(s, frame->children.item[frame->next++].room_id);
		else
			s->depth--;
	}
}
