/*
 * db.h - one database connection, its named statements, its transactions.
 *
 * Errors are sticky, as with ferror(3): after the first failure every query
 * finds nothing and every change touches no row, until db_begin() or
 * db_undo() starts afresh.  Handlers therefore test what results mean, never
 * for disk trouble; who began the transaction asks db_fault() at its end.
 *
 * A constraint that a statement does not provide for (ON CONFLICT) is such a
 * failure too.
 *
 * Without a transaction, as on the volatile store, each call is one of its
 * own: it begins without fault and ends the rows of the call before.
 *
 * Texts that come out are copied into the arena that db_arena() named last.
 */
#ifndef MXCGI_DB_H
#define MXCGI_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "stmt.h"		/* generated from sql/: enum stmt */

struct db;

enum tx { TX_NONE, TX_READ, TX_WRITE };

enum db_fault {
	DB_FINE,
	DB_LOCKED,	/* somebody else holds it: 503 */
	DB_FULL,	/* no space: 507 */
	DB_MOVED,	/* the schema is not the one we were built for: 503, exit */
	DB_BROKEN	/* I/O error, corruption, a statement that is wrong: 500 */
};

/* A value to bind; the enum says how, so a text is never taken for a number. */
struct db_arg {
	enum { DB_ARG_NULL, DB_ARG_TEXT, DB_ARG_INT, DB_ARG_REAL, DB_ARG_BLOB } kind;
	const void	*ptr;
	size_t		 len;
	int64_t		 num;
	double		 real;
};
struct db_arg	 db_arg_text(const char *);	/* NULL binds NULL */
#define DB_TEXT(s)	db_arg_text(s)
#define DB_SPAN(sp)	((struct db_arg){ .kind = DB_ARG_TEXT, .ptr = (sp).s, .len = (sp).n })
#define DB_BLOB(p, n)	((struct db_arg){ .kind = DB_ARG_BLOB, .ptr = (p), .len = (n) })
#define DB_INT(n)	((struct db_arg){ .kind = DB_ARG_INT, .num = (n) })
#define DB_REAL(x)	((struct db_arg){ .kind = DB_ARG_REAL, .real = (x) })
#define DB_NULL		((struct db_arg){ .kind = DB_ARG_NULL })

#define DB_ARGS(...)							\
	(const struct db_arg[]){ __VA_ARGS__ },				\
	sizeof((const struct db_arg[]){ __VA_ARGS__ }) / sizeof(struct db_arg)

/*
 * A query.  rows_next() is true once per row; when it is false the statement
 * has been reset.  Leaving earlier: rows_done().  The same statement must not
 * be run again while its rows are open (aborts).  The end of a transaction or
 * savepoint closes all rows; reading a column without a row aborts.
 */
struct rows {
	struct db	*db;
	enum stmt	 id;
	unsigned	 run;		/* of the statement */
	bool		 open;
};
struct rows	 db_query_(struct db *, enum stmt, const struct db_arg *, size_t);
#define db_query(db, id, ...)	db_query_(db, id, DB_ARGS(__VA_ARGS__))
bool		 rows_next(struct rows *);
void		 rows_done(struct rows *);
bool		 rows_null(const struct rows *, int column);
int64_t		 rows_int(const struct rows *, int column);	/* NULL gives 0 */
double		 rows_real(const struct rows *, int column);
const char	*rows_text(const struct rows *, int column);	/* copied; NULL stays NULL */
struct span	 rows_blob(const struct rows *, int column);	/* copied */
/* Not copied: valid until the next rows_next() or rows_done(). */
struct span	 rows_span(const struct rows *, int column);

/* The first column of the first row; no row or NULL: what is given. */
int64_t		 db_int_(struct db *, int64_t otherwise, enum stmt, const struct db_arg *, size_t);
#define db_int(db, otherwise, id, ...)	db_int_(db, otherwise, id, DB_ARGS(__VA_ARGS__))

/*
 * A change: steps to the end (RETURNING's rows are dropped) and returns how
 * many rows it touched.
 */
int		 db_exec_(struct db *, enum stmt, const struct db_arg *, size_t);
#define db_exec(db, id, ...)	db_exec_(db, id, DB_ARGS(__VA_ARGS__))
int64_t		 db_last_rowid(struct db *);

/* Where texts go from here on; returns where they went before. */
struct arena	*db_arena(struct db *, struct arena *);

/* ---- For those who hold the transaction: serve, housekeeper, mxcgi ---- */

/*
 * TX_READ: a snapshot, taken at once (it reads user_version).  TX_WRITE:
 * BEGIN IMMEDIATE; the caller holds the lock of lock.h.  Clears the fault.
 * False: db_fault() says why, and no transaction is open.
 */
bool		 db_begin(struct db *, enum tx);
/* Resets all statements, COMMITs; false: nothing was kept, db_fault() says why. */
bool		 db_commit(struct db *);
void		 db_rollback(struct db *);	/* harmless without a transaction */

/* One request inside a round. */
bool		 db_savepoint(struct db *);
bool		 db_release(struct db *);	/* keep it; false: see db_fault(), db_lost() */
void		 db_undo(struct db *);		/* drop it, clear the fault */
/* The whole transaction is gone (FULL, IOERR, NOMEM may do that). */
bool		 db_lost(const struct db *);
enum db_fault	 db_fault(const struct db *);

/*
 * Has anything been committed by others since the last call?  The first call
 * says yes.  Only outside a transaction.
 */
bool		 db_changed_elsewhere(struct db *);
/* Pages in the WAL after our last commit or checkpoint. */
unsigned	 db_wal_pages(const struct db *);
/*
 * True when everything was moved.  Not in a transaction.  PASSIVE waits for
 * nobody; the others wait for readers, wait_ms at most: hold the lock.
 */
enum checkpoint { CHECKPOINT_PASSIVE, CHECKPOINT_RESTART, CHECKPOINT_TRUNCATE };
bool		 db_checkpoint(struct db *, enum checkpoint, unsigned wait_ms);

#endif
