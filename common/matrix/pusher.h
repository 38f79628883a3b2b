/*
 * pusher.h - where a user wants to be told of what notifies them (client-server
 * API, "Push Notifications"; 2015.md 16.8).
 */
#ifndef MXCGI_PUSHER_H
#define MXCGI_PUSHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/conf.h"
#include "store/db.h"

#define PUSHER_APP_ID_MAX	64	/* characters */
#define PUSHER_PUSHKEY_MAX	512	/* bytes, as all that follow */
#define PUSHER_URL_MAX		2048
#define PUSHER_DATA_MAX		4096
#define PUSHER_TEXT_MAX		512	/* names for people, lang */
#define PUSHER_TAG_MAX		255
#define PUSHER_TAG_2015_MAX	32
#define PUSHERS_MAX		100	/* of a user */

/*
 * What is wrong with the URL of a push gateway, as a sentence; NULL: nothing.
 * It is https://HOST[:PORT]/_matrix/push/v1/notify.  Without TLS only a gateway
 * is asked whose address, written as one, is named in [outbound] allow: that is
 * the administrator's own.
 */
const char	*pusher_url_fault(struct arena *, const struct conf *,
		    const char *url);
/* Scheme, host and port, as one text for all URLs of a gateway. */
const char	*pusher_gateway(struct arena *, const char *url);

/* The gateway of pushers of kind email: whoever takes this server's mails. */
#define PUSHER_MAIL_GATEWAY	"mailto:"

struct pusher {
	int64_t		 nr;		/* 0: a new one */
	const char	*app_id;
	const char	*pushkey;
	const char	*app_display_name;
	const char	*device_display_name;
	const char	*profile_tag;	/* or NULL */
	const char	*lang;
	bool		 mails;		/* kind email: to pushkey; else http */
	const char	*url;		/* of kind http */
	struct span	 data;		/* a JSON object; of kind http without url */
	bool		 in_2015;	/* the predefined rules of that year count */
	int64_t		 set_at;	/* ms since 1970 */
};
/*
 * Set the user's pusher with that app_id and pushkey, in the caller's write
 * transaction; the device is the one it goes with.  What a pusher that is there
 * has not told yet, it still tells.  False: the user has PUSHERS_MAX.
 */
bool		 pusher_set(struct db *, const struct pusher *, int64_t user,
		    int64_t device);
void		 pusher_drop(struct db *, int64_t user, const char *app_id,
		    const char *pushkey);
/* All of kind email that write to that address of the user. */
void		 pusher_drop_address(struct db *, int64_t user,
		    const char *address);
/* Those of others with that app_id and pushkey go. */
void		 pusher_drop_others(struct db *, int64_t user,
		    const char *app_id, const char *pushkey);

#endif
