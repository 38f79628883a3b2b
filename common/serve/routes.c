/* routes.c - which line of routes.tab a raw path means. */
#include <string.h>

#include "serve/life.h"
#include "serve/paths.h"
#include "serve/uri.h"

static enum mx_err
decode_args(struct life *l, const struct span arg[ROUTE_MAXARGS])
{
	for (size_t i = 0; i < ROUTE_MAXARGS && arg[i].n > 0; i++) {
		const char *why;

		l->r.arg[i] = uri_decode(l->r.mem, arg[i], false, &why);
		if (l->r.arg[i] == NULL)
			return fail(&l->r, M_INVALID_PARAM,
			    "A segment of the path %s", why);
	}
	return M_OK;
}

/* What the configuration switches off is not there. */
static bool
is_off(const struct life *l, const struct route *t)
{
	return t->auth == AUTH_ADMIN && !l->r.conf->admin_api;
}

enum mx_err
route_find(struct life *l)
{
	struct span path = l->path;
	bool known = false;

	l->r.api = path_api(&path);
	for (const struct route *t = program.routes; t->method != NULL; t++) {
		struct span arg[ROUTE_MAXARGS] = { { NULL, 0 } };

		if (!(t->apis & l->r.api) || is_off(l, t) ||
		    !path_matches(t->path, path, arg))
			continue;
		known = true;
		l->for_people = t->auth == AUTH_PAGE;
		if (strcmp(t->method, l->method) != 0)
			continue;
		l->r.route = t;
		return decode_args(l, arg);
	}
	return known ?
	    fail(&l->r, M_WRONG_METHOD, "This path does not take %.16s", l->method) :
	    fail(&l->r, M_UNRECOGNIZED, "This server does not know this path");
}
