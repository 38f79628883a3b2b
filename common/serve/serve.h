/*
 * serve.h - what an endpoint handler may use: the life of a request
 * (design section 4).
 *
 * A handler runs inside a transaction that others began, reads its input from
 * struct request, writes its answer to r->out and returns
 *
 *   M_OK                      the answer stands; a write is committed
 *   fail(r, M_X, "why")       refused; what it wrote is undone
 *   refuse_keeping(r, ...)    refused; what it wrote stays
 *   again(r)                  a read that finds it must write: run me once
 *                             more among this round's writers
 *   again_reading(r)          the same, when it has written: keep that, and run
 *                             me once more as a reader
 *   later(r, job, next, tx)   something blocks: do it outside the loop, then
 *                             run next in a transaction of its own
 *   more(r, next, state)      too long for one transaction: keep this piece of
 *                             it, and run next in another
 *   elsewhere(r)              too long for the loop: another process does it
 *   park(r, ...)              nothing to say yet: wait for news
 *
 * It never sends, frees, checks method, token, locked and suspended accounts,
 * guest access, rate, JSON syntax or transaction ids: the columns of routes.tab
 * did that before.
 */
#ifndef MXCGI_SERVE_H
#define MXCGI_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/appservice.h"
#include "base/arena.h"
#include "base/conf.h"
#include "base/confine.h"
#include "base/crypto.h"
#include "base/errors.h"
#include "json/field.h"
#include "json/json.h"
#include "json/writer.h"
#include "store/store.h"

struct request;
typedef enum mx_err handler_fn(struct request *);

/* ------------------------------------------------------------ the table */

enum route_auth {
	AUTH_NONE,
	AUTH_PAGE,		/* as AUTH_NONE, and people read the answers */
	AUTH_OPTIONAL,
	AUTH_USER,
	AUTH_SUSPENDED,		/* as AUTH_USER, and a suspended account may */
	AUTH_LOCKED,		/* and so may a locked one */
	AUTH_ADMIN		/* as AUTH_USER, of an administrator */
};
enum route_body {
	BODY_NONE,		/* what comes is ignored */
	BODY_JSON,		/* an object is required */
	BODY_MAYBE,		/* an object, or nothing, which counts as {} */
	BODY_VALUE,		/* any JSON value */
	BODY_FORM,		/* application/x-www-form-urlencoded */
	BODY_FILE		/* bytes, into a file as they come (struct uploaded) */
};

/* API versions, as bits: which prefix the client came by. */
enum api {
	API_V1_2015	= 1,	/* /_matrix/client/api/v1 */
	API_V2_ALPHA	= 2,	/* /_matrix/client/v2_alpha */
	API_R0		= 4,	/* /_matrix/client/r0 */
	API_V3		= 8,	/* /_matrix/client/v3 */
	API_UNSTABLE	= 16,	/* /_matrix/client/unstable */
	API_V1		= 32,	/* /_matrix/client/v1, of v1.2 and later */
	API_BARE	= 64,	/* no version: the path stands as in the table */
	API_MEDIA_V1	= 128,	/* /_matrix/media/v1, from 2015 on */
	API_MEDIA_R0	= 256,	/* /_matrix/media/r0 */
	API_MEDIA_V3	= 512	/* /_matrix/media/v3 */
};

#define ROUTE_MAXARGS	5
struct route {
	const char	*method;
	unsigned	 apis;
	const char	*path;		/* behind the prefix; {name}: one segment */
	const char	*name;		/* of the handler; stands in the log */
	enum route_auth	 auth;
	bool		 guest;		/* may guests? */
	enum route_body	 body;
	enum tx		 tx;
	enum limit	 limit;
	bool		 once;
	bool		 waits;		/* may park */
	handler_fn	*handler;
};

/* A program of cgi-bin/, made by mkroutes.awk from routes.tab and rights.tab. */
struct waits;
struct task_kind;
struct uploads;
struct program {
	const char	*name;
	const struct route *routes;	/* ends with method NULL */
	struct rights	 rights;
	unsigned	 reach;		/* base/confine.h */
	const struct waits *waits;	/* NULL: nobody waits here */
	const struct task_kind *tasks;	/* store/task.h; NULL: none is done here */
	const struct uploads *uploads;	/* NULL: no body is a file here */
};
extern const struct program program;

/* ---------------------------------------------------------- the request */

