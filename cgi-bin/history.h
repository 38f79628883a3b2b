/*
 * history.h - what the handlers of the program `history` share: places in a
 * room, and pages of what happened around them.
 */
#ifndef MXCGI_HISTORY_H
#define MXCGI_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "matrix/filter.h"
#include "matrix/room.h"
#include "matrix/shape.h"
#include "matrix/sync_token.h"
#include "matrix/visibility.h"
#include "serve/serve.h"

#define LIMIT_DEFAULT	10
#define LIMIT_MAX	1000	/* events of a page, whatever is asked for */

/* ------------------------------------------------- places (history-page.c) */

extern const struct room_token room_beginning;	/* before the first event */
extern const struct room_token room_end;	/* behind any that may come */

/*
 * A token of either kind as a place in a room; before its first event when
 * nothing had happened there.  False: it is none of this server's tokens.
 */
bool		 place_read(struct request *, int64_t room, const char *text,
		    struct room_token *);
struct room_token place_of_event(struct db *, int64_t nr);
/* Behind the newest event of a room. */
struct room_token place_last(struct db *, int64_t room);
bool		 place_earlier(struct room_token, struct room_token);
/* The last event up to a place; 0: there is none. */
int64_t		 place_event(struct db *, int64_t room, struct room_token);

/* ------------------------------------------------------------------- pages */

/*
 * Who wrote what is shown, for lazy loading of members: each once.  Those of
 * the pages of one answer go into one list.
 */
struct senders {
	const char	*id[2 * LIMIT_MAX + 1];
	size_t		 n;
};
void		 senders_add(struct senders *, const char *user_id);

/*
 * A stretch of a room's history, read from one place up to another: of it as
 * many events as fit limit, that the filter lets through and the reader may
 * see.
 */
struct page {
	struct room		 room;
	struct reader		 reader;
	struct event_filter	 filter;
	int64_t			 limit;		/* LIMIT_MAX at most */
	bool			 backwards;	/* newest first */
	struct room_token	 from;		/* exclusive */
	struct room_token	 to;		/* up to it */
	struct senders		*senders;	/* NULL: nobody asks */
};
/* What came of it. */
struct walk {
	struct room_token	 at;		/* to go on from */
	bool			 more;		/* the stretch does not end there */
	int64_t			 newest;	/* event.nr shown; 0: none */
	int64_t			 count;		/* of events shown */
};
/*
 * Write the page as an array under this key.  It ends early when it has grown
 * to a MiB, or when looking for what to show was a lot of work; walk->more
 * then says so.
 */
struct walk	 page_write(struct request *, const struct page *,
		    const char *key);
/* The member events of those who wrote it, as they stood after event nr. */
void		 senders_write(struct request *, const struct page *,
		    int64_t nr);

/* ---------------------------------------------------------- what is asked */

/*
 * state_view() of the caller; whoever comes by a route for administrators reads
 * all rooms as they are now.
 */
enum state_view	 view_of(struct request *, int64_t room, int64_t *at_nr);
/* Refused: there is no such room, of which others learn that they are not in. */
enum mx_err	 no_room(struct request *);

/* The query's filter, a RoomEventFilter in JSON; without: lets all pass. */
enum mx_err	 query_filter(struct request *, struct event_filter *);
/* In 2015's words where the request came by its paths. */
enum mx_err	 bad_page(struct request *, const char *why);

/* A room so large that its whole state takes too long for the loop? */
bool		 room_is_large(struct request *, const struct room *);

#endif
