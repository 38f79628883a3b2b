/*
 * task.c - work that goes on after its request: in pieces, in turn, after
 * failures, and by several processes.
 */
#include <signal.h>

#include "base/clock.h"
#include "store/bell.h"
#include "store/db-inner.h"
#include "store/lock.h"
#include "store/stream.h"
#include "store/task.h"
#include "scratch.h"
#include "tap.h"

/* The clocks of this test, in place of base/clock.c. */
static int64_t mono_us = 1000000000, now_ms = 1000000;

int64_t
clock_mono_us(void)
{
	return mono_us;
}

int64_t
clock_now_ms(void)
{
	return now_ms;
}

static void
time_goes(int64_t ms)
{
	mono_us += ms * 1000;
	now_ms += ms;
}

/* --------------------------------------------------------------- the kinds */

static char done[200];		/* "user:cursor " of each piece, in order */

static void
note(const struct task *t)
{
	size_t n = strlen(done);

	snprintf(done + n, sizeof done - n, "%lld:%s ", (long long)t->user,
	    t->cursor ? t->cursor : "-");
}

static enum task_end
count_to_three(struct task *t)
{
	int at = t->cursor ? atoi(t->cursor) : 0;

	note(t);
	change_add(t->db, CHANGE_SESSION, 0, t->user, 0);
	t->cursor = arena_printf(t->mem, "%d", at + 1);
	return at + 1 < 3 ? TASK_MORE : TASK_DONE;
}

static bool failing;

static enum task_end
fail_at_times(struct task *t)
{
	note(t);
	change_add(t->db, CHANGE_SESSION, 0, t->user, 0);
	return failing ? TASK_FAILED : TASK_DONE;
}

/* Statements that fail leave a fault behind. */
static enum task_end
break_rules(struct task *t)
{
	note(t);
	change_add(t->db, CHANGE_SESSION, 0, t->user, 0);
	task_add(t->db, NULL, 0, 0);
	return TASK_DONE;
}

static enum task_end
take_long(struct task *t)
{
	int steps = 0;

	do {
		steps++;
		mono_us += 3000;
	} while (task_has_time(t));
	snprintf(done, sizeof done, "%d", steps);
	return TASK_DONE;
}

/* ------------------------------------------------- kinds that ask outside */

struct question {
	int64_t	user;
	char	said[16];
};
static int asked;		/* how often */

static bool
copy_user(struct task *t, void *block)
{
	struct question *q = block;

	q->user = t->user;
	return t->user != 3;		/* of whom nobody need be asked */
}

static void
answer(void *block)
{
	struct question *q = block;

	asked++;
	snprintf(q->said, sizeof q->said, "%lld!", (long long)q->user);
}

static enum task_end
use_answer(struct task *t)
{
	const struct question *q = t->asked;
	size_t n = strlen(done);

	snprintf(done + n, sizeof done - n, "%s ", q ? q->said : "unasked");
	change_add(t->db, CHANGE_SESSION, 0, t->user, 0);
	return failing ? TASK_FAILED : TASK_DONE;
}

static const struct task_outside outside = {
	sizeof(struct question), copy_user, answer
};

static const struct task_kind kinds[] = {
	{ "count", count_to_three, NULL },
	{ "fail", fail_at_times, NULL },
	{ "break", break_rules, NULL },
	{ "long", take_long, NULL },
	{ "ask", use_answer, &outside },
	{ NULL, NULL, NULL }
};

/* ------------------------------------------------------------------- tools */

static struct store *store;

static void
leave_task(const char *kind, int64_t user)
{
	db_begin(store->main, TX_WRITE);
	task_add(store->main, kind, user, now_ms);
	db_commit(store->main);
}

/* At most so many pieces; how many there were. */
static int
turns(struct tasks *t, int most)
{
	int n;

	for (n = 0; n < most && tasks_look(t); n++)
		tasks_turn(t);
	return n;
}

static int64_t
tasks_left(void)
{
	struct rows rows;
	int64_t n = 0;

	db_begin(store->main, TX_READ);
	rows = db_query(store->main, STMT_TASK_LIST, DB_INT(0));
	while (rows_next(&rows))
		n++;
	db_commit(store->main);
	return n;
}

static int64_t
changes(void)
{
	int64_t last;

	db_begin(store->main, TX_READ);
	last = change_last(store->main);
	db_commit(store->main);
	return last;
}

/* As a process that begins now. */
static struct tasks
fresh(void)
{
	struct tasks t;

	tasks_init(&t, store, kinds);
	done[0] = '\0';
	return t;
}

/* ------------------------------------------------------------------- tests */

