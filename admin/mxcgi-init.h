/* mxcgi-init.h - what mxcgi init is to make; NULL: not said. */
#ifndef MXCGI_ADMIN_INIT_H
#define MXCGI_ADMIN_INIT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/conf.h"

#define DATA_DIR	LOCALSTATEDIR "/lib/mxcgi"
#define RUN_DIR		RUNSTATEDIR "/mxcgi"

struct wish {
	const char	*config;
	const char	*server_name;
	const char	*base_url;
	const char	*data_dir;
	const char	*run_dir;
	const char	*registration;
	const char	*admin;		/* the name of an administrator */
	const char *const *web_conf;	/* mxcgi-web-root.h */
	bool		 fence;
	bool		 json;
	bool		 copy;		/* of the database, before a migration */
};

/* mxcgi-init-ask.c: ask a person for what was not said.  False: they left. */
bool	wish_ask(struct arena *, struct wish *);

/*
 * mxcgi-init-fence.c: will all this be where no web server shows it, or fenced?
 * False: it has said what to do, and nothing was made.
 */
bool	place_is_private(struct arena *, const struct wish *, const char *data_dir,
	    const char *run_dir);
/* Make the fences that were asked for, in directories that are there now. */
bool	place_fence(struct arena *, const struct wish *, const struct conf *);

#endif
