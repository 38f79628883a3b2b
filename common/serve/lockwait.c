/* lockwait.c - see lockwait.h. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "serve/lockwait.h"
#include "store/lock.h"

static struct lock *lock;
static int ask = -1, reply = -1;	/* eventfds, to and from the thread */
static bool on, started;

void
lockwait_open(struct lock *l)
{
	lock = l;
	ask = eventfd(0, EFD_CLOEXEC);
	reply = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ask == -1 || reply == -1)
		log_fatal("cannot make an eventfd");
}

int
lockwait_fd(void)
{
	return reply;
}

bool
lockwait_is_on(void)
{
	return on;
}

/* An eventfd carries a number: 2 says got it, 1 says gave up. */
static void *
waiter(void *unused)
{
	uint64_t n;

	(void)unused;
	while (read(ask, &n, sizeof(n)) == sizeof(n)) {
		n = lock_wait(lock, LOCKWAIT_MS) ? 2 : 1;
		if (write(reply, &n, sizeof(n)) < 0)
			log_error("lockwait: the loop cannot be rung");
	}
	return NULL;
}

static void
start_thread(void)
{
	sigset_t all, before;
	pthread_attr_t attr;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	if (pthread_create(&thread, &attr, waiter, NULL) != 0)
		log_fatal("cannot start a thread");
	pthread_attr_destroy(&attr);
	pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	started = true;
}

void
lockwait_start(void)
{
	uint64_t one = 1;

	if (!started)
		start_thread();
	on = write(ask, &one, sizeof(one)) == sizeof(one);
}

bool
lockwait_end(void)
{
	uint64_t n;

	if (!on || read(reply, &n, sizeof(n)) != sizeof(n))
		return false;
	on = false;
	return n == 2;
}

void
lockwait_close(void)
{
	struct pollfd p = { .fd = reply, .events = POLLIN };

	while (on) {
		poll(&p, 1, -1);
		lockwait_end();
	}
}
