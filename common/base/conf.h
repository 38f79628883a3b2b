/*
 * conf.h - the configuration file, mxcgi.conf(5).
 *
 * Read once at start, constant afterwards.  An unknown section or key, a bad
 * value or a missing server name is an error that names file and line.
 */
#ifndef MXCGI_CONF_H
#define MXCGI_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "base/password.h"

/* A token bucket: `burst` at once, then `per_second` more each second. */
struct conf_limit {
	double		 burst;
	double		 per_second;
};
/* Rate classes; the names stand in the limit column of routes.tab. */
#define LIMITS(X)	\
	X(none)		\
	X(login)	\
	X(register)	\
	X(send)		\
	X(join)		\
	X(invite)	\
	X(create)
enum limit {
#define X(name) LIMIT_##name,
	LIMITS(X)
#undef X
	LIMIT__MAX
};

enum durability { DURABLE_POWER, DURABLE_PROCESS };

struct conf {
	const char	*path;		/* of the file itself */

	/* [server] */
	const char	*server_name;	/* the part behind the colon in ids */
	const char	*base_url;	/* what clients type; NULL: unknown */
	const char	*data_dir;	/* database, signing key; mode 0700 */
	const char	*run_dir;	/* sockets, locks, what is volatile */
	const char	*trusted_proxy;	/* its X-Forwarded-For counts */
	enum log_level	 log_level;

	/* [store] */
	enum durability	 durability;	/* power: each commit is synced */

	/* [accounts] */
	bool		 registration;	/* may a stranger register? */
	struct password_cost password_cost;
	unsigned	 hash_workers;	/* scrypt at once: half the cores */

	/* [rooms] */
	const char	*room_version;	/* v3 without room_version: "12" */
	const char	*room_version_2015; /* older paths: "10" */

	/* [limits] */
	bool		 limits;	/* off: for tests and benchmarks only */
	struct conf_limit limit[LIMIT__MAX];

	/* [serve] */
	size_t		 body_max;	/* of a JSON body, bytes: 1 MiB */
	size_t		 memory_max;	/* requests + replies: 32 MiB */
	unsigned	 receive_ms;	/* a request is complete: 30 s */
	unsigned	 send_ms;	/* a reply must make progress: 60 s */
	unsigned	 wait_max_ms;	/* the longest long poll: 180 s */
	unsigned	 cgi_waiters;	/* long polls at once as CGI: 8 */
	unsigned	 cgi_wait_max_ms; /* and their longest: 25 s */
	unsigned	 processes_rooms; /* started by `mxcgi run`: 1 */
	unsigned	 processes_events; /* likewise: 1 */
};

/*
 * path NULL: $MXCGI_CONFIG, else SYSCONFDIR/mxcgi/mxcgi.conf.  On an error the
 * program ends with a message that says what to do.
 */
const struct conf *conf_load(const char *path);
/* The same, for tests: NULL and *why (malloc'd) on an error. */
const struct conf *conf_read(const char *path, char **why);

#endif
