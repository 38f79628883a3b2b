/* paths.h - raw paths, as routes.tab has them.  Pure. */
#ifndef MXCGI_PATHS_H
#define MXCGI_PATHS_H

#include "serve/serve.h"

/*
 * The version a path is of, which is taken away from it but for the slash
 * behind it; API_BARE leaves the path whole.
 */
enum api	 path_api(struct span *path);

/*
 * Match segment by segment, {names} with anything; what they stand for is left in
 * arg as it came.
 */
bool		 path_matches(const char *pattern, struct span path,
		    struct span arg[ROUTE_MAXARGS]);

#endif
