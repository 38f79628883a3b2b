/*
 * confine.h - what somebody could do who has taken over a program: what it does
 * anyway, and little besides.
 *
 * cgi-bin/confine.tab says what each program needs; all the rest it gives up
 * before it serves, for good and for all that it starts:
 *
 *   files     but those that it works with            Landlock, Linux 5.13
 *   signals   to others                               Landlock, Linux 6.12
 *   calls     of the system that it does not make: no program is started, no
 *             process made, no socket of the internet  seccomp, Linux 3.5
 *
 * On OpenBSD pledge(2) and unveil(2) do that.  Where the system has less, less
 * is given up, and nothing fails.
 *
 * A call that is refused fails with EPERM or EACCES, as others may fail, so that
 * the program says in its log what it could not do and goes on: to end it would
 * let one odd request end the answers to all others.  What this build does not
 * know of fails with ENOSYS, so that a newer C library goes back to what it did
 * on an older kernel.
 */
#ifndef MXCGI_CONFINE_H
#define MXCGI_CONFINE_H

#include "base/conf.h"

/* The words of confine.tab. */
enum reach {
	REACH_OUTSIDE = 1,
	REACH_COMMAND = 2,
	REACH_KEY = 4,
	REACH_MEDIA = 8,
	REACH_THUMBNAILER = 16,
	REACH_DATA = 32,
	REACH_LETTERS = 64
};

/*
 * reach: a set of the above.  With the databases open, and before there are
 * threads.  Does nothing with [server] confine = no; nor for a program that is
 * to run a command of the administrator's, which would be confined with it: a
 * mail program needs files that nobody here knows, and often the rights of
 * another user.
 */
void	confine(const struct conf *, unsigned reach);

#endif