/* Who asks; all zero without a token. */
struct caller {
	int64_t		 user;		/* user.nr */
	const char	*user_id;
	int64_t		 device;	/* device.nr */
	const char	*device_id;
	int64_t		 token;		/* token.nr */
	int		 era;		/* 2015 or 2016: API the token came from */
	bool		 guest;
	bool		 suspended;
	bool		 admin;
	/*
	 * Whose as_token it was, on behalf of a user of theirs; NULL: the
	 * user's own.  Where they name no device, device_id is empty, and
	 * device a negative number that stands for none.
	 */
	const struct appservice *appservice;
};

struct job;
struct uia;
struct request {
	struct arena	*mem;		/* all of it ends with the request */
	const struct conf *conf;
	struct store	*store;
	struct db	*db;		/* main */
	struct db	*vol;		/* volatile; each call its own transaction */
	const struct route *route;
	enum api	 api;
	const char	*arg[ROUTE_MAXARGS];	/* decoded; req_arg() */
	struct caller	 who;
	int64_t		 now;		/* ms since 1970, the same all through */
	const char	*address;	/* of the client */
	const char	*content_type;	/* of the body, as it came; NULL: none */
	struct span	 raw;		/* the body as it came */
	struct uploaded	*upload;	/* the same where it is a file */
	cJSON		*body;		/* set for JSON, MAYBE, VALUE */
	struct writer	 out;		/* the answer: an object, already open */
	const void	*wait;		/* in waits.resume: what park() was given */
	bool		 last_call;	/* in waits.resume: answer now, empty or not */
	struct job	*job;		/* in a next handler: the finished job */
	const void	*piece;		/* what more() was given, in its next */
	struct uia	*uia;		/* matrix/uia.h's own, from run to run */
	struct life	*life;		/* serve's own */
};

/* A path argument by its name in the table; aborts when there is none. */
const char	*req_arg(const struct request *, const char *name);
/* For handlers of several routes: `otherwise` where this one lacks it. */
const char	*req_arg_or(const struct request *, const char *name,
		    const char *otherwise);
/* Decoded; NULL when absent.  Of several the first counts. */
const char	*req_query(struct request *, const char *name);
/*
 * A whole number in the query.  Absent: true, *out as it was.  Not a number
 * or out of [min, max]: false.
 */
bool		 req_query_int(struct request *, const char *name, int64_t min,
		    int64_t max, int64_t *out);
/*
 * What of the query others are to know, as it came: all but access_token and what
 * an application service says of whom it asks for.
 */
const char	*req_query_rest(struct request *);
/* A field of a form, decoded; NULL when absent.  Of several the first counts. */
const char	*req_form(struct request *, const char *name);
/*
 * The application service whose as_token came with the request, whatever the
 * auth column says; or NULL.
 */
const struct appservice *req_appservice(const struct request *);
/* The same where there must be one: M_MISSING_TOKEN, M_UNKNOWN_TOKEN. */
enum mx_err	 service_needed(struct request *, const struct appservice **);
/* A cookie as it came, the first of that name; NULL when absent. */
const char	*req_cookie(const struct request *, const char *name);
/*
 * What the client calls itself (User-Agent): printable ASCII, 255 bytes at most;
 * empty when it does not say.
 */
const char	*req_agent(const struct request *);
/* Did it come by api/v1 or v2_alpha? */
bool		 req_is_2015(const struct request *);

/*
 * Where clients and people reach this server, without a slash at the end.  Of
 * the configuration: what a request says of it may be a lie.
 */
const char	*server_url(const struct request *);
/* A path as browsers know it: behind that of the address. */
const char	*server_path(const struct request *, const char *path);

/* Read the body by a field table; a fault becomes the refusal it names. */
enum mx_err	 body_read(struct request *, const struct field *, void *dst);
/* The same of an object inside it. */
enum mx_err	 object_read(struct request *, const cJSON *object,
		    const struct field *, void *dst);

/* -------------------------------------------------- bodies that are files */

/*
 * A route whose body is `file`: as soon as the head is there `begin` runs in a
 * read transaction, when token and rate were judged as for a handler.  It
 * refuses, or makes a file and says how much may come.  The body is written to
 * it as it comes, at most UPLOAD_PIECE bytes at once in memory; when it is
 * whole, and as long as Content-Length said, the handler runs.
 */
