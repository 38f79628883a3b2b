/*
 * service.h - what application services are told (application service API,
 * "Pushing events"; 2015.md 18, AS-3).
 *
 * Nobody who sends looks at application services.  The housekeeper goes along
 * the stream for each of them, and makes a transaction of what it is interested
 * in; that is stored as it is sent, together with how far it reaches.  The next
 * one is made when it has been taken.  So what is sent again is the same to the
 * byte, and nothing is missed or told twice, whoever dies when.
 *
 * Which of its users are in which rooms is kept in a table, as of the place in
 * the stream: an event costs a look at it, however large the room or many the
 * users.
 */
#ifndef MXCGI_SERVICE_H
#define MXCGI_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/appservice.h"
#include "store/store.h"

#define SERVICE_EVENTS_MAX	100	/* in a transaction */
/* The longest pause between two tries, 2^6 s. */
#define SERVICE_BACKOFF_MAX	6

struct service {
	struct store	*store;
	const struct appservice *as;
	/* The rest is zeroed before the first service_step(). */
	int64_t		 nr;		/* appservice.nr */
	bool		 scanned;
	/* How far it came, where nothing had to be kept of it. */
	int64_t		 pos;
	int64_t		 kept;		/* pos as the store has it */
	int64_t		 heard;
};
/*
 * A step towards its next transaction: each is a look in a snapshot, and then
 * perhaps a write.  One process at a time does this.
 *
 *   SERVICE_TELLS   there is a transaction, to be sent now; its is *txn
 *   SERVICE_WAITS   there is one, which is to be tried again at *until (ms since
 *                   1970)
 *   SERVICE_AGAIN   there is more to look at
 *   SERVICE_QUIET   there is nothing to tell
 *   SERVICE_LATER   the store failed; nothing of the step is kept
 */
enum service_step {
	SERVICE_TELLS, SERVICE_WAITS, SERVICE_AGAIN, SERVICE_QUIET,
	SERVICE_LATER
};
struct service_txn {
	int64_t		 id;
	struct span	 body;		/* to be sent; in the db's arena */
	int64_t		 until;
	int64_t		 failures;	/* so far */
};
enum service_step service_step(struct service *, struct service_txn *);
/* It was taken, or not; false: that could not be written down. */
bool		 service_settle(struct service *, bool taken);
int64_t		 service_pause(int64_t failures);	/* ms */

/* Forget those that are registered no more, a piece: AGAIN, QUIET or LATER. */
enum service_step services_tidy(struct store *);

/* ---- of service_step()'s own parts ---- */

/*
 * service_scan.c: what has to be there before anything is told.
 * SERVICE_QUIET: it is.
 */
enum service_step service_prepare(struct service *);
/*
 * service_walk.c: along the stream, and a transaction is made if there is
 * anything to tell: SERVICE_AGAIN, SERVICE_QUIET or SERVICE_LATER.
 */
enum service_step service_walk(struct service *, const char *epoch);

#endif
