/* service_query.c - see service_query.h. */
#include "matrix/service_query.h"

#include <string.h>
#include <time.h>

#include "matrix/service_ask.h"

#define TRIES		3
#define PAUSE_MS	300	/* between them */
#define ANSWER_MS	10000	/* to make a room takes time */

struct query {
	struct job	 job;
	const struct appservice *as;	/* the first of those asked */
	const struct appservice *but;	/* who asks */
	enum space	 space;
	bool		 silent;	/* of some one nothing was heard */
	bool		 found;
	char		 id[256];
	char		 path[SERVICE_PATH_MAX];
	struct http	 http;
};

/* The next behind `after` who may know it. */
static const struct appservice *
next_of(const struct conf *conf, const struct query *q,
    const struct appservice *after)
{
	const struct appservice *as = appservice_of(conf, q->space, q->id,
	    after);

	while (as != NULL && (as->url == NULL || as == q->but))
		as = appservice_of(conf, q->space, q->id, as);
	return as;
}

static void
ask(struct query *q, const struct appservice *as)
{
	for (int i = 0; i < TRIES; i++) {
		if (i > 0)
			nanosleep(&(struct timespec){ 0,
			    PAUSE_MS * 1000000L }, NULL);
		q->http.url[0] = '\0';
		service_ask(as, &q->http, q->path);
		if (q->http.status != 0)
			break;
	}
	q->silent |= q->http.status == 0;
	q->found = q->http.status >= 200 && q->http.status < 300;
}

static void
run(struct job *job)
{
	struct query *q = (struct query *)job;
	const struct appservice *as = q->as;

	for (; as != NULL && !q->found; as = next_of(q->http.conf, q, as))
		ask(q, as);
}

static void
write_path(struct query *q)
{
	size_t n;

	strcpy(q->path, q->space == SPACE_USERS ? "/users/" : "/rooms/");
	n = strlen(q->path);
	http_encode(q->path, &n, sizeof(q->path) - 1, q->id);
}

/* Anybody may make us ask. */
static enum mx_err
begin(struct request *r, const struct query *found)
{
	struct query *q;
	enum mx_err err;

	if ((err = rate_take(r, LIMIT_check, r->who.user_id != NULL ?
	    r->who.user_id : rate_address(r))) != M_OK)
		return err;
	q = job_new(sizeof(*q));
	*q = *found;
	q->job = (struct job){ run, JOB_NET };
	write_path(q);
	q->http.conf = r->conf;
	q->http.ms = ANSWER_MS;
	strcpy(q->http.method, "GET");
	return later(r, &q->job, r->route->handler, r->route->tx);
}

enum mx_err
service_query(struct request *r, enum space space, const char *id)
{
	struct query *q;

	if (r->conf->appservices == NULL || strlen(id) >= sizeof(q->id))
		return M_OK;
	if (r->job != NULL && r->job->run == run) {
		q = (struct query *)r->job;
		return q->found || !q->silent ? M_OK : fail(r,
		    M_SERVICE_SILENT, "The application service that may know "
		    "it does not answer; try again later");
	}
	q = arena_alloc(r->mem, sizeof(*q));
	q->space = space;
	q->but = req_appservice(r);
	strcpy(q->id, id);
	q->as = next_of(r->conf, q, NULL);
	return q->as == NULL ? M_OK : begin(r, q);
}
