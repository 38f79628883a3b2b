/*
 * housekeeper-ways.h - push gateways are asked, several at once.
 *
 * Each is asked in a thread of its own, which ends with the answer and knows
 * nothing but the request.  There are so many at once, so many to one gateway,
 * and one to a gateway that failed: a slow one holds up its own pushers, and
 * others only where many are slow.  Who is asked again is asked on the same
 * connection.
 */
#ifndef MXCGI_HOUSEKEEPER_WAYS_H
#define MXCGI_HOUSEKEEPER_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "matrix/push_send.h"

#define WAYS_MAX	32
#define WAYS_EACH	8	/* to one gateway, */
#define WAYS_BAD	1	/* and to one that failed last */
#define WAYS_BAD_MAX	64	/* gateways of which that is known */
#define WAYS_IDLE_US	30000000	/* a connection waits for the next */

struct ways;

struct ways	*ways_open(void);	/* NULL: errno says why */
/* False: some are still asked; the process is to end by _exit(). */
bool		 ways_close(struct ways *);
/* Readable when somebody has answered; ways_rang() says so, and empties it. */
int		 ways_fd(const struct ways *);
bool		 ways_rang(struct ways *);

/* How many more may be asked now: of anybody, and of that gateway. */
size_t		 ways_left(const struct ways *);
size_t		 ways_left_to(const struct ways *, const char *gateway);
/* Is anybody asked, or has answered and was not forgotten yet? */
bool		 ways_busy(const struct ways *);
/* The same for one pusher. */
bool		 ways_has(const struct ways *, int64_t pusher);
/*
 * Ask; where ways_left() says so.  What is sent was made by malloc() and is
 * theirs from now on.  False: no thread can be made, and it is still the
 * caller's.
 */
bool		 ways_ask(struct ways *, struct push_send *,
		    const char *gateway);

struct way_end {
	struct push_send *send;
	enum push_end	 end;
};
/*
 * Who has answered.  They stay in the list until ways_forget(), which frees what
 * they were sent, and those that answer in between are not forgotten unseen.
 */
size_t		 ways_answered(struct ways *, struct arena *,
		    struct way_end list[WAYS_MAX]);
void		 ways_forget(struct ways *);
/* Connections that nobody has used for WAYS_IDLE_US end; monotonic time. */
void		 ways_rest(struct ways *, int64_t us);

#endif