struct uploaded {
	int		 fd;		/* to write to; begin's */
	int64_t		 max;		/* bytes that may come; begin's */
	int64_t		 length;	/* as Content-Length says; -1: there is none */
	void		*own;		/* of the program */
	int64_t		 size;		/* bytes that came */
	uint8_t		 sha256[SHA256_LEN];	/* of the whole */
};
#define UPLOAD_PIECE	65536
struct uploads {
	handler_fn	*begin;		/* M_OK: r->upload's fd and max are set */
	/*
	 * The request is over; answered: it was answered with success, so what
	 * its handlers wrote is committed.  Once for each begin that was M_OK.
	 */
	void		(*end)(struct uploaded *, bool answered);
};

/* ----------------------------------------------------------- the answer */

/* error: an English sentence that says what to do; errcode and status by err. */
enum mx_err	 fail(struct request *, enum mx_err err, const char *error, ...)
		    __attribute__((format(printf, 3, 4)));
enum mx_err	 refuse_keeping(struct request *, enum mx_err err, const char *error, ...)
		    __attribute__((format(printf, 3, 4)));
/* The errcode of one, where an answer tells of several; NULL: it has none. */
const char	*mx_errcode(enum mx_err);
/* What the last of these was given. */
const char	*refusal_text(const struct request *);
/* For M_LIMIT_EXCEEDED and M_BUSY: also sends Retry-After. */
void		 reply_retry_after(struct request *, int64_t ms);
/* Instead of r->out: this JSON text, whatever it is (copied). */
void		 reply_raw(struct request *, struct span json);
/* Instead of r->out: an empty array is open now; end it not. */
void		 reply_array(struct request *);
/* A member of the error object besides errcode and error (a fresh writer). */
struct writer	*reply_error_members(struct request *);

/*
 * Instead of r->out: HTML, whatever the handler returns, with the status of
 * that; page.h writes such.  Nothing may be loaded or run but what these
 * members allow (Content-Security-Policy):
 */
struct reply_page {
	struct span	 html;
	const char	*nonce;		/* of its <style> and <script> */
	bool		 asks;		/* its scripts may ask this server */
	const char	*source;	/* an origin whose scripts run; or NULL */
	const char	*target;	/* an origin its form may lead to; or NULL */
};
void		 reply_page(struct request *, const struct reply_page *);
/*
 * With M_OK, instead of r->out: a script or style of ours, which outlives the
 * request, for pages of this server alone.
 */
void		 reply_asset(struct request *, const char *content_type,
		    struct span text);
/* With M_OK: 201, for what was not there before. */
void		 reply_created(struct request *);
/* With M_OK: 303 to an absolute URL, of which odd bytes are escaped. */
void		 reply_redirect(struct request *, const char *url);
/*
 * With any page: the browser keeps a cookie for ms (0: it forgets it) and gives
 * it back under the path alone, not to scripts, not when another site's page
 * asks, and where server_url() is https only so.  Texts of URL-safe letters.
 */
void		 reply_cookie(struct request *, const char *name,
		    const char *value, const char *path, int64_t ms);

/*
 * With M_OK, instead of r->out: a file, or what the request wants of it (Range,
 * If-Range, If-None-Match: RFC 9110), with headers that keep it from doing
 * anything in a page (security.md 25).  The texts go into headers as they are.
 */
struct reply_file {
	int		 fd;		/* taken over; -1: the web server has it */
	int64_t		 size;
	const char	*type;		/* Content-Type */
	const char	*disposition;	/* Content-Disposition */
	const char	*etag;		/* with its quotes: the same for ever */
	const char	*cache;		/* Cache-Control */
	const char	*handover;	/* a header that hands it over; or NULL */
};
void		 reply_file(struct request *, const struct reply_file *);

/*
 * What was done, for the line of the log that is written of the request in the
 * end: no secrets.  Of a route for administrators the log says the arguments of
 * the path anyway, but not a {token}.
 */
void		 log_note(struct request *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));

/* M_AGAIN: return it, to be run once more as a writer; M_OK: r is one. */
enum mx_err	 again(struct request *);
/*
 * Of a route that reads, after again(): what was written is kept, and the
 * handler runs once more as a reader, whose answer is made without the lock.
 */
enum mx_err	 again_reading(struct request *);
/*
 * A writer's work that others should not wait for as a whole: what it wrote so
 * far is committed, and when it is, next runs as a writer of a later round,
 * with state (in r->mem, not to be changed any more) as r->piece.  A process
 * that dies or a client that leaves between two pieces leaves the work undone.
 */
enum mx_err	 more(struct request *, handler_fn *next, const void *state);
/* M_ELSEWHERE when another process can take it; M_OK: do it here. */
enum mx_err	 elsewhere(struct request *);

