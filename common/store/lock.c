/*
 * lock.c - who writes next.
 *
 * Two files.  PATH is the lock.  PATH.next is the place at the head of the
 * queue: whoever wants the lock takes that first, waits there for the lock
 * and then leaves it to the next.  Without it a busy process that lets go and
 * comes back at once would always be faster than those who were woken, and
 * they would wait for seconds.  So the lock passes on after each turn when
 * others want it, and costs two system calls more when nobody does.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/lock.h"

/* glibc before 2.38 keeps the name to itself. */
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

#define NOTE_LEN	41		/* "pid since", padded */
#define WAKE		SIGALRM

struct lock {
	int	 fd;
	int	 next;
	char	 path[PATH_MAX];
};

static void
woken(int sig)
{
	(void)sig;
}

/* Without SA_RESTART: it is there to interrupt flock(). */
static void
catch_wake(void)
{
	struct sigaction sa = { .sa_handler = woken };

	sigemptyset(&sa.sa_mask);
	sigaction(WAKE, &sa, NULL);
}

static int
open_file(const char *path, const char *suffix)
{
	char full[PATH_MAX + 8];

	snprintf(full, sizeof full, "%s%s", path, suffix);
	return open(full, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

struct lock *
lock_open(const char *path)
{
	struct lock *lock;

	if (strlen(path) >= sizeof lock->path) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if ((lock = calloc(1, sizeof *lock)) == NULL)
		return NULL;
	snprintf(lock->path, sizeof lock->path, "%s", path);
	lock->fd = open_file(path, "");
	lock->next = lock->fd >= 0 ? open_file(path, ".next") : -1;
	if (lock->next < 0) {
		int err = errno;

		lock_close(lock);
		errno = err;
		return NULL;
	}
	catch_wake();
	return lock;
}

void
lock_close(struct lock *lock)
{
	if (lock == NULL)
		return;
	if (lock->fd >= 0)
		close(lock->fd);
	if (lock->next >= 0)
		close(lock->next);
	free(lock);
}

/* For `mxcgi doctor`; a note that cannot be written is only missed there. */
static void
sign(const struct lock *lock)
{
	char note[NOTE_LEN + 1];

	snprintf(note, sizeof note, "%20ld %20lld", (long)getpid(),
	    (long long)clock_mono_us());
	if (pwrite(lock->fd, note, NOTE_LEN, 0) < 0)
		return;
}

bool
lock_try(struct lock *lock)
{
	bool got = false;

	if (flock(lock->next, LOCK_EX | LOCK_NB) != 0)
		return false;
	if (flock(lock->fd, LOCK_EX | LOCK_NB) == 0) {
		sign(lock);
		got = true;
	}
	flock(lock->next, LOCK_UN);
	return got;
}

/* ---------------------------------------------------------------- waiting */

/*
 * A timer that signals the calling thread and no other, from the deadline on
 * and again each 10 ms: the first signal may come just before flock() begins
 * to wait.
 */
static bool
timer_begin(timer_t *timer, unsigned ms)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = WAKE,
	};
	struct itimerspec when = {
		.it_value = { ms / 1000, ms % 1000 * 1000000L + 1 },
		.it_interval = { 0, 10 * 1000000L },
	};

	event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
	if (timer_create(CLOCK_MONOTONIC, &event, timer) != 0)
		return false;
	if (timer_settime(*timer, 0, &when, NULL) == 0)
		return true;
	timer_delete(*timer);
	return false;
}

/* Other signals may interrupt too; only the clock ends the wait. */
static bool
flock_until(int fd, int64_t deadline)
{
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR || clock_mono_us() >= deadline)
			return false;
	return true;
}

static bool
wait_in_turn(struct lock *lock, int64_t deadline)
{
	bool got;

	if (!flock_until(lock->next, deadline))
		return false;
	got = flock_until(lock->fd, deadline);
	if (got)
		sign(lock);
	flock(lock->next, LOCK_UN);
	return got;
}

bool
lock_wait(struct lock *lock, unsigned ms)
{
	int64_t deadline = clock_mono_us() + (int64_t)ms * 1000;
	sigset_t wake, before;
	timer_t timer;
	bool got;

	if (lock_try(lock))
		return true;
	if (!timer_begin(&timer, ms))
		return false;
	sigemptyset(&wake);
	sigaddset(&wake, WAKE);
	pthread_sigmask(SIG_UNBLOCK, &wake, &before);
	got = wait_in_turn(lock, deadline);
	timer_delete(timer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return got;
}

void
lock_release(struct lock *lock)
{
	flock(lock->fd, LOCK_UN);
}

/* -------------------------------------------------------------- the note */

static long
read_note(const struct lock *lock, long *held_ms)
{
	char note[NOTE_LEN + 1] = "";
	long long since = 0;
	long pid = 0;

	if (pread(lock->fd, note, NOTE_LEN, 0) < 0 ||
	    sscanf(note, "%ld %lld", &pid, &since) != 2)
		return 0;
	*held_ms = (long)((clock_mono_us() - since) / 1000);
	return pid;
}

/*
 * Tried on a description of its own: on ours flock() would succeed when we
 * are the holder.
 */
long
lock_holder(struct lock *lock, long *held_ms)
{
	int fd = open_file(lock->path, "");
	long pid = 0;

	*held_ms = 0;
	if (fd < 0)
		return 0;
	if (flock(fd, LOCK_SH | LOCK_NB) != 0)
		pid = read_note(lock, held_ms);
	close(fd);
	return pid;
}
