/*
 * appservice.h - the application services that the administrator has
 * registered (application service API, "Registration"; 2015.md 18).
 *
 * [appservices] registration names their files, YAML as bridges write it.
 * They are read with the configuration and constant afterwards.
 */
#ifndef MXCGI_APPSERVICE_H
#define MXCGI_APPSERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crypto.h"

struct conf;

enum space { SPACE_USERS, SPACE_ALIASES, SPACE_ROOMS, SPACE__MAX };

/* Ids that a service has to do with. */
struct space_pattern {
	const struct space_pattern *next;
	const char	*regex;		/* as it is written */
	const void	*code;		/* a pcre2_code */
	bool		 exclusive;
};

struct appservice {
	const struct appservice *next;
	const char	*path;		/* of its file */
	const char	*id;
	const char	*url;		/* no slash at its end; NULL: none, it is
					 * told nothing */
	uint8_t		 as_hash[SHA256_LEN];	/* of its as_token */
	const char	*hs_token;
	const char	*sender;	/* sender_localpart */
	const char	*sender_id;	/* the whole id */
	const struct space_pattern *space[SPACE__MAX];
	const char *const *protocols;	/* NULL ends */
	bool		 rate_limited;	/* its users, but not the sender */
	bool		 receive_ephemeral;
	const char	*ephemeral_key;	/* how it calls that in transactions */
};

/*
 * Read a file and put it behind the others of conf, whose server name is known.
 * NULL, or what is wrong with it, perhaps with its line.  What is read lives in
 * mem.
 */
struct arena;
const char	*appservice_read(struct conf *, struct arena *mem,
		    const char *path);

/* Whose as_token is this?  Takes as long for one as for another.  Or NULL. */
const struct appservice *appservice_by_token(const struct conf *,
		    const char *token);
const struct appservice *appservice_by_id(const struct conf *, const char *id);

/*
 * Does the id belong to that namespace of theirs?  Users are those of this
 * server, and the sender is one.  An expression begins to match where the id
 * does.  One that takes too long to find out matches nothing.
 */
bool		 appservice_has(const struct appservice *, const struct conf *,
		    enum space, const char *id);
/*
 * Is it, or may it be, one that nobody else is to have?  `but` (or NULL) is the
 * one who asks.
 */
bool		 appservice_excludes(const struct conf *, enum space,
		    const char *id, const struct appservice *but);
/* Does anybody, as far as `has` goes?  The first; or NULL. */
const struct appservice *appservice_of(const struct conf *, enum space,
		    const char *id, const struct appservice *after);

#endif
