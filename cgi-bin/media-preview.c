/*
 * media-preview.c - previews of web pages: of many who ask for the same, one
 * has it fetched and the others wait for that.
 */
#include <string.h>

#include "matrix/preview.h"
#include "media.h"
#include "media.routes.h"

#define FLIGHTS_MAX	16	/* pages that one user may be waiting for */
#define WAIT_MS		60000	/* it is over by then, whatever happens */
/* Who waits is found by a number below those of media. */
#define KEY_BASE	(-(INT64_C(1) << 62))

/* What is asked. */
struct asked {
	int64_t		 ts;
	char		 url[WEB_URL_MAX + 1];
};
_Static_assert(sizeof(struct asked) <= WAIT_MAX, "what park() takes");

/* A page that is being fetched, in a list of all of this process. */
struct flight {
	struct job	 job;
	struct flight	*next, **prev;	/* prev NULL: it has landed */
	int64_t		 key;		/* of those who wait for it */
	int64_t		 user;
	struct preview	 preview;
};
static struct flight *flights;

/* ---------------------------------------------------------------- flights */

static const struct flight *
flight_to(const char *url)
{
	const struct flight *f = flights;

	while (f != NULL && strcmp(f->preview.url, url) != 0)
		f = f->next;
	return f;
}

static unsigned
flights_of(int64_t user)
{
	unsigned n = 0;

	for (const struct flight *f = flights; f != NULL; f = f->next)
		n += f->user == user;
	return n;
}

static void
take_off(struct flight *f)
{
	static int64_t last;

	f->key = KEY_BASE - ++last;
	if ((f->next = flights) != NULL)
		f->next->prev = &f->next;
	f->prev = &flights;
	flights = f;
}

/* Whoever waits looks at what came of it, when this round is committed. */
static void
land(struct flight *f)
{
	if (f->prev == NULL)
		return;
	if ((*f->prev = f->next) != NULL)
		f->next->prev = f->prev;
	f->prev = NULL;
	wake_user(f->key);
}

static void
run(struct job *job)
{
	preview_fetch(&((struct flight *)job)->preview);
}

/* Of whose client has left, too: the next who waits has it fetched again. */
static void
drop(struct job *job)
{
	struct flight *f = (struct flight *)job;

	land(f);
	preview_end(&f->preview);
}

/* --------------------------------------------------------------- answering */

/* M_OK: it has not failed.  That it has is kept. */
static enum mx_err
refuse(struct request *r, enum preview_said said)
{
	switch (said) {
	case PREVIEW_FOUND:
		return M_OK;
	case PREVIEW_DENIED:
		return refuse_keeping(r, M_FORBIDDEN, "The administrator does "
		    "not let this page be looked at");
	case PREVIEW_BAD:
		return refuse_keeping(r, M_INVALID_PARAM, "url must be one of "
		    "a web page, beginning with https: or http:, without a "
		    "user name");
	case PREVIEW_UNREACHABLE:
		break;
	}
	return refuse_keeping(r, M_UNREACHABLE, "This page cannot be reached "
	    "from here");
}

static enum mx_err
fetched(struct request *r)
{
	struct flight *f = (struct flight *)r->job;

	preview_put(r, &f->preview);
	land(f);
	if (f->preview.said != PREVIEW_FOUND)
		return refuse(r, f->preview.said);
	return preview_answer(r, f->preview.url, r->now) ? M_OK :
	    fail(r, M_UNKNOWN, "The server cannot keep this preview; tell its "
	    "administrator");
}

static enum mx_err
fetch(struct request *r, const struct asked *a)
{
	struct flight *f;

	if (flights_of(r->who.user) >= FLIGHTS_MAX) {
		reply_retry_after(r, 2000);
		return fail(r, M_LIMIT_EXCEEDED, "You are waiting for %d pages "
		    "already", FLIGHTS_MAX);
	}
	f = job_new_holding(sizeof(*f), drop);
	f->job = (struct job){ .run = run, .pool = JOB_PAGE };
	f->user = r->who.user;
	f->preview.conf = r->conf;
	strcpy(f->preview.url, a->url);
	take_off(f);
	return later(r, &f->job, fetched, TX_WRITE);
}

static enum mx_err
look(struct request *r, const struct asked *a)
{
	const struct flight *f;
	enum mx_err err;

	if (preview_answer(r, a->url, a->ts))
		return M_OK;
	if ((err = refuse(r, preview_why_not(r, a->url))) != M_OK)
		return err;
	if ((f = flight_to(a->url)) == NULL)
		return fetch(r, a);
	if (r->last_call) {
		reply_retry_after(r, 1000);
		return fail(r, M_BUSY, "The server is busy; try again");
	}
	return park_for(r, f->key, a, sizeof(*a), r->now + WAIT_MS);
}

enum mx_err
preview_resume(struct request *r)
{
	return look(r, r->wait);
}

/* A fragment is for the client alone. */
static bool
take_url(struct asked *a, const char *url)
{
	size_t n = strcspn(url, "#");

	if (n > WEB_URL_MAX)
		return false;
	memcpy(a->url, url, n);
	a->url[n] = '\0';
	return web_url_plausible(a->url);
}

/*
 * GET /client/v1/media/preview_url
 * GET /media/v3/preview_url
 *
 * What the page at url says of itself, as it was at ts if that is known, else
 * as it is: its Open Graph properties.  og:image is media of this server.
 */
enum mx_err
preview_url(struct request *r)
{
	struct asked *a = arena_alloc(r->mem, sizeof(*a));
	const char *url = req_query(r, "url");

	if (!r->conf->preview)
		return fail(r, M_UNRECOGNIZED, "This server makes no previews "
		    "of web pages");
	if (url == NULL)
		return fail(r, M_MISSING_PARAM, "url is missing");
	a->ts = r->now;
	if (!req_query_int(r, "ts", INT64_MIN, INT64_MAX, &a->ts))
		return fail(r, M_INVALID_PARAM, "ts is not a number");
	if (a->ts > r->now)
		a->ts = r->now;
	if (!take_url(a, url))
		return refuse(r, PREVIEW_BAD);
	/* Whatever is known of it; what it leads to is judged on the way. */
	if (web_url_judge(r->conf, a->url) == WEB_URL_DENIED)
		return refuse(r, PREVIEW_DENIED);
	return look(r, a);
}
