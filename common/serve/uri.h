/* uri.h - the raw request target: path, query, percent-encoding.  Pure. */
#ifndef MXCGI_URI_H
#define MXCGI_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

/* Cut at the first '?'; a fragment or anything else stays in the query. */
void	 uri_split(const char *raw, struct span *path, struct span *query);

/*
 * Decode %XX (and, with plus, '+' as a space).  NULL, and *why a phrase, for a
 * broken escape, %00 or what is not UTF-8 afterwards.
 */
char	*uri_decode(struct arena *, struct span, bool plus, const char **why);

/*
 * Take away what a path begins with, when the prefix is that and a slash
 * follows; either may be encoded as it likes.
 */
void	 uri_strip(struct span *path, const char *prefix);

/*
 * The value of a name in a query, still encoded; false when it is not there.
 * Names are compared as they stand.
 */
bool	 uri_query(struct span query, const char *name, struct span *value);

#endif
