/*
 * setup.h - the page that sets a server up where its administrator can do no more
 * than put files there (folder.h).
 */
#ifndef MXCGI_SETUP_H
#define MXCGI_SETUP_H

#include "base/conf.h"
#include "base/password.h"
#include "folder.h"
#include "serve/page.h"

#define KEY_FILE	"setup-key.txt"

/* What the form says; texts are never NULL. */
struct wish {
	const char	*key;
	const char	*server_name;
	const char	*address;	/* of the folder: https://host/mxcgi */
	const char	*user;		/* the administrator's, without @ */
	const char	*password, *again;
};

struct setup {
	struct request	*r;
	char		 folder[PATH_MAX];
	const char	*private_dir;	/* configuration and data */
	const char	*conf_path;	/* in it */
	const char	*key_path;	/* likewise */
	const struct conf *conf;	/* NULL until there is one */
	bool		 begun;		/* that was there before */
	struct wish	 wish;
	const char	*discovered;	/* the file at .well-known; NULL: there is none */
};

/*
 * setup-place.c: where everything stands; makes the private directory and the key
 * when they are missing.  NULL, or a sentence for people: what is wrong, and what
 * to do.
 */
const char	*place_find(struct setup *);
bool		 place_is_done(const struct setup *);
bool		 place_key_matches(const struct setup *);
/* Until this program ends no other goes on behind it. */
void		 place_lock(const struct setup *);
/* A whole file, in place of what was there.  False: errno says why. */
bool		 place_write(const struct setup *, const char *path, mode_t,
		    const char *text);

/*
 * setup-make.c: the server and its first account, by `mxcgi init`, and the end of
 * the key.  NULL or a sentence.
 */
const char	*make_all(struct setup *);
/* What stands at .well-known/matrix/client. */
const char	*make_discovery(const struct setup *);

#endif
