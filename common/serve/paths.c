/* paths.c - see paths.h. */
#include <string.h>

#include "serve/paths.h"

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

enum api
path_api(struct span *path)
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

bool
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
