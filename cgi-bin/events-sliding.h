/*
 * events-sliding.h - simplified sliding sync (MSC4186): one engine behind two
 * endpoints.  v4 is as the proposal was accepted (June 2026); the other, under
 * the unstable prefix of MSC3575, as clients have spoken it since before that.
 *
 * A client names lists of its rooms and windows into these, and rooms by their
 * ids; it is told of each room that is in a window or named, all of it at
 * first, and from then on what changed.  What a connection was sent is kept in
 * the volatile store, and `pos` names it.
 */
#ifndef MXCGI_EVENTS_SLIDING_H
#define MXCGI_EVENTS_SLIDING_H

#include "base/table.h"
#include "events-devices.h"
#include "events.h"
#include "matrix/presence.h"

#define LISTS_MAX	100	/* in a request; so many bits has list_set */
#define SUBSCRIPTIONS_MAX 1000
#define RANGES_MAX	100	/* of a list */
#define ELEMENTS_MAX	1000	/* of required state, in a request */
#define FILTER_NAMES_MAX 100	/* tags, types, spaces of a filter, each */

/* What of the answer and the request is called otherwise in the two. */
struct sliding_shape {
	char		 letter;	/* of its connections */
	bool		 v4;
	const char	*timeline;
	const char	*expanded;
	const char	*stripped;
};

/* ---------------------------------- required state (events-sliding-rule.c) */

/* NULL: any. */
struct state_element {
	const char	*type;
	const char	*state_key;
};
/*
 * What state a list or a subscription wants: what is included and not excluded.
 * Two of the same text are the same object.
 */
struct state_rule {
	const char	*text;		/* JSON, as sliding_rule() reads it */
	struct state_element *include;
	size_t		 includes;
	struct state_element *exclude;
	size_t		 excludes;
	bool		 lazy;		/* members as they are spoken of */
	bool		 members_named;	/* no others by a type that is any */
};
/* All that a room is wanted by. */
struct state_wish {
	const struct state_rule **rule;
	size_t		 n;
};
/* The rule of this text; rules is a table of those that there are. */
const struct state_rule *sliding_rule(struct arena *, struct table *rules,
		    const char *text);
bool		 state_wish_has(const struct state_wish *, const char *type,
		    const char *state_key);
bool		 state_wish_lazy(const struct state_wish *);
bool		 state_wish_same(const struct state_wish *,
		    const struct state_wish *);

/* ------------------------------------ what is asked (events-sliding-ask.c) */

struct sliding_filter {
	int		 is_dm;		/* -1: not given; so the next */
	int		 is_encrypted;
	int		 is_invite;
	const cJSON	*room_types, *not_room_types;
	const cJSON	*tags, *not_tags, *spaces;	/* arrays, or NULL */
};
struct sliding_list {
	const char	*name;
	int64_t		 range[RANGES_MAX][2];	/* inclusive */
	size_t		 ranges;
	bool		 all;			/* the whole of it */
	struct sliding_filter filter;
	const struct state_rule *rule;
	int64_t		 limit;			/* of timelines */
	int64_t		 count;			/* out: rooms that fit */
};
struct sliding_subscription {
	const char	*room_id;
	const struct state_rule *rule;
	int64_t		 limit;
};
/* Which lists and subscriptions an extension is asked for. */
struct sliding_extension {
	bool		 enabled;
	const cJSON	*lists;		/* names, * any; NULL: all */
	const cJSON	*rooms;		/* ids, likewise */
	const cJSON	*config;	/* all that was asked; or NULL */
};
struct sliding_ask {
	const char	*conn_id;
	const char	*pos;		/* NULL: a new connection */
	int64_t		 timeout;
	enum presence	 presence;	/* what is said of the user */
	struct sliding_list *list;
	size_t		 lists;
	struct sliding_subscription *subscription;
	size_t		 subscriptions;
	struct sliding_extension account_data, receipts, typing;
	struct sliding_extension to_device, e2ee;
	struct table	*rules;		/* by their texts */
};
/*
 * Read body; pos, timeout and presence where the shape has them, and not of who
 * was woken.
 */
enum mx_err	 sliding_ask_read(struct request *,
		    const struct sliding_shape *, const cJSON *body,
		    struct sliding_ask *);

/* A request on its way to struct sliding_ask. */
struct asking {
	struct request	*r;
	const struct sliding_shape *shape;
	struct sliding_ask *ask;
	size_t		 elements;	/* of required state so far */
};
/* M_BAD_JSON. */
enum mx_err	 bad_ask(struct asking *, const char *why);
/* required_state of a list or a subscription (events-sliding-required.c). */
enum mx_err	 sliding_required_read(struct asking *,
		    const cJSON *config, const struct state_rule **);

/* ----------------------------------- what was sent (events-sliding-conn.c) */

#define HAS_ALL		INT64_MAX

/* What a connection was sent of a room. */
struct sent_room {
	int64_t		 room;
	int64_t		 pos;		/* of the stream, up to which */
	int64_t		 member;	/* event.nr of the m.room.member told */
	int64_t		 receipts;	/* up to which pos, */
	int64_t		 data;		/* and of account data; 0: never */
	bool		 typing;	/* who types was told */
	bool		 dm;		/* is_dm as told */
	int64_t		 limit;		/* of its timeline, last time */
	int64_t		 has;		/* of its newest events; or HAS_ALL */
	struct state_wish wish;
	int64_t		*lazy;		/* members told lazily: user.nr */
	size_t		 lazies;
};
struct sent_all {
	int64_t		 pos;
	int64_t		 n;		/* of the volatile store */
	int64_t		 data;		/* account data of no room; 0: never */
	int64_t		 devices;	/* device lists, up to which pos; 0 */
	struct sent_room *room;		/* by number */
	size_t		 rooms;
};
/*
 * M_OK, or M_UNKNOWN_POS.  serial: which of its answers a connection goes on
 * from; conn and ask as they were kept.
 */
