/*
 * lock.h - who writes next.
 *
 * SQLite's own waiting sleeps and starves; so a writer takes this lock file
 * (flock) before BEGIN IMMEDIATE.  The holder's pid and time stand in it for
 * `mxcgi doctor`.  A process that dies lets go.
 */
#ifndef MXCGI_LOCK_H
#define MXCGI_LOCK_H

#include <stdbool.h>

struct lock;

struct lock	*lock_open(const char *path);	/* NULL: errno says why */
void		 lock_close(struct lock *);
bool		 lock_try(struct lock *);
/* Block for at most ms.  May be called from a thread of its own. */
bool		 lock_wait(struct lock *, unsigned ms);
void		 lock_release(struct lock *);
/* Pid of the holder and for how long (ms); 0 when nobody holds it. */
long		 lock_holder(struct lock *, long *held_ms);

#endif
