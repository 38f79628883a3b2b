/*
 * visibility.c - may this user see that event?
 *
 * The rules look at two pieces of state at the event: the user's membership
 * and m.room.history_visibility.  Each is kept as stretches of history in
 * which it does not change, because who reads history reads neighbours.
 */
#include "matrix/visibility.h"

#include <string.h>

#define VISIBILITY	"m.room.history_visibility"
#define MEMBER		"m.room.member"

/*
 * How many changes of membership are looked at, newest first, for the last
 * time somebody was in: who was banned and unbanned more often since then
 * counts as never having been there.
 */
#define MEMBERSHIPS_MAX	1000

enum visibility {
	VISIBLE_SHARED, VISIBLE_WORLD, VISIBLE_INVITED, VISIBLE_JOINED
};

/* Of event.nr: from, inclusive, until, exclusive.  Zeroed: empty. */
struct stretch {
	int64_t	from;
	int64_t	until;
	int	value;
};

/* Some of the last: a list of state goes to and fro between them. */
#define STRETCHES 4
struct stretches {
	struct stretch	 s[STRETCHES];
	unsigned	 next;		/* whose place is taken next */
};

/* What was asked of some senders last; few write what is read together. */
#define SENDERS 4
struct sender {
	int64_t	user;
	int64_t	erased_nr;	/* 0: they are not erased */
};

struct viewer {
	struct db	*db;
	struct arena	*mem;
	int64_t		 room;
	int64_t		 user;
	const char	*user_id;	/* NULL: not asked yet */
	bool		 all;		/* viewer_open_all() */
	struct stretches membership;
	struct stretches visibility;
	bool		 asked;		/* for the two that follow: */
	struct member	 now;
	int64_t		 ended;		/* last_joined() */
	int		 erasures;	/* are there any?  -1: not asked yet */
	struct sender	 sender[SENDERS];
	unsigned	 next_sender;
	bool		 asked_ignored;
	const cJSON	*ignored;	/* by user id; NULL: nobody */
	struct quiet	 quiet;
};

/* --------------------------------------------------------- state, read */

/* Of an absent or odd value: shared. */
static int
visibility_in(struct span content)
{
	struct span v = json_slice(content, "history_visibility");

	if (span_is(v, "\"world_readable\""))
		return VISIBLE_WORLD;
	if (span_is(v, "\"invited\""))
		return VISIBLE_INVITED;
	return span_is(v, "\"joined\"") ? VISIBLE_JOINED : VISIBLE_SHARED;
}

static int
membership_in(struct span content)
{
	struct span v = json_slice(content, "membership");
	char name[16] = "";

	if (v.n < 2 || v.n - 2 >= sizeof(name))
		return MEMBERSHIP_NONE;
	memcpy(name, v.s + 1, v.n - 2);
	return membership_of(name);
}

static struct stretch
stretch_at(struct db *db, int64_t room, const char *type,
    const char *state_key, int64_t nr, int (*value_in)(struct span))
{
	struct stretch s = { .value = value_in(SPAN("{}")) };
	struct rows rows = db_query(db, STMT_STATE_STRETCH, DB_INT(room),
	    DB_TEXT(type), DB_TEXT(state_key), DB_INT(nr));

	if (rows_next(&rows)) {
		s.from = rows_int(&rows, 0);
		s.value = value_in(row_content(&rows, 1));
	}
	rows_done(&rows);
	s.until = db_int(db, INT64_MAX, STMT_STATE_STRETCH_END, DB_INT(room),
	    DB_TEXT(type), DB_TEXT(state_key), DB_INT(nr));
	return s;
}

/* The stretch that nr lies in, or NULL. */
static const struct stretch *
remembered(const struct stretches *all, int64_t nr)
{
	for (size_t i = 0; i < STRETCHES; i++)
		if (nr >= all->s[i].from && nr < all->s[i].until)
			return &all->s[i];
	return NULL;
}

static const struct stretch *
remember(struct stretches *all, struct stretch s)
{
	struct stretch *slot = &all->s[all->next++ % STRETCHES];

	*slot = s;
	return slot;
}

static const char *
viewer_name(struct viewer *v)
{
	if (v->user_id == NULL)
		v->user_id = arena_strdup(v->mem, user_name(v->db, v->user));
	return v->user_id != NULL ? v->user_id : "";
}

