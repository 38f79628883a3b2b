/*
 * events.h - what the handlers of the program `events` share: which rooms have
 * something to tell a user, and what that is.
 */
#ifndef MXCGI_EVENTS_H
#define MXCGI_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "matrix/filter.h"
#include "matrix/room.h"
#include "matrix/shape.h"
#include "matrix/sync_token.h"
#include "matrix/visibility.h"
#include "serve/serve.h"
#include "store/stream.h"

#define TIMELINE_DEFAULT	10	/* events, where nobody says */
#define TIMELINE_MAX		500	/* and at most */
#define TIMELINE_BYTES		(1 << 20)	/* or this much content */

/* --------------------------------------------- which rooms (events-rooms.c) */

/* A room, and what the caller is to it. */
struct heard {
	struct room	 room;		/* nr and room_id */
	enum membership	 membership;
	int64_t		 event;		/* event.nr of their m.room.member */
	int64_t		 pos;		/* since when membership is so */
	int64_t		 joined;	/* members */
	bool		 published;
	bool		 typing;	/* heard_typing() */
};
struct heard_list {
	struct heard	*item;
	size_t		 n;
};

/* The first seven columns of heard_by_change and its like. */
struct heard	 heard_row(const struct rows *);
/*
 * The rooms that have anything to tell the caller that happened after since;
 * 0: all of theirs.  Costs what changed or what rooms they have, whichever is
 * less.  Rooms that they forgot are not among them, nor invitations that they
 * do not want (invitation.h).
 */
struct heard_list heard_since(struct request *, int64_t since, int64_t upto);
/*
 * Add to the list the rooms that the caller is in and in which it changed who
 * is typing, and mark these there; of another life of the volatile store: all.
 * since NULL: none.  Returns n for the token of an answer that tells of it.
 */
int64_t		 heard_typing(struct request *, struct heard_list *,
		    const struct sync_token *since);
/*
 * With an invitation that the caller does not want the room is to them what it
 * was before: they may have left it a moment ago.  False: nothing.
 */
bool		 heard_settle(struct request *, struct heard *);
/* One room; membership NONE when they never had to do with it. */
struct heard	 heard_in(struct request *, const struct room *);
/*
 * Is an answer that tells of n rooms, and the whole state of rooms with so
 * many members, too long for the loop?
 */
bool		 heard_is_much(size_t n, int64_t members);

/*
 * What an answer has cost so far, in events that were looked at; long ones and
 * long filters count for more.  heard_is_much() cannot foresee all of it, such
 * as years of changes in one room.  Where it is much the answer is no good any
 * more: elsewhere() makes another.
 */
struct effort {
	int64_t	spent;
	int64_t	most;
};
struct effort	 effort_of(struct request *);
bool		 effort_is_much(const struct effort *);

/*
 * The part of a room's stream that is for the caller: after < pos <= upto.  Who
 * is out has nothing of what lies behind upto, so that it may lie before after.
 */
struct stretch {
	int64_t	after;
	int64_t	upto;
	bool	fresh;		/* they were not in at `since`: nothing of the
				 * room's state is known to them */
	bool	own;		/* their m.room.member event lies behind upto,
				 * and is told: it is about them */
	int64_t	stale;		/* fresh: but what they were told of members
				 * when they were in before may have changed
				 * since then; 0: they never were */
};
struct stretch	 stretch_of(struct request *, const struct heard *,
		    int64_t since, int64_t upto);

/* ----------------------------------- what they have to tell (events-told.c) */

struct event_list {
	struct event_row *item;
	size_t		 n;
	size_t		 cap;
};

/*
 * Whom a room without a name is called after, and who is in it: told where it
 * may have changed.
 */
#define HEROES_MAX	5
struct summary {
	bool		 due;
	const char	*hero[HEROES_MAX];	/* user ids */
	size_t		 heroes;
};

/* One room on its way to the answer. */
struct told {
	struct db	*db;
	struct arena	*mem;		/* where its events go */
	int64_t		 user;		/* who is told */
	const struct heard *heard;
	struct stretch	 stretch;
	const struct filter *filter;
	struct reader	 reader;
	struct effort	*effort;
	bool		 at_end;	/* state is that behind the timeline */

	struct event_list timeline;	/* oldest first */
	size_t		 bytes;		/* of its content */
	bool		 limited;	/* the stretch holds more, before it */
	int64_t		 start;		/* pos of its first event; when there is
					 * none, the one behind the stretch */
	struct event_list unfit;	/* state events after start that the
					 * timeline's filter holds back */
	struct event_list state;
	/* As arrays, where another left them (events-shared.h); else empty. */
	struct span	 timeline_text, state_text;
	struct summary	 summary;
};

