/*
 * rooms.h - what the handlers of `rooms` share: the room a request names, the
 * author of its events, and the checks that the authorisation rules leave to
 * the server.
 */
#ifndef MXCGI_CGI_ROOMS_H
#define MXCGI_CGI_ROOMS_H

#include "matrix/profile.h"
#include "matrix/room.h"
#include "serve/serve.h"

/*
 * The room in {roomId}.  M_INVALID_PARAM when that is no room id; M_FORBIDDEN
 * when there is no such room, so that nobody learns which rooms there are.
 */
enum mx_err	 room_named(struct request *, struct room *);

/* The caller as author.  M_UNKNOWN when the signing key cannot be read. */
enum mx_err	 author_of(struct request *, struct author *);

bool		 is_joined(struct request *, const struct room *);
/* The state with that type and the empty key; false: there is none. */
bool		 state_of(struct request *, const struct room *,
		    const char *type, struct auth_event *);

/*
 * room_send() for an event that a client asks for, with what the rules cannot
 * know: suspended accounts, guests, users who do not exist, aliases that lead
 * elsewhere.  Not M_OK: *why is for fail().
 */
enum mx_err	 event_try(struct request *, struct author *,
		    const struct room *, struct new_event, struct sent *,
		    const char **why);
/* The same, refused already when not M_OK; what was sent is an act (below). */
enum mx_err	 event_put(struct request *, struct author *,
		    const struct room *, struct new_event, struct sent *);
/* The caller's presence shows that they did something. */
void		 show_act(struct request *);

/*
 * rooms-member.c: what the rules leave to a server of an m.room.member that a
 * client asks for.  It may change new->content.  M_OK, or *why.
 */
enum mx_err	 member_check(struct request *, const struct room *,
		    struct new_event *new, const char **why);
/*
 * Set user_id's membership as the caller.  reason: NULL for none.  Not M_OK:
 * refused already.
 */
enum mx_err	 member_put(struct request *, const struct room *,
		    const char *user_id, enum membership, const char *reason);

/*
 * rooms-restricted.c: where the caller may join by a condition of the room
 * alone, say so in content ("Restricted rooms").
 */
void		 restricted_authorise(struct request *, const struct room *,
		    cJSON *content);

/* rooms-guests.c: does the room let guests in? */
bool		 guests_welcome(struct request *, const struct room *);
/* It did; if it does no more, those who are in go out (a task). */
void		 guests_put_out(struct request *, const struct room *);

/*
 * rooms-membership.c: the room that a request to join means; and joining it,
 * with the answer.
 */
enum mx_err	 room_meant(struct request *, const char *id, struct room *);
enum mx_err	 room_enter(struct request *, const struct room *);

/*
 * rooms-succeed.c: the caller has come in; where the room replaces another,
 * tags and direct chats of theirs follow.
 */
void		 settings_follow(struct request *, const struct room *);

/*
 * What is left of room_invite() when it names an address (rooms-invite-3pid.c),
 * and of room_join() when it brings third_party_signed (rooms-join-3pid.c).
 */
enum mx_err	 invite_by_address(struct request *);
enum mx_err	 join_by_proof(struct request *, const struct room *);

/*
 * rooms-redact.c: may the caller send this m.room.redaction?  redacts goes from
 * its content to where it belongs.  M_OK, or *why and
 *
 *   M_BAD_REQUEST     it is meant to be state
 *   M_MISSING_PARAM,
 *   M_BAD_JSON        it does not say what it redacts
 *   M_NOT_FOUND       the caller sees no such event in the room
 *   M_FORBIDDEN       it is somebody else's, and the caller lacks the power
 *   M_USER_SUSPENDED  it is somebody else's, and the caller is suspended
 */
enum mx_err	 redaction_check(struct request *, const struct room *,
		    struct new_event *, const char **why);

/* rooms-alias.c: the room behind an alias of this server. */
bool		 alias_find(struct db *, const char *alias, struct room *);
/* Is it of this server?  For what is an alias. */
bool		 alias_is_ours(struct request *, const char *alias);
/*
 * May the caller have to do with it, as far as namespaces of application
 * services go?  M_OK, or M_EXCLUSIVE.
 */
enum mx_err	 alias_allowed(struct request *, const char *alias);
/* Content of the m.room.canonical_alias in force, or NULL. */
const cJSON	*aliases_now(struct request *, const struct room *);
/*
 * Do the aliases that content of an m.room.canonical_alias adds to the one in
 * force belong to room?  M_OK, M_INVALID_PARAM or M_BAD_ALIAS and *why.
 */
enum mx_err	 aliases_check(struct request *, const struct room *,
		    const cJSON *content, const char **why);
/*
 * The aliases of the room have changed: tell it, where such rooms are told
 * (2015.md, ALI-3) and the author has the power.  Not M_OK: refused already.
 */
enum mx_err	 aliases_tell(struct request *, struct author *,
		    const struct room *);
/* One of them is gone: the room no longer shows it, likewise. */
enum mx_err	 aliases_untell(struct request *, struct author *,
		    const struct room *, const char *alias);

#endif
