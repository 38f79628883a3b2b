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
 * Is one being taken, or checked?  Then no checkpoint gets to the end, so nobody
 * should hold up others for it, and the WAL may be longer than otherwise.
 */
bool		 snapshot_runs(const struct conf *);

/*
 * For a backup as a whole: one at a time is made, and until its end no file of
 * media is removed that the snapshot may speak of.  Returns a descriptor, which
 * is closed at the end; -1: *why (in mem).
 */
int		 backup_begin(const struct conf *, struct arena *mem,
		    const char **why);
/* True: files of media are to stay.  Ask after having looked which may go. */
bool		 backup_runs(const struct conf *);

/* A copy, to be read from; NULL and *why.  It has to be of this schema. */
struct db	*snapshot_open(const char *path, struct arena *mem,
		    const char **why);
void		 snapshot_close(struct db *);

/*
 * For a copy that has taken the place of a database which went on since: clients
 * and application services know numbers that this one would give again, and would
 * pass by what gets them.  It gives higher ones.  One-time keys are dropped, for
 * somebody may have used them; devices upload others.  False: it failed.
 */
bool		 snapshot_leap(struct db *);

/*
 * Is every page of this database what it should be, and does every row that
 * another names exist?  False: *why says what the first trouble is.  *version: of
 * its schema.  Reads all of it.  in_use: of the server that has it; NULL: it is a
 * copy.
 */
bool		 snapshot_check(const struct conf *in_use, const char *path,
		    int *version, struct arena *mem, const char **why);

#endif
