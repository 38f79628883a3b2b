/*
 * lockwait.h - a thread that waits for the writers' lock, so that the loop
 * need not (design section 6, "Between processes").
 */
#ifndef MXCGI_LOCKWAIT_H
#define MXCGI_LOCKWAIT_H

#include <stdbool.h>

struct lock;

#define LOCKWAIT_MS	2000	/* longer, and a writer is told to come back */

void	lockwait_open(struct lock *);
/* Readable when the wait is over. */
int	lockwait_fd(void);
/* Wait from now on; the loop must not touch the lock until the answer. */
void	lockwait_start(void);
bool	lockwait_is_on(void);
/* The wait is over: is the lock ours now?  Call when lockwait_fd() is readable. */
bool	lockwait_end(void);
/* Before the lock is closed: wait for the thread, if need be. */
void	lockwait_close(void);

#endif
