/* changing.h - users whose presence changes all the time. */
#ifndef BENCH_CHANGING_H
#define BENCH_CHANGING_H

#include <sys/types.h>

/*
 * One of the users after the other says that they are unavailable, and the next
 * time that they are online: 1,000 requests a second, if the server is fast
 * enough, from a process of its own.
 */
pid_t	changing_begin(void);
/* Prints how many of them were answered. */
void	changing_end(pid_t);

#endif
