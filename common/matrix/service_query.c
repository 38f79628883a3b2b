/* service_query.c - see service_query.h. */
#include "matrix/service_query.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "matrix/service_ask.h"

#define TRIES		3
#define PAUSE_MS	300	/* between them */
#define ANSWER_MS	10000	/* to make a room takes time, */
#define ALL_MS		20000	/* but a request has an end */

/* An id that somebody may know. */
struct asked {
	const struct appservice *as;	/* the first of those asked */
	char		 id[256];
};

struct query {
	struct job	 job;
	const struct appservice *but;	/* who asks */
	enum space	 space;
	bool		 silent;	/* of one id nothing was heard */
	int64_t		 until_us;	/* nobody is asked after that */
	struct http	 http;
	size_t		 n;
	struct asked	 asked[];
};

/* The next behind `after` who may know it. */
static const struct appservice *
next_of(const struct conf *conf, enum space space, const char *id,
    const struct appservice *but, const struct appservice *after)
{
	const struct appservice *as = appservice_of(conf, space, id, after);

	while (as != NULL && (as->url == NULL || as == but))
		as = appservice_of(conf, space, id, as);
	return as;
}

/* Is there any time left to ask? */
static bool
has_time(struct query *q)
{
	int64_t left = (q->until_us - clock_mono_us()) / 1000;

	q->http.ms = left < ANSWER_MS ? (unsigned)(left > 0 ? left : 0) :
	    ANSWER_MS;
	return left > 0;
}

/* The status of the answer; 0: there was none. */
static int
ask(struct query *q, const struct appservice *as, const char *path)
{
	q->http.status = 0;
	for (int i = 0; i < TRIES && has_time(q); i++) {
		if (i > 0)
			nanosleep(&(struct timespec){ 0,
			    PAUSE_MS * 1000000L }, NULL);
		q->http.url[0] = '\0';
		service_ask(as, &q->http, path);
		if (q->http.status != 0)
			break;
	}
	return q->http.status;
}

static void
ask_about(struct query *q, const struct asked *a)
{
	const struct appservice *as = a->as;
	char path[SERVICE_PATH_MAX];
	size_t n;

	strcpy(path, q->space == SPACE_USERS ? "/users/" : "/rooms/");
	n = strlen(path);
	http_encode(path, &n, sizeof(path) - 1, a->id);
	path[n] = '\0';
	for (; as != NULL; as = next_of(q->http.conf, q->space, a->id, q->but,
	    as)) {
		int status = ask(q, as, path);

		if (status >= 200 && status < 300) {
			q->silent = false;
			return;
		}
		q->silent |= status == 0;
	}
}

/* What comes behind one of whom nothing is heard would be asked in vain. */
static void
run(struct job *job)
{
	struct query *q = (struct query *)job;

	q->until_us = clock_mono_us() + ALL_MS * 1000;
	for (size_t i = 0; i < q->n && !q->silent; i++)
		ask_about(q, &q->asked[i]);
}

/* Anybody may make us ask; who asks for many is in debt then. */
static enum mx_err
charge(struct request *r, size_t n)
{
	const char *who = r->who.user_id != NULL ? r->who.user_id :
	    rate_address(r);
	enum mx_err err = rate_take(r, LIMIT_check, who);

	for (size_t i = 1; i < n && err == M_OK; i++)
		rate_charge(r, LIMIT_check, who);
	return err;
}

static enum mx_err
begin(struct request *r, enum space space, const struct asked *asked, size_t n)
{
	struct query *q;
	enum mx_err err;

	if ((err = charge(r, n)) != M_OK)
		return err;
	q = job_new(sizeof(*q) + n * sizeof(*asked));
	q->job = (struct job){ run, JOB_NET };
	q->but = req_appservice(r);
	q->space = space;
	q->n = n;
	memcpy(q->asked, asked, n * sizeof(*asked));
	q->http.conf = r->conf;
	strcpy(q->http.method, "GET");
	return later(r, &q->job, r->route->handler, r->route->tx);
}

/* False: there is nobody to ask about it. */
static bool
put_asked(struct request *r, enum space space, const char *id, struct asked *a)
{
	if (strlen(id) >= sizeof(a->id))
		return false;
	a->as = next_of(r->conf, space, id, req_appservice(r), NULL);
	strcpy(a->id, id);
	return a->as != NULL;
}

/* M_AGAIN: nobody was asked yet. */
static enum mx_err
outcome(struct request *r)
{
	const struct query *q = (const struct query *)r->job;

	if (r->job == NULL || r->job->run != run)
		return M_AGAIN;
	return !q->silent ? M_OK : fail(r, M_SERVICE_SILENT, "The application "
	    "service that may know it does not answer; try again later");
}

enum mx_err
service_query(struct request *r, enum space space, const char *id)
{
	struct asked *a;
	enum mx_err err;

	if (r->conf->appservices == NULL)
		return M_OK;
	if ((err = outcome(r)) != M_AGAIN)
		return err;
	a = arena_alloc(r->mem, sizeof(*a));
	return put_asked(r, space, id, a) ? begin(r, space, a, 1) : M_OK;
}

enum mx_err
service_query_users(struct request *r, const cJSON *user_ids)
{
	const cJSON *item;
	struct asked *a;
	size_t n = 0;
	enum mx_err err;

	if (r->conf->appservices == NULL || user_ids == NULL)
		return M_OK;
	if ((err = outcome(r)) != M_AGAIN)
		return err;
	a = arena_alloc(r->mem, ((size_t)cJSON_GetArraySize(user_ids) + 1) *
	    sizeof(*a));
	cJSON_ArrayForEach(item, user_ids)
		n += db_int(r->db, 0, STMT_ACCOUNT_USER,
		    DB_TEXT(item->valuestring)) == 0 &&
		    put_asked(r, SPACE_USERS, item->valuestring, &a[n]);
	return n == 0 ? M_OK : begin(r, SPACE_USERS, a, n);
}
