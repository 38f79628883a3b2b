/*
 * push_mail.h - pushers of kind email: what notified somebody is written to them
 * (client-server API, "Push Notifications").
 *
 * A mail waits for [mail] notify_after, so that who reads meanwhile gets none,
 * and then tells of all that is not read.  Of the rooms that it told of there is
 * no other for a pause, which grows while there is more and begins anew after a
 * calm.  It is told at least once; a mail that is sent again has the same
 * Message-ID, unless there is more to tell.
 */
#ifndef MXCGI_PUSH_MAIL_H
#define MXCGI_PUSH_MAIL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/conf.h"
#include "matrix/push_send.h"
#include "store/store.h"

/* An event that was told to nobody for so long is told no more. */
#define PUSH_MAIL_KEPT_MS	(3 * 24 * 60 * 60 * INT64_C(1000))
/* A pause is followed by one that is longer by that factor. */
#define PUSH_MAIL_GROWS		6
#define PUSH_MAIL_CALM_MS	(12 * 60 * 60 * INT64_C(1000))
/* The link in a mail ends them for so long. */
#define PUSH_MAIL_LINK_MS	(90 * 24 * 60 * 60 * INT64_C(1000))

/* When a mail may tell of an event of a room that came at that time. */
int64_t		 push_mail_due(struct db *, const struct conf *,
		    int64_t pusher, int64_t room, int64_t at);

/* A pusher; send->pusher is its number. */
struct push_mailing {
	struct store	*store;
	struct arena	*mem;
	int64_t		 now;
	int64_t		 user;
	const char	*user_id;
	const char	*address;
	struct span	 data;		/* a JSON object */
	struct push_send *send;
};
/* For push_compose() and push_settle(). */
enum push_end	 push_mail_compose(const struct push_mailing *);
void		 push_mail_settle(struct db *, const struct push_send *,
		    enum push_end, int64_t now);

/* What the link in a mail ends, in the caller's transaction. */
struct push_mail_link {
	int64_t		 pusher;
	const char	*address;
	const char	*user_id;
};
/* False: there is no such pusher, or the link is too old. */
bool		 push_mail_link(struct db *, const char *token, int64_t now,
		    struct push_mail_link *);
/* The pusher goes; so the link is good for one use. */
void		 push_mail_end(struct db *, const struct push_mail_link *);

#endif
