/*
 * mxfill - a room with very many messages, made fast: rows are written as
 * room_send() would have left them, but nothing is signed.
 *
 * usage: mxfill CONFIG ROOM USER EVENTS
 *
 * The messages are of the last two years, in equal steps, and of the user, who
 * is in the room already.  The index of the search is left to the task that
 * makes it.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "matrix/room.h"
#include "store/db-inner.h"
#include "store/lock.h"
#include "store/stream.h"
#include "store/task.h"

#define PIECE		20000
#define CACHE_KIB	65536
#define SPAN_MS		(2 * 365 * 24 * 3600 * 1000LL)

struct fill {
	struct store	*store;
	struct room	 room;
	int64_t		 user;
	const char	*user_id;
	int64_t		 nr, pos, depth, ts, step;
};

/* Columns of what a piece is made of; all text is ASCII. */
static const char piece_sql[] =
    "INSERT INTO change (pos, kind, room, ref)"
    " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
    " WHERE i < %" PRId64 ")"
    " SELECT %" PRId64 " + i, 1, %" PRId64 ", %" PRId64 " + i FROM n;"
    "INSERT INTO event (nr, event_id, room, pos, depth, type, sender,"
    " origin_server_ts, content_at, content_len, pdu, notifies, notified)"
    " SELECT nr, printf('$%%043d', nr), room, pos, depth, 'm.room.message',"
    " user, ts, length(head), length(content), head || content || tail, 1,"
    " (SELECT coalesce(max(notified), 0) FROM tally"
    " WHERE tally.room = x.room AND thread = 0) + i"
    " FROM (SELECT ref AS nr, room, pos, i, %" PRId64 " AS user,"
    " %" PRId64 " + i AS depth, %" PRId64 " + i * %" PRId64 " AS ts,"
    " printf('{\"auth_events\":[\"$%%043d\",\"$%%043d\",\"$%%043d\"],"
    "\"content\":', 1, 2, 3) AS head,"
    " printf('{\"body\":\"It is a long way to the sea, number%%d, and there is "
    "no hurry: we shall be there before night\",\"msgtype\":\"m.text\"}', ref)"
    " AS content,"
    " printf(',\"depth\":%%d,\"hashes\":{\"sha256\":\"%%043d\"},"
    "\"origin_server_ts\":%%d,\"prev_events\":[\"$%%043d\"],\"room_id\":\"%s\","
    "\"sender\":\"%s\",\"signatures\":{\"localhost\":{\"ed25519:abcdef\":"
    "\"%%086d\"}},\"type\":\"m.room.message\"}', %" PRId64 " + i, ref,"
    " %" PRId64 " + i * %" PRId64 ", ref - 1, ref) AS tail"
    " FROM (SELECT pos, room, ref, pos - %" PRId64 " AS i FROM change"
    " WHERE pos > %" PRId64 ")) x;";

static const char end_sql[] =
    "DELETE FROM forward_extremity WHERE room = %" PRId64 ";"
    "INSERT INTO forward_extremity (room, event) VALUES (%" PRId64
    ", %" PRId64 ");"
    "UPDATE room SET last_pos = %" PRId64 ", event_pos = %" PRId64
    ", bump_pos = %" PRId64 " WHERE nr = %" PRId64 ";"
    "INSERT INTO tally (room, thread, pos, notified, highlighted)"
    " VALUES (%" PRId64 ", 0, %" PRId64 ", %" PRId64 ", 0)"
    " ON CONFLICT (room, thread) DO UPDATE SET pos = excluded.pos,"
    " notified = notified + excluded.notified;";

static void
run(struct db *db, const char *sql)
{
	if (!db_script(db, sql))
		errx(1, "%s", sqlite3_errmsg(db->sq));
}

static void
piece(struct fill *f, int64_t n)
{
	struct db *db = f->store->main;
	struct arena *mem = arena_new();
	int64_t last = f->pos + n;

	if (!lock_wait(f->store->lock, 10000) || !db_begin(db, TX_WRITE))
		errx(1, "the database is locked");
	run(db, arena_printf(mem, piece_sql, n, f->pos, f->room.nr, f->nr,
	    f->user, f->depth, f->ts, f->step, f->room.room_id, f->user_id,
	    f->depth, f->ts, f->step, f->pos, f->pos));
	run(db, arena_printf(mem, end_sql, f->room.nr, f->room.nr, f->nr + n,
	    last, last, last, f->room.nr, f->room.nr, last, n));
	if (!db_commit(db))
		errx(1, "it could not be written");
	db_checkpoint(db, CHECKPOINT_PASSIVE, 0);
	lock_release(f->store->lock);
	f->nr += n;
	f->pos += n;
	f->depth += n;
	f->ts += n * f->step;
	arena_free(mem);
}

static void
look(struct fill *f, const char *room_id, const char *user_id, int64_t events)
{
	struct db *db = f->store->main;
	struct rows rows;

	if (!db_begin(db, TX_READ) || !room_find(db, room_id, &f->room) ||
	    (f->user = user_find(db, user_id)) == 0)
		errx(1, "no room %s or no user %s", room_id, user_id);
	f->user_id = user_id;
	f->nr = db_int(db, 0, STMT_EVENT_NEXT) - 1;
	f->pos = change_last(db);
	rows = db_query(db, STMT_PLACE_LAST, DB_INT(f->room.nr));
	if (rows_next(&rows))
		f->depth = rows_int(&rows, 0);
	rows_done(&rows);
	f->step = SPAN_MS / events;
	f->ts = clock_now_ms() - SPAN_MS;
	db_commit(db);
}

static void
index_later(struct fill *f)
{
	if (!lock_wait(f->store->lock, 10000) ||
	    !db_begin(f->store->main, TX_WRITE))
		errx(1, "the database is locked");
	task_add(f->store->main, "search_index", 0, clock_now_ms());
	db_commit(f->store->main);
	lock_release(f->store->lock);
}

int
main(int argc, char **argv)
{
	struct arena *mem = arena_new();
	struct fill f = { .store = NULL };
	const char *why = NULL;
	int64_t left;

	if (argc != 5 || (left = atoll(argv[4])) < 1)
		errx(2, "usage: mxfill CONFIG ROOM USER EVENTS");
	f.store = store_open(conf_load(argv[1]), NULL, CACHE_KIB, mem, &why);
	if (f.store == NULL)
		errx(1, "%s", why);
	db_arena(f.store->main, mem);
	look(&f, argv[2], argv[3], left);
	for (; left > 0; left -= PIECE)
		piece(&f, left < PIECE ? left : PIECE);
	index_later(&f);
	store_close(f.store);
	arena_free(mem);
	return 0;
}
