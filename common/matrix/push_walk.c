/* push_walk.c - see push_walk.h. */
#include "matrix/push_walk.h"

#include <string.h>

#include "base/clock.h"
#include "matrix/push_mail.h"
#include "matrix/push_user.h"
#include "matrix/pusher.h"
#include "matrix/shape.h"
#include "matrix/visibility.h"
#include "store/lock.h"
#include "store/stream.h"

#define PIECE_US	20000	/* so long it looks, */
#define FOUND_MAX	500	/* and so much it writes at once */
#define USERS_MAX	100	/* that are looked at together */
#define FEW_MAX		1000	/* pushers are counted so far */
#define KEEP_EVERY	1000	/* changes, where nothing was found */
#define LOCK_MS		2000

/* To be written: an event to tell of, or that a user has read. */
struct found {
	int64_t		 pusher;	/* 0: the user has read */
	int64_t		 room;		/* of a mail; 0: it is none */
	int64_t		 user;
	int64_t		 event;
	int64_t		 pos;
	struct span	 tweaks;
};
struct looking {
	struct db	*db;
	struct arena	*mem;
	int64_t		 stop_us;
	int64_t		 pushers;	/* how many there are, FEW_MAX at most */
	int64_t		 pos, user;	/* how far it came */
	size_t		 n;
	/*
	 * Between two looks at the clock come at most two who read, and the
	 * pushers of whom the event is about and of one member more.
	 */
	struct found	 found[FOUND_MAX + 2 * PUSHERS_MAX + 2];
};

static bool
has_time(const struct looking *l)
{
	return l->n < FOUND_MAX && clock_mono_us() < l->stop_us;
}

/* ----------------------------------------------------------------- looking */

/* Only pushers will know; most users have none. */
static void
look_who_read(struct looking *l, int64_t user)
{
	if (db_int(l->db, 0, STMT_PUSHER_COUNT, DB_INT(user)) > 0)
		l->found[l->n++] = (struct found){ .user = user };
}

static struct span
tweaks_of(struct looking *l, const struct push_rule *rule)
{
	struct writer w;
	struct buf text;

	buf_init(&text, l->mem, PUSH_TWEAKS_MAX);
	writer_init(&w, &text);
	write_object(&w);
	push_tweaks_put(&w, &rule->actions);
	write_end(&w);
	return buf_full(&text) ? SPAN("{}") : buf_content(&text);
}

/* What is asked of one user about an event. */
struct hearer {
	int64_t		 user;
	struct push_whose whose;
	const struct push_rule *rule;	/* for whose */
	bool		 asked;		/* the viewer has been */
	bool		 may;
};

static bool
may_hear(struct looking *l, const struct push_about *about, struct hearer *h)
{
	struct viewer *viewer;

	if (!h->asked) {
		viewer = viewer_new(l->db, l->mem, about->room->nr, h->user);
		h->may = !viewer_ignores(viewer, about->row->sender_id) &&
		    viewer_may_see(viewer, about->row);
		h->asked = true;
	}
	return h->may;
}

