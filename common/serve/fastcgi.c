/*
 * fastcgi.c - the loop of a resident program (design sections 5 and 6).
 *
 * One turn: hear what epoll has, run a reading round, run a writing round if
 * the lock can be had, answer.  While a COMMIT waits for the disk new requests
 * gather in the sockets: they are the next round.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "serve/conn.h"
#include "serve/jobs.h"
#include "serve/life.h"
#include "serve/lockwait.h"
#include "serve/run.h"
#include "serve/waiters.h"
#include "store/bell.h"
#include "store/lock.h"
#include "store/task.h"

#define ROUND_MAX	64	/* requests of a round */
#define ACCEPT_MAX	64	/* connections taken in a turn */
#define LOOK_MS		1500	/* a doorbell may get lost: look anyway */
#define DISMISS_MS	1000	/* at the end: waiters go within that time */
#define LINGER_MS	200	/* then what kept connections bring is served */
#define END_MS		5000	/* and then it ends, whatever happens */
#define NO_FD_MS	100	/* without descriptors: accept again after that */
/*
 * Answers to large crowds that the web server has yet to take: whatever else it
 * has to do comes behind them.
 */
#define UNTAKEN_MAX	50
#define PASSED_MAX	20	/* then writers wait for a piece of a task */

static bool terminated;		/* by a signal, or a newer schema */
static struct store *store;
static int epfd;
static int bell = -1;
static int soon_bell = -1;
static int tasks_bell = -1;
static struct tasks tasks;
static struct asking {		/* somebody outside, about a task */
	struct job	 job;
	struct task_question question;
} asking;
static unsigned passed_over;	/* rounds of writers while a task was due */
static struct lives ready, writers;
static bool news;		/* the doorbell rang */
static bool deaf;		/* and what it rang for could not be read */
static bool listening;
static int64_t listen_at;	/* ms, monotonic: when not listening */
static int64_t looked_at;	/* ms, monotonic */
static int64_t ending_at;	/* ms, monotonic; 0: not ending */
static int64_t quiet_since;	/* ending: ms, monotonic; 0: it is not quiet */
static size_t waited;		/* ending: so many waited when it began */

/* Marks for epoll's data.ptr; connections have their own address. */
static char listen_mark, bell_mark, soon_mark, tasks_mark, jobs_mark,
    lock_mark, signal_mark;

static int64_t
mono_ms(void)
{
	return clock_mono_us() / 1000;
}

static void
watch(int fd, void *mark, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = mark };

	if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &e) == -1)
		log_fatal("epoll: %s", strerror(errno));
}

static void
listen_on(void)
{
	if (!listening)
		watch(0, &listen_mark, EPOLLIN | EPOLLEXCLUSIVE);
	listening = true;
}

static void
listen_off(void)
{
	if (listening)
		epoll_ctl(epfd, EPOLL_CTL_DEL, 0, NULL);
	listening = false;
}

/*
 * A signal is an event like others: a handler would not run as long as
 * epoll_pwait() finds something at once, which may be for ever.
 */
static int
signals_open(void)
{
	sigset_t set;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if ((fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) == -1)
		log_fatal("signalfd: %s", strerror(errno));
	return fd;
}

static int
bell_open_at(enum bell_kind kind, void *mark)
{
	int fd = bell_listen(store->bell, kind);

	if (fd == -1)
		log_fatal("%s: no doorbell: %s", store->conf->run_dir,
		    strerror(errno));
	watch(fd, mark, EPOLLIN);
	return fd;
}

