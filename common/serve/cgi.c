/*
 * cgi.c - one request, then the end: plain CGI (design section 5).
 *
 * What waits holds a process, so only a few may (conf->cgi_waiters, counted by
 * lock files) and not for long, because web hosts end a CGI after 30 to 60 s.
 * Likewise those that hash a password or draw a picture, which takes memory, or
 * look at a web page.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/fd.h"
#include "base/log.h"
#include "serve/cgi-body.h"
#include "serve/jobs.h"
#include "serve/life.h"
#include "serve/run.h"
#include "serve/waiters.h"
#include "store/bell.h"
#include "store/lock.h"
#include "store/stream.h"
#include "store/task.h"

#define LOCK_MS		2000
#define CHECKPOINT_PAGES 1024
#define LOOK_MS		1500	/* a doorbell may get lost: look anyway */
#define PLACE_WAIT_MS	10000	/* who has no place by then is sent away */
#define PLACE_LOOK_MS	20
#define COME_BACK_MS	4000	/* when no place to wait is free: or twice that */

static int bell = -1;
static int soon_bell = -1;

static struct head
head_from_environment(void)
{
	struct head head = {
#define X(member, name) .member = getenv(name),
		HEAD_PARAMS(X)
#undef X
	};

	/* Only FastCGI hands work on; as CGI it is done here. */
	head.elsewhere = NULL;
	return head;
}

static void
write_file(struct file_answer *f)
{
	static char piece[UPLOAD_PIECE];
	ssize_t n;

	while ((n = file_read(f, piece, sizeof(piece))) > 0)
		if (!fd_write(1, piece, (size_t)n))
			return;
	if (n < 0)
		log_warn("a file is shorter than it was");
}

static void
answer(struct life *l)
{
	struct span head = life_response(l);

	fd_write(1, head.s, head.n);
	fd_write(1, l->body.s, l->body.len);
	life_log(l);
	if (l->err == M_OK && l->file != NULL && l->file->reply.fd != -1)
		write_file(l->file);
	close(1);
}

/* A place among those who may do `what` at once; -1: all are taken. */
static int
take_place(const struct conf *conf, const char *what, unsigned places)
{
	for (unsigned i = 0; i < places; i++) {
		char path[4096];
		int fd;

		snprintf(path, sizeof(path), "%s/%s.%u", conf->run_dir, what,
		    i);
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd == -1)
			continue;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		close(fd);
	}
	return -1;
}

/* Until the doorbell rings or something volatile is over, or the deadline. */
static void
wait_for_news(void)
{
	struct pollfd p[] = {
		{ .fd = bell, .events = POLLIN },
		{ .fd = soon_bell, .events = POLLIN },
	};
	int64_t until = waiters_deadline(), left;

	if (round_stir_at() != -1 && round_stir_at() < until)
		until = round_stir_at();
	left = until - clock_now_ms();
	if (left > 0)
		poll(p, 2, left < LOOK_MS ? (int)left : LOOK_MS);
	if (bell != -1)
		bell_answer(bell);
	if (soon_bell != -1)
		bell_answer(soon_bell);
	waiters_expire(clock_now_ms());
}

static void
refuse(struct life *l, enum mx_err err, const char *why, int64_t again_ms)
{
	life_prepare(l);
	reply_retry_after(&l->r, again_ms);
	l->err = fail(&l->r, err, "%s", why);
}

/* Those who were sent away together must not come back together. */
static int64_t
come_back_ms(void)
{
	unsigned random;

	random_bytes(&random, sizeof(random));
	return COME_BACK_MS + random % COME_BACK_MS;
}

/*
 * It parked: keep it until the reading round has something to say.  The time
 * counts from its beginning, however often it parks.
 */
static void
wait_here(struct store *store, struct life *l, struct round_end *end)
{
	static int place = -1;
	int64_t began = clock_now_ms() - (clock_mono_us() - l->began_us) / 1000;
	int64_t latest = began + store->conf->cgi_wait_max_ms;
	struct lives none = { 0 };

	if (place == -1 && (place = take_place(store->conf, "waiting",
	    store->conf->cgi_waiters)) == -1) {
		refuse(l, M_LIMIT_EXCEEDED,
		    "Too many clients are waiting here; try again",
		    come_back_ms());
		lives_add(&end->done, l);
		return;
	}
	if (bell == -1)
		bell = bell_listen(store->bell, BELL_CHANGES);
	if (soon_bell == -1)
		soon_bell = bell_listen(store->bell, BELL_SOON);
	if (l->park_until > latest)
		l->park_until = latest;
	waiter_add(l);
	life_free(l);
	/* Look before waiting: the bell was not there from the start. */
	for (;;) {
		round_read(store, &none, end);
		if (waiters_count() == 0)
			return;
		wait_for_news();
	}
}

