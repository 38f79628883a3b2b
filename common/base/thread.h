/* thread.h - threads for work that blocks. */
#ifndef MXCGI_THREAD_H
#define MXCGI_THREAD_H

#include <stdbool.h>

/*
 * One that nobody waits for, with a small stack.  It takes no signals: those
 * are for who started it.  False: there can be no more.
 */
bool	thread_start(void *(*run)(void *), void *arg);

#endif