static void
test_pieces(void)
{
	struct tasks t = fresh();
	struct tasks none;
	int64_t before = changes();

	tasks_init(&none, store, NULL);
	ok(!tasks_look(&none) && tasks_look_at(&none) == INT64_MAX,
	    "who works for no kinds never looks");
	ok(!tasks_look(&t), "there is nothing to do at first");
	leave_task("count", 1);
	ok(!tasks_look(&t), "and nobody looks all the time");
	ok(tasks_look_at(&t) > mono_us, "only later");
	tasks_rang(&t);
	ok(tasks_look(&t), "but at once when the bell rang");
	is_int(turns(&t, 9), 3, "a task is done in its pieces");
	is_text(done, "1:- 1:1 1:2 ", "each goes on where the last ended");
	is_int(tasks_left(), 0, "then it is gone");
	is_int(changes() - before, 3, "and what they wrote is there");
}

static void
test_turns(void)
{
	struct tasks t = fresh();

	leave_task("count", 1);
	leave_task("nobody knows", 9);
	leave_task("count", 2);
	is_int(turns(&t, 4), 4, "two tasks");
	is_text(done, "1:- 2:- 1:1 2:1 ", "take turns");
	t = fresh();
	is_int(turns(&t, 9), 2, "another process goes on");
	is_text(done, "1:2 2:2 ", "where the first was");
	is_int(tasks_left(), 1, "what it does not know stays for others");
	ok(!tasks_look(&t) && tasks_look_at(&t) > mono_us,
	    "and is not looked at all the time");
	time_goes(61000);
	leave_task("count", 3);
	ok(tasks_look(&t), "after a minute it looks without a bell");
	turns(&t, 9);
}

static void
test_failures(void)
{
	struct tasks t = fresh();
	int64_t before = changes();
	int again = 0;

	failing = true;
	leave_task("fail", 1);
	leave_task("count", 2);
	is_int(turns(&t, 9), 4, "one fails, one does not");
	is_text(done, "1:- 2:- 2:1 2:2 ", "the other is not held up");
	is_int(changes() - before, 3, "what failed left nothing");
	ok(!tasks_look(&t), "it is not tried again at once");
	t = fresh();
	ok(!tasks_look(&t), "nor by another process");
	ok(tasks_look_at(&t) - mono_us <= 1000000, "but a second later");
	time_goes(1000);
	is_int(turns(&t, 9), 1, "once");
	time_goes(1999);
	is_int(turns(&t, 9), 0, "then the pause is longer");
	time_goes(1);
	is_int(turns(&t, 9), 1, "two seconds");
	for (int i = 0; i < 20; i++) {
		time_goes(256000);
		again += turns(&t, 9);
	}
	is_int(again, 20, "at most 256 s");
	failing = false;
	time_goes(256000);
	is_int(turns(&t, 9), 1, "and in the end it succeeds");
	is_int(tasks_left(), 1, "and is gone");
}

static void
test_fault(void)
{
	struct tasks t = fresh();
	int64_t before = changes();

	leave_task("break", 1);
	is_int(turns(&t, 9), 1, "a statement fails");
	is_int(changes() - before, 0, "nothing of the piece is kept");
	is_int(tasks_left(), 2, "the task neither ends");
	time_goes(1000);
	is_int(turns(&t, 9), 1, "nor stops");
	db_begin(store->main, TX_WRITE);
	db_script(store->main, "DELETE FROM task WHERE kind = 'break'");
	db_commit(store->main);
	ok(!tasks_look(&t), "somebody took it away");
}

static int
yes(void *unused)
{
	(void)unused;
	return 1;
}

/* Every step of every statement is interrupted. */
static void
break_store(bool broken)
{
	sqlite3_progress_handler(store->main->sq, broken, yes, NULL);
}

static void
test_trouble(void)
{
	struct tasks t = fresh();
	int tries = 0;

	leave_task("count", 1);
	ok(tasks_look(&t), "a task is due");
	break_store(true);
	tasks_turn(&t);
	ok(!tasks_look(&t), "the store fails: it is left alone");
	for (int s = 0; s < 600; s++) {
		time_goes(1000);
		if (mono_us >= tasks_look_at(&t))
			tries++;
		tasks_look(&t);
	}
	ok(tries > 5 && tries < 20, "for longer and longer, a minute at most: "
	    "%d tries in 10 minutes", tries);
	break_store(false);
	time_goes(60000);
	is_int(turns(&t, 9), 3, "when it works again, so do we");
	is_int(tasks_left(), 1, "and no try of the store's counts as the task's");
}

static void
test_time(void)
{
	struct tasks t = fresh();

	leave_task("long", 1);
	is_int(turns(&t, 9), 1, "a piece that could go on");
	is_text(done, "4", "ends after 10 ms");
}

