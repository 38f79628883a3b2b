/*
 * room.h - rooms in the store: who is in, what the state is, adding events
 * (design section 8).
 *
 * Everything runs in the caller's transaction; texts come from the db's arena.
 */
#ifndef MXCGI_ROOM_H
#define MXCGI_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/errors.h"
#include "matrix/auth.h"
#include "matrix/room_version.h"
#include "matrix/signing.h"
#include "store/db.h"

struct room {
	int64_t		 nr;
	const char	*room_id;
	const struct room_version *version;
	bool		 hidden;	/* still being made: room_begin() */
	bool		 closed;	/* all that is left to do is to leave */
};

/* ------------------------------------------------------------- reading */

/* False when there is none here.  room->room_id is the text given. */
bool		 room_find(struct db *, const char *room_id, struct room *);
/* The same by its number. */
bool		 room_get(struct db *, int64_t nr, struct room *);
/* user.nr of an id; 0 when no table ever spoke of it. */
int64_t		 user_find(struct db *, const char *user_id);
const char	*user_name(struct db *, int64_t user);	/* its id */
/* Are both in some room?  Costs the rooms of who is in fewer, more or less. */
bool		 rooms_shared(struct db *, int64_t user, int64_t other);

enum membership {
	MEMBERSHIP_NONE, MEMBERSHIP_INVITE, MEMBERSHIP_JOIN, MEMBERSHIP_KNOCK,
	MEMBERSHIP_LEAVE, MEMBERSHIP_BAN
};
struct member {
	enum membership	 membership;
	int64_t		 event;		/* event.nr of the m.room.member */
	int64_t		 pos;		/* since when */
	bool		 forgotten;	/* they want to know nothing of it */
};
const char	*membership_name(enum membership);
/* membership_of("join"); MEMBERSHIP_NONE for any other word. */
enum membership	 membership_of(const char *name);
/* Now.  NONE when there never was any. */
struct member	 room_member(struct db *, int64_t room, int64_t user);

/* event.nr of the state now, or after event at_nr (inclusive); 0: none. */
int64_t		 room_state_now(struct db *, int64_t room, const char *type,
		    const char *state_key);
int64_t		 room_state_at(struct db *, int64_t room, int64_t at_nr,
		    const char *type, const char *state_key);

/* ------------------------------------------------------------- writing */

/* user.nr of an id that shall have one from now on. */
int64_t		 user_intern(struct db *, const char *user_id);

/* What every event written in one request has in common. */
struct author {
	struct db	*db;
	struct arena	*mem;
	const char	*server_name;
	const struct signing_key *key;
	int64_t		 now;
	int64_t		 user;		/* sender */
	const char	*user_id;
	int64_t		 device;	/* 0: none to echo a transaction id to */
	bool		 deletes_media;	/* [media] delete_redacted */
};

struct new_event {
	const char	*type;
	const char	*state_key;	/* NULL: not a state event */
	const cJSON	*content;
	const char	*redacts;
	const char	*txn_id;	/* echoed to the device, or NULL */
	const int64_t	*origin_server_ts;	/* NULL: now */
};
struct sent {
	int64_t		 nr;
	int64_t		 pos;
	const char	*event_id;
};

/*
 * Authorise, make, sign, store: event, state, membership, extremities,
 * stream.  The only way an event of ours comes into being.  M_OK, or *why and
 *
 *   M_FORBIDDEN      the authorisation rules say no, or the room is closed
 *   M_TOO_LARGE      the whole, the type or the state key
 *   M_BAD_JSON       content holds a number that canonical JSON forbids
 *   M_INVALID_PARAM  an m.room.member whose state key is no user id
 *
 * What an m.room.redaction redacts is stripped with it (redaction.h): who calls
 * has seen to it that the sender has the right.
 *
 * State that its last sender sets again, content and all, is not made again:
 * *sent is the event that stands.
 */
enum mx_err	 room_send(struct author *, const struct room *,
		    const struct new_event *, struct sent *, const char **why);

/*
 * Would the authorisation rules let room_send() do it?  M_OK, or M_FORBIDDEN
 * and *why.  Nothing is written.
 */
enum mx_err	 room_would(struct author *, const struct room *,
		    const struct new_event *, const char **why);

/*
 * A new room with its m.room.create.  creator and room_version in its content
 * are what the version wants, whatever the caller put there.  *room is filled
 * in.  Returns as room_send() does.
 *
 * hidden: nobody finds the room, and its events are told to nobody, until
 * room_reveal(); so it can be made in several transactions, and is whole or not
 * there for everybody else.  room_unmake() removes what came of one that was
 * given up: some rows at a time; true: there are more.
 */
struct new_room {
	const struct room_version *version;
	const cJSON	*content;	/* of m.room.create; NULL: {} */
	const char	*room_id;	/* room_id_new(), or NULL; not for versions
					 * that make it from the event (12 on) */
	bool		 hidden;
};
enum mx_err	 room_begin(struct author *, const struct new_room *,
		    struct room *, struct sent *, const char **why);
void		 room_reveal(struct db *, struct room *);
bool		 room_unmake(struct db *, int64_t room);
/* An id for a room whose version does not make it from the create event. */
const char	*room_id_new(const struct author *);

#endif