static bool
same_tag(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Pushers with the same tag have the same rules. */
static const struct push_rule *
rule_for(struct looking *l, const struct push_about *about, struct hearer *h,
    const struct push_whose *whose)
{
	if (h->whose.user_id == NULL || h->whose.in_2015 != whose->in_2015 ||
	    !same_tag(h->whose.profile_tag, whose->profile_tag)) {
		h->whose = *whose;
		h->rule = push_user_meets(push_user_read(l->db, l->mem,
		    whose), about);
	}
	return h->rule;
}

static void
look_for_user(struct looking *l, const struct push_about *about, int64_t user)
{
	struct rows rows = db_query(l->db, STMT_PUSH_PUSHERS, DB_INT(user),
	    DB_INT(about->row->pos));
	struct hearer h = { .user = user };

	while (rows_next(&rows)) {
		const struct push_whose whose = {
			.user = user,
			.user_id = rows_text(&rows, 3),
			.profile_tag = rows_text(&rows, 1),
			.in_2015 = rows_int(&rows, 2) != 0,
		};
		const struct push_rule *rule = rule_for(l, about, &h, &whose);

		if (push_notifies(rule) && may_hear(l, about, &h))
			l->found[l->n++] = (struct found){
				.pusher = rows_int(&rows, 0),
				.room = rows_int(&rows, 4) != 0 ?
				    about->room->nr : 0,
				.event = about->row->nr,
				.pos = about->row->pos,
				.tweaks = tweaks_of(l, rule),
			};
	}
}

static struct rows
members_behind(struct looking *l, const struct push_about *about)
{
	int64_t joined = db_int(l->db, 0, STMT_ROOM_JOINED,
	    DB_INT(about->room->nr));

	if (l->pushers < joined)
		return db_query(l->db, STMT_PUSH_MEMBERS_AMONG,
		    DB_INT(about->room->nr), DB_INT(about->row->pos),
		    DB_INT(l->user), DB_INT(USERS_MAX));
	return db_query(l->db, STMT_PUSH_MEMBERS, DB_INT(about->row->pos),
	    DB_INT(about->room->nr), DB_INT(l->user), DB_INT(USERS_MAX));
}

/* subject: the member that it is about, who was looked at before. */
static bool
look_for_members(struct looking *l, const struct push_about *about,
    int64_t subject)
{
	struct rows rows;
	int n;

	do {
		rows = members_behind(l, about);
		for (n = 0; rows_next(&rows); n++) {
			l->user = rows_int(&rows, 0);
			if (l->user != about->row->sender &&
			    l->user != subject)
				look_for_user(l, about, l->user);
			if (!has_time(l)) {
				rows_done(&rows);
				return false;
			}
		}
	} while (n == USERS_MAX);
	return true;
}

/*
 * Who sends something has read, and whoever goes has nothing unread there any
 * more.  True: everybody was looked at.
 */
static bool
look_at_event(struct looking *l, int64_t nr, int64_t subject)
{
	struct push_about about;
	struct event_row e;
	struct room room;

	if (!event_find(l->db, nr, &e) || e.redacted_by != 0 ||
	    !room_get(l->db, e.room, &room))
		return true;
	about = push_about(l->db, &room, &e);
	if (l->user == 0) {
		look_who_read(l, e.sender);
		if (subject != 0 && subject != e.sender) {
			look_who_read(l, subject);
			look_for_user(l, &about, subject);
		}
	}
	return look_for_members(l, &about, subject);
}

/* True: to the end. */
static bool
look(struct looking *l)
{
	struct rows rows = db_query(l->db, STMT_PUSH_CHANGES, DB_INT(l->pos),
	    DB_INT(CHANGE_EVENT), DB_INT(CHANGE_RECEIPT),
	    DB_INT(CHANGE_RECEIPT_PRIVATE));

	while (rows_next(&rows)) {
		bool whole = true;

		if (rows_int(&rows, 1) == CHANGE_EVENT)
			whole = look_at_event(l, rows_int(&rows, 4),
			    rows_int(&rows, 3));
		else
			look_who_read(l, rows_int(&rows, 3));
		if (whole) {
			l->pos = rows_int(&rows, 0);
			l->user = 0;
		}
		if (!whole || !has_time(l)) {
			rows_done(&rows);
			return false;
		}
	}
	return true;
}

/* ----------------------------------------------------------------- writing */

/* False: there is no room for one more. */
static bool
queue(struct store *store, const struct found *f, int64_t now)
{
	struct db *db = store->main;

	if (f->room == 0)
		return db_exec(db, STMT_PUSH_QUEUE, DB_INT(now),
		    DB_INT(f->pusher), DB_INT(PUSH_QUEUE_MAX)) > 0;
	return db_exec(db, STMT_PUSH_QUEUE_MAIL, DB_INT(push_mail_due(db,
	    store->conf, f->pusher, f->room, now)), DB_INT(f->pusher),
	    DB_INT(PUSH_QUEUE_MAX)) > 0;
}

static void
write_found(struct store *store, const struct found *f, int64_t now)
{
	struct db *db = store->main;

	if (f->pusher == 0) {
		db_exec(db, STMT_PUSH_HAS_READ, DB_INT(now), DB_INT(f->user));
		return;
	}
	if (db_exec(db, STMT_PUSH_ADD, DB_INT(f->pos), DB_INT(f->event),
	    DB_SPAN(f->tweaks), DB_INT(now), DB_INT(f->pusher)) > 0 &&
	    !queue(store, f, now))
		db_exec(db, STMT_PUSH_GIVE_WAY, DB_INT(f->pusher));
}

static bool
write_all(struct store *store, const struct looking *l)
{
	int64_t now = clock_now_ms();
	bool kept = false;

	if (!lock_wait(store->lock, LOCK_MS))
		return false;
	if (db_begin(store->main, TX_WRITE)) {
		for (size_t i = 0; i < l->n; i++)
			write_found(store, &l->found[i], now);
		db_exec(store->main, STMT_PUSH_UPTO_SET, DB_INT(l->pos),
		    DB_INT(l->user));
		kept = db_commit(store->main);
	}
	lock_release(store->lock);
	if (kept)
		store_ring(store, store_bells(store));
	return kept;
}

/* ---------------------------------------------------------------- a piece */

/* Where it stands; who set the first pusher may have moved that on. */
static bool
begin(struct push_walk *w, struct looking *l)
{
	struct rows rows;

	if (!db_begin(l->db, TX_READ))
		return false;
	rows = db_query(l->db, STMT_PUSH_UPTO_GET);
	if (rows_next(&rows)) {
		w->kept = rows_int(&rows, 0);
		if (w->kept >= w->pos) {
			w->pos = w->kept;
			w->user = rows_int(&rows, 1);
		}
	}
	rows_done(&rows);
	l->pos = w->pos;
	l->user = w->user;
	l->pushers = db_int(l->db, 0, STMT_PUSHER_FEW, DB_INT(FEW_MAX));
	return true;
}

static enum push_walked
piece(struct push_walk *w, struct looking *l)
{
	bool end;

	if (!begin(w, l))
		return PUSH_WALK_LATER;
	end = look(l);
	if (!db_commit(l->db))
		return PUSH_WALK_LATER;
	if ((l->n > 0 || l->user != w->user ||
	    l->pos >= w->kept + KEEP_EVERY) && !write_all(w->store, l))
		return PUSH_WALK_LATER;
	w->pos = l->pos;
	w->user = l->user;
	return end ? PUSH_WALKED : PUSH_WALK_ON;
}

enum push_walked
push_walk(struct push_walk *w)
{
	struct db *db = w->store->main;
	struct arena *mem = arena_new(), *before = db_arena(db, mem);
	struct looking *l = arena_alloc(mem, sizeof(*l));
	enum push_walked walked;

	l->db = db;
	l->mem = mem;
	l->stop_us = clock_mono_us() + PIECE_US;
	walked = piece(w, l);
	db_arena(db, before);
	arena_free(mem);
	return walked;
}
