/*
 * presence.h - what users show of themselves (volatile store; client-server
 * API, "Presence"; 2015.md 16.5).
 *
 * A user is here while a client of theirs is: while it syncs, and for conf's
 * presence_offline_ms afterwards.  They are online when any client says so,
 * unless they said something else of themselves or have done nothing for
 * presence_idle_ms.  All that ends by its time.
 *
 * Each change that others hear of has a number of the volatile store, which a
 * trigger of sql/volatile.sql takes.  Each call that writes is a transaction of
 * its own on that store, and closes what rows of it are open.  What was noted a
 * moment ago is not noted again, so that a busy client costs a write now and
 * then: who is here is thought to be so for up to three times
 * presence_offline_ms.  With presence switched off nothing is kept, and every
 * call says that nothing changed.
 */
#ifndef MXCGI_PRESENCE_H
#define MXCGI_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "json/writer.h"
#include "store/db.h"

/* Stored as these numbers: more is more available. */
enum presence {
	PRESENCE_NONE,			/* nothing is said */
	PRESENCE_OFFLINE,
	PRESENCE_UNAVAILABLE,
	PRESENCE_ONLINE,
	PRESENCE_FREE_FOR_CHAT		/* 2015 */
};
/* NONE: there is no such word, then or today. */
enum presence	 presence_of(const char *word, bool in_2015);
const char	*presence_name(enum presence, bool in_2015);

/* The presence of whom, in whose configuration, and now (ms since 1970). */
struct presence_owner {
	struct db	*vol;
	const struct conf *conf;
	int64_t		 user;
	int64_t		 now;
};
/*
 * Each returns whether something changed that others hear of: then ring.
 *
 * A client is here, and says that its user is unavailable or online; it waits
 * for an answer until then.  Who was offline, for whatever reason, is what it
 * says; so is who was something else since the same client said another word,
 * or before another client came that says online.
 */
bool	presence_here(const struct presence_owner *, int64_t device,
	    enum presence says, int64_t until);
/* They did something: sent an event, typed, read. */
bool	presence_act(const struct presence_owner *);
/* They say it of themselves, by some client.  status_msg NULL: none. */
bool	presence_say(const struct presence_owner *, int64_t device,
	    enum presence, const char *status_msg);
/* Their profile changed, of which their presence tells. */
bool	presence_renew(const struct presence_owner *);

/*
 * End what is over by now, of user (0: nobody) and of some hundreds of others.
 * Returns when something will be: not after now, where more is left to be done
 * or the store refused; -1: nothing will.
 */
int64_t	presence_settle(const struct presence_owner *);

/*
 * May viewer hear of user's presence?  Their own, that of who is in a room with
 * them, and that of who is on their list and has them on his.
 */
bool	presence_shared(struct db *, int64_t viewer, int64_t user);

/*
 * As it is: presence, last_active_ago, status_msg, currently_active, into an
 * open object.
 */
struct presence_row {
	enum presence	 shown;
	bool		 active;	/* currently_active */
	const char	*status_msg;	/* NULL: none */
	int64_t		 acted_at;	/* 0: never, as far as is known */
};
/* As it was settled last; offline, and false, where nothing is kept of them. */
bool	presence_get(const struct presence_owner *, struct presence_row *);
void	put_presence(struct writer *, const struct presence_row *,
	    int64_t now, bool in_2015);

/*
 * An m.presence event with the profile of its user, which reads the table
 * profile.  2015 has no sender, and the user in the content.  False: there is
 * no such user.
 */
bool	write_presence_event(struct writer *, struct db *, int64_t user,
	    const struct presence_row *, int64_t now, bool in_2015);

#endif