static void
write_here(struct store *store, struct lives *list, struct round_end *end)
{
	struct life *l;

	if (lock_wait(store->lock, LOCK_MS)) {
		round_write(store, list, end);
		lock_release(store->lock);
	} else {
		l = lives_take(list);
		refuse(l, M_BUSY, "The server is busy; try again", 1000);
		lives_add(&end->done, l);
	}
}

/* Of all programs together, since each request is a process. */
static int
await_place(const struct conf *conf, const char *what, unsigned places)
{
	struct timespec pause = { 0, PLACE_LOOK_MS * 1000000L };
	int place;

	for (int ms = 0; (place = take_place(conf, what, places)) == -1 &&
	    ms < PLACE_WAIT_MS; ms += PLACE_LOOK_MS)
		nanosleep(&pause, NULL);
	return place;
}

/* False: there is none.  *place is -1 where none is needed. */
static bool
place_for(const struct conf *conf, enum job_pool pool, int *place)
{
	*place = -1;
	if (pool == JOB_HASH)
		*place = await_place(conf, "hashing", conf->hash_workers);
	else if (pool == JOB_PICTURE)
		*place = await_place(conf, "drawing", conf->thumbnailers);
	else if (pool == JOB_PAGE)
		*place = await_place(conf, "pages", PAGE_WORKERS);
	else
		return true;
	return *place != -1;
}

/* False: it is refused. */
static bool
do_job(struct store *store, struct life *l)
{
	int place;

	if (!place_for(store->conf, l->job->pool, &place)) {
		refuse(l, M_LIMIT_EXCEEDED,
		    "The server has too much to do; try again", 2000);
		return false;
	}
	l->job->run(l->job);
	if (place != -1)
		close(place);
	life_next(l);
	return true;
}

static void
ring(struct store *store, unsigned *bells)
{
	store_ring(store, *bells);
	*bells = 0;
}

/* Until it is an answer; bells then remain to be rung. */
static struct life *
live(struct store *store, struct life *l, unsigned *bells)
{
	struct round_end end = { 0 };
	struct lives one = { 0 };

	lives_add(&one, l);
	round_read(store, &one, &end);
	while (end.done.n == 0) {
		struct round_end before = end;

		end = (struct round_end){ 0 };
		*bells |= before.bells;
		if ((l = lives_take(&before.parked)) != NULL) {
			ring(store, bells);
			wait_here(store, l, &end);
		} else if ((l = lives_take(&before.jobs)) != NULL) {
			/* What stands already others need not wait for. */
			ring(store, bells);
			if (!do_job(store, l)) {
				lives_add(&end.done, l);
				break;
			}
			lives_add(&one, l);
			round_read(store, &one, &end);
		} else if ((l = lives_take(&before.readers)) != NULL) {
			lives_add(&one, l);
			round_read(store, &one, &end);
		} else {
			lives_join(&before.writers, &before.pieces);
			write_here(store, &before.writers, &end);
		}
	}
	*bells |= end.bells;
	return lives_take(&end.done);
}

/*
 * Nobody else may do it where no housekeeper runs: a writer that leaves a long
 * WAL behind moves it into the database, after its answer is out.
 */
static void
checkpoint(struct store *store)
{
	if (db_wal_pages(store->main) > CHECKPOINT_PAGES &&
	    lock_try(store->lock)) {
		db_checkpoint(store->main, CHECKPOINT_PASSIVE, 0);
		lock_release(store->lock);
	}
}

/* Likewise a piece of the work that requests left; cron does what is over. */
static void
work(struct store *store)
{
	struct tasks tasks;

	tasks_init(&tasks, store, program.tasks);
	if (tasks_look(&tasks) && lock_try(store->lock)) {
		tasks_turn(&tasks);
		lock_release(store->lock);
	}
	/* What somebody has answered is not to be asked once more. */
	if (tasks_ask(&tasks) && lock_wait(store->lock, LOCK_MS)) {
		tasks_turn(&tasks);
		lock_release(store->lock);
	}
	tasks_end(&tasks);
}

int
cgi_serve(struct store *store)
{
	struct head head = head_from_environment();
	struct life *l = life_new(store);
	unsigned bells = 0;

	signal(SIGPIPE, SIG_IGN);
	if (life_head(l, &head) && cgi_body_take(store, l, &head))
		l = live(store, l, &bells);
	if (bell != -1)
		bell_leave(store->bell, bell);
	if (soon_bell != -1)
		bell_leave(store->bell, soon_bell);
	answer(l);
	ring(store, &bells);
	cgi_body_forget(store->conf, &head);
	life_free(l);
	work(store);
	checkpoint(store);
	return 0;
}
