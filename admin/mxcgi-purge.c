/*
 * mxcgi-purge.c - mxcgi purge: messages that are old, and rooms that everybody
 * has left, are deleted, in pieces between which others write.
 */
#include <stdio.h>
#include <sysexits.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "mxcgi-purge.h"
#include "mxcgi.h"
#include "store/snapshot.h"
#include "store/upkeep.h"

#define DAY_MS		(24 * 60 * 60 * 1000LL)
#define DAYS_MAX	(100 * 365)
#define KEEP_MAX	INT32_MAX
#define CHECKPOINTS	32	/* pieces from one to the next */

/* ----------------------------------------------------------- piece by piece */

/* All that is written would stay in the WAL until then. */
static void
await_snapshot(const struct order *o)
{
	while (snapshot_runs(o->conf)) {
		order_tell("a backup is being made; this goes on behind it");
		nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
	}
}

/* With memory of its own, and a gap for others behind it. */
int
purge_step(struct order *o, order_fn *step, bool writes)
{
	struct purging *p = o->part;
	struct upkeep upkeep = { .store = o->store };
	struct arena *mem = arena_new();
	struct arena *before = db_arena(o->db, mem);
	int status;

	if (writes)
		await_snapshot(o);
	status = writes ? order_write(o, step) : order_read(o, step);
	db_arena(o->db, before);
	arena_free(mem);
	if (!writes)
		return status;
	if (++p->pieces % CHECKPOINTS == 0)
		upkeep_checkpoint(&upkeep);
	nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
	return status;
}

/* The last pieces give back what the others made free. */
static int
give_back(struct order *o)
{
	struct purging *p = o->part;

	p->more = db_int(o->db, 0, STMT_PAGES_FREE) > 0;
	if (p->more)
		db_exec(o->db, STMT_PAGES_GIVE_BACK);
	return 0;
}

int
purge_shrink(struct order *o)
{
	struct upkeep upkeep = { .store = o->store };
	struct purging *p = o->part;
	int status;

	if (!p->doing)
		return 0;
	do {
		order_tell("giving space back");
		status = purge_step(o, give_back, true);
	} while (status == 0 && p->more);
	upkeep_checkpoint(&upkeep);
	return status;
}

static int
next_rooms(struct order *o)
{
	struct purging *p = o->part;
	struct rows rows = db_query(o->db, STMT_ROOM_PAGE, DB_INT(o->number),
	    DB_INT(PURGE_PAGE));

	p->n = 0;
	while (p->n < PURGE_PAGE && rows_next(&rows))
		p->nr[p->n++] = rows_int(&rows, 0);
	rows_done(&rows);
	if (p->n > 0)
		o->number = p->nr[p->n - 1];
	return 0;
}

/* fn with each room in turn; it returns the exit status. */
int
purge_each_room(struct order *o, int (*fn)(struct order *, int64_t room))
{
	struct purging *p = o->part;
	int status;

	o->number = 0;
	while ((status = order_read(o, next_rooms)) == 0 && p->n > 0)
		for (size_t i = 0; status == 0 && i < p->n &&
		    !ferror(stdout); i++)
			status = fn(o, p->nr[i]);
	return status;
}

/* ---------------------------------------------------------------- history */

static int
begin_history(struct order *o)
{
	struct purging *p = o->part;

	p->more = room_look(o, o->mem, p->about.nr, &p->about) &&
	    room_get(o->db, p->about.nr, &p->purge.room);
	purge_begin_at(&p->purge, INT64_MIN);
	if (p->more && p->keep_last != 0 &&
	    !purge_keep_last(&p->purge, p->keep_last))
		p->more = false;
	p->purge.room.room_id = p->about.room_id;
	return 0;
}

static int
history_piece(struct order *o)
{
	struct purging *p = o->part;

	p->purge.db = o->db;
	p->more = purge_piece(&p->purge, clock_mono_us() + PURGE_PIECE_US);
	return 0;
}

static int
receipts_piece(struct order *o)
{
	struct purging *p = o->part;

	p->more = purge_ended(o->db, p->about.nr, &p->user);
	return 0;
}

static void
tell_room(const struct order *o)
{
	const struct purging *p = o->part;
	struct json_line line;
	struct writer *w;

	if (o->option[OPT_JSON] == NULL) {
		say(o->mem, "%10lld messages %14lld bytes  %s",
		    (long long)p->purge.n, (long long)p->purge.bytes,
		    p->about.room_id);
		return;
	}
	w = json_line_begin(&line, o->mem);
	put_text(w, "room_id", p->about.room_id);
	put_int(w, "events", p->purge.n);
	put_int(w, "bytes", p->purge.bytes);
	json_line_end(&line);
}

