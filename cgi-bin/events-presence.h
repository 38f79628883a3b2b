/*
 * events-presence.h - telling of presence (client-server API, "Presence";
 * 2015.md 16.5).
 */
#ifndef MXCGI_EVENTS_PRESENCE_H
#define MXCGI_EVENTS_PRESENCE_H

#include "events.h"
#include "matrix/presence.h"

/*
 * The caller is here, and waits until then.  says: what set_presence makes of
 * that; PRESENCE_OFFLINE: nothing.
 */
void		 presence_arrive(struct request *, enum presence says,
		    int64_t until);

/* What is told, and to whom. */
struct user_list;
struct presence_ask {
	struct request	*r;
	const struct sync_token *since;	/* what is new; NULL: all who are not
					 * offline */
	int64_t		 upto;		/* n of the volatile store */
	const struct user_list *met;	/* who came to share a room with the
					 * caller since then; or NULL */
	bool		 met_only;	/* of others the next answer tells */
	const struct event_filter *filter;	/* NULL: all is wanted */
	bool		 in_2015;	/* its form of the event */
	struct effort	*effort;
};
/*
 * Write m.presence events, one for each user that the caller may hear of
 * (presence_shared()) and does not ignore, into an open array.  Of a token from
 * another life of the volatile store all is new: whom the caller may think to
 * be there who is not is offline, as far as a thousand can be looked at.  Costs
 * what changed or whom the caller knows, whichever is less.  Returns how many.
 */
size_t		 write_presence(struct writer *, const struct presence_ask *);
/* The same of all members of a room who are not offline. */
size_t		 write_presence_of_room(struct writer *,
		    const struct presence_ask *, int64_t room);

/*
 * Who waits for an answer with nothing but presence in it gets it with all
 * others at once, when those who wait are told of presence: once a second, or
 * more seldom where they are many.  Has it been told since the token?  Else
 * park, and leave the token's n where it is.
 */
bool		 presence_is_due(struct request *, const struct sync_token *);

/*
 * Of stir() (serve.h): wakes whoever hears of what changed, in a beat.  last:
 * n of the volatile store; anew: this is another life of it.  Returns when to
 * call again; -1: all is told.
 */
int64_t		 presence_stir(struct store *, int64_t now, bool anew,
		    int64_t last);
/* Of hush(): when the next beat may be. */
int64_t		 presence_hush(void);

#endif
