/*
 * uia-v1.c - the stages of registration as it was in 2014 (api/v1): the body
 * is itself the auth, and what comes next is the answer.
 */
#include <string.h>

#include "matrix/uia-inner.h"

static enum mx_err
v1_begin(struct uia *u)
{
	struct request *r = u->r;
	const char *session = json_text(r->body, "session");

	u->auth = r->body;
	u->endpoint = uia_endpoint(r);
	uia_choose_flows(u);
	u->session = session;
	if (session == NULL) {
		uia_session_make(u);
	} else {
		uia_session_hash(u);
		if (uia_session_find(u) != UIA_FOUND)
			return fail(r, M_FORBIDDEN, "This session is not known "
			    "any more; begin anew without one");
	}
	if (uia_proof(u, "m.login.dummy") == NULL)
		cJSON_AddItemToObject(u->completed, "m.login.dummy",
		    cJSON_CreateObject());
	return M_OK;
}

/* The first stage of any flow that is still open. */
static const char *
v1_next(const struct uia *u, const char *last)
{
	const struct conf_flow *f = u->flows;
	size_t most = 0;

	if (uia_is_complete(u))
		return last;
	for (const struct conf_flow *g = f; g->stage[0] != NULL; g++)
		if (uia_flow_progress(u, g) > most) {
			most = uia_flow_progress(u, g);
			f = g;
		}
	return f->stage[most];
}

enum mx_err
uia_v1_stage(struct request *r, enum conf_flows which, const char *last)
{
	struct uia *u = uia_of(r, which);
	struct verdict v;
	enum mx_err err;

	if (u->working == NULL && (err = v1_begin(u)) != M_OK)
		return err;
	u->auth = r->body;
	v = uia_try_stage(u, json_text(r->body, "type"));
	if (!uia_is_of_stage(v.err))
		return v.err;
	if (v.err != M_OK)
		return fail(r, v.err, "%s", v.error);
	u->changed = true;
	if (!uia_session_keep(u))
		return uia_busy(r);
	put_text(&r->out, "session", u->session);
	put_text(&r->out, "next", v1_next(u, last));
	return M_OK;
}

enum mx_err
uia_v1_pass(struct request *r, enum conf_flows which)
{
	struct uia *u = uia_of(r, which);
	enum mx_err err;

	if (u->passed)
		return M_OK;
	if ((err = v1_begin(u)) != M_OK)
		return err;
	if (!uia_is_complete(u))
		return fail(r, M_FORBIDDEN, "%s must be passed before",
		    v1_next(u, ""));
	u->passed = true;
	return M_OK;
}
