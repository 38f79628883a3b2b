/*
 * lock.c - who writes next, between processes.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include "store/lock.h"
#include "tap.h"
#include "scratch.h"

static struct lock *
open_lock(void)
{
	struct lock *lock = lock_open(scratch_path("lock"));

	if (lock == NULL) {
		printf("Bail out! cannot open the lock\n");
		exit(1);
	}
	return lock;
}

/* ---------------------------------------------- a process of its own each */

static int
try_it(void *arg)
{
	(void)arg;
	return lock_try(open_lock());
}

static int
wait_a_little(void *arg)
{
	(void)arg;
	return lock_wait(open_lock(), 30);
}

static int
take_and_die(void *arg)
{
	(void)arg;
	lock_try(open_lock());
	raise(SIGKILL);
	return 0;
}

static void
test_two(void)
{
	struct lock *lock = open_lock();
	long held;

	is_int(lock_holder(lock, &held), 0, "nobody holds it");
	ok(lock_try(lock), "free: taken at once");
	is_int(lock_holder(lock, &held), getpid(), "the holder is known");
	ok(held >= 0 && held < 60000, "and since when");
	is_int(scratch_fork(try_it, NULL), 0, "another one does not get it");
	is_int(scratch_fork(wait_a_little, NULL), 0, "nor by waiting a little");
	lock_release(lock);
	is_int(lock_holder(lock, &held), 0, "let go, nobody holds it");
	is_int(scratch_fork(try_it, NULL), 1, "the other one gets it");
	ok(lock_try(lock), "who ends has let go");
	lock_release(lock);
	is_int(scratch_fork(take_and_die, NULL), -SIGKILL, "a holder is killed");
	ok(lock_try(lock), "he has let go, too");
	lock_close(lock);
	ok(lock_open("/nonexistent/lock") == NULL, "no directory, no lock");
}

/* ------------------------------------------------------------------ turns */

static void
test_turns(void)
{
	struct lock *lock = open_lock();
	int done[2], status;
	pid_t pid;
	char c = 0;

	if (pipe(done) != 0)
		return;
	lock_try(lock);
	fflush(stdout);
	if ((pid = fork()) == 0) {
		struct lock *mine = open_lock();

		close(done[1]);
		_exit(lock_wait(mine, 60000) && read(done[0], &c, 1) == 0 ?
		    0 : 1);
	}
	ok(scratch_await(scratch_path("lock"), 1), "somebody waits");
	lock_release(lock);
	ok(!lock_try(lock), "who waits comes before who has just had it");
	close(done[1]);
	ok(lock_wait(lock, 60000), "then it is his again");
	ok(waitpid(pid, &status, 0) == pid && status == 0, "the other had it");
	close(done[0]);
	lock_close(lock);
}

/* -------------------------------------------------------------- a thread */

static void *
wait_long(void *lock)
{
	return lock_wait(lock, 60000) ? lock : NULL;
}

static void *
wait_short(void *lock)
{
	return lock_wait(lock, 20) ? lock : NULL;
}

/* As `serve` runs it: with all signals blocked. */
static void *
in_thread(void *(*body)(void *), struct lock *lock, struct lock *release)
{
	sigset_t all, before;
	pthread_t thread;
	void *got = NULL;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_create(&thread, NULL, body, lock);
	if (release != NULL) {
		scratch_await(scratch_path("lock"), 1);
		lock_release(release);
	}
	pthread_join(thread, &got);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return got;
}

static void
test_thread(void)
{
	struct lock *holder = open_lock(), *waiter = open_lock();

	lock_try(holder);
	ok(in_thread(wait_short, waiter, NULL) == NULL,
	    "a thread stops waiting when it is time");
	lock_release(holder);
	ok(lock_try(holder), "and has left the queue");
	ok(in_thread(wait_long, waiter, holder) != NULL,
	    "a thread that waits is woken");
	ok(!lock_try(holder), "and what it got is ours");
	lock_release(waiter);
	ok(lock_try(holder), "to let go, from any thread");
	lock_close(holder);
	lock_close(waiter);
}

/* ------------------------------------------------------------- many at once */

#define WRITERS	4
#define TURNS	200

/* Nobody else adds between our look and our writing. */
static int
add_up(void *arg)
{
	struct lock *lock = open_lock();
	int fd = *(int *)arg;
	long n;

	for (int i = 0; i < TURNS; i++) {
		if (!lock_try(lock) && !lock_wait(lock, 60000))
			return 1;
		if (pread(fd, &n, sizeof n, 0) != sizeof n)
			return 1;
		sched_yield();
		n++;
		if (pwrite(fd, &n, sizeof n, 0) != sizeof n)
			return 1;
		lock_release(lock);
	}
	return 0;
}

static void
test_many(void)
{
	int fd = open(scratch_path("sum"), O_RDWR | O_CREAT, 0600);
	int status, bad = 0;
	long sum = 0;

	if (pwrite(fd, &sum, sizeof sum, 0) != sizeof sum)
		return;
	fflush(stdout);
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0)
			_exit(add_up(&fd));
	for (int i = 0; i < WRITERS; i++)
		bad += wait(&status) < 0 || status != 0;
	is_int(bad, 0, "all had their turns");
	ok(pread(fd, &sum, sizeof sum, 0) == sizeof sum, "what they wrote");
	is_int(sum, WRITERS * TURNS, "never two at once");
	close(fd);
}

int
main(void)
{
	scratch_begin();
	test_two();
	test_turns();
	test_thread();
	test_many();
	return done_testing();
}
