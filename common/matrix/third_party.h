/*
 * third_party.h - invitations to whoever has an address, as they stand in
 * rooms (client-server API, "Third-party invites"; server-server API,
 * "Third-party invites"; 2015.md 13.5).
 *
 * Everything runs in the caller's transaction; nobody outside is asked.
 */
#ifndef MXCGI_THIRD_PARTY_H
#define MXCGI_THIRD_PARTY_H

#include "matrix/idserver-invite.h"
#include "matrix/room.h"

/* --------------------------------------------------------------- to invite */

/*
 * Fill in i->about: the room and who invites, as far as the identity service
 * API lets an identity server know, for the message to whom is invited.
 */
void	 third_party_describe(struct db *, struct arena *,
	    const struct room *, int64_t user, struct invitation *);

/*
 * The m.room.third_party_invite of an invitation that an identity server keeps
 * (idserver_invite()).  display_name NULL: what the identity server says.
 */
struct new_event third_party_invite(const struct invitation *,
	    const char *display_name);

/* ---------------------------------------------------------------- to accept */

/* A proof that somebody is whom an invitation meant. */
struct third_party {
	const cJSON	*proof;		/* mxid, token, signatures */
	const char	*mxid;
	int64_t		 invite;	/* event.nr of m.room.third_party_invite */
	int64_t		 sender;	/* of that, an account of ours */
	const char	*sender_id;
	const char	*display_name;
	size_t		 n;
	struct invite_key key[INVITE_KEYS_MAX];	/* those that signed it */
};

/*
 * Is proof good for the room as it is now?  M_OK, or M_FORBIDDEN and *why.
 * Whether the keys are still good is to be asked outside
 * (idserver_keys_valid()).  A proof that let its user in once is used up, so
 * that who was removed does not come back by it.
 */
enum mx_err	 third_party_find(struct db *, struct arena *,
		    const char *server_name, const struct room *,
		    const cJSON *proof, struct third_party *,
		    const char **why);

/* What to ask outside about its keys; the block is zeroed. */
void	 third_party_ask(const struct third_party *, const struct conf *,
	    struct key_question *);

/*
 * The invite of whoever has the proof, and its author, who is who sent the
 * invitation: `by` with another user.
 */
struct new_event third_party_member(struct author *by,
		    const struct third_party *);

#endif
