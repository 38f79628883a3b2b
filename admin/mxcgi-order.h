/*
 * mxcgi-order.h - an order: one verb of `mxcgi user`, `mxcgi room` and so on,
 * with its options, carried out on the store of a server that may be running.
 */
#ifndef MXCGI_ADMIN_ORDER_H
#define MXCGI_ADMIN_ORDER_H

#include "base/password.h"
#include "json/writer.h"
#include "matrix/account.h"
#include "store/store.h"

enum opt {
	OPT_CONFIG, OPT_JSON, OPT_HELP,		/* every verb takes these */
	OPT_ADMIN, OPT_NO_PASSWORD, OPT_KEEP_SESSIONS, OPT_ERASE, OPT_YES,
	OPT_ADMINS, OPT_GUESTS, OPT_LOCKED, OPT_SUSPENDED, OPT_DEACTIVATED,
	OPT_USES, OPT_EXPIRES, OPT_LENGTH,
	OPT_ALL, OPT_PIN, OPT_UNPIN, OPT_USER, OPT_OLDER,
	OPT_SEARCH, OPT_SORT, OPT_BLOCK, OPT_BEFORE, OPT_DAYS, OPT_KEEP_LAST,
	OPT_TO,
	OPT__MAX
};
#define OPT(x)	(1u << OPT_##x)

struct order {
	const struct verb *verb;
	const char	*option[OPT__MAX];	/* NULL: not given */
	const char	*name;			/* the argument, or NULL */
	const char	*text;			/* the one behind it */
	const struct conf *conf;
	struct store	*store;
	struct db	*db;			/* main */
	struct arena	*mem;
	int64_t		 now;
	const char	*why;			/* refuse() */

	/* What the steps of one verb hand on. */
	struct account	 account;		/* whom it is about */
	char		 hash[PASSWORD_HASH_MAX]; /* of the new password */
	bool		 same;			/* it was so before */
	int64_t		 number;		/* of a report, or of media */
	struct media_choice *media;		/* mxcgi-media.c */
	void		*part;			/* what else a verb works on */
	void		*inner;			/* the same of a part of it */
};

/* Returns the exit status: 0, or what refuse() gave. */
typedef int order_fn(struct order *);

enum argument {
	NO_ARGUMENT, MAYBE_ARGUMENT, ONE_ARGUMENT,
	NAME_AND_TEXT				/* with --all the text alone */
};
struct verb {
	const char	*name;			/* empty: of order_run_alone() */
	order_fn	*run;
	unsigned	 options;		/* OPT(x), besides those of all */
	enum argument	 argument;
	const char	*synopsis;		/* behind the name */
	const char	*does;
};

/*
 * Find the verb in argv[1] (the list ends with name NULL), read its options,
 * open the store, run it, say why it failed.  Returns the exit status.
 */
int		 order_run(const struct verb *, int argc, char **argv);
/* The same for a command that is its own verb. */
int		 order_run_alone(const struct verb *, int argc, char **argv);

/* Keep the reason and return status. */
int		 refuse(struct order *, int status, const char *why, ...)
		    __attribute__((format(printf, 3, 4)));

/*
 * Files that another user than that of data_dir makes there are of no use to the
 * server.  0: it is ours; else the exit status, and *why.
 */
int		 owner_trouble(const struct conf *, struct arena *mem,
		    const char **why);

/*
 * Run a step against a snapshot, or as the one who writes: kept when it
 * returns 0, and then those who wait for changes hear of it.  Trouble of the
 * store overrules whatever the step says.
 */
int		 order_read(struct order *, order_fn *);
int		 order_write(struct order *, order_fn *);

/* ------------------------------------------------ mxcgi-out.c: the answer */

/* "2026-11-23T14:05:09Z". */
const char	*time_text(struct arena *, int64_t ms);
/* The text without what a terminal would take for an order. */
const char	*plain_text(struct arena *, const char *);
/* A line on standard output; plain_text() is applied. */
void		 say(struct arena *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));
/* One JSON object a line: begun, written to, and put out. */
struct json_line {
	struct buf	 buf;
	struct writer	 w;
};
struct writer	*json_line_begin(struct json_line *, struct arena *);
void		 json_line_end(struct json_line *);
/* 0 gives null. */
void		 put_or_null(struct writer *, const char *key, int64_t ms);

/* ------------------------------------------------ mxcgi-words.c: what was said */

/* A whole number from 1 to most; false: it is none. */
bool		 read_number(const char *, int64_t most, int64_t *n);
/*
 * "2026-11-23", "2026-11-23T14:05:09Z" or "2026-11-23T14:05:09.123Z", of UTC,
 * as ms since 1970; false: it is none.
 */
bool		 read_date(const char *, int64_t *ms);
/* "90s", "15m", "12h", "7d", "4w", up to 100 years; false: it is none. */
bool		 read_span(struct arena *, const char *, int64_t *ms);

/* --------------------------------------------- mxcgi-show.c: of accounts */

order_fn	user_list;
order_fn	user_show;
/* A step: o->account becomes that of o->name, an id or a local part. */
order_fn	user_find_named;
/* What is so of it, without its lists: members, and words for people. */
void		 account_members(struct writer *, const struct account *);
const char	*account_state(struct arena *, const struct account *);

#endif
