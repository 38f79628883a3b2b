/*
 * task.h - work that goes on after the request that left it
 * (design section 2).
 *
 * A request adds a row to the table task within its own transaction.  Whoever
 * works for the kind of it (`rooms`; the housekeeper when cron calls it) does
 * it in pieces: each is a write transaction of its own that also moves the
 * task's cursor, so a process that dies in the middle loses nothing and does
 * nothing twice.  A piece that fails comes round again, later each time, and
 * holds up no other task.
 *
 * Where a piece needs an answer from outside, that is asked for first, without
 * lock and transaction (struct task_outside).
 */
#ifndef MXCGI_TASK_H
#define MXCGI_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/store.h"

/* user: user.nr, or 0.  The doorbell rings after COMMIT (store_bells()). */
void	task_add(struct db *, const char *kind, int64_t user, int64_t now);
/*
 * The same for work on a room (room.nr, or 0), with what else its kind needs
 * to know (detail; NULL: nothing), begun at due_at (ms since 1970) at the
 * earliest.  Returns task.nr.
 */
int64_t	task_add_about(struct db *, const char *kind, int64_t user,
	    int64_t room, const char *detail, int64_t now, int64_t due_at);
/* It is no longer needed. */
void	task_drop(struct db *, int64_t nr);
/* Nor are those of its kind that the user has. */
void	task_drop_kind(struct db *, const char *kind, int64_t user);
/* How many of its kind the user has that are not done yet. */
int64_t	task_count(struct db *, const char *kind, int64_t user);
/* It is due now. */
void	task_hasten(struct db *, int64_t nr);
/* Was any added since the transaction began?  Read after db_commit(). */
bool	task_added(const struct db *);

/* ----------------------------------------------------- what is to be done */

/* A task, as the piece of it that is done now sees it. */
struct task {
	struct store	*store;
	struct db	*db;		/* its main database */
	struct arena	*mem;		/* ends with the piece */
	int64_t		 now;		/* ms since 1970 */
	int64_t		 nr;
	int64_t		 user;		/* user.nr, or 0 */
	int64_t		 room;		/* room.nr, or 0 */
	const char	*detail;	/* by kind, or NULL */
	int64_t		 failures;	/* pieces in a row, up to now */
	const char	*cursor;	/* NULL: it has not begun */
	int64_t		 stop_us;	/* task_has_time() */
	const void	*asked;		/* of task_outside; NULL: nobody was asked */
};
enum task_end {
	TASK_DONE,
	TASK_MORE,	/* cursor, in mem, says where to go on */
	TASK_FAILED	/* why is logged; nothing of the piece is kept */
};
/*
 * Asking somebody outside before a piece.  prepare() runs in a transaction
 * that writes and copies what is needed into a block, zeroed and of that size;
 * false: nobody need be asked, and the piece runs without.  ask() blocks, in a
 * thread where there are any, and touches nothing but the block; it is to be
 * done within TASK_ASK_MS.  Then the piece has the block as task->asked.
 *
 * While one process asks, no other works on that task.  If it dies meanwhile
 * the task comes round again after that time, and then somebody is asked a
 * second time; else only where a piece fails or goes on.
 */
#define TASK_ASK_MS	300000
struct task_outside {
	size_t		 size;
	bool		(*prepare)(struct task *, void *block);
	void		(*ask)(void *block);
};
/* A table of these ends with kind NULL. */
struct task_kind {
	const char	*kind;
	enum task_end	(*piece)(struct task *);
	const struct task_outside *outside;	/* NULL: nobody is asked */
};
/*
 * False: end the piece, for others wait for the lock.  Ask after a step, so
 * that each piece gets on by one at least.
 */
bool	task_has_time(const struct task *);

/* ------------------------------------------------------------ who does it */

/* A process that works for some kinds. */
struct tasks {
	struct store	*store;
	const struct task_kind *kinds;	/* NULL: for none */
	int64_t		 next;		/* task.nr that is due; 0: none known */
	int64_t		 last;		/* task.nr that had its turn last */
	int64_t		 look_at;	/* us, monotonic */
	unsigned	 troubles;	/* of the store, in a row */

	/* One at a time is outside. */
	int64_t		 asking;	/* task.nr; 0: none */
	int64_t		 asking_until;	/* ms since 1970: the task is ours */
	const struct task_outside *outside;
	void		*block;
	bool		 handed;	/* by tasks_question() */
	bool		 answered;
};
void	tasks_init(struct tasks *, struct store *, const struct task_kind *);
/* The doorbell rang. */
void	tasks_rang(struct tasks *);
/*
 * Is one due?  Reads the table when that may have changed (in a transaction
 * of its own), else knows.
 */
bool	tasks_look(struct tasks *);
/* When to look again: us, monotonic; INT64_MAX: never. */
int64_t	tasks_look_at(const struct tasks *);
/*
 * A piece of the one that is due, or what comes before somebody is asked about
 * it.  The caller holds the lock.
 */
void	tasks_turn(struct tasks *);

/* After a turn and without the lock: is somebody outside to be asked now? */
struct task_question {
	void		(*ask)(void *block);
	void		*block;
};
bool	tasks_question(struct tasks *, struct task_question *);
/* ask(block) is over: the next turn is that task's. */
void	tasks_answered(struct tasks *);
/* For those who have no threads: all three.  False: nobody was to be asked. */
bool	tasks_ask(struct tasks *);
/* Is the answer outstanding, or not yet used? */
bool	tasks_asking(const struct tasks *);
/* No more turns; an answer that was not used is gone.  Not while ask() runs. */
void	tasks_end(struct tasks *);

#endif
