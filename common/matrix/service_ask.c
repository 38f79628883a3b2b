/* service_ask.c - see service_ask.h. */
#include "matrix/service_ask.h"

#include <stdio.h>
#include <string.h>

#define TODAY	"/_matrix/app/v1"
#define BEFORE	"/_matrix/app/unstable"

static bool
begins(const char *path, const char *with)
{
	return strncmp(path, with, strlen(with)) == 0;
}

/* What stands before the path there; NULL: there was none. */
static const char *
older(const char *path)
{
	if (begins(path, "/thirdparty/"))
		return BEFORE;
	return begins(path, "/transactions/") || begins(path, "/users/") ||
	    begins(path, "/rooms/") ? "" : NULL;
}

/*
 * That the token or the request itself is not to its taste is no reason to ask
 * by another path.
 */
static bool
knows_no_path(int status)
{
	return status == 404 || status == 405 || status >= 500;
}

static void
run(const struct appservice *as, struct http *h, const char *before,
    const char *path)
{
	int n = snprintf(h->url, sizeof(h->url), "%s%s%s", as->url, before,
	    path);

	if (n < 0 || (size_t)n >= sizeof(h->url) ||
	    (strcmp(before, TODAY) != 0 &&
	    !http_query_add(h, "access_token", as->hs_token))) {
		h->status = 0;
		strcpy(h->error, "the URL is too long");
		return;
	}
	http_run(h);
}

void
service_ask(const struct appservice *as, struct http *h, const char *path)
{
	int status;

	snprintf(h->authorization, sizeof(h->authorization), "Bearer %s",
	    as->hs_token);
	strcpy(h->type, "application/json");
	h->inside = h->stay = true;
	run(as, h, TODAY, path);
	status = h->status;
	if (!knows_no_path(status) || older(path) == NULL)
		return;
	run(as, h, older(path), path);
	/* What it said by the path that it knows. */
	if (h->status == 404)
		h->status = status;
}
