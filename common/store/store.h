/*
 * store.h - the two databases of a server, and what binds its processes.
 *
 * main      data_dir/mxcgi.db, SQLite in WAL mode: everything that must last.
 * volatile  run_dir/volatile.db: UIA sessions, rate buckets (as CGI), later
 *           typing and presence.  May vanish at any time; made anew, with a
 *           new epoch, when it is not there.
 *
 * The two are never attached to each other and no transaction spans both.
 * Open after fork.
 */
#ifndef MXCGI_STORE_H
#define MXCGI_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "store/db.h"

/* The schema that sql/NNNN-*.sql make: the number of the last. */
extern const int schema_version;

/* What a program may touch (cgi-bin/rights.tab); the authorizer holds it to that. */
struct right {
	const char	*table;
	const char	*read;		/* "*", "" or "column,column" */
	const char	*write;		/* likewise; any but "" allows INSERT, DELETE */
};
struct rights {
	const char	*program;
	const struct right *list;	/* ends with table NULL */
};

struct store {
	const struct conf *conf;
	struct db	*main;
	struct db	*vol;
	const char	*epoch;		/* of the volatile store */
	struct lock	*lock;		/* of the main database */
	struct bell	*bell;		/* wakes who waits for changes */
	const struct rights *rights;
	unsigned	 vol_lives;	/* so many have been opened */
	struct arena	*vol_mem;	/* of the last, where it was renewed */
	uint64_t	 vol_dev, vol_ino;	/* store_vol_renew() */
};

/*
 * rights NULL: all (the administrator's command).  cache_kib: of the main
 * database.  An error, a schema that is too old or too new, a database on a
 * file system that cannot do WAL: NULL, and *why (in mem) says what to do.
 */
struct store	*store_open(const struct conf *, const struct rights *,
		    unsigned cache_kib, struct arena *mem, const char **why);
void		 store_close(struct store *);
/*
 * Was the volatile store removed under us?  What is written into it others do
 * not see any more, so vol and epoch are those of another from then on.  Not
 * while a statement of it runs.
 */
bool		 store_vol_renew(struct store *);
/*
 * After a COMMIT on the main database: whom to wake, as a set of
 * 1 << enum bell_kind.  Those who wait for what it added to the stream or to
 * the tasks, and the housekeeper when it was called or the WAL is long.
 */
unsigned	 store_bells(const struct store *);
/*
 * What the transaction does is the housekeeper's business, who would not look
 * at once: the bells are its too.
 */
void		 store_call_housekeeper(struct db *);
void		 store_ring(struct store *, unsigned bells);

/*
 * The schema of data_dir/mxcgi.db: 0: it is not there, or empty; -1 and *why.
 */
int		 store_version(const struct conf *, struct arena *mem,
		    const char **why);
/*
 * Bring data_dir/mxcgi.db to schema_version, making it when it is not there.
 * Returns the version it had (0: new), or -1 and *why.  progress, unless
 * NULL, hears of each step, and while one takes long NULL now and then.
 */
int		 store_migrate(const struct conf *, void (*progress)(const char *),
		    struct arena *mem, const char **why);

#endif
