/* discovery-lookup.c - see discovery-lookup.h. */
#include "discovery-lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "matrix/service_ask.h"

#define EACH_MS		5000
#define ALL_US		(20 * 1000000LL)	/* nobody is asked after that */

struct question {
	const struct appservice *as;
	const char	*protocol;	/* of the configuration, or NULL */
	char		*path;
	char		*body;		/* NULL: no answer */
	size_t		 len;
	cJSON		*answer;	/* in the request's memory, */
	bool		 read;		/* once it is */
};
struct lookup {
	struct job	 job;
	size_t		 n;
	struct question	 question[LOOKUPS_MAX];
	struct http	 http;
};

static void
drop(struct job *job)
{
	struct lookup *l = (struct lookup *)job;

	for (size_t i = 0; i < l->n; i++) {
		free(l->question[i].path);
		free(l->question[i].body);
	}
}

static void
ask(struct lookup *l, struct question *q)
{
	struct http *h = &l->http;

	h->url[0] = '\0';
	service_ask(q->as, h, q->path);
	if (h->status != 200 || (q->body = malloc(h->len + 1)) == NULL)
		return;
	memcpy(q->body, h->body, h->len + 1);
	q->len = h->len;
}

static void
run(struct job *job)
{
	struct lookup *l = (struct lookup *)job;
	int64_t until = clock_mono_us() + ALL_US;

	for (size_t i = 0; i < l->n && clock_mono_us() < until; i++)
		ask(l, &l->question[i]);
}

struct lookup *
lookup_new(struct request *r)
{
	struct lookup *l = job_new_holding(sizeof(*l), drop);

	l->job.run = run;
	l->job.pool = JOB_NET;
	l->http.conf = r->conf;
	l->http.ms = EACH_MS;
	strcpy(l->http.method, "GET");
	return l;
}

void
lookup_add(struct lookup *l, const struct appservice *as,
    const char *protocol, const char *path)
{
	if (l->n == LOOKUPS_MAX || path == NULL ||
	    strlen(path) >= SERVICE_PATH_MAX)
		return;
	l->question[l->n] = (struct question){ .as = as,
	    .protocol = protocol, .path = strdup(path) };
	if (l->question[l->n].path != NULL)
		l->n++;
}

enum mx_err
lookup_go(struct request *r, struct lookup *l, handler_fn *next)
{
	return later(r, &l->job, next, TX_READ);
}

bool
lookup_answer(struct request *r, size_t i, struct lookup_answer *a)
{
	struct lookup *l = (struct lookup *)r->job;
	struct question *q = &l->question[i];
	enum json_verdict verdict;
	const char *why;

	if (i >= l->n)
		return false;
	if (!q->read && q->body != NULL)
		q->answer = json_parse(r->mem, q->body, q->len, &verdict, &why);
	q->read = true;
	*a = (struct lookup_answer){ q->as, q->protocol, q->answer };
	return true;
}
