/*
 * push_send.h - what a push gateway is told, and what comes of it (push gateway
 * API; 2015.md 16.8).
 *
 * A pusher tells of one event at a time, in their order; when there is none and
 * its user has read something, of the number of unread messages alone.  It is
 * told at least once: an event is forgotten when the gateway has it, when it is
 * redacted, when the user left the room, ignores who sent it or is locked out,
 * or after PUSH_KEPT_MS.
 */
#ifndef MXCGI_PUSH_SEND_H
#define MXCGI_PUSH_SEND_H

#include <stdint.h>

#include "base/arena.h"
#include "matrix/http.h"
#include "matrix/pusher.h"
#include "store/store.h"

#define PUSH_KEPT_MS		(24 * 60 * 60 * INT64_C(1000))
/* Of what an event says; a longer one is left out. */
#define PUSH_CONTENT_MAX	8192
#define PUSH_NAME_MAX		512
/* The longest pause after failures is 2^10 s, about a quarter of an hour. */
#define PUSH_BACKOFF_MAX	10
/* That many in a row take a day: then a number alone is told no more. */
#define PUSH_FAILURES_MAX	100

enum push_end {
	PUSH_ASKED,	/* http is to be run; no end yet */
	PUSH_VOID,	/* the event is not told any more */
	PUSH_QUIET,	/* there is nothing to tell */
	PUSH_TOLD,
	PUSH_REJECTED,	/* the gateway wants no more for that pushkey */
	PUSH_FAILED
};
struct push_send {
	int64_t		 pusher;	/* pusher.nr */
	int64_t		 pos;		/* of the event; 0: unread alone */
	int64_t		 unread;
	int64_t		 failures;	/* before this */
	char		 pushkey[PUSHER_PUSHKEY_MAX + 1];
	struct http	 http;
};
/*
 * Compose what that pusher tells next, in the caller's transaction: PUSH_ASKED,
 * PUSH_VOID or PUSH_QUIET.
 */
enum push_end	 push_compose(struct store *, struct arena *, int64_t pusher,
		    int64_t now, struct push_send *);
/* After http_run(): PUSH_TOLD, PUSH_REJECTED or PUSH_FAILED. */
enum push_end	 push_judge(struct arena *, const struct push_send *);
/* Write down how it ended, in the caller's write transaction. */
void		 push_settle(struct db *, const struct push_send *,
		    enum push_end, int64_t now);
/* How long it pauses after failing once more than that, ms. */
int64_t		 push_pause(int64_t failures);

#endif
