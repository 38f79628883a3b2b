/*
 * task.c - work that goes on after the request that left it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/db-inner.h"
#include "store/task.h"
#include "store/upkeep.h"

#define PIECE_US	10000		/* then COMMIT, which costs too */
#define SECOND		1000000LL	/* us */
#define NET_US		(60 * SECOND)	/* a doorbell may get lost: look anyway */
#define BACKOFF_MAX	8		/* 2^8 s: the longest pause after a failure */

void
task_add(struct db *db, const char *kind, int64_t user, int64_t now)
{
	task_add_about(db, kind, user, 0, NULL, now, 0);
}

int64_t
task_add_about(struct db *db, const char *kind, int64_t user, int64_t room,
    const char *detail, int64_t now, int64_t due_at)
{
	db_exec(db, STMT_TASK_ADD, DB_TEXT(kind),
	    user != 0 ? DB_INT(user) : DB_NULL,
	    room != 0 ? DB_INT(room) : DB_NULL, DB_TEXT(detail), DB_INT(now),
	    DB_INT(due_at));
	db->tasks++;
	return db_last_rowid(db);
}

void
task_drop(struct db *db, int64_t nr)
{
	db_exec(db, STMT_TASK_DROP, DB_INT(nr));
}

void
task_drop_kind(struct db *db, const char *kind, int64_t user)
{
	db_exec(db, STMT_TASK_DROP_KIND, DB_TEXT(kind), DB_INT(user));
}

int64_t
task_count(struct db *db, const char *kind, int64_t user)
{
	return db_int(db, 0, STMT_TASK_COUNT, DB_TEXT(kind), DB_INT(user));
}

void
task_hasten(struct db *db, int64_t nr)
{
	db_exec(db, STMT_TASK_HASTEN, DB_INT(nr));
	db->tasks++;
}

bool
task_added(const struct db *db)
{
	return db->tasks > 0;
}

bool
task_has_time(const struct task *task)
{
	return clock_mono_us() < task->stop_us;
}

/* ------------------------------------------------------------- looking */

void
tasks_init(struct tasks *t, struct store *store, const struct task_kind *kinds)
{
	*t = (struct tasks){ .store = store, .kinds = kinds };
}

void
tasks_rang(struct tasks *t)
{
	t->look_at = 0;
}

int64_t
tasks_look_at(const struct tasks *t)
{
	return t->kinds != NULL ? t->look_at : INT64_MAX;
}

static const struct task_kind *
kind_find(const struct tasks *t, struct span name)
{
	const struct task_kind *kind;

	for (kind = t->kinds; kind->kind != NULL; kind++)
		if (span_is(name, kind->kind))
			return kind;
	return NULL;
}

/* The first behind `after` that is due; else 0, and when the next will be. */
static int64_t
find_due(struct tasks *t, int64_t after, int64_t now, int64_t *soonest)
{
	struct rows rows = db_query(t->store->main, STMT_TASK_LIST,
	    DB_INT(after));
	int64_t nr = 0;

	while (nr == 0 && rows_next(&rows)) {
		const struct task_kind *kind = kind_find(t,
		    rows_span(&rows, 1));
		int64_t due = rows_int(&rows, 2);

		if (kind == NULL || (kind->outside != NULL && t->asking != 0))
			continue;
		if (due <= now)
			nr = rows_int(&rows, 0);
		else if (due < *soonest)
			*soonest = due;
	}
	rows_done(&rows);
	return nr;
}

/* A store that fails will go on to do so for a while. */
static void
pause_for_store(struct tasks *t)
{
	t->look_at = clock_mono_us() + (SECOND << t->troubles);
	if (t->look_at > clock_mono_us() + NET_US)
		t->look_at = clock_mono_us() + NET_US;
	if (t->troubles < BACKOFF_MAX)
		t->troubles++;
	t->next = 0;
}

/* In turn, so that a long one holds up no other. */
bool
tasks_look(struct tasks *t)
{
	struct db *db = t->store->main;
	int64_t now = clock_now_ms(), soonest = now + NET_US / 1000;

	if (t->kinds == NULL || t->next != 0 || clock_mono_us() < t->look_at)
		return t->next != 0;
	if (t->answered)
		return true;
	if (!db_begin(db, TX_READ)) {
		pause_for_store(t);
		return false;
	}
	t->next = find_due(t, t->last, now, &soonest);
	if (t->next == 0)
		t->next = find_due(t, 0, now, &soonest);
	if (!db_commit(db)) {
		pause_for_store(t);
		return false;
	}
	t->look_at = clock_mono_us() + (soonest - now) * 1000;
	return t->next != 0;
}

/* ------------------------------------------------------- asking outside */

/* Nobody is asked any more, or what was said has been used. */
static void
outside_forget(struct tasks *t)
{
	if (t->block != NULL)
		explicit_bzero(t->block, t->outside->size);
	free(t->block);
	t->block = NULL;
	t->asking = 0;
	t->answered = t->handed = false;
}