/* Read the newest of the stretch that filter and history visibility allow. */
void		 told_timeline(struct told *, size_t limit);
/*
 * Read the state just before pos: all of it, or what of it changed since the
 * beginning of the stretch.  Where the filter says lazy_load_members, of all
 * the members only those whom the client needs (events-members.c).
 */
void		 told_state(struct told *, bool all, int64_t before);
/* Add the event, with a copy of its content; texts go where they went. */
void		 event_list_add(struct arena *, struct event_list *,
		    const struct event_row *);
/* Does the list hold this piece of state? */
bool		 event_list_has(const struct event_list *, const char *type,
		    const char *state_key);
/* May it be told, in the part of the room that f is for? */
bool		 told_fits(struct told *, const struct event_filter *f,
		    const struct event_row *);
/* A token for what came before the timeline. */
const char	*told_prev_batch(const struct told *);
/* As an array. */
void		 write_events(struct writer *, struct db *,
		    const struct event_list *, const struct reader *);

/* ------------------------------------------- members (events-members.c) */

/* For told_state(): add the members that the client needs to know of. */
void		 told_members(struct told *, bool all, int64_t before);

/* ------------------ what is not in a room's history (events-ephemeral.c) */

/* Of one room, or of none: what happened at after < pos <= upto. */
struct beside {
	struct request	*r;
	int64_t		 room;		/* ACCOUNT_DATA_GLOBAL: no room */
	const char	*room_id;
	bool		 say_room;	/* in each event */
	bool		 in_2015;
	int64_t		 after;
	int64_t		 upto;
	bool		 first;		/* of no room: nothing was told before */
	struct effort	*effort;
	const struct filter *filter;	/* NULL: all is wanted */
	int64_t		 ephemeral;	/* events told of the part */
};
/*
 * Each writes events into an open array, and returns how many: m.receipt, in
 * one event for each thread; m.typing, also when nobody is, where `empty`;
 * account data, the newest first, and behind what is of no room the push rules
 * when they changed.  Where the filter has a limit no more than so many.
 */
size_t		 write_receipts(struct writer *, struct beside *);
size_t		 write_typing(struct writer *, struct beside *,
		    bool empty);
size_t		 write_account_data(struct writer *, const struct beside *);
/* Members of a receipt that the client sent along: an object, or empty. */
void		 put_receipt_more(struct writer *, struct request *,
		    struct span more);

/* ----------------------------------------------------------------- peeking */

/*
 * Who waits for news of one room from outside it waits for this key
 * (park_for()): the number of the room, where users are those above 0.
 */
static inline int64_t
peekers_of(int64_t room)
{
	return -room;
}

/* ------------------------------------------------------------------ tokens */

/* The token for a position: everything up to it has been told. */
const char	*token_at(struct request *, int64_t pos);
/* The same with what is volatile, up to its n. */
const char	*token_with(struct request *, int64_t pos, int64_t n);
/*
 * For who was told of all but the typing: what they then listen to begins with
 * those who are at it now.
 */
const char	*token_listening(struct request *, int64_t pos);
/* *t as of then. */
void		 token_touch(struct request *, struct sync_token *t,
		    int64_t pos, int64_t n);

/* ------------------------------------------------------------------- /sync */

/* Which state a client wants, and under which name it asked for it. */
enum state_when { STATE_AT_START, STATE_AT_END, STATE_AT_END_MSC4222 };

/* What was asked; parked as it is. */
struct sync_ask {
	struct sync_token since;
	int64_t		 until;		/* wait so long, ms since 1970 */
	bool		 first;		/* there was no since */
	bool		 full_state;
	enum state_when	 state_when;
	char		 filter[];	/* an id, or JSON; "": none */
};

struct device_lists;
struct counting;
struct sync_answer {
	struct request	*r;
	const struct sync_ask *ask;
	struct filter	 filter;
	const char	*filter_text;	/* JSON; "": none */
	struct heard_list heard;	/* those that may be told of */
	int64_t		 upto;		/* the end of the stream, */
	int64_t		 n;		/* and of the volatile one */
	size_t		 limit;		/* of a timeline */
	bool		 in_2015;
	int64_t		 to_device;	/* the device's last message */
	struct device_lists *lists;	/* NULL: nothing is said of them */
	size_t		 told;		/* what there was to tell, */
	size_t		 presence;	/* and besides of presence */
	struct effort	 effort;
	struct counting	*counting;	/* events-counts.h */
	struct arena	*mem;		/* of one room at a time */
};
/* Write `rooms`, and count in told (events-sync-room.c). */
void		 sync_rooms(struct sync_answer *);
/* "key":{"events":[]} */
void		 put_no_events(struct writer *, const char *key);

/* -------------------------------------------------- who waited (resume) */

handler_fn	 sync_resume;		/* events-sync.c */
handler_fn	 events_resume;		/* events-stream.c */
handler_fn	 sliding_resume;	/* events-sliding.c */

#endif
