/*
 * rooms-wish.h - what a request to create a room asks for.
 */
#ifndef MXCGI_CGI_ROOMS_WISH_H
#define MXCGI_CGI_ROOMS_WISH_H

#include "rooms.h"

#define INVITES_MAX	1000	/* users invited, or made creators, at once */

/* "The available presets" of createRoom. */
struct preset {
	const char	*name;
	const char	*join_rule;
	const char	*guest_access;
	bool		 equals;	/* invitees get the creator's power */
};

struct wish {
	const char	*visibility;
	const char	*alias_name;
	const char	*name;
	const char	*topic;
	const char	*room_version;
	const char	*preset;
	const cJSON	*invite;
	const cJSON	*invite_3pid;
	const cJSON	*creation_content;
	const cJSON	*initial_state;
	const cJSON	*levels;
	bool		 is_direct;
};

/* An event that it begins with. */
struct step {
	const char	*type;
	const char	*state_key;
	const cJSON	*content;	/* NULL: of a member, made when it is due */
	bool		 invites;
	bool		 ours;		/* no client's: right as it is */
};

/* A room on its way; the wish with its defaults filled in. */
struct making {
	struct request	*r;
	struct wish	 wish;
	const struct preset *preset;
	const struct room_version *version;
	const char	*alias;		/* whole, or NULL */
	struct author	 by;
	struct room	 room;
	struct step	*step;		/* in by.mem */
	size_t		 steps;
};

/*
 * Read the body of m->r into *m, room and events apart.  Not M_OK: refused
 * already.
 */
enum mx_err	wish_read(struct making *);
/*
 * Then its events, in order: the first is m.room.create (rooms-plan.c).  The
 * same wish gives the same plan.
 */
enum mx_err	plan_read(struct making *);

/*
 * rooms-invite-3pid.c: are all of invite_3pid what they must be?  And, once
 * the room is there: they are invited after COMMIT, by tasks.
 */
enum mx_err	addresses_check(const struct making *);
/* May the caller have so many invited now?  Charges it. */
enum mx_err	addresses_charge(const struct making *);
void		addresses_invite(const struct making *);

#endif