static void
open_all(struct store *s)
{
	store = s;
	fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
	if ((epfd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		log_fatal("epoll: %s", strerror(errno));
	watch(signals_open(), &signal_mark, EPOLLIN | EPOLLET);
	listen_on();
	conns_open(store, epfd);
	jobs_open(store->conf->hash_workers, store->conf->thumbnailers);
	watch(jobs_fd(), &jobs_mark, EPOLLIN);
	lockwait_open(store->lock);
	watch(lockwait_fd(), &lock_mark, EPOLLIN);
	tasks_init(&tasks, store, program.tasks);
	if (program.waits != NULL && !program.waits->seldom) {
		bell = bell_open_at(BELL_CHANGES, &bell_mark);
		soon_bell = bell_open_at(BELL_SOON, &soon_mark);
	}
	if (program.tasks != NULL)
		tasks_bell = bell_open_at(BELL_TASKS, &tasks_mark);
}

/* ---------------------------------------------------------------- hearing */

static void
take_connections(void)
{
	static bool told;

	for (int i = 0; i < ACCEPT_MAX; i++) {
		int fd = accept4(0, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			conn_new(fd);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM) {
			/* Those who have a connection go on; look again later. */
			if (!told)
				log_warn("no more connections: %s",
				    strerror(errno));
			told = true;
			listen_off();
			listen_at = mono_ms() + NO_FD_MS;
		} else if (errno == EAGAIN) {
			told = false;
		}
		return;
	}
}

static void
hear(const struct epoll_event *e)
{
	void *mark = e->data.ptr;
	struct lives done = { 0 };
	struct life *l;

	if (mark == &listen_mark) {
		take_connections();
	} else if (mark == &bell_mark) {
		news |= bell_answer(bell) && waiters_count() > 0;
	} else if (mark == &soon_mark) {
		if (bell_answer(soon_bell) && waiters_count() > 0)
			round_stir_soon();
	} else if (mark == &tasks_mark) {
		if (bell_answer(tasks_bell))
			tasks_rang(&tasks);
	} else if (mark == &jobs_mark) {
		if (jobs_done(&done))
			tasks_answered(&tasks);
		while ((l = lives_take(&done)) != NULL) {
			l->place = PLACE_QUEUE;
			life_next(l);
			lives_add(&ready, l);
		}
	} else if (mark == &signal_mark) {
		terminated = true;
	} else if (mark != &lock_mark) {
		conn_event(mark, e->events, &ready);
	}
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A piece of a task would be next, if the lock can be had. */
static bool
task_is_due(void)
{
	return (ending_at == 0 || tasks_asking(&tasks)) && tasks_look(&tasks);
}

static void
run_asking(struct job *job)
{
	const struct task_question *q = &((struct asking *)job)->question;

	q->ask(q->block);
}

/* Where too many ask already the question waits for the next turn. */
static void
ask_outside(void)
{
	static bool refused;

	if (!refused && !tasks_question(&tasks, &asking.question))
		return;
	asking.job = (struct job){ run_asking, JOB_NET };
	refused = !jobs_add_own(&asking.job);
}

/* How long epoll may sleep. */
static int
patience(int64_t next_due)
{
	int64_t ms = 60000, deadline = waiters_deadline();

	if (ready.n > 0 || news || waiters_woken() ||
	    ((writers.n > 0 || task_is_due()) && !lockwait_is_on()))
		return 0;
	if (tasks_look_at(&tasks) != INT64_MAX)
		ms = sooner(ms, tasks_look_at(&tasks) / 1000 + 1 - mono_ms());
	if (next_due != -1)
		ms = sooner(ms, next_due - mono_ms());
	if (deadline != -1)
		ms = sooner(ms, sooner(LOOK_MS, deadline - clock_now_ms()));
	if (deadline != -1 && round_stir_at() != -1)
		ms = sooner(ms, round_stir_at() - clock_now_ms());
	if (waiters_held_back())
		ms = sooner(ms, TAKEN_MS);
	if (writers.n > 0)
		ms = sooner(ms, LOCKWAIT_MS);
	if (!listening)
		ms = sooner(ms, NO_FD_MS);
	if (ending_at != 0)
		ms = sooner(ms, 10);
	return ms > 0 ? (int)ms : 0;
}

/*
 * Something volatile is over; a doorbell that got lost, a commit by a tool that
 * rings none, a fault.
 */
static void
look_around(void)
{
	if (waiters_count() == 0)
		return;
	news |= round_stir_at() != -1 && round_stir_at() <= clock_now_ms();
	if (mono_ms() - looked_at < LOOK_MS)
		return;
	looked_at = mono_ms();
	/* Of each, or the next look would find it once more. */
	news |= deaf;
	news |= db_changed_elsewhere(store->main);
	news |= db_changed_elsewhere(store->vol);
	deaf = false;
}

/* All programs have to use the same volatile store. */
static void
look_after_volatile(void)
{
	static int64_t at;

	if (mono_ms() - at < LOOK_MS)
		return;
	at = mono_ms();
	news |= store_vol_renew(store);
}

/* --------------------------------------------------------------- serving */

/* Up to max of from whose clients are still there. */
static struct lives
take(struct lives *from, size_t max)
{
	struct lives out = { 0 };
	struct life *l;

	while (out.n < max && (l = lives_take(from)) != NULL)
		if (l->conn != NULL)
			lives_add(&out, l);
		else
			life_free(l);
	return out;
}

static void
refuse_busy(struct life *l)
{
	life_prepare(l);
	reply_retry_after(&l->r, 1000);
	l->err = fail(&l->r, M_BUSY, "The server is busy; try again");
	conn_answer(l);
}

/* They came while there was room, and long answers have taken it since. */
static void
refuse_what_is_too_much(void)
{
	struct life *l;

	while (conns_full() && (l = lives_take(&ready)) != NULL)
		refuse_busy(l);
}

static void
refuse_job(struct life *l)
{
	life_prepare(l);
	reply_retry_after(&l->r, 2000);
	l->err = fail(&l->r, M_LIMIT_EXCEEDED,
	    "The server has too much to do; try again");
	conn_answer(l);
}

static void
dispatch(struct round_end *end)
{
	struct life *l;

	while ((l = lives_take(&end->done)) != NULL)
		conn_answer(l);
	while ((l = lives_take(&end->parked)) != NULL)
		conn_park(l);
	while ((l = lives_take(&end->jobs)) != NULL) {
		l->place = PLACE_JOB;
		if (jobs_add(l))
			conn_keep(l);
		else
			refuse_job(l);
	}
	while ((l = lives_take(&end->readers)) != NULL) {
		conn_keep(l);
		lives_add(&ready, l);
	}
	lives_join(&end->writers, &end->pieces);
	while ((l = lives_take(&end->writers)) != NULL) {
		l->queued_us = clock_mono_us();
		conn_keep(l);
		lives_add(&writers, l);
	}
	if (end->moved && !terminated) {
		log_warn("the schema has changed: ending for a successor");
		terminated = true;
	}
}

static void
read_round(void)
{
	struct round_end end = { 0 };
	struct lives batch;

	refuse_what_is_too_much();
	batch = take(&ready, ROUND_MAX);
	if (batch.n == 0 && !news && !waiters_woken())
		return;
	news = false;
	round_read(store, &batch, &end);
	deaf |= end.deaf;
	/* What was not reached keeps its place before those that came later. */
	lives_join(&batch, &ready);
	ready = batch;
	dispatch(&end);
}

static void
hold_back(void)
{
	size_t untaken = conns_untaken(mono_ms());

	waiters_allow(untaken < UNTAKEN_MAX ? UNTAKEN_MAX - untaken : 0);
}

/* Who has waited too long for the lock is told to come back. */
static void
refuse_late(void)
{
	int64_t since = clock_mono_us() - LOCKWAIT_MS * 1000;
	struct life *l;

	while (writers.first != NULL && writers.first->queued_us < since) {
		l = lives_take(&writers);
		refuse_busy(l);
	}
}

/* Tasks come last, but not never. */
static bool
task_has_turn(void)
{
	bool due = task_is_due();
	bool turn = due && (writers.n == 0 || passed_over == PASSED_MAX);

	passed_over = due && !turn ? passed_over + 1 : 0;
	return turn;
}

/* answered: the thread that waits for the lock has something to say. */
static void
write_round(bool answered)
{
	struct round_end end = { 0 };
	bool ours = answered && lockwait_end();
	struct lives batch = { 0 };

	if (lockwait_is_on())
		return;
	if (!ours) {
		refuse_late();
		if (writers.n == 0 && !task_is_due())
			return;
		if (!(ours = lock_try(store->lock))) {
			lockwait_start();
			return;
		}
	}
	if (task_has_turn())
		tasks_turn(&tasks);
	else if ((batch = take(&writers, ROUND_MAX)).n > 0)
		round_write(store, &batch, &end);
	lock_release(store->lock);
	/* What was not reached keeps its place before those that came later. */
	lives_join(&end.writers, &writers);
	writers = end.writers;
	end.writers = (struct lives){ 0 };
	dispatch(&end);
	store_ring(store, end.bells);
}

/*
 * Where somebody waits only now and then there is a doorbell only then: nobody
 * who writes has to ring it in vain.
 */
static void
mind_doorbell(void)
{
	if (program.waits == NULL || !program.waits->seldom)
		return;
	if (waiters_count() > 0 && bell == -1) {
		bell = bell_open_at(BELL_CHANGES, &bell_mark);
		news = true;	/* it may have rung before it was there */
	} else if (waiters_count() == 0 && bell != -1) {
		bell_leave(store->bell, bell);
		bell = -1;
	}
}

/* -------------------------------------------------------------- the end */

/* Waiting clients leave with their own token, a few at a time. */
static void
dismiss(int64_t since)
{
	int64_t left = DISMISS_MS - since;

	waiters_dismiss(left > 0 ? waited * (size_t)left / DISMISS_MS : 0);
}

static void
begin_end(void)
{
	ending_at = mono_ms();
	waited = waiters_count();
	listen_off();
	conns_let_go();
}

static bool
is_over(void)
{
	if (!terminated)
		return false;
	if (ending_at == 0)
		begin_end();
	dismiss(mono_ms() - ending_at);
	if (conns_busy() > 0 || tasks_asking(&tasks))
		quiet_since = 0;
	else if (quiet_since == 0)
		quiet_since = mono_ms();
	return mono_ms() - ending_at > END_MS ||
	    (quiet_since != 0 && mono_ms() - quiet_since > LINGER_MS);
}

static void
turn(void)
{
	static struct epoll_event events[256];
	int64_t due = conns_expire(mono_ms());
	bool answered = false;
	int n;

	conns_bury();
	n = epoll_wait(epfd, events, 256, patience(due));
	if (n > 0)
		quiet_since = 0;
	/* Before it hears of requests that are to use it. */
	look_after_volatile();
	for (int i = 0; i < n; i++) {
		answered |= events[i].data.ptr == &lock_mark;
		hear(&events[i]);
	}
	look_around();
	waiters_expire(clock_now_ms());
	hold_back();
	read_round();
	write_round(answered);
	mind_doorbell();
	ask_outside();
	if (!listening && !terminated && mono_ms() >= listen_at)
		listen_on();
}

int
fastcgi_serve(struct store *s)
{
	open_all(s);
	while (!is_over())
		turn();
	if (bell != -1)
		bell_leave(store->bell, bell);
	if (soon_bell != -1)
		bell_leave(store->bell, soon_bell);
	if (tasks_bell != -1)
		bell_leave(store->bell, tasks_bell);
	conns_end();
	lockwait_close();
	return 0;
}
