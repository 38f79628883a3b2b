/*
 * session.h - devices and their tokens in the store (client-server API,
 * "Login", "Refreshing access tokens", "Relationship between access tokens
 * and devices"; 2015.md 5.2, 5.3).
 *
 * A device has an access token, or a pair of access and refresh token; while
 * a new pair waits for its first use, the old one lives too.
 */
#ifndef MXCGI_SESSION_H
#define MXCGI_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "serve/serve.h"

/* What a client may call its device: 255 bytes, and 512 for people to read. */
bool		 device_id_valid(const char *);
bool		 device_name_valid(const char *);

/* What a client wants of its session: members of login's and register's body. */
struct session_wish {
	const char	*device_id;	/* NULL or empty: made up */
	const char	*device_name;	/* for a new device only */
	bool		 refresh;	/* it can refresh */
};
/* Its fields, for a struct st with a member `session`. */
#define SESSION_FIELDS(st)						\
	FIELD_STR(st, session.device_id, "device_id", OPTIONAL,		\
	    device_id_valid),						\
	FIELD_STR(st, session.device_name, "initial_device_display_name", \
	    OPTIONAL, device_name_valid),				\
	FIELD_BOOL(st, session.refresh, "refresh_token", OPTIONAL)

/*
 * A session on a device.  One that the user has already is taken over: its old
 * tokens die with a CHANGE_SESSION.  The texts are tokens, of which the store
 * keeps hashes.
 *
 * Of the era 2015 the access token never expires and a refresh token comes
 * with it; of 2016 a session with refresh has both, and one without has an
 * access token that never expires.
 */
struct session {
	const char	*access_token;
	const char	*refresh_token;	/* or NULL */
	int64_t		 expires_in_ms;	/* of the access token; 0: never */
	const char	*device_id;
	int64_t		 device;	/* device.nr */
};
struct session	 session_begin(struct db *, struct arena *, const struct conf *,
		    int64_t user, const struct session_wish *, int era,
		    int64_t now);
/*
 * The same for whoever asks, of the era of the path they came by, with the
 * answer that every kind of login gives: user_id, access_token, device_id,
 * home_server, and refresh_token, expires_in_ms where there are such.
 */
void		 session_answer(struct request *, int64_t user,
		    const char *user_id, const struct session_wish *);

/*
 * When a device was seen last, from where and as what (User-Agent): of a row of
 * devices_show, or of what was noted since, which may be some minutes late.
 */
struct sighting {
	int64_t		 at;		/* 0: never, or it is not known */
	const char	*address;	/* or NULL or empty: not known */
	const char	*agent;		/* likewise */
};
struct sighting	 session_seen(struct db *vol, const struct rows *device);

/*
 * A new pair for a refresh token, written to the answer: access_token,
 * refresh_token, expires_in_ms.  at_once: the old pair dies now, as in 2015;
 * else with the first use of the new one, and until then the same refresh
 * token may be given again, which replaces the pair that nobody used.
 *
 *   REFRESHED
 *   REFRESH_WRITES    in a read: return again()
 *   REFRESH_UNKNOWN   no such token, or it was replaced
 *   REFRESH_EXPIRED   its time is over: log in again on the same device
 *   REFRESH_LOCKED    the account is locked
 */
enum refreshed {
	REFRESHED, REFRESH_WRITES, REFRESH_UNKNOWN, REFRESH_EXPIRED,
	REFRESH_LOCKED
};
enum refreshed	 session_refresh(struct request *, const char *refresh_token,
		    bool at_once);

/*
 * The device and all its tokens go, with its keys and what was sent to it; who
 * shares a room with the user hears of it when it had identity keys.
 */
void		 session_end(struct db *, int64_t user, int64_t device);
/* All of the user's but one (0: none is left). */
void		 session_end_others(struct db *, int64_t user, int64_t device);

/* ------------------------------------------------------- m.login.token */

/* A token for one login of the user (client-server API, "Token-based"). */
const char	*login_token_make(struct db *, struct arena *, int64_t user,
		    int64_t expires_at);
/*
 * The user whose it is; 0: unknown, used or expired.  *name (in mem) is what
 * spends it, and does not give the token away.
 */
int64_t		 login_token_find(struct db *, struct arena *,
		    const char *token, int64_t now, const char **name);
/* None of the user's is good any more. */
void		 login_tokens_drop(struct db *, int64_t user);
/* It is used up; false: it was already. */
bool		 login_token_spend(struct db *, const char *name);

#endif
