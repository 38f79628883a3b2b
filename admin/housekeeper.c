/*
 * housekeeper - keeps the databases small while others work, and tells push
 * gateways, application services, and by mail people, what is new.
 *
 * It stays and is rung by writers whose WAL grows, and while there are pushers
 * or application services by all who add to the stream; or cron runs it with
 * --once.  Then it also works off the tasks that requests left: `rooms` and
 * `devices`, whose business they are, may not be asked for long.  It may be
 * killed at any time: each piece of its work is a transaction.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/confine.h"
#include "base/crypto.h"
#include "base/log.h"
#include "housekeeper-push.h"
#include "housekeeper-services.h"
#include "matrix/backup.h"
#include "matrix/media.h"
#include "matrix/preview.h"
#include "matrix/retention.h"
#include "matrix/room-tasks.h"
#include "store/bell.h"
#include "store/lock.h"
#include "store/upkeep.h"
#include "housekeeper.rights.h"

#define SECOND		1000000LL		/* us */
#define CACHE_KIB	1024
#define LOCK_MS		2000
#define SLEEP_FDS	(4 + SERVICES_FDS)
#define PUSHING_MAX	(50 * SECOND)	/* of a visit; cron calls again */

static const struct rights rights = { "housekeeper", rights_list };

struct duty {
	bool		(*piece)(struct upkeep *);
	int64_t		 every;
	int64_t		 at_most;	/* not again before that, though rung */
	int64_t		 done;		/* when it was done last */
	bool		 rung;
};
/* The first is the one that writers ring for. */
static const struct duty duties[] = {
	{ .piece = upkeep_checkpoint, .every = 60 * SECOND,
	  .at_most = SECOND / 10 },
	{ .piece = media_upkeep, .every = 60 * SECOND },
	{ .piece = upkeep_seen, .every = 60 * SECOND },
	{ .piece = preview_upkeep, .every = 60 * SECOND },
	{ .piece = upkeep_expire, .every = 600 * SECOND },
	{ .piece = upkeep_thin, .every = 3600 * SECOND },
	{ .piece = retention_upkeep, .every = 600 * SECOND },
	{ .piece = upkeep_shrink, .every = 3600 * SECOND },
};
#define DUTIES	(sizeof duties / sizeof duties[0])

/* SIGTERM stays blocked, so that no piece of work is cut off; it is seen here. */
static bool
told_to_end(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGTERM) == 1 ||
	    sigismember(&pending, SIGINT) == 1;
}

/* Another schema is the business of the program that comes after us. */
static bool
goes_on(const struct upkeep *u)
{
	return !told_to_end() && db_fault(u->store->main) != DB_MOVED;
}

/* When it worked last is this file's time, for `mxcgi doctor`. */
static void
note_work(const struct conf *conf)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/housekeeper.done", conf->run_dir);
	fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return;
	futimens(fd, NULL);
	close(fd);
}

static void
do_duty(struct upkeep *u, bool (*piece)(struct upkeep *))
{
	u->now = clock_now_ms();
	while (piece(u) && goes_on(u))
		continue;
}

static void
do_tasks(struct upkeep *u, const struct task_kind *kinds)
{
	struct store *store = u->store;
	struct tasks tasks;

	tasks_init(&tasks, store, kinds);
	while (goes_on(u) && tasks_look(&tasks) &&
	    lock_wait(store->lock, LOCK_MS)) {
		tasks_turn(&tasks);
		lock_release(store->lock);
		tasks_ask(&tasks);
	}
	tasks_end(&tasks);
}

static struct pushing *
pushing_begin(struct store *store)
{
	struct pushing *p = pushing_open(store);

	if (p == NULL)
		log_fatal("%s: %s", store->conf->data_dir, strerror(errno));
	return p;
}

static struct services *
services_begin(struct store *store)
{
	struct services *s = services_open(store);

	if (s == NULL)
		log_fatal("%s: %s", store->conf->data_dir, strerror(errno));
	return s;
}

/* With threads behind it the process cannot go the long way. */
static void
end_without(bool threads)
{
	if (threads)
		_exit(0);
}

/* Until its time, or one of these can be read; -1 never can. */
static void
sleep_until(int64_t at, const int *fd, nfds_t n)
{
	struct pollfd fds[SLEEP_FDS];
	int64_t us = at - clock_mono_us();

	for (nfds_t i = 0; i < n; i++)
		fds[i] = (struct pollfd){ .fd = fd[i], .events = POLLIN };
	poll(fds, n, us > 0 ? (int)(us / 1000) + 1 : 0);
}

/* True: threads run on. */
static bool
do_pushes(struct upkeep *u)
{
	struct pushing *p = pushing_begin(u->store);
	int64_t until = clock_mono_us() + PUSHING_MAX;
	int fd = pushing_fd(p);

	do {
		sleep_until(pushing_look_at(p), &fd, 1);
		pushing_listen(p);
		if (pushing_look_at(p) <= clock_mono_us())
			pushing_turn(p);
	} while (pushing_busy(p) && goes_on(u) && clock_mono_us() < until);
	return !pushing_close(p);
}