static int
history_of(struct order *o, int64_t room)
{
	struct purging *p = o->part;
	int status;

	p->purge = (struct purge){ .db = o->db, .before = p->before,
	    .only_look = !p->doing,
	    .media_of = o->conf->media_delete_redacted ?
	    o->conf->server_name : NULL };
	p->about.nr = room;
	p->user = 0;
	if ((status = order_read(o, begin_history)) != 0)
		return status;
	while (status == 0 && p->more) {
		status = purge_step(o, history_piece, p->doing);
		order_tell("%s: %lld messages", p->about.room_id,
		    (long long)p->purge.n);
	}
	p->more = p->doing && p->purge.n > 0;
	while (status == 0 && p->more)
		status = purge_step(o, receipts_piece, true);
	if (p->purge.n == 0)
		return status;
	p->rooms++;
	p->events += p->purge.n;
	p->bytes += p->purge.bytes;
	tell_room(o);
	return status;
}

static int
read_moment(struct order *o)
{
	const char *before = o->option[OPT_BEFORE], *days = o->option[OPT_DAYS];
	struct purging *p = o->part;
	int64_t n;

	if ((before != NULL) == (days != NULL))
		return refuse(o, EX_USAGE, "what is to go? Say --before DATE "
		    "or --days N, and not both");
	if (before != NULL && !read_date(before, &p->before))
		return refuse(o, EX_USAGE, "--before is a day such as "
		    "2026-11-23, or a moment such as 2026-11-23T14:05:09Z, of "
		    "UTC");
	if (days != NULL && !read_number(days, DAYS_MAX, &n))
		return refuse(o, EX_USAGE, "--days is a number from 1 to %d",
		    DAYS_MAX);
	if (days != NULL)
		p->before = clock_now_ms() - n * DAY_MS;
	if (p->before > clock_now_ms())
		return refuse(o, EX_USAGE, "--before lies in the future");
	return 0;
}

static int
read_history(struct order *o)
{
	const char *keep = o->option[OPT_KEEP_LAST];
	struct purging *p = o->part;
	int status = read_moment(o);

	if (status != 0)
		return status;
	if ((o->name != NULL) == (o->option[OPT_ALL] != NULL))
		return refuse(o, EX_USAGE, "of which rooms? Say ROOM or --all, "
		    "and not both");
	if (keep != NULL && !read_number(keep, KEEP_MAX, &p->keep_last))
		return refuse(o, EX_USAGE, "--keep-last is a number of "
		    "messages, from 1 on");
	return 0;
}

/* ----------------------------------------------------------------- the end */

void
purge_tell(const struct order *o, const char *what)
{
	const struct purging *p = o->part;
	struct json_line line;
	struct writer *w;

	if (o->option[OPT_JSON] == NULL) {
		say(o->mem, p->doing ? "%lld rooms, %lld %s, %lld bytes are "
		    "deleted" : "%lld rooms, %lld %s, %lld bytes; --yes deletes "
		    "them", (long long)p->rooms, (long long)p->events, what,
		    (long long)p->bytes);
		return;
	}
	w = json_line_begin(&line, o->mem);
	put_int(w, "rooms", p->rooms);
	put_int(w, "events", p->events);
	put_int(w, "bytes", p->bytes);
	put_bool(w, "deleted", p->doing);
	json_line_end(&line);
}

struct purging *
purging_new(struct order *o)
{
	struct purging *p = arena_alloc(o->mem, sizeof(*p));

	p->doing = o->option[OPT_YES] != NULL;
	o->part = p;
	return p;
}

static int
purge_history(struct order *o)
{
	int status;

	purging_new(o);
	if ((status = read_history(o)) != 0)
		return status;
	if (o->name == NULL) {
		status = purge_each_room(o, history_of);
	} else if ((status = order_read(o, room_find_named)) == 0) {
		status = history_of(o, o->number);
	}
	if (status == 0)
		status = purge_shrink(o);
	if (status == 0)
		purge_tell(o, "messages");
	return status;
}

/* ------------------------------------------------------------ the verbs */

static const struct verb verbs[] = {
	{ "history", purge_history, OPT(ALL) | OPT(BEFORE) | OPT(DAYS) |
	    OPT(KEEP_LAST) | OPT(YES), MAYBE_ARGUMENT,
	    "ROOM|--all --before DATE|--days N [--keep-last N] [--yes]",
	    "show how many messages were sent before; with --yes, delete them" },
	{ "rooms", purge_rooms, OPT(OLDER) | OPT(YES), NO_ARGUMENT,
	    "[--older TIME] [--yes]",
	    "show the rooms that everybody of this server has left; with "
	    "--yes, delete them" },
	{ .name = NULL }
};

int
cmd_purge(int argc, char **argv)
{
	return order_run(verbs, argc, argv);
}
