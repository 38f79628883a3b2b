/*
 * mxcgi-children.h - the programs that mxcgi run keeps running.
 *
 * A listening socket belongs to a place in the server, not to the process
 * that serves it: it stays open while that process ends and its successor
 * begins, so clients wait a moment instead of being refused.
 */
#ifndef MXCGI_CHILDREN_H
#define MXCGI_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/conf.h"

struct children;

struct child_options {
	const char	*bin;		/* directories with colons between */
	gid_t		 group;		/* of the sockets; (gid_t)-1: as it is */
	mode_t		 mode;		/* of the sockets */
};

/* Open all sockets, find all programs.  NULL: it has said why. */
struct children	*children_open(const struct conf *, const struct child_options *);

/*
 * Start what is due to start.  Returns in how many ms something will be due
 * again, -1: never.
 */
int		 children_tend(struct children *);
/* Take note of those that ended (SIGCHLD); they are due again after a while. */
void		 children_reap(struct children *);
/* Replace the running ones by new ones, one after the other. */
void		 children_renew(struct children *);
/*
 * Ask all to end; those that have not after grace_ms are killed by
 * children_tend(), which starts nothing any more.
 */
void		 children_end(struct children *, unsigned grace_ms);
/* Is any still running? */
bool		 children_alive(const struct children *);
/* Remove the sockets. */
void		 children_close(struct children *);

#endif
