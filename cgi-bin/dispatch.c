/*
 * dispatch.c - the one door for web hosts where nothing can be configured: as
 * matrix.cgi it finds out, as the web server does elsewhere, which program a path
 * is for, and becomes that.  What is there besides, folder.h says.
 *
 *	https://example.org/mxcgi/matrix.cgi/_matrix/client/versions
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "serve/paths.h"
#include "serve/uri.h"

static const struct {
	unsigned	 apis;
	const char	*path;
	const char	*program;
} paths[] = {
#include "paths.h"
};

static int
refuse(const char *why)
{
	printf("Status: 503 Service Unavailable\r\n"
	    "Content-Type: application/json\r\n"
	    "Access-Control-Allow-Origin: *\r\n\r\n"
	    "{\"errcode\":\"M_UNKNOWN\",\"error\":\"%s\"}", why);
	return 0;
}

/* What nobody answers discovery refuses. */
static const char *
program_of(struct span path)
{
	unsigned api = path_api(&path);
	struct span arg[ROUTE_MAXARGS];

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if ((paths[i].apis & api) != 0 &&
		    path_matches(paths[i].path, path, arg))
			return paths[i].program;
	return "discovery";
}

/* Apache keeps the access token back, and hands it on as it was told to. */
static void
take_authorization(void)
{
	const char *redirected = getenv("REDIRECT_HTTP_AUTHORIZATION");

	if (redirected != NULL && getenv("HTTP_AUTHORIZATION") == NULL)
		setenv("HTTP_AUTHORIZATION", redirected, 1);
}

static int
become(const char *folder, const char *name)
{
	char path[PATH_MAX + 64], conf[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/programs/%s", folder, name);
	snprintf(conf, sizeof(conf), "%s/private/mxcgi.conf", folder);
	if (access(conf, R_OK) == -1)
		return refuse("This server is not set up yet: open setup.cgi, "
		    "beside this program");
	setenv("MXCGI_CONFIG", conf, 1);
	take_authorization();
	execl(path, path, (char *)NULL);
	fprintf(stderr, "matrix.cgi: %s: %s\n", path, strerror(errno));
	return refuse("A program cannot be started; the web server's log says "
	    "which one, and why");
}

int
main(void)
{
	const char *uri = getenv("REQUEST_URI");
	const char *script = getenv("SCRIPT_NAME");
	char folder[PATH_MAX];
	struct span path, query;

	if (uri == NULL || script == NULL)
		return refuse("This web server does not tell its programs the "
		    "path as it came (REQUEST_URI)");
	if (!folder_find(folder))
		return refuse("This program does not find the folder that it "
		    "stands in: no /proc, and no SCRIPT_FILENAME");
	uri_split(uri, &path, &query);
	uri_strip(&path, script);
	return become(folder, program_of(path));
}