static void
test_outside(void)
{
	struct tasks t = fresh(), other = fresh();
	struct task_question q;

	leave_task("ask", 1);
	leave_task("ask", 2);
	leave_task("count", 9);
	tasks_look(&t);
	tasks_turn(&t);
	is_text(done, "", "before a piece somebody outside is asked");
	ok(tasks_asking(&t) && tasks_question(&t, &q), "about what, is told");
	ok(!tasks_question(&t, &q), "once");
	is_int(turns(&t, 9), 3, "meanwhile other tasks go on");
	is_text(done, "9:- 9:1 9:2 ", "but none that asks");
	done[0] = '\0';
	tasks_look(&other);
	tasks_turn(&other);
	ok(tasks_ask(&other), "another process asks about another task");
	is_int(turns(&other, 9), 1, "and works on that one alone");
	is_text(done, "2! ", "with the answer");
	q.ask(q.block);
	tasks_answered(&t);
	is_int(turns(&t, 9), 1, "the first has its answer too");
	is_text(done, "2! 1! ", "and uses it");
	is_int(asked, 2, "each was asked about once");
	ok(!tasks_asking(&t), "nothing is open");
	is_int(tasks_left(), 1, "and all is done");
	leave_task("ask", 3);
	tasks_rang(&t);
	is_int(turns(&t, 9), 1, "where nobody need be asked");
	is_text(done, "2! 1! unasked ", "the piece runs at once");
	is_int(asked, 2, "and nobody is");
}

/* As one that dies while it asks. */
static void
ask_and_die(void)
{
	struct tasks t = fresh();

	turns(&t, 1);
	ok(tasks_asking(&t), "somebody is to be asked");
	tasks_end(&t);
}

static void
test_outside_dies(void)
{
	struct tasks t;

	leave_task("ask", 1);
	ask_and_die();
	t = fresh();
	is_int(turns(&t, 9), 0, "what another asks about is left alone");
	time_goes(TASK_ASK_MS - 1);
	tasks_rang(&t);
	is_int(turns(&t, 9), 0, "for as long as that may take");
	time_goes(1);
	tasks_rang(&t);
	is_int(turns(&t, 1), 1, "then it is taken for dead");
	ok(tasks_ask(&t), "and somebody is asked again");
	is_int(turns(&t, 9), 1, "once");
	is_text(done, "1! ", "nothing is lost");
}

static void
test_outside_fails(void)
{
	struct tasks t = fresh();

	asked = 0;
	failing = true;
	leave_task("ask", 1);
	for (int i = 0; i < 3; i++) {
		tasks_rang(&t);
		is_int(turns(&t, 1), 1, "it is asked");
		ok(tasks_ask(&t) && turns(&t, 9) == 1, "and fails");
		is_int(turns(&t, 9), 0, "not at once again");
		time_goes(1000 << i);
	}
	failing = false;
	tasks_rang(&t);
	turns(&t, 1);
	tasks_ask(&t);
	turns(&t, 1);
	is_int(asked, 4, "each time somebody is asked anew");
	is_int(tasks_left(), 1, "until it is done");
}

/* The answer waits for the store. */
static void
test_outside_trouble(void)
{
	struct tasks t = fresh();

	asked = 0;
	leave_task("ask", 1);
	turns(&t, 1);
	tasks_ask(&t);
	break_store(true);
	is_int(turns(&t, 9), 1, "the store fails when there is an answer");
	ok(tasks_asking(&t), "which is kept");
	break_store(false);
	time_goes(60000);
	is_int(turns(&t, 9), 1, "until the store works again");
	is_text(done, "1! ", "and then used");
	is_int(asked, 1, "nobody is asked twice");
}

static void
test_bell(void)
{
	int fd = bell_listen(store->bell, BELL_TASKS);

	leave_task("count", 1);
	ok(!bell_answer(fd), "the bell is the committer's to ring");
	store_ring(store, store_bells(store));
	ok(bell_answer(fd), "it rings for a task");
	db_begin(store->main, TX_WRITE);
	db_savepoint(store->main);
	task_add(store->main, "count", 2, 1);
	db_undo(store->main);
	change_add(store->main, CHANGE_SESSION, 0, 1, 0);
	db_commit(store->main);
	store_ring(store, store_bells(store));
	ok(!bell_answer(fd), "not for one that was undone, nor for a change");
	bell_leave(store->bell, fd);
}

int
main(void)
{
	scratch_begin();
	store = scratch_open(NULL);
	db_arena(store->main, scratch_mem);
	db_script(store->main, "INSERT INTO user (nr, user_id) VALUES (1, '@a'),"
	    "(2, '@b'), (3, '@c'), (9, '@i')");
	test_pieces();
	test_turns();
	test_failures();
	test_fault();
	test_trouble();
	test_time();
	test_outside();
	test_outside_dies();
	test_outside_fails();
	test_outside_trouble();
	test_bell();
	store_close(store);
	return done_testing();
}
