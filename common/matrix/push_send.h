/*
 * push_send.h - what pushers tell, and what comes of it (push gateway API;
 * 2015.md 16.8).  What those of kind email do otherwise, push_mail.h says.
 *
 * A pusher tells of one event at a time, in their order; when there is none and
 * its user has read something, of the number of unread messages alone.  It is
 * told at least once: an event is forgotten when the gateway has it, when it is
 * redacted, when the user left the room, ignores who sent it or is locked out,
 * or after PUSH_KEPT_MS; and when the gateway refused it so often that asking
 * again does not help.
 */
#ifndef MXCGI_PUSH_SEND_H
#define MXCGI_PUSH_SEND_H

#include <stdint.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "matrix/http.h"
#include "matrix/mail.h"
#include "matrix/push_walk.h"
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
/*
 * A status of 4xx, but for 408, 425 and 429, means that this notification will
 * not be taken.  It is given up when so many answers in a row, which takes two
 * minutes, were such: the gateway may be between two versions of itself.  What
 * follows is then given up with the first of them, one for each pause.
 */
#define PUSH_REFUSALS_MAX	8

enum push_end {
	PUSH_ASKED,	/* push_run() is next; no end yet */
	PUSH_LATER,	/* a mail is not due yet */
	PUSH_VOID,	/* the event is not told any more */
	PUSH_QUIET,	/* there is nothing to tell */
	PUSH_TOLD,
	PUSH_REJECTED,	/* the gateway wants no more for that pushkey */
	PUSH_REFUSED,	/* and would be again */
	PUSH_FAILED
};
/* A room of which a mail tells. */
struct push_told {
	int64_t		 room;
	int64_t		 first_at;	/* when the first event of it came, ms */
	int64_t		 last_at;
};
struct push_send {
	const struct conf *conf;
	int64_t		 pusher;	/* pusher.nr */
	int64_t		 pos;		/* of the (last) event; 0: there is none */
	int64_t		 failures;	/* before this */
	int64_t		 refusals;	/* likewise */
	bool		 mails;		/* a mail is sent */

	/* To a gateway. */
	int64_t		 unread;
	char		 pushkey[PUSHER_PUSHKEY_MAX + 1];
	struct http	 http;

	/* By mail. */
	int64_t		 due_at;	/* of PUSH_LATER */
	size_t		 rooms;
	struct push_told room[PUSH_QUEUE_MAX];
	uint8_t		 token[SHA256_LEN];	/* of its link, hashed */
	struct message	 message;
};
/*
 * Compose what that pusher tells next, in the caller's transaction, into what is
 * zeroed: PUSH_ASKED, PUSH_VOID, PUSH_QUIET; of a mail also PUSH_LATER, and
 * PUSH_REJECTED where the account does not have the address any more.
 */
struct badges;
enum push_end	 push_compose(struct store *, struct badges *, struct arena *,
		    int64_t pusher, int64_t now, struct push_send *);
/* Tell it, which blocks; any thread may. */
void		 push_run(struct push_send *);
/* After that: PUSH_TOLD, PUSH_REJECTED, PUSH_REFUSED or PUSH_FAILED. */
enum push_end	 push_judge(struct arena *, const struct push_send *);
/* For the log, why it is one of the last two; no secret is in it. */
const char	*push_fault(struct arena *, const struct push_send *);
/* Write down how it ended, in the caller's write transaction. */
void		 push_settle(struct db *, const struct push_send *,
		    enum push_end, int64_t now);
/* How long it pauses after failing once more than that, ms. */
int64_t		 push_pause(int64_t failures);

#endif
