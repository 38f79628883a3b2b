/* conf_key.h - the keys of the configuration file, as a table for conf.c. */
#ifndef MXCGI_CONF_KEY_H
#define MXCGI_CONF_KEY_H

#include "base/conf.h"

struct arena;

/* A key being set. */
struct setting {
	const struct key	*key;
	const char		*value;
	void			*member;	/* of struct conf */
	struct arena		*mem;
};

struct key {
	const char	*section;
	const char	*name;
	/* Returns NULL, or what the value must be. */
	const char	*(*set)(const struct setting *);
	size_t		 offset;	/* of the member */
	unsigned	 least;		/* the number, or a text's length */
	unsigned	 most;
	bool		 many;		/* may stand there several times */
};

#define CONF_KEYS	128
extern const struct key	conf_keys[];

/*
 * conf_oidc.c: a key of [oidc NAME], name being that.  NULL, or what is wrong,
 * as a sentence that begins behind "KEY: it ".
 */
const char	*conf_oidc_set(struct conf *, struct arena *, const char *name,
		    const char *key, const char *value);
/* What is wrong with the whole; NULL: nothing. */
const char	*conf_oidc_fault(const struct conf *, struct arena *);

#endif