static const struct stretch *
membership_at(struct viewer *v, int64_t nr)
{
	const struct stretch *s = remembered(&v->membership, nr);

	return s != NULL ? s : remember(&v->membership, stretch_at(v->db,
	    v->room, MEMBER, viewer_name(v), nr, membership_in));
}

enum membership
viewer_membership(struct viewer *v, int64_t nr)
{
	return (enum membership)membership_at(v, nr)->value;
}

static const struct stretch *
visibility_at(struct viewer *v, int64_t nr)
{
	const struct stretch *s = remembered(&v->visibility, nr);

	return s != NULL ? s : remember(&v->visibility, stretch_at(v->db,
	    v->room, VISIBILITY, "", nr, visibility_in));
}

/*
 * The event that ended the last time the user, who is `now` to the room, was
 * in; all of history when they are in, 0 when they never were or forgot it.
 */
static int64_t
last_joined(struct db *db, int64_t room, const char *user_id,
    const struct member *now)
{
	struct stretch s = { .from = INT64_MAX };

	if (now->membership == MEMBERSHIP_JOIN)
		return INT64_MAX;
	if (now->membership == MEMBERSHIP_NONE || now->forgotten)
		return 0;
	for (int i = 0; i < MEMBERSHIPS_MAX && s.from > 0; i++) {
		s = stretch_at(db, room, MEMBER, user_id, s.from - 1,
		    membership_in);
		if (s.value == MEMBERSHIP_JOIN)
			return s.until;
	}
	return 0;
}

/* ----------------------------------------------------------- the rules */

static void
ask_now(struct viewer *v)
{
	if (v->asked)
		return;
	v->asked = true;
	v->now = room_member(v->db, v->room, v->user);
	v->ended = last_joined(v->db, v->room, viewer_name(v), &v->now);
}

/*
 * "After this API is called, a user will no longer be able to retrieve history
 * for this room" (POST /rooms/{roomId}/forget).
 */
static bool
has_forgotten(struct viewer *v)
{
	ask_now(v);
	return v->now.forgotten;
}

int64_t
viewer_ended(struct viewer *v)
{
	return has_forgotten(v) ? 0 : v->ended;
}

/*
 * Numbers are of the specification's list.  Rules 3 and 4 ask for a later
 * join: "a user needs to join a room to view events in that room".
 */
static bool
allowed(struct viewer *v, int64_t nr)
{
	enum visibility visibility =
	    (enum visibility)visibility_at(v, nr)->value;
	enum membership membership = viewer_membership(v, nr);

	if (visibility == VISIBLE_WORLD)	/* 1 */
		return true;
	if (has_forgotten(v))
		return false;
	if (membership == MEMBERSHIP_JOIN)	/* 2 */
		return true;
	if (nr >= v->ended)
		return false;
	return visibility == VISIBLE_SHARED ||	/* 3 */
	    (visibility == VISIBLE_INVITED &&
	    membership == MEMBERSHIP_INVITE);	/* 4 */
}

/*
 * An invitation was shown to whom it invites when it came, and a knock is the
 * knocker's own: these, and what ended them, need no further right.
 */
static bool
at_the_door(struct viewer *v, int64_t nr)
{
	enum membership m = viewer_membership(v, nr);

	return (m == MEMBERSHIP_INVITE || m == MEMBERSHIP_KNOCK) &&
	    !has_forgotten(v);
}

struct viewer *
viewer_new(struct db *db, struct arena *mem, int64_t room, int64_t user)
{
	struct viewer *v = arena_alloc(mem, sizeof(*v));

	v->db = db;
	v->mem = mem;
	v->room = room;
	v->user = user;
	v->erasures = -1;
	return v;
}

void
viewer_open_all(struct viewer *v)
{
	v->all = true;
}

/*
 * What changes visibility, and what changes the viewer's own membership, may
 * be seen when the state before it or the state after it allows that.
 */
bool
viewer_may_see(struct viewer *v, const struct event_row *e)
{
	if (v->all || allowed(v, e->nr))
		return true;
	if (e->state_key == NULL)
		return false;
	if (strcmp(e->type, VISIBILITY) == 0 && e->state_key[0] == '\0')
		return allowed(v, e->nr - 1);
	if (strcmp(e->type, MEMBER) == 0 &&
	    strcmp(e->state_key, viewer_name(v)) == 0)
		return allowed(v, e->nr - 1) || at_the_door(v, e->nr) ||
		    at_the_door(v, e->nr - 1);
	return false;
}

