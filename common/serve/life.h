/*
 * life.h - serve's own side of a request; handlers never see it.
 *
 * A life is begun by a transport (fastcgi.c, cgi.c), judged by its head,
 * given its body, run in a round and answered through its transport.
 */
#ifndef MXCGI_LIFE_H
#define MXCGI_LIFE_H

#include <sys/types.h>

#include "serve/serve.h"

/* What a web server tells about a request; NULL where it does not. */
struct head {
	const char	*method;
	const char	*uri;			/* REQUEST_URI, raw */
	const char	*authorization;
	const char	*content_length;
	const char	*address;		/* REMOTE_ADDR */
	const char	*forwarded;		/* HTTP_X_FORWARDED_FOR */
	const char	*encoding;		/* HTTP_TRANSFER_ENCODING; as CGI */
	const char	*elsewhere;		/* MXCGI_ELSEWHERE: where long work goes */
	const char	*content_type;
	const char	*range;			/* of the answer, where it is a file */
	const char	*if_range;
	const char	*if_none_match;
	const char	*cookie;		/* HTTP_COOKIE */
	const char	*agent;			/* HTTP_USER_AGENT */
};

/* The list of what head wants from a CGI environment. */
#define HEAD_PARAMS(X)					\
	X(method,		"REQUEST_METHOD")	\
	X(uri,			"REQUEST_URI")		\
	X(authorization,	"HTTP_AUTHORIZATION")	\
	X(content_length,	"CONTENT_LENGTH")	\
	X(address,		"REMOTE_ADDR")		\
	X(forwarded,		"HTTP_X_FORWARDED_FOR")	\
	X(encoding,		"HTTP_TRANSFER_ENCODING") \
	X(elsewhere,		"MXCGI_ELSEWHERE")	\
	X(content_type,		"CONTENT_TYPE")		\
	X(range,		"HTTP_RANGE")		\
	X(if_range,		"HTTP_IF_RANGE")	\
	X(if_none_match,	"HTTP_IF_NONE_MATCH")	\
	X(cookie,		"HTTP_COOKIE")		\
	X(agent,		"HTTP_USER_AGENT")

/* Lives in a row, by their next. */
struct lives {
	struct life	*first, *last;
	size_t		 n;
};
void		 lives_add(struct lives *, struct life *);
void		 lives_join(struct lives *, struct lives *from);	/* empties from */
struct life	*lives_take(struct lives *);	/* the first, or NULL */

/* Who must let go of it when its client leaves. */
enum place { PLACE_RECEIVING, PLACE_QUEUE, PLACE_JOB };

/* An answer that is a file, and the part of it that goes out. */
struct file_answer {
	struct reply_file reply;
	int		 status;	/* 200, 206, 304, 416 */
	int64_t		 at, left;
};

/* A body that goes into a file; serve's own side of struct uploaded. */
struct receipt {
	struct uploaded	 upload;
	struct sha256_pieces hash;
};

/* What a caller was recognised by, for a request that waits; numbers alone. */
struct bearer {
	int64_t		 token;		/* 0: nobody yet */
	int64_t		 user;
	int64_t		 device;
	const struct appservice *appservice;
};

struct conn;
struct life {
	struct request	 r;		/* r.life points back here */
	struct life	*next;		/* in whatever row it stands */
	struct conn	*conn;		/* NULL: as CGI, or the client left */
	enum place	 place;
	const char	*method;
	struct span	 path;		/* raw */
	struct span	 query;		/* raw */
	const char	*token;		/* as it came, or NULL */
	const char	*elsewhere;
	struct arena	*tree;		/* r.body stands in it, until it is run */
	size_t		 body_max;	/* of this route; 0: no body is wanted */
	struct receipt	*receipt;	/* of a body that goes into a file */
	const char	*range, *if_range, *if_none_match;	/* as they came */
	const char	*cookies;	/* likewise */
	const char	*agent;		/* and User-Agent */
	long long	 length;	/* Content-Length; -1: there is none */
	int64_t		 began_us;
	int64_t		 queued_us;	/* among the writers since */

	handler_fn	*run;		/* the route's handler, then next or resume */
	enum tx		 tx;		/* of run */
	struct bearer	 resumed;	/* of a parked request */
	bool		 admitted;	/* token, rate and JSON were judged */
	bool		 writing;	/* this run is in a write transaction */
	bool		 settled;	/* its token was used for the first time */

	/* The answer. */
	enum mx_err	 err;
	const char	*error;
	bool		 keep;		/* refuse_keeping(), later_keeping() */
	struct span	 kept;		/* the answer of later_keeping() */
	bool		 committed;	/* and it stands */
	int64_t		 retry_after_ms;
	struct buf	 body;		/* r.out writes here */
	bool		 raw;		/* reply_raw(): body stands as it is */
	bool		 for_people;	/* the path is one of a page */
	const struct reply_page *page;	/* what body is; NULL: JSON */
	const char	*asset_type;	/* reply_asset(); NULL: it is none */
	const char	*location;	/* reply_redirect() */
	bool		 created;	/* reply_created() */
	const char	*set_cookie;	/* reply_cookie() */
	struct file_answer *file;	/* reply_file() */
	const char	*note;		/* log_note(), or NULL */
	struct buf	 members;	/* more members of an error object */
	struct writer	 members_writer;

	/* later(), more() and park(). */
	struct job	*job;
	handler_fn	*job_next;
	enum tx		 job_tx;
	handler_fn	*more_next;
	const void	*more_state;
	int64_t		 park_key;	/* wake_user() of whom */
	const void	*park_state;
	size_t		 park_size;
	int64_t		 park_until;
};

