/*
 * housekeeper-services.h - application services are told what is new.
 *
 * One process at a time does this: whoever has data_dir/appservice.lock.  Each
 * service is asked in a thread of its own, one request at a time, so none waits
 * for another.
 */
#ifndef MXCGI_HOUSEKEEPER_SERVICES_H
#define MXCGI_HOUSEKEEPER_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct services;

struct services	*services_open(struct store *);	/* NULL: errno says why */
/*
 * Waits two seconds for those who are being asked; false: some threads run on,
 * so the process is to end by _exit().
 */
bool		 services_close(struct services *);

/*
 * Readable when one has answered, when the stream has moved, when the volatile
 * store has; -1: that matters to none.
 */
#define SERVICES_FDS	3
void		 services_fds(const struct services *, int fd[SERVICES_FDS]);
/* Look at all of them. */
void		 services_listen(struct services *);
/* When there is something to do: us, monotonic. */
int64_t		 services_look_at(const struct services *);
/* A piece of it. */
void		 services_turn(struct services *);
/* Is there an answer to wait for, or anything to do at once? */
bool		 services_busy(const struct services *);

#endif
