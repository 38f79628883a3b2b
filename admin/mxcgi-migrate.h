/* mxcgi-migrate.h - the database of an installation, made or upgraded. */
#ifndef MXCGI_ADMIN_MIGRATE_H
#define MXCGI_ADMIN_MIGRATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/conf.h"

/*
 * Make it, or bring it to this version's schema, and say so (mxcgi-made.h).
 * copy: what it was before is kept as mxcgi.db.before-VERSION.  The schema that
 * it had, 0 where it was made; -1: it has said why not.
 */
int	have_database(struct arena *, const struct conf *, bool copy);

#endif