static bool
do_services(struct upkeep *u)
{
	struct services *s = services_begin(u->store);
	int64_t until = clock_mono_us() + PUSHING_MAX;
	int fd[SERVICES_FDS];

	services_fds(s, fd);
	do {
		sleep_until(services_look_at(s), fd, SERVICES_FDS);
		services_listen(s);
		if (services_look_at(s) <= clock_mono_us())
			services_turn(s);
	} while (services_busy(s) && goes_on(u) && clock_mono_us() < until);
	return !services_close(s);
}

static void
do_once(struct upkeep *u)
{
	bool threads;

	do_tasks(u, room_tasks);
	do_tasks(u, backup_tasks);
	threads = do_pushes(u);
	threads |= do_services(u);
	/* The checkpoint comes last, for what the others wrote. */
	for (size_t i = DUTIES; i-- > 0 && goes_on(u);)
		do_duty(u, duties[i].piece);
	note_work(u->store->conf);
	end_without(threads);
}

/* ----------------------------------------------------------------- to stay */

static int64_t
due_at(const struct duty *duty)
{
	return duty->done + (duty->rung ? duty->at_most : duty->every);
}

static int64_t
next_due(const struct duty *list)
{
	int64_t at = due_at(&list[0]);

	for (size_t i = 1; i < DUTIES; i++)
		if (due_at(&list[i]) < at)
			at = due_at(&list[i]);
	return at;
}

static void
do_what_is_due(struct upkeep *u, struct duty *list)
{
	bool some = false;

	for (size_t i = 0; i < DUTIES && goes_on(u); i++)
		if (due_at(&list[i]) <= clock_mono_us()) {
			list[i].rung = false;
			do_duty(u, list[i].piece);
			list[i].done = clock_mono_us();
			some = true;
		}
	if (some)
		note_work(u->store->conf);
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
next_of_all(const struct duty *list, const struct pushing *p,
    const struct services *s)
{
	return earlier(next_due(list),
	    earlier(pushing_look_at(p), services_look_at(s)));
}

static void
stay(struct upkeep *u, struct pushing *p, struct services *s, int bell,
    int signals)
{
	struct duty list[DUTIES];
	int fd[SLEEP_FDS] = { bell, signals };

	memcpy(list, duties, sizeof list);
	for (size_t i = 0; i < DUTIES; i++)
		list[i].done = clock_mono_us() - list[i].every;
	while (goes_on(u)) {
		do_what_is_due(u, list);
		if (pushing_look_at(p) <= clock_mono_us())
			pushing_turn(p);
		if (services_look_at(s) <= clock_mono_us())
			services_turn(s);
		fd[2] = pushing_fd(p);
		fd[3] = pushing_bell(p);
		services_fds(s, fd + 4);
		sleep_until(next_of_all(list, p, s), fd, SLEEP_FDS);
		if (bell_answer(bell)) {
			list[0].rung = true;
			pushing_call(p);
		}
		pushing_listen(p);
		services_listen(s);
	}
}

static void
stay_and_listen(struct upkeep *u)
{
	struct store *store = u->store;
	int bell = bell_listen(store->bell, BELL_HOUSEKEEPER);
	struct pushing *p = pushing_begin(store);
	struct services *s = services_begin(store);
	bool threads;
	sigset_t ends;

	if (bell < 0)
		log_fatal("run_dir %s: %s", store->conf->run_dir,
		    strerror(errno));
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	stay(u, p, s, bell, signalfd(-1, &ends, SFD_CLOEXEC));
	bell_leave(store->bell, bell);
	threads = !pushing_close(p);
	threads |= !services_close(s);
	end_without(threads);
}

/* ------------------------------------------------------------- to be called */

static void
usage(FILE *to)
{
	fputs("usage: housekeeper [--once]\n"
	    "Keeps the databases of mxcgi small: checkpoints, expiry; and tells\n"
	    "push gateways and application services what is new.\n"
	    "  --once   do what is due, with the work that requests left to be\n"
	    "           done later, and end (for cron)\n"
	    "The configuration is $MXCGI_CONFIG, else " SYSCONFDIR
	    "/mxcgi/mxcgi.conf.\n", to);
}

static void
work(bool once)
{
	const struct conf *conf = conf_load(NULL);
	struct arena *mem = arena_new();
	struct upkeep upkeep = { .kept = UPKEEP_KEPT };
	const char *why = NULL;

	log_open("housekeeper", conf->log_level);
	crypto_open();
	upkeep.store = store_open(conf, &rights, CACHE_KIB, mem, &why);
	if (upkeep.store == NULL)
		log_fatal("%s", why);
	confine(conf, PROGRAM_REACH);
	if (once)
		do_once(&upkeep);
	else
		stay_and_listen(&upkeep);
	store_close(upkeep.store);
	arena_free(mem);
}

int
main(int argc, char **argv)
{
	bool once = argc == 2 && strcmp(argv[1], "--once") == 0;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
	} else if (argc == 1 || once) {
		work(once);
	} else {
		usage(stderr);
		return 2;
	}
	return 0;
}
