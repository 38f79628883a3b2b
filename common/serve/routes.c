/* routes.c - which line of routes.tab a raw path means. */
#include <string.h>

#include "serve/life.h"
#include "serve/uri.h"

#define MATRIX	"/_matrix/"

static const struct {
	const char	*prefix;
	enum api	 api;
} apis[] = {
	{ "client/api/v1/",	API_V1_2015 },
	{ "client/v2_alpha/",	API_V2_ALPHA },
	{ "client/r0/",		API_R0 },
	{ "client/v3/",		API_V3 },
	{ "client/unstable/",	API_UNSTABLE },
	{ "client/v1/",		API_V1 },
	{ "media/v1/",		API_MEDIA_V1 },
	{ "media/r0/",		API_MEDIA_R0 },
	{ "media/v3/",		API_MEDIA_V3 }
};

/* The version, and the path behind it; API_BARE leaves the path whole. */
static enum api
api_of(struct span *path)
{
	size_t matrix = strlen(MATRIX);

	if (path->n < matrix || memcmp(path->s, MATRIX, matrix) != 0)
		return API_BARE;
	for (size_t i = 0; i < sizeof(apis) / sizeof(apis[0]); i++) {
		size_t n = strlen(apis[i].prefix);

		if (path->n - matrix >= n &&
		    memcmp(path->s + matrix, apis[i].prefix, n) == 0) {
			path->s += matrix + n - 1;
			path->n -= matrix + n - 1;
			return apis[i].api;
		}
	}
	return API_BARE;
}

/* Match segment by segment; args are left as raw spans. */
static bool
path_matches(const char *pattern, struct span path,
    struct span arg[ROUTE_MAXARGS])
{
	const char *p = path.s, *end = path.s + path.n;
	size_t args = 0;

	while (*pattern == '/' && p < end && *p == '/') {
		size_t want = strcspn(++pattern, "/"), have;
		const char *slash;

		p++;
		slash = memchr(p, '/', (size_t)(end - p));
		have = (size_t)((slash ? slash : end) - p);
		if (*pattern == '{') {
			if (have == 0)
				return false;
			arg[args++] = (struct span){ p, have };
		} else if (want != have || memcmp(pattern, p, want) != 0) {
			return false;
		}
		pattern += want;
		p += have;
	}
	/* One slash at the end is as good as none. */
	return *pattern == '\0' && (p == end || (end - p == 1 && *p == '/'));
}

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

	l->r.api = api_of(&path);
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