/* They do where nothing that the rules look at changes on the way. */
bool
viewer_sees_all(struct viewer *v, int64_t from, int64_t to)
{
	struct stretch visible = *visibility_at(v, to);
	struct stretch in = *membership_at(v, to);

	if (v->all)
		return true;
	if (in.from <= from && in.value == MEMBERSHIP_JOIN && !has_forgotten(v))
		return true;
	return visible.from <= from && (visible.value == VISIBLE_WORLD ||
	    (visible.value == VISIBLE_SHARED && to < viewer_ended(v)));
}

struct quiet *
viewer_quiet(struct viewer *v)
{
	return &v->quiet;
}

int64_t
viewer_user(const struct viewer *v)
{
	return v->user;
}

/* ------------------------------------------------------------- ignoring */

bool
viewer_ignores_any(struct viewer *v)
{
	struct rows rows;

	if (!v->asked_ignored) {
		rows = db_query(v->db, STMT_IGNORED_USERS, DB_INT(v->user));
		if (rows_next(&rows))
			v->ignored = json_get(json_parse_own(v->mem,
			    rows_span(&rows, 0)), "ignored_users");
		rows_done(&rows);
		v->asked_ignored = true;
	}
	return v->ignored != NULL && v->ignored->child != NULL;
}

bool
viewer_ignores(struct viewer *v, const char *user_id)
{
	return viewer_ignores_any(v) && json_get(v->ignored, user_id) != NULL;
}

bool
viewer_wants(struct viewer *v, const struct event_row *e)
{
	return v->all || e->state_key != NULL || e->sender == v->user ||
	    !viewer_ignores(v, e->sender_id);
}

/* ------------------------------------------------------------- erasure */

static int64_t
erased_nr(struct db *db, int64_t user)
{
	return db_int(db, 0, STMT_ERASED_NR, DB_INT(user));
}

static int64_t
sender_erased_nr(struct viewer *v, int64_t user)
{
	struct sender *slot;

	for (size_t i = 0; i < SENDERS; i++)
		if (v->sender[i].user == user)
			return v->sender[i].erased_nr;
	slot = &v->sender[v->next_sender++ % SENDERS];
	*slot = (struct sender){ user, erased_nr(v->db, user) };
	return slot->erased_nr;
}

/*
 * When an event happened, or at any time from then on up to another.  Who was
 * put out by it was in when it happened.
 */
static bool
was_in(struct viewer *v, int64_t nr, int64_t upto)
{
	const struct stretch *s = membership_at(v, nr);
	int64_t from = nr - 1;

	if (s->value != MEMBERSHIP_JOIN)
		s = membership_at(v, from);
	for (int i = 0; i < MEMBERSHIPS_MAX && s->value != MEMBERSHIP_JOIN &&
	    upto > from; i++) {
		s = membership_at(v, upto);
		upto = s->from - 1;
	}
	return s->value == MEMBERSHIP_JOIN;
}

/* Most servers have nobody erased, so that is asked first, and once. */
bool
viewer_sees_whole(struct viewer *v, const struct event_row *e)
{
	int64_t upto;

	if (v->erasures == -1)
		v->erasures = (int)db_int(v->db, 0, STMT_ERASED_ANY);
	if (v->erasures == 0 || (upto = sender_erased_nr(v, e->sender)) == 0)
		return true;
	return was_in(v, e->nr, upto);
}

bool
stranger_sees_whole(struct db *db, const struct event_row *e)
{
	return erased_nr(db, e->sender) == 0;
}

/* --------------------------------------------------------- state, given */

static bool
world_readable_now(struct db *db, int64_t room)
{
	struct event_row e;

	return event_find(db, room_state_now(db, room, VISIBILITY, ""), &e) &&
	    visibility_in(e.content) == VISIBLE_WORLD;
}

enum state_view
state_view(struct db *db, int64_t room, int64_t user, int64_t *at_nr)
{
	const char *user_id = user_name(db, user);
	struct member now = room_member(db, room, user);
	int64_t ended = last_joined(db, room, user_id != NULL ? user_id : "",
	    &now);

	if (ended == INT64_MAX || world_readable_now(db, room))
		return STATE_NOW;
	*at_nr = ended;
	return ended == 0 ? STATE_NONE : STATE_AT;
}
