/*
 * mxcgi-web-root.h - is a file where a web server shows files to everybody?
 * (security.md 29)
 *
 * Told by what the web server's configuration says, as far as it can be read,
 * and by how such directories are called, which on a host of many is all that
 * there is to go by.
 */
#ifndef MXCGI_ADMIN_WEB_ROOT_H
#define MXCGI_ADMIN_WEB_ROOT_H

#include <stdbool.h>

#include "base/arena.h"

#define WEB_CONF_MAX	8

struct web_root {
	const char	*dir;		/* what is shown */
	const char	*url;		/* where: "/", or an alias */
	const char	*why;		/* says so: "DocumentRoot in FILE" */
	bool		 configured;	/* and not only a name */
};
/*
 * Where path, which need not be there yet, lies within one that does not forbid
 * it by a line of nginx or lighttpd, as is shown to who needs one.  conf:
 * directories (or files) of configuration, NULL at their end; or NULL: the usual
 * ones.
 */
bool	web_root_of(struct arena *, const char *const *conf, const char *path,
	    struct web_root *);
/*
 * Where that is for browsers.
 */
const char *web_root_location(struct arena *, const struct web_root *,
	    const char *path);
/*
 * The same path with links resolved, as far as it is there; absolute.
 */
const char *path_resolved(struct arena *, const char *path);

/* A .htaccess in dir that lets nobody read: make one; is there one? */
bool	fence_make(struct arena *, const char *dir, const char **why);
bool	fence_is_there(struct arena *, const char *dir);

#endif