struct sliding_base {
	int64_t		 serial;
	const char	*conn;
	const char	*ask;
	struct sent_all	 sent;
};
enum mx_err	 sent_load(struct request *, int64_t serial,
		    struct table *rules, struct sliding_base *);
/*
 * Keep it as what the connection was sent after base (0: it is new).  M_OK and
 * the *serial of that, or refused.
 */
enum mx_err	 sent_keep(struct request *, const char *conn, int64_t base,
		    const struct sent_all *, int64_t *serial);
/*
 * Keep what was asked with what serial names, for when the request is woken;
 * M_OK, or refused.
 * Both forget what a user used longest ago where it is too much in all.
 */
enum mx_err	 sent_wait(struct request *, int64_t serial);
/*
 * What is kept: a text of at most max bytes in mem (events-sliding-sent.c).
 * Where it would be longer what only saves the client something is left out;
 * s NULL: that is not enough.
 */
struct span	 sent_text(struct arena *, const struct sent_all *, size_t max);
bool		 sent_read(struct arena *, struct span text,
		    struct table *rules, struct sent_all *);
const struct sent_room *sent_find(const struct sent_all *, int64_t room);

/* ------------------------------- lists and windows (events-sliding-list.c) */

typedef struct { uint64_t bits[2]; } list_set;
static inline void
list_set_add(list_set *set, size_t i)
{
	set->bits[i / 64] |= UINT64_C(1) << (i % 64);
}
static inline bool
list_set_has(const list_set *set, size_t i)
{
	return (set->bits[i / 64] >> (i % 64) & 1) != 0;
}

/* A room of the user, and why it is told of. */
struct sliding_room {
	struct heard	 heard;
	int64_t		 event_pos;	/* of its newest event */
	int64_t		 bump_pos;
	int64_t		 active;	/* lists are in this order */
	const char	*type;		/* or NULL */
	bool		 put_out;	/* kicked or banned */
	bool		 dm;
	const struct sent_room *sent;	/* or NULL */
	list_set	 lists;		/* in whose windows it is */
	const struct sliding_subscription *subscription;
	int64_t		 limit;		/* the largest asked for */
	struct state_wish wish;		/* all that is asked for */
};

struct counting;
struct sliding {
	struct request	*r;
	const struct sliding_shape *shape;
	struct sliding_ask ask;
	struct sliding_base base;
	bool		 first;		/* there is no base */
	int64_t		 upto;		/* the end of the stream, */
	int64_t		 n;		/* and of the volatile one */
	int64_t		 got;		/* the last message that the device has */
	struct sliding_room *room;	/* all of the user's, newest first */
	size_t		 rooms;
	struct sliding_room **wanted;	/* those in windows or named */
	size_t		 wanteds;
	struct device_lists *devices;	/* NULL: they are not told */
	struct heard_list heard;	/* with news since base, by number */
	struct sent_all	 sent;		/* what will have been sent */
	struct effort	 effort;
	struct counting	*counting;	/* events-counts.h */
	struct arena	*mem;		/* of one room at a time */
	size_t		 told;		/* what there was to tell */
};
/* Read room, and choose wanted; counts of lists are set. */
void		 sliding_choose(struct sliding *);
/*
 * Does the room belong into that list?  (events-sliding-filter.c)  Looks into
 * the store are part of the effort; mem keeps texts of one room at a time.
 */
struct fitter;
struct fitter	*fitter_new(struct sliding *, const struct sliding_filter *);
bool		 fitter_fits(struct fitter *, const struct sliding_room *);
/* Rooms that m.direct names, by their ids. */
struct table	*direct_rooms(struct request *);

/* ---------------------------------------- one room (events-sliding-room.c) */

struct telling {
	struct sliding	*s;
	struct sliding_room *room;
	struct told	 told;
	int64_t		 since;		/* 0: nothing is known of it */
	bool		 initial;
	bool		 expanded;
	bool		 dm_changed;
	bool		 has_read;	/* the user, so counts of unread are news */
	bool		 summary;	/* who is in it has changed */
};
/* Name, picture, people, where they changed (events-sliding-looks.c). */
void		 sliding_put_looks(struct writer *, const struct telling *);

/*
 * Write "room_id":{...} if there is anything to tell, and note in *now (which
 * is as it was sent before, or zero) what is known from here on.  False: the
 * client need not know of the room any more.
 */
bool		 sliding_write_room(struct sliding *, struct sliding_room *,
		    struct sent_room *now);

/*
 * Required state of a room that is told from the beginning (fresh), or what of
 * it changed in t->stretch or was not wanted before; into t->state.
 */
void		 sliding_state(struct sliding *, struct told *,
		    const struct sliding_room *, bool fresh,
		    struct sent_room *now);

/* -------------------------- what is beside rooms (events-sliding-beside.c) */

/*
 * Before anything is dear: what the client says that its device has is removed,
 * as confirm_to_device() does it (events-sliding-devices.c).
 */
enum mx_err	 sliding_confirm(struct sliding *);
/* Read devices; heard is as heard_since() left it. */
void		 sliding_read_devices(struct sliding *);
/* The extensions to_device and e2ee, where they are asked for. */
void		 sliding_put_devices(struct sliding *);
/*
 * From where on something is to be told of a room, which was told up to `told`;
 * -1: from nowhere, since nothing has happened in it.
 */
int64_t		 sliding_due_after(const struct sliding *,
		    const struct sliding_room *, int64_t told);
/* Write `extensions`; rooms in wanted have their place in sent by now. */
void		 sliding_extensions(struct sliding *);

#endif