/* ---- life.c: one request from head to answer ---- */

struct life	*life_new(struct store *);
void		 life_free(struct life *);
/*
 * Route, method, size, presence of a token.  False: it is refused (or was an
 * OPTIONS) and can be answered at once.  head's texts outlive the life.
 */
bool		 life_head(struct life *, const struct head *);
/* A request that waited: there is no head any more. */
void		 life_resume(struct life *, const struct route *, enum api,
		    const struct bearer *, const void *state, size_t,
		    bool last_call);
/* False: it is refused.  The text outlives the life. */
bool		 life_body(struct life *, const char *, size_t);
/* Is its body to go into a file? */
bool		 life_takes_file(const struct life *);
/* In a read transaction: M_OK, and it may come; or refused. */
enum mx_err	 life_receive(struct life *);
/*
 * A piece of that body, which is not looked at when it is too long, and the end
 * of it.  False: it is refused.
 */
bool		 life_piece(struct life *, const char *, size_t);
bool		 life_whole(struct life *);
/* Nothing more is to be done with it. */
void		 life_receipt_end(struct life *);
/* Bytes held. */
size_t		 life_size(const struct life *);
/* Before each run: a fresh answer. */
void		 life_prepare(struct life *);
/*
 * Token, rate, JSON: within a transaction.  False: refused.  A life that has
 * been admitted is only asked whether its token still holds, and gets a fresh
 * tree of its body.
 */
bool		 life_admit(struct life *);
/* err is then what the handler returned. */
void		 life_run(struct life *);
/* It has to wait for its run: let go of what can be made again. */
void		 life_shelve(struct life *);
/* Its job has ended: what runs next. */
void		 life_next(struct life *);
/* The same where a piece of it stands. */
void		 life_more(struct life *);

/* ---- answer.c ---- */
/* The response: its CGI header; the body behind it is l->body. */
struct span	 life_response(struct life *);
void		 life_log(const struct life *);
/* No answer is larger; what may be goes elsewhere or in pages. */
#define REPLY_MAX	((size_t)256 << 20)

/* ---- file.c ---- */
int		 file_status(const struct life *);
void		 file_headers(const struct life *, struct buf *);
/*
 * At most n bytes of what is to go out; the count, 0 when all of it did, -1
 * when the file is not what it was.
 */
ssize_t		 file_read(struct file_answer *, char *, size_t n);
/* Let go of what is not to go out. */
void		 file_close(struct file_answer *);

/* ---- caller.c ---- */
/*
 * Fill r.who from the token; M_OK, M_UNKNOWN_TOKEN, M_USER_LOCKED,
 * M_USER_SUSPENDED, of an application service also M_FORBIDDEN and
 * M_UNKNOWN_DEVICE, or M_AGAIN to be asked once more as a writer.
 */
enum mx_err	 caller_find(struct life *);
struct bearer	 caller_bearer(const struct life *);
/* caller-service.c: the same by the token of an application service. */
enum mx_err	 service_find(struct life *, const struct appservice *,
		    struct rows *);
struct rows	 service_again(struct life *, const struct bearer *);

/* ---- once.c ---- */
/* The answer given before, into the life; false: this is the first time. */
bool		 once_replay(struct life *);
void		 once_remember(struct life *);

/* ---- limit.c ---- */
/* Does a rate count at all for who asks? */
bool		 is_limited(const struct request *);
/* True: go on.  False: *wait_ms until it may be tried again. */
bool		 limit_take(struct store *, enum limit, const char *key,
		    int64_t now, int64_t *wait_ms);
/*
 * The same in the volatile store, whatever runs; charge false: only look
 * whether it would go.  limit_owe() charges even what the bucket lacks.
 */
bool		 limit_shared(struct store *, enum limit, const char *key,
		    bool charge, int64_t now, int64_t *wait_ms);
void		 limit_owe(struct store *, enum limit, const char *key,
		    int64_t now);
/*
 * What a stranger is limited by: of an IPv6 address the network, since anybody
 * has 2^64 in his.
 */
const char	*limit_address(struct arena *, const char *address);
/* Buckets in memory (resident) or in the volatile store (CGI). */
void		 limit_resident(void);

/* ---- routes.c ---- */
enum mx_err	 route_find(struct life *);

/* ---- round.c: transactions around handlers ---- */
struct round_end {
	struct lives	 done;		/* to be answered, in order */
	struct lives	 jobs;		/* to be given to a thread */
	struct lives	 parked;	/* to be kept waiting */
	struct lives	 writers;	/* to be run by round_write() */
	struct lives	 pieces;	/* the same, behind all who wait for it */
	struct lives	 readers;	/* to be run by round_read() once more */
	bool		 moved;		/* the schema is newer than we: end */
	bool		 deaf;		/* news could not be heard: try again */
	/*
	 * For store_ring(), when the answers are on their way: a client that
	 * meets what it sent in its sync before it has the answer to the send
	 * may take it for another message.
	 */
	unsigned	 bells;
};
/*
 * Run list, and who has been woken, against one snapshot.  What a round has no
 * time for stays where it is; one at least is run.
 */
void		 round_read(struct store *, struct lives *list, struct round_end *);
/*
 * Before a body goes into a file: who sends it, how often, and may they?
 * False: it is refused.  Not within a round.
 */
bool		 round_gate(struct store *, struct life *);
/* When something volatile will be over; -1: nothing will (serve.h, `stir`). */
int64_t		 round_stir_at(void);
/* BELL_SOON rang (serve.h, `hush`). */
void		 round_stir_soon(void);
/* Run list in one transaction; the caller holds the lock. */
void		 round_write(struct store *, struct lives *list, struct round_end *);

#endif
