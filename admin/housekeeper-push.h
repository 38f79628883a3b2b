/*
 * housekeeper-push.h - what notifies people goes to their push gateways.
 *
 * One process at a time does this: whoever has data_dir/push.lock.
 */
#ifndef MXCGI_HOUSEKEEPER_PUSH_H
#define MXCGI_HOUSEKEEPER_PUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct pushing;

struct pushing	*pushing_open(struct store *);	/* NULL: errno says why */
/*
 * Waits two seconds for those who are being asked; false: some threads run on,
 * so the process is to end by _exit().
 */
bool		 pushing_close(struct pushing *);

/* Readable when somebody has answered; and when the stream has moved, or -1. */
int		 pushing_fd(const struct pushing *);
int		 pushing_bell(const struct pushing *);
/* Look at both. */
void		 pushing_listen(struct pushing *);
/* Somebody calls the housekeeper: a pusher may be new. */
void		 pushing_call(struct pushing *);
/* When there is something to do: us, monotonic. */
int64_t		 pushing_look_at(const struct pushing *);
/* A piece of it. */
void		 pushing_turn(struct pushing *);
/* Is there an answer to wait for, or anything to do at once? */
bool		 pushing_busy(const struct pushing *);

#endif