/*
 * The task is this process's until somebody has answered.  False: nobody need
 * be asked.
 */
static bool
outside_prepare(struct tasks *t, struct task *task,
    const struct task_outside *outside)
{
	void *block = calloc(1, outside->size);

	if (block == NULL)
		abort();
	t->outside = outside;
	t->block = block;
	if (!outside->prepare(task, block)) {
		outside_forget(t);
		return false;
	}
	t->asking = task->nr;
	t->asking_until = task->now + TASK_ASK_MS;
	db_exec(task->db, STMT_TASK_WAIT, DB_INT(t->asking_until),
	    DB_INT(task->nr));
	return true;
}

bool
tasks_question(struct tasks *t, struct task_question *q)
{
	if (t->asking == 0 || t->handed)
		return false;
	t->handed = true;
	*q = (struct task_question){ t->outside->ask, t->block };
	return true;
}

void
tasks_answered(struct tasks *t)
{
	t->answered = true;
	t->look_at = 0;
}

bool
tasks_ask(struct tasks *t)
{
	struct task_question q;

	if (!tasks_question(t, &q))
		return false;
	q.ask(q.block);
	tasks_answered(t);
	return true;
}

bool
tasks_asking(const struct tasks *t)
{
	return t->asking != 0;
}

void
tasks_end(struct tasks *t)
{
	outside_forget(t);
}

/* ------------------------------------------------------------- working */

/*
 * False: it is not there any more, or another process put it off.  One that
 * somebody was asked about is put off too, but by us.
 */
static bool
task_read(struct tasks *t, struct task *task, const struct task_kind **kind)
{
	struct rows rows = db_query(task->db, STMT_TASK_GET, DB_INT(task->nr),
	    DB_INT(task->asked != NULL ? t->asking_until : task->now));
	bool found = rows_next(&rows);

	if (found) {
		*kind = kind_find(t, rows_span(&rows, 0));
		task->user = rows_int(&rows, 1);
		task->cursor = rows_text(&rows, 2);
		task->failures = rows_int(&rows, 3);
		task->room = rows_int(&rows, 4);
		task->detail = rows_text(&rows, 5);
	}
	rows_done(&rows);
	return found && *kind != NULL;
}

/* True: what the piece wrote is to be kept. */
static bool
do_piece(struct tasks *t, struct task *task)
{
	const struct task_kind *kind = NULL;
	enum task_end end;

	if (!task_read(t, task, &kind))
		return true;
	if (kind->outside != NULL && task->asked == NULL &&
	    outside_prepare(t, task, kind->outside))
		return true;
	if ((end = kind->piece(task)) == TASK_FAILED)
		return false;
	if (end == TASK_DONE)
		db_exec(task->db, STMT_TASK_DROP, DB_INT(task->nr));
	else
		db_exec(task->db, STMT_TASK_MOVE, DB_TEXT(task->cursor),
		    DB_INT(task->nr));
	return true;
}

/*
 * In a transaction of its own: where even that fails, the store is to blame
 * and not the task.
 */
static void
put_off(struct tasks *t, const struct task *task)
{
	int64_t n = task->failures < BACKOFF_MAX ? task->failures : BACKOFF_MAX;

	if (!db_begin(task->db, TX_WRITE)) {
		pause_for_store(t);
		return;
	}
	db_exec(task->db, STMT_TASK_PUT_OFF,
	    DB_INT(task->now + (1000LL << n)), DB_INT(task->nr));
	if (!db_commit(task->db)) {
		pause_for_store(t);
		return;
	}
	log_warn("task %lld failed; it is tried again in %lld s",
	    (long long)task->nr, 1LL << n);
}

/* False: the store is to blame, and the same is to be done once more. */
static bool
work(struct tasks *t, struct task *task)
{
	if (!db_begin(task->db, TX_WRITE)) {
		pause_for_store(t);
		return false;
	}
	if (do_piece(t, task) && db_commit(task->db)) {
		t->troubles = 0;
		store_ring(t->store, store_bells(t->store));
		upkeep_relieve(t->store);
		return true;
	}
	db_rollback(task->db);
	if (t->asking == task->nr && task->asked == NULL)
		outside_forget(t);
	put_off(t, task);
	return true;
}

/* What was answered comes first. */
static void
turn(struct tasks *t, struct task *task)
{
	task->nr = t->answered ? t->asking : t->next;
	task->asked = t->answered ? t->block : NULL;
	if (task->nr == 0)
		return;
	t->look_at = 0;
	if (task->asked == NULL) {
		t->last = task->nr;
		t->next = 0;
	}
	if (work(t, task) && task->asked != NULL)
		outside_forget(t);
}

void
tasks_turn(struct tasks *t)
{
	struct task task = {
		.store = t->store,
		.db = t->store->main,
		.mem = arena_new(),
		.now = clock_now_ms(),
		.stop_us = clock_mono_us() + PIECE_US,
	};
	struct arena *before = db_arena(task.db, task.mem);

	turn(t, &task);
	db_arena(task.db, before);
	arena_free(task.mem);
}
