/*
 * uia-recaptcha.c - the stage m.login.recaptcha: whoever made the puzzle says
 * whether it was solved.
 */
#include <stdio.h>
#include <string.h>

#include "matrix/http.h"
#include "matrix/uia-inner.h"

struct question {
	struct job	 job;
	struct http	 http;
};

static void
ask(struct job *job)
{
	http_run(&((struct question *)job)->http);
}

struct verdict
uia_recaptcha(struct uia *u)
{
	const char *response = json_text(u->auth, "response");
	struct request *r = u->r;
	struct question *q;

	if (response == NULL)
		return (struct verdict){ fail(r, req_is_2015(r) ? M_BAD_JSON :
		    M_MISSING_PARAM, "auth.response is missing"), NULL, NULL };
	q = job_new(sizeof(*q));
	q->job = (struct job){ ask, JOB_NET };
	q->http.conf = r->conf;
	strcpy(q->http.method, "POST");
	snprintf(q->http.url, sizeof(q->http.url), "%s",
	    r->conf->recaptcha_verify_url);
	later(r, &q->job, uia_resume, TX_READ);
	if (!http_form_add(&q->http, "secret", r->conf->recaptcha_secret) ||
	    !http_form_add(&q->http, "response", response) ||
	    !http_form_add(&q->http, "remoteip", r->address))
		return (struct verdict){ fail(r, M_INVALID_PARAM,
		    "auth.response is too long"), NULL, NULL };
	return (struct verdict){ M_LATER, NULL, NULL };
}

struct verdict
uia_recaptcha_judge(struct uia *u)
{
	const struct question *q = (const struct question *)u->r->job;
	enum json_verdict is_json;
	const cJSON *answer = NULL;

	if (q->http.status == 200)
		answer = json_parse(u->r->mem, q->http.body, q->http.len,
		    &is_json, NULL);
	if (answer == NULL) {
		reply_retry_after(u->r, 2000);
		return (struct verdict){ fail(u->r, M_BUSY,
		    "Nobody can be asked about the puzzle now; try again"),
		    NULL, NULL };
	}
	if (json_is_true(answer, "success"))
		return (struct verdict){ M_OK, NULL, NULL };
	return (struct verdict){ M_CAPTCHA_INVALID, "The puzzle was not solved",
	    NULL };
}

void
uia_recaptcha_params(struct uia *u, struct writer *w)
{
	put_text(w, "public_key", u->r->conf->recaptcha_public_key);
}
