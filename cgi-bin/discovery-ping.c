/*
 * discovery-ping.c - can the server reach an application service? (application
 * service API, "Pinging")
 */
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "discovery.routes.h"
#include "matrix/service_ask.h"
#include "serve/serve.h"

/* Of an answer to be shown: however it is escaped, a refusal holds it. */
#define BODY_SHOWN	8192

struct ping {
	struct job	 job;
	const struct appservice *as;
	int64_t		 took_us;
	struct http	 http;
};

static void
run(struct job *job)
{
	struct ping *p = (struct ping *)job;
	int64_t began = clock_mono_us();

	service_ask(p->as, &p->http, "/ping");
	p->took_us = clock_mono_us() - began;
}

static enum mx_err
pinged(struct request *r)
{
	const struct ping *p = (const struct ping *)r->job;
	const struct http *h = &p->http;
	struct writer *w;

	if (h->status == 0 && h->timed_out)
		return fail(r, M_CONNECTION_TIMEOUT,
		    "The application service does not answer in time");
	if (h->status == 0)
		return fail(r, M_CONNECTION_FAILED,
		    "The application service is not there: %s", h->error);
	if (h->status < 200 || h->status >= 300) {
		w = reply_error_members(r);
		put_int(w, "status", h->status);
		if (h->len <= BODY_SHOWN && utf8_valid(h->body, h->len))
			put_text(w, "body", h->body);
		return fail(r, M_BAD_STATUS,
		    "The application service answers with status %d",
		    h->status);
	}
	put_int(&r->out, "duration_ms", p->took_us / 1000);
	return M_OK;
}

struct ask {
	const char	*transaction_id;
};
static const struct field ask_fields[] = {
	FIELD_STR(ask, transaction_id, "transaction_id", OPTIONAL, NULL),
	FIELD_END
};

static struct span
body_of(struct request *r, const struct ask *ask)
{
	struct writer w;
	struct buf text;

	buf_init(&text, r->mem, SIZE_MAX);
	writer_init(&w, &text);
	write_object(&w);
	if (ask->transaction_id != NULL)
		put_text(&w, "transaction_id", ask->transaction_id);
	write_end(&w);
	return buf_content(&text);
}

/*
 * POST /appservice/{appserviceId}/ping
 *
 * An application service has the server ask it, and learns how long that took,
 * or what went wrong.
 */
enum mx_err
appservice_ping(struct request *r)
{
	const struct appservice *as = r->who.appservice;
	struct ask ask = { 0 };
	struct span body;
	struct ping *p;
	enum mx_err err;

	if (as == NULL || strcmp(as->id, req_arg(r, "appserviceId")) != 0)
		return fail(r, M_FORBIDDEN,
		    "This is not the as_token of that application service");
	if ((err = body_read(r, ask_fields, &ask)) != M_OK)
		return err;
	if (as->url == NULL)
		return fail(r, M_URL_NOT_SET,
		    "The application service has no URL");
	body = body_of(r, &ask);
	if (body.n > sizeof(p->http.sent))
		return fail(r, M_TOO_LARGE, "transaction_id is too long");
	p = job_new(sizeof(*p));
	p->job = (struct job){ run, JOB_NET };
	p->as = as;
	p->http.conf = r->conf;
	strcpy(p->http.method, "POST");
	memcpy(p->http.sent, body.s, body.n);
	p->http.sent_len = body.n;
	return later(r, &p->job, pinged, TX_READ);
}