/* ------------------------------------------------------------- how often */

/*
 * What the limit column cannot know: how often something happens to an
 * account or an address, in all programs together.  M_OK, or refused with
 * M_LIMIT_EXCEEDED.  A charge is never given back.
 */
enum mx_err	 rate_take(struct request *, enum limit, const char *key);
/*
 * The caller does what the limit column charges in another class, so it counts
 * there too: the bucket is the same.
 */
enum mx_err	 rate_take_class(struct request *, enum limit);
/*
 * again(), and the charge before it, so that who is refused takes no lock:
 * M_OK when r writes, else return it.
 */
enum mx_err	 rate_take_again(struct request *, enum limit, const char *key);
/* Would it go?  Nothing is charged. */
enum mx_err	 rate_look(struct request *, enum limit, const char *key);
/*
 * It has happened, whether it may or not: what was looked at by many at once
 * becomes a debt.
 */
void		 rate_charge(struct request *, enum limit, const char *key);
/* The network that the client comes from, as a key. */
const char	*rate_address(struct request *);

/* ------------------------------------------------------ work that blocks */

/*
 * A job is the first member of a block of its own (job_new) with copies of
 * all it needs: it runs in a thread, touches no database, arena or request,
 * and outlives a client that leaves.  The block is wiped and freed by serve.
 */
enum job_pool {
	JOB_HASH,		/* passwords */
	JOB_MAIL,		/* messages, by who the administrator named */
	JOB_NET,		/* whom others name */
	JOB_PAGE,		/* web pages that users link to */
	JOB_DISK,		/* files: quick, and may have to last */
	JOB_PICTURE,		/* pictures, by the thumbnailer */
	JOB__MAX
};
struct job {
	void		(*run)(struct job *);
	enum job_pool	 pool;
};
void		*job_new(size_t);		/* zeroed */
/* The same; before it is freed, drop lets go of what the block holds. */
void		*job_new_holding(size_t, void (*drop)(struct job *));
/* next finds the block in r->job, and looks again at what it relied on. */
enum mx_err	 later(struct request *, struct job *, handler_fn *next, enum tx);
/*
 * The same for a writer whose work is done but for what must come after its
 * COMMIT: what it wrote stays, and r->out as it is now is the answer, whatever
 * comes of the rest; next gives it with reply_kept().
 */
enum mx_err	 later_keeping(struct request *, struct job *, handler_fn *next,
		    enum tx);
enum mx_err	 reply_kept(struct request *);	/* M_OK */

/* --------------------------------------------------------------- waiting */

/*
 * Wait until wake_user(r->who.user), until_ms (clock_now_ms), or the end.
 * state (at most WAIT_MAX bytes) is copied; then resume runs in a read
 * transaction with r->wait and r->who set (the token looked up again; path
 * and query are gone), and parks again or answers.
 */
#define WAIT_MAX	4096
enum mx_err	 park(struct request *, const void *state, size_t, int64_t until_ms);
/*
 * The same until wake_user(key), where it is no user whom the news concern.
 * Such keys are negative, and mean what the program says.
 */
enum mx_err	 park_for(struct request *, int64_t key, const void *state, size_t,
		    int64_t until_ms);

struct waits {
	handler_fn	*resume;
	/*
	 * The stream grew from after to upto: wake_user() each user concerned.
	 * In a read transaction.
	 */
	void		(*news)(struct db *, int64_t after, int64_t upto);
	/*
	 * The same for the volatile store, where things also end by
	 * themselves: end what is over, wake_user() each user concerned by
	 * what changed since the last call.  In a read transaction on main;
	 * called in every round.  Returns when the next thing will be over, in
	 * ms since 1970; -1: nothing will.  It must read no texts.  NULL:
	 * nobody waits for such.
	 */
	int64_t		(*stir)(struct store *, int64_t now);
	/*
	 * BELL_SOON rang, and nobody would be told of it before then, ms since
	 * 1970.  NULL with stir.
	 */
	int64_t		(*hush)(void);
	bool		 seldom;	/* mostly nobody waits; not with stir */
};
void		 wake_user(int64_t user);
/*
 * Whoever is woken from here on has nothing to do with those before: they are
 * answered in turn with them, not behind them.
 */
void		 wake_apart(void);
/*
 * How many requests wait and are not woken yet, and the user, or the key, of
 * each: the others look at all that is new anyway.
 */
size_t		 waiting_users(void);
void		 waiting_each(void (*)(int64_t user, void *), void *);

#endif
