/* mxcgi-migrate.h - the database of an installation, made or upgraded. */
#ifndef MXCGI_ADMIN_MIGRATE_H
#define MXCGI_ADMIN_MIGRATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/conf.h"

/*
 * Make it, or bring it to this version's schema, and say so.  copy: what it was
 * before is kept as mxcgi.db.before-VERSION.  False: it has said why.
 */
bool	have_database(struct arena *, const struct conf *, bool copy);

#endif
