/*
 * upkeep.h - what keeps the databases small; the housekeeper's work, in
 * pieces that hold the lock for a moment only.
 *
 * Each piece says whether there is more of its kind to do now.  A piece that
 * fails has logged why and says no; it comes round again.
 *
 * There is no ANALYZE here: statements are written for their plan,
 * t/unit/sql.c holds them to it, and statistics could only change that.
 */
#ifndef MXCGI_UPKEEP_H
#define MXCGI_UPKEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct upkeep {
	struct store	*store;
	int64_t		 now;		/* ms since 1970 */
	int64_t		 kept;		/* newest changes that stay as they are */
	int64_t		 thinned;	/* how far this pass has come; begin with 0 */
	int64_t		 retained;	/* the same of retention.h: room.nr */
};
#define UPKEEP_KEPT	100000

/*
 * For pieces elsewhere: the lock and a transaction that writes; and its end,
 * with a gap for others.  False: nothing was kept, and the lock is free.
 */
bool	upkeep_begin(struct store *);
bool	upkeep_commit(struct store *);

/*
 * Move the WAL into the database; where it stays over 16 MiB, hold up the
 * writers until it begins anew.
 */
bool	upkeep_checkpoint(struct upkeep *);
/*
 * For a writer that still has the lock after its COMMIT: does that itself
 * where the WAL is over 32 MiB, because no housekeeper comes or it comes too
 * late.
 */
void	upkeep_relieve(struct store *);
/* Transaction ids after a day, tokens a month after they expired, the rest. */
bool	upkeep_expire(struct upkeep *);
/*
 * Old changes: one per room, user and kind is enough; not those that pushers
 * and application services may still have to tell of.
 */
bool	upkeep_thin(struct upkeep *);
/* When devices were seen, from the volatile store into the main one. */
bool	upkeep_seen(struct upkeep *);
/*
 * Give free pages back to the file system when they are many, and no snapshot is
 * taken.
 */
bool	upkeep_shrink(struct upkeep *);

#endif
