/*
 * history-search.h - a search on its way: what is asked for, and what was
 * found of it.
 */
#ifndef MXCGI_HISTORY_SEARCH_H
#define MXCGI_HISTORY_SEARCH_H

#include "history.h"
#include "matrix/search.h"
#include "matrix/visibility.h"

#define SEARCH_LIMIT_MAX	500	/* results of an answer */
#define CONTEXT_MAX		100	/* events on each side of one */

/* Of which results more are wanted. */
enum group_key { GROUP_NONE, GROUP_ROOM, GROUP_SENDER };

/*
 * Where an answer goes on.  Results are found in stretches of history, newest
 * first: event.nr from below `before` down to above `floor`, of which so many
 * have been given.
 *
 *   w<before>-<floor>-<given>-<counted>[r<room.nr> | u<user.nr>]
 */
struct search_place {
	int64_t		 before;
	int64_t		 floor;		/* 0: where the stretch ends is open */
	int64_t		 given;
	int64_t		 counted;	/* results in the stretches before */
	enum group_key	 key;
	int64_t		 group;		/* room.nr or user.nr */
};

struct search_ask {
	struct search_terms terms;
	struct event_filter filter;
	size_t		 limit;
	bool		 recent;	/* not by rank */
	bool		 contexts;
	int64_t		 before_limit;
	int64_t		 after_limit;
	bool		 profiles;
	bool		 states;
	bool		 by_room;	/* groups */
	bool		 by_sender;
	struct search_place place;
};

/* A room where the caller may look. */
struct search_room {
	struct room	 room;
	struct reader	 reader;
	bool		 entered;	/* what follows is set */
	enum state_view	 view;
	int64_t		 at_nr;		/* of view */
	bool		 shown;		/* the answer has results of it */
};

struct hit {
	int64_t		 nr;
	int64_t		 sender;
	double		 rank;
	struct search_room *room;
};

/* The results of one stretch, best first. */
struct hits {
	struct hit	*item;
	size_t		 n;
	int64_t		 floor;		/* where the stretch ended */
	bool		 more;		/* there may be others behind it */
};

/* The words that were found, as they were written: each once. */
#define HIGHLIGHTS	64
struct highlights {
	struct arena	*mem;
	struct span	 word[HIGHLIGHTS];
	size_t		 n;
};

/* Write what room_events says of these hits (history-search-answer.c). */
void	search_answer(struct request *, const struct search_ask *,
	    const struct hits *);

#endif
