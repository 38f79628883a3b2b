/*
 * register-v1.c - registration as it was before User-Interactive
 * Authentication (2015.md 5.1, "Legacy v1"): one stage after another, each a
 * request of its own; the last is m.login.password, which brings the name.
 */
#include <string.h>

#include "matrix/uia.h"
#include "register.h"
#include "register.routes.h"

#define LAST	"m.login.password"

static void
write_stages(struct writer *w, const struct conf_flow *flow)
{
	put_array(w, "stages");
	for (size_t i = 0; flow->stage[i] != NULL; i++)
		if (strcmp(flow->stage[i], "m.login.dummy") != 0)
			write_text(w, flow->stage[i]);
	write_text(w, LAST);
	write_end(w);
}

static const char *
first_stage(const struct conf_flow *flow)
{
	size_t i = 0;

	while (flow->stage[i] != NULL &&
	    strcmp(flow->stage[i], "m.login.dummy") == 0)
		i++;
	return flow->stage[i] ? flow->stage[i] : LAST;
}

/*
 * GET /register (api/v1)
 *
 * The flows: each by the type it begins with, and all its stages.
 */
enum mx_err
register_v1_flows(struct request *r)
{
	const struct conf_flow *f = r->conf->flows[FLOWS_register];
	enum mx_err err;

	if ((err = registration_open(r)) != M_OK)
		return err;
	put_array(&r->out, "flows");
	for (; f->stage[0] != NULL; f++) {
		write_object(&r->out);
		put_text(&r->out, "type", first_stage(f));
		write_stages(&r->out, f);
		write_end(&r->out);
	}
	write_end(&r->out);
	return M_OK;
}

static const struct field fields[] = {
	FIELD_STR(wish, username, "user", OPTIONAL, NULL),
	FIELD_STR(wish, password, "password", REQUIRED, NULL),
	FIELD_END
};

static enum mx_err
hashed(struct request *r)
{
	struct wish wish = { 0 };
	enum mx_err err;

	if ((err = body_read(r, fields, &wish)) != M_OK)
		return err;
	return wish_grant(r, &wish);
}

static enum mx_err
last_stage(struct request *r)
{
	struct wish wish = { 0 };
	enum mx_err err;

	if ((err = body_read(r, fields, &wish)) != M_OK ||
	    (err = wish_check(r, &wish)) != M_OK ||
	    (err = uia_v1_pass(r, FLOWS_register)) != M_OK)
		return err;
	return wish_go(r, &wish, hashed);
}

static bool
is_offered(const struct request *r, const char *type)
{
	const struct conf_flow *f = r->conf->flows[FLOWS_register];

	for (; f->stage[0] != NULL; f++)
		for (size_t i = 0; f->stage[i] != NULL; i++)
			if (strcmp(f->stage[i], type) == 0)
				return true;
	return false;
}

/*
 * POST /register (api/v1)
 *
 * One stage: the answer is what comes next, or the new account.
 */
enum mx_err
register_v1(struct request *r)
{
	const char *type = json_text(r->body, "type");
	enum mx_err err;

	if (type != NULL && strcmp(type, SERVICE_TYPE) == 0)
		return register_service(r);
	if ((err = registration_open(r)) != M_OK)
		return err;
	if (type == NULL)
		return fail(r, M_BAD_JSON, "Missing JSON keys.");
	if (strcmp(type, LAST) == 0)
		return last_stage(r);
	if (!is_offered(r, type))
		return fail(r, M_BAD_REQUEST, "Bad login type.");
	return uia_v1_stage(r, FLOWS_register, LAST);
}
