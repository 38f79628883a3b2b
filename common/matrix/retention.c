/*
 * retention.c - how long messages are kept; see retention.h.
 *
 * A pass asks each room once whether anything is due, by an index and from
 * where the last pass ended (room.kept_from), so it meets nothing that stays.
 */
#include "matrix/retention.h"

#include "base/clock.h"
#include "base/log.h"
#include "matrix/purge.h"
#include "store/snapshot.h"

#define PAGE		200	/* rooms, of one transaction that reads */

struct kept_room {
	int64_t		 nr;
	int64_t		 before;	/* what was sent before that is over */
	int64_t		 kept_from;
};

/* -------------------------------------------------------------- what is so */

static int64_t
lifetime(const cJSON *content, const char *key)
{
	int64_t ms;

	return json_int(content, key, &ms) && ms >= 0 ? ms : -1;
}

struct retention
retention_of(const cJSON *content)
{
	struct retention r = { lifetime(content, "min_lifetime"),
	    lifetime(content, "max_lifetime") };

	if (r.max != -1 && r.min > r.max)
		r.min = r.max = -1;
	return r;
}

static struct db_arg
or_null(int64_t ms)
{
	return ms != -1 ? DB_INT(ms) : DB_NULL;
}

void
retention_store(struct db *db, int64_t room, const cJSON *content)
{
	struct retention r = retention_of(content);

	db_exec(db, STMT_ROOM_RETAINS, or_null(r.min), or_null(r.max),
	    DB_INT(room));
}

static int64_t
within(int64_t ms, int64_t least, int64_t most)
{
	if (most != 0 && ms > most)
		ms = most;
	return ms < least ? least : ms;
}

int64_t
retention_life(const struct conf *conf, const struct retention *r)
{
	int64_t life = r->max;

	if (life != -1)
		return within(life, conf->retention_least_ms,
		    conf->retention_most_ms);
	life = conf->retention_ms;
	if (life == 0)
		return 0;
	return r->min > life ? within(r->min, life, conf->retention_most_ms) :
	    life;
}

/* ------------------------------------------------------------ what is due */

static struct kept_room
room_kept(const struct upkeep *u, const struct rows *rows)
{
	struct retention r = {
		rows_null(rows, 1) ? -1 : rows_int(rows, 1),
		rows_null(rows, 2) ? -1 : rows_int(rows, 2),
	};
	int64_t life = retention_life(u->store->conf, &r);

	return (struct kept_room){ rows_int(rows, 0),
	    life != 0 && life < u->now ? u->now - life : 0,
	    rows_int(rows, 3) };
}

static size_t
rooms_read(struct upkeep *u, struct kept_room *list)
{
	struct rows rows = db_query(u->store->main,
	    u->store->conf->retention_ms != 0 ? STMT_RETENTION_ALL :
	    STMT_RETENTION_OWN, DB_INT(u->retained), DB_INT(PAGE));
	size_t n = 0;

	while (n < PAGE && rows_next(&rows))
		list[n++] = room_kept(u, &rows);
	rows_done(&rows);
	return n;
}

/* The first of the list in which something is; NULL: none. */
static const struct kept_room *
first_due(struct upkeep *u, const struct kept_room *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (db_int(u->store->main, 0, STMT_RETENTION_DUE,
		    DB_INT(list[i].nr), DB_INT(list[i].kept_from),
		    DB_INT(list[i].before)) != 0)
			return &list[i];
		u->retained = list[i].nr;
	}
	return NULL;
}

/* ------------------------------------------------------------------ it goes */

/*
 * What is stripped and stays for now is where the next pass begins.  False:
 * there is more, or the store failed.
 */
static bool
purge_room_piece(struct upkeep *u, struct purge *p)
{
	struct db *db = u->store->main;
	struct arena *mem = arena_new(), *before = db_arena(db, mem);
	bool more, kept = false;

	if (upkeep_begin(u->store)) {
		more = purge_piece(p, clock_mono_us() + PURGE_PIECE_US);
		if (p->left_ts != 0 || more)
			db_exec(db, STMT_ROOM_KEEPS_FROM, DB_INT(
			    p->left_ts != 0 ? p->left_ts : p->ts),
			    DB_INT(p->room.nr));
		else
			db_exec(db, STMT_ROOM_KEEPS_FROM, DB_INT(p->before),
			    DB_INT(p->room.nr));
		kept = upkeep_commit(u->store) && more;
	}
	db_arena(db, before);
	arena_free(mem);
	return kept;
}

static bool
receipts_piece(struct upkeep *u, int64_t room, int64_t *user)
{
	bool more;

	if (!upkeep_begin(u->store))
		return false;
	more = purge_ended(u->store->main, room, user);
	return upkeep_commit(u->store) && more;
}

static void
purge_room(struct upkeep *u, const struct kept_room *k)
{
	const struct conf *conf = u->store->conf;
	struct purge p = { .db = u->store->main, .before = k->before };
	int64_t user = 0;

	p.media_of = conf->media_delete_redacted ? conf->server_name : NULL;
	if (!db_begin(p.db, TX_READ))
		return;
	if (!room_get(p.db, k->nr, &p.room) || !db_commit(p.db)) {
		db_rollback(p.db);
		return;
	}
	purge_begin_at(&p, k->kept_from);
	while (purge_room_piece(u, &p))
		continue;
	while (p.n > 0 && receipts_piece(u, k->nr, &user))
		continue;
}

/*
 * A room at a time is done, or a page of rooms is looked through; true: there
 * are more of them.
 */
static bool
pass(struct upkeep *u)
{
	struct kept_room list[PAGE];
	const struct kept_room *due;
	size_t n;

	if (!db_begin(u->store->main, TX_READ))
		return false;
	n = rooms_read(u, list);
	due = first_due(u, list, n);
	if (!db_commit(u->store->main))
		return false;
	if (due != NULL) {
		purge_room(u, due);
		u->retained = due->nr;
	}
	if (n == PAGE || due != NULL)
		return true;
	u->retained = 0;
	return false;
}

bool
retention_upkeep(struct upkeep *u)
{
	struct arena *mem, *before;
	bool more;

	if (!u->store->conf->retention || snapshot_runs(u->store->conf))
		return false;
	mem = arena_new();
	before = db_arena(u->store->main, mem);
	more = pass(u);
	db_arena(u->store->main, before);
	arena_free(mem);
	return more;
}
