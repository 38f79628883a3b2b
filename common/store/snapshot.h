/*
 * snapshot.h - copies of the main database, made while others write to it.
 *
 * A copy is one file, with nothing beside it, and of one moment.  Whoever has it
 * in the place of data_dir/mxcgi.db calls store_migrate() before anything else.
 */
#ifndef MXCGI_SNAPSHOT_H
#define MXCGI_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "store/db.h"

/* Pages, so far and in all; called often. */
typedef void snapshot_progress(int64_t done, int64_t all);

/*
 * data_dir/mxcgi.db as it is now, into the new file `to`, durable when it is
 * done; nobody waits for it, but until then the WAL only grows.  False: *why (in
 * mem), and there is no such file.  One at a time is taken.
 */
bool		 snapshot_take(const struct conf *, const char *to,
		    snapshot_progress *, struct arena *mem, const char **why);

/*
 * Is one being taken?  Then no checkpoint gets to the end, so nobody should hold
 * up others for it, and the WAL may be longer than otherwise.
 */
bool		 snapshot_runs(const struct conf *);

/* A copy, to be read from; NULL and *why.  It has to be of this schema. */
struct db	*snapshot_open(const char *path, struct arena *mem,
		    const char **why);
void		 snapshot_close(struct db *);

/*
 * Is every page of this database, a copy or one in use, what it should be, and
 * does every row that another names exist?  False: *why says what the first
 * trouble is.  *version: of its schema.  Reads all of it.
 */
bool		 snapshot_check(const char *path, int *version, struct arena *mem,
		    const char **why);

#endif
