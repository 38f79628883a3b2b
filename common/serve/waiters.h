/*
 * waiters.h - requests that wait for news: a small block each, found by user,
 * ordered by deadline (design section 5, "Parked").
 */
#ifndef MXCGI_WAITERS_H
#define MXCGI_WAITERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serve/serve.h"

struct conn;
struct life;
struct lives;
struct waiter;

/*
 * Keep what is needed of a life that returned M_PARKED; the life may go.  When
 * [serve] user_waiters of the user wait already the oldest is woken for its last
 * call.
 */
struct waiter	*waiter_add(const struct life *);
/* Forget one: its client left, or it was made a life again. */
void		 waiter_remove(struct waiter *);

/* clock_now_ms() of the earliest deadline; -1: nobody waits. */
int64_t		 waiters_deadline(void);
size_t		 waiters_count(void);
/* Wake all whose deadline has passed, for their last call. */
void		 waiters_expire(int64_t now);
/* Wake all but so many for their last call, whatever their deadline. */
void		 waiters_dismiss(size_t stay);
/*
 * Of large crowds only so many may be taken until the next call; at first as
 * many as there are.
 */
void		 waiters_allow(size_t);
/* Has anybody been woken who may be taken now? */
bool		 waiters_woken(void);
/* Has somebody, and nobody who may? */
bool		 waiters_held_back(void);
/*
 * At most max of the woken become lives again, at the end of list: one of each
 * crowd (wake_apart()) in turn.
 */
void		 waiters_take(struct store *, size_t max, struct lives *list);

#endif
