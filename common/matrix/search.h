/*
 * search.h - which events hold which words (client-server API, "Server Side
 * Search"): body of m.room.message, name of m.room.name, topic of
 * m.room.topic.  An edit is found by its own body; what it edits, by what it
 * said itself.
 *
 * An index tells which events may have them, and search_rank() decides, by the
 * event as its reader sees it.  So nobody finds an event by words that were
 * redacted, or that their sender had erased.
 *
 * The index is written in batches, since each costs as much as several of the
 * messages in it: every SEARCH_BATCH events a task takes in what is new.
 * search_next() looks at those behind the index itself, so that nothing is
 * missed, however long that is.  Only this and sql/search.sql know that FTS5 of
 * SQLite holds the index.  It is given words and nothing else: whatever
 * somebody types is never its syntax.
 */
#ifndef MXCGI_SEARCH_H
#define MXCGI_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "matrix/shape.h"
#include "matrix/words.h"
#include "store/db.h"
#include "store/task.h"

#define SEARCH_BATCH	64	/* events */
#define SEARCH_WORDS	32	/* at most in what is searched for */
/*
 * Rooms that the index is asked about by name.  Each costs a look into it, and
 * a little with each event found; who is in more rooms gets what all rooms hold
 * from search_next(), and drops what is not theirs.
 */
#define SEARCH_ROOMS	100

/* -------------------------------------------------------------- what for */

/* Where to look: a set. */
enum search_key { SEARCH_BODY = 1, SEARCH_NAME = 2, SEARCH_TOPIC = 4 };
#define SEARCH_ALL	(SEARCH_BODY | SEARCH_NAME | SEARCH_TOPIC)

/*
 * What somebody typed: all of its words must be there, in any order.
 * Characters that are words by themselves must follow each other as they do in
 * it.
 */
struct search_terms {
	unsigned	 keys;
	struct word	 word[SEARCH_WORDS];
	size_t		 n;
};
/* False: it holds no word at all, or (n is SEARCH_WORDS) too many. */
bool	search_terms_read(struct span text, unsigned keys,
	    struct search_terms *);

/*
 * Does this event hold them?  0: no; else how well, below 1: more often and in
 * a shorter text is better.  note, unless NULL, is called with each word of
 * the event that was looked for, as it stands there.  Parses content in
 * json_arena().
 */
double	search_rank(struct arena *, const struct search_terms *,
	    const struct event_row *, void (*note)(void *, struct span),
	    void *);

/* --------------------------------------------------------------- looking */

/*
 * Events that may hold the terms, newest (event.nr) first, from below `before`
 * down to above `floor`.  rooms: the index is asked for these only, unless they
 * are more than SEARCH_ROOMS; what it does not have yet is of any room.  Who
 * calls looks at row->room.
 */
struct search {
	struct db	*db;
	struct rows	 rows;
	const char	*match;
	int64_t		 before;
	int64_t		 floor;
	int64_t		 upto;		/* the index has them up to there */
	bool		 in_index;
};
void	search_begin(struct search *, struct db *, struct arena *,
	    const struct search_terms *, const int64_t *rooms, size_t n,
	    int64_t before, int64_t floor);
/* *row is valid until the next call. */
bool	search_next(struct search *, struct event_row *row);
void	search_end(struct search *);

/* --------------------------------------------------------------- writing */

/* An event has been stored: is it time to take in what is new? */
void	search_note(struct db *, int64_t event_nr, int64_t now);
/*
 * It will not be found any more; to be called while its row is there.  type
 * and content as they were when it was stored (before redaction).
 */
void	search_remove(struct db *, int64_t event_nr, const char *type,
	    struct span content);

#define TASK_SEARCH_INDEX	"search_index"
enum task_end search_index(struct task *);

#endif
