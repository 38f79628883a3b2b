/*
 * volatile.h - the volatile store: run_dir/volatile.db.
 */
#ifndef MXCGI_VOLATILE_H
#define MXCGI_VOLATILE_H

#include "base/conf.h"
#include "store/db.h"

/*
 * Open it, or make it anew where it is missing, damaged, of another schema or
 * from before the machine started.  *epoch (in mem): its name.  Processes that
 * come at once end up with the same one.  NULL and *why (in mem) on failure.
 */
struct db	*volatile_open(const struct conf *, struct arena *mem,
		    const char **epoch, const char **why);
/* It is forgotten: whoever opens it next makes it anew. */
void		 volatile_forget(const struct conf *, struct arena *mem);

#endif
