/* jobs.c - see jobs.h. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/thread.h"
#include "serve/jobs.h"
#include "serve/life.h"

#define MAIL_WORKERS	4
#define NET_WORKERS	4
#define DISK_WORKERS	4
#define QUEUE_MAX	64	/* waiting jobs of a pool */
#define FILES_MAX	256	/* the same: a room comes with all its avatars */
#define HASH_NICE	5	/* a third of the CPU time others have */

/* Before a block stands how it ends: what is to be wiped, and who is asked. */
union block {
	struct {
		size_t	 size;
		void	(*drop)(struct job *);	/* NULL: nobody */
	}		 head;
	max_align_t	 align;
};

/* One job on its way; the life may be gone before it is back. */
struct ticket {
	struct ticket	*next;
	struct life	*life;
	struct job	*job;
	bool		 own;		/* of the loop, not of a life */
};

struct pool {
	pthread_cond_t	 work;
	struct ticket	*first, **last;
	unsigned	 waiting;
	unsigned	 most;		/* that may wait */
	unsigned	 workers;	/* allowed */
	unsigned	 started;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct pool pools[JOB__MAX];
static struct ticket *running;		/* with those that wait: all open tickets */
static struct ticket *ended, **ended_last = &ended;
static int bell = -1;

void *
job_new_holding(size_t size, void (*drop)(struct job *))
{
	union block *b = calloc(1, sizeof(*b) + size);

	if (b == NULL)
		abort();
	b->head.size = size;
	b->head.drop = drop;
	return b + 1;
}

void *
job_new(size_t size)
{
	return job_new_holding(size, NULL);
}

void
job_free(struct job *job)
{
	union block *b = (union block *)(void *)job - 1;

	if (b->head.drop != NULL)
		b->head.drop(job);
	explicit_bzero(job, b->head.size);
	free(b);
}

void
jobs_open(unsigned hash_workers, unsigned picture_workers)
{
	pools[JOB_HASH].workers = hash_workers;
	pools[JOB_MAIL].workers = MAIL_WORKERS;
	pools[JOB_NET].workers = NET_WORKERS;
	pools[JOB_PAGE].workers = PAGE_WORKERS;
	pools[JOB_DISK].workers = DISK_WORKERS;
	pools[JOB_PICTURE].workers = picture_workers;
	for (int i = 0; i < JOB__MAX; i++) {
		pools[i].most = i == JOB_PICTURE || i == JOB_DISK ? FILES_MAX :
		    QUEUE_MAX;
		pthread_cond_init(&pools[i].work, NULL);
		pools[i].last = &pools[i].first;
	}
	bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (bell == -1)
		log_fatal("cannot make an eventfd");
}

int
jobs_fd(void)
{
	return bell;
}

static void
unlink_running(struct ticket *t)
{
	for (struct ticket **p = &running; *p != NULL; p = &(*p)->next)
		if (*p == t) {
			*p = t->next;
			return;
		}
}

static void *
worker(void *arg)
{
	struct pool *pool = arg;
	uint64_t one = 1;

	/*
	 * Strangers may have passwords hashed without end; everybody else
	 * comes first.  On Linux this is about the thread alone.
	 */
	if (pool == &pools[JOB_HASH])
		setpriority(PRIO_PROCESS, 0, HASH_NICE);
	pthread_mutex_lock(&mutex);
	for (;;) {
		struct ticket *t;

		while ((t = pool->first) == NULL)
			pthread_cond_wait(&pool->work, &mutex);
		if ((pool->first = t->next) == NULL)
			pool->last = &pool->first;
		pool->waiting--;
		t->next = running;
		running = t;
		if (t->life != NULL || t->own) {
			pthread_mutex_unlock(&mutex);
			t->job->run(t->job);
			pthread_mutex_lock(&mutex);
		}
		unlink_running(t);
		t->next = NULL;
		*ended_last = t;
		ended_last = &t->next;
		if (write(bell, &one, sizeof(one)) < 0)
			log_warn("jobs: the loop cannot be rung");
	}
	return NULL;
}

static bool
start_worker(struct pool *pool)
{
	if (thread_start(worker, pool))
		pool->started++;
	return pool->started > 0;
}

static bool
add(const struct ticket *ticket)
{
	struct pool *pool = &pools[ticket->job->pool];
	struct ticket *t;
	bool ok;

	pthread_mutex_lock(&mutex);
	ok = pool->waiting < pool->most;
	if (ok && pool->started < pool->workers)
		ok = start_worker(pool);
	if (ok) {
		if ((t = calloc(1, sizeof(*t))) == NULL)
			abort();
		*t = *ticket;
		*pool->last = t;
		pool->last = &t->next;
		pool->waiting++;
		pthread_cond_signal(&pool->work);
	}
	pthread_mutex_unlock(&mutex);
	return ok;
}

bool
jobs_add(struct life *l)
{
	return add(&(struct ticket){ .life = l, .job = l->job });
}

bool
jobs_add_own(struct job *job)
{
	return add(&(struct ticket){ .own = true, .job = job });
}

static void
forget_in(struct ticket *t, struct life *l)
{
	for (; t != NULL; t = t->next)
		if (t->life == l)
			t->life = NULL;
}

void
jobs_forget(struct life *l)
{
	pthread_mutex_lock(&mutex);
	for (int i = 0; i < JOB__MAX; i++)
		forget_in(pools[i].first, l);
	forget_in(running, l);
	forget_in(ended, l);
	l->job = NULL;
	pthread_mutex_unlock(&mutex);
}

bool
jobs_done(struct lives *list)
{
	struct ticket *t, *next;
	bool own = false;
	uint64_t n;

	if (read(bell, &n, sizeof(n)) < 0)
		return false;
	pthread_mutex_lock(&mutex);
	t = ended;
	ended = NULL;
	ended_last = &ended;
	pthread_mutex_unlock(&mutex);
	for (; t != NULL; t = next) {
		next = t->next;
		own |= t->own;
		if (t->life != NULL)
			lives_add(list, t->life);
		else if (!t->own)
			job_free(t->job);
		free(t);
	}
	return own;
}
