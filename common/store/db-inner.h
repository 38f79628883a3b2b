/*
 * db-inner.h - the inside of a connection, for common/store only.
 *
 * db-open.c opens it, db-rights.c says what it may touch, db.c keeps its
 * transactions and rows.c runs its statements.
 */
#ifndef MXCGI_DB_INNER_H
#define MXCGI_DB_INNER_H

#include <sqlite3.h>

#include "store/db.h"
#include "store/store.h"

/*
 * Only a tool from outside or a checkpoint can hold up who has the lock of
 * lock.h, and neither for long.
 */
#define DB_BUSY_MS	250
/* After a flood the WAL's file is cut back to this. */
#define DB_WAL_KEPT	(16 << 20)

/* What the transactions themselves are made of; prepared when first used. */
enum control {
	CONTROL_BEGIN_READ, CONTROL_BEGIN_WRITE, CONTROL_COMMIT,
	CONTROL_ROLLBACK, CONTROL_SAVEPOINT, CONTROL_RELEASE,
	CONTROL_ROLLBACK_TO, CONTROL_VERSION, CONTROL_DATA_VERSION,
	CONTROL__MAX
};

struct slot {
	sqlite3_stmt	*st;		/* NULL until first used */
	unsigned	 run;		/* counts, so that stale rows are known */
	bool		 open;		/* somebody is reading its rows */
};

struct db {
	sqlite3		*sq;
	bool		 is_volatile;
	const struct rights *rights;	/* NULL: all */
	const char	*preparing;	/* statement, for the authorizer's log line */
	struct arena	*mem;		/* where texts go */
	enum tx		 tx;
	enum db_fault	 fault;
	unsigned	 wal_pages;
	unsigned	 changes;	/* rows added to the stream in this tx */
	unsigned	 changes_kept;	/* of them before the savepoint */
	unsigned	 tasks;		/* the same of the table task */
	unsigned	 tasks_kept;
	unsigned	 calls;		/* and for the housekeeper */
	unsigned	 calls_kept;
	int64_t		 data_version;
	sqlite3_stmt	*control[CONTROL__MAX];
	struct slot	 slot[STMT__MAX];
	enum stmt	 open[STMT__MAX];	/* those whose slot is open */
	unsigned	 opened;
};

/* ------------------------------------------------------------ db-open.c */

struct db_options {
	bool		 is_volatile;
	bool		 durable;	/* fsync each commit */
	unsigned	 cache_kib;
};
/* The file must be there.  NULL and *why (in mem) on failure. */
struct db	*db_open(const char *path, const struct db_options *,
		    struct arena *mem, const char **why);
void		 db_close(struct db *);
/* SQL text of our own making, to its end.  False: sqlite3_errmsg says why. */
bool		 db_script(struct db *, const char *sql);
/* The first column of the first row as a number; -1 on failure. */
int64_t		 db_pragma(struct db *, const char *sql);
/* Is it really in WAL mode? */
bool		 db_is_wal(struct db *);
/* The name of the network file system that path is on, or NULL. */
const char	*db_network(const char *path);

/* ---------------------------------------------------------- db-rights.c */

/* From here on statements may do no more than rights say; NULL: anything. */
void		 db_guard(struct db *, const struct rights *);

/* ----------------------------------------------------------------- db.c */

/* Keeps the first fault of a transaction, and logs it. */
void		 db_fail(struct db *, int rc, const char *what);
/* The program is wrong: say where and abort. */
void		 db_bug(const char *what, enum stmt) __attribute__((noreturn));

/* --------------------------------------------------------------- rows.c */

/* Close all rows: an open statement would block RELEASE and COMMIT. */
void		 db_reset_all(struct db *);

/* -------------------------------------------------------------- store.c */

/* Is its server the one of that name? */
bool		 db_belongs_to(struct db *, const char *server_name,
		    struct arena *mem, const char **why);

#endif
