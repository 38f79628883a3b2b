/*
 * room-tasks.c - who is gone leaves all rooms: in pieces, each once, whatever
 * dies and whatever is broken.
 */
#include <signal.h>

#include "base/clock.h"
#include "matrix/account.h"
#include "matrix/room-tasks.h"
#include "matrix/room.h"
#include "store/db-inner.h"
#include "store/lock.h"
#include "store/stream.h"
#include "scratch.h"
#include "tap.h"

#define ROOMS	50
#define ANNA	"@anna:example.org"
#define GONE	"@gone:example.org"
#define OTHER	"@other:example.org"

static struct store *store;
static struct db *db;
static struct author anna, gone, other;
static struct room room[ROOMS];

/* Time goes on only where a test says so. */
static int64_t now_ms = 1000000;

int64_t
clock_now_ms(void)
{
	return now_ms;
}

int64_t
clock_mono_us(void)
{
	return now_ms * 1000;
}

static void
run(const char *sql)
{
	if (!db_script(db, sql)) {
		printf("Bail out! %s\n", sql);
		exit(1);
	}
}

static struct author
author(const struct signing_key *key, const char *user_id)
{
	int64_t user = account_make(db, user_id, ACCOUNT_USER, NULL, 1);

	return (struct author){ .db = db, .mem = scratch_mem, .key = key,
	    .server_name = scratch_conf.server_name, .now = now_ms,
	    .user = user, .user_id = user_id };
}

static void
put(struct author *by, const struct room *in, const char *type,
    const char *state_key, const char *content)
{
	const char *why = "";
	struct sent sent;

	if (room_send(by, in, &(struct new_event){ .type = type,
	    .state_key = state_key, .content = json_parse_own(scratch_mem,
	    span_of(content)) }, &sent, &why) != M_OK) {
		printf("Bail out! %s of %s: %s\n", type, state_key, why);
		exit(1);
	}
}

static void
put_member(struct author *by, const struct room *in, const char *who,
    const char *membership)
{
	put(by, in, "m.room.member", who, arena_printf(scratch_mem,
	    "{\"membership\":\"%s\"}", membership));
}

/* Rooms of Anna's which `who` joined, is invited to, knocks at, in turn. */
static void
make_rooms(struct author *who)
{
	const char *why = "";
	struct sent sent;

	for (int i = 0; i < ROOMS; i++) {
		room_begin(&anna, &(struct new_room){
		    .version = room_version_find("10") }, &room[i], &sent,
		    &why);
		put_member(&anna, &room[i], ANNA, "join");
		put(&anna, &room[i], "m.room.join_rules", "",
		    i % 3 == 2 ? "{\"join_rule\":\"knock\"}" :
		    "{\"join_rule\":\"invite\"}");
		if (i % 3 == 2)
			put_member(who, &room[i], who->user_id, "knock");
		else
			put_member(&anna, &room[i], who->user_id, "invite");
		if (i % 3 == 0)
			put_member(who, &room[i], who->user_id, "join");
	}
}

/* How many of the rooms have they left? */
static int
left_by(const struct author *who)
{
	int n = 0;

	db_begin(db, TX_READ);
	for (int i = 0; i < ROOMS; i++)
		n += room_member(db, room[i].nr, who->user).membership ==
		    MEMBERSHIP_LEAVE;
	db_commit(db);
	return n;
}

static int64_t
stream_end(void)
{
	int64_t last;

	db_begin(db, TX_READ);
	last = change_last(db);
	db_commit(db);
	return last;
}

static void
deactivate(const struct author *who)
{
	db_begin(db, TX_WRITE);
	account_deactivate(db, who->user, false, now_ms);
	db_commit(db);
}

/* Of this kind alone: other tasks, which events leave, are not counted. */
static struct tasks
fresh(const char *name)
{
	static struct task_kind one[2];
	const struct task_kind *kind = room_tasks;
	struct tasks t;

	while (strcmp(kind->kind, name) != 0)
		kind++;
	one[0] = *kind;
	tasks_init(&t, store, one);
	return t;
}

static int
turns(struct tasks *t, int most)
{
	int n;

	for (n = 0; n < most && tasks_look(t); n++)
		tasks_turn(t);
	return n;
}

/* ------------------------------------------------------------------ killed */

/* SQLite tells of each row that comes; at the 30th event it is over. */
static void
count_events(void *arg, int what, const char *database, const char *table,
    sqlite3_int64 row)
{
	int *events = arg;

	(void)database;
	(void)row;
	if (what == SQLITE_INSERT && strcmp(table, "event") == 0 &&
	    ++*events == 30)
		raise(SIGKILL);
}

static int
work_and_die(void *arg)
{
	struct tasks t;
	const char *why;
	int events = 0;

	(void)arg;
	store = store_open(&scratch_conf, NULL, 1024, scratch_mem, &why);
	sqlite3_update_hook(store->main->sq, count_events, &events);
	t = fresh(TASK_LEAVE_ROOMS);
	return turns(&t, 99);
}

static void
test_kill(void)
{
	struct tasks t;
	int64_t before;

	deactivate(&gone);
	before = stream_end();
	is_int(scratch_fork(work_and_die, NULL), -SIGKILL,
	    "killed in the middle of the second piece");
	is_int(left_by(&gone), 20, "the first piece stands");
	t = fresh(TASK_LEAVE_ROOMS);
	is_int(turns(&t, 99), 3, "the next process goes on: 20, 10, the end");
	is_int(left_by(&gone), ROOMS, "all rooms are left: joined, "
	    "invited, knocked");
	is_int(stream_end() - before, ROOMS, "each once (security 36)");
	is_int(room_member(db, room[0].nr, anna.user).membership,
	    MEMBERSHIP_JOIN, "nobody else is moved");
}

/* ------------------------------------------------------------------ broken */

/*
 * Room 3 has lost its m.room.create, so the rules forbid everything; room 5
 * cannot be written to at all.
 */
static void
break_rooms(void)
{
	run(arena_printf(scratch_mem, "DELETE FROM current_state WHERE room = "
	    "%lld AND type = 'm.room.create'", (long long)room[3].nr));
	run(arena_printf(scratch_mem, "CREATE TRIGGER bad BEFORE INSERT ON "
	    "event WHEN NEW.room = %lld BEGIN SELECT RAISE(ABORT, 'bad'); END",
	    (long long)room[5].nr));
}

static void
test_broken(void)
{
	struct tasks t;
	int pieces = 0, most;

	make_rooms(&other);
	break_rooms();
	deactivate(&other);
	t = fresh(TASK_LEAVE_ROOMS);
	is_int(turns(&t, 99), 1, "a piece that meets a broken room fails");
	is_int(left_by(&other), 0, "as a whole");
	for (most = 0; most < 99 && left_by(&other) < ROOMS - 2; most++) {
		now_ms += 256000;
		pieces += turns(&t, 99);
	}
	is_int(left_by(&other), ROOMS - 2, "but all others are left");
	ok(pieces < 30, "after %d more pieces", pieces);
	is_int(room_member(db, room[3].nr, other.user).membership,
	    MEMBERSHIP_JOIN, "save the one that forbids it");
	is_int(room_member(db, room[5].nr, other.user).membership,
	    MEMBERSHIP_KNOCK, "and the one that cannot be written to");
	now_ms += 256000;
	ok(!tasks_look(&t), "and the task is over");
	run("DROP TRIGGER bad");
}

/* ------------------------------------------------------------------ guests */

#define GUESTS	45

static void
make_guests(struct author guest[GUESTS], const struct room *in)
{
	for (int i = 0; i < GUESTS; i++) {
		guest[i] = anna;
		guest[i].user_id = arena_printf(scratch_mem,
		    "@guest%d:example.org", i);
		guest[i].user = account_make(db, guest[i].user_id,
		    ACCOUNT_GUEST, NULL, 1);
		put_member(&guest[i], in, guest[i].user_id, "join");
	}
}

static void
shut_out(const struct room *in, const char *content)
{
	db_begin(db, TX_WRITE);
	put(&anna, in, "m.room.guest_access", "", content);
	task_add_about(db, TASK_PUT_OUT_GUESTS, 0, in->nr, NULL, now_ms, 0);
	db_commit(db);
}

static int
guests_left(const struct author guest[GUESTS], const struct room *in)
{
	int n = 0;

	db_begin(db, TX_READ);
	for (int i = 0; i < GUESTS; i++)
		n += room_member(db, in->nr, guest[i].user).membership ==
		    MEMBERSHIP_LEAVE;
	db_commit(db);
	return n;
}

static void
make_open_room(struct room *in)
{
	const char *why = "";
	struct sent sent;

	room_begin(&anna, &(struct new_room){
	    .version = room_version_find("10") }, in, &sent, &why);
	put_member(&anna, in, ANNA, "join");
	put(&anna, in, "m.room.join_rules", "", "{\"join_rule\":\"public\"}");
	put_member(&other, in, OTHER, "join");
}

static void
test_guests(void)
{
	struct author guest[GUESTS];
	struct room in;
	struct tasks t;

	make_open_room(&in);
	make_guests(guest, &in);
	shut_out(&in, "{\"guest_access\":\"can_join\"}");
	t = fresh(TASK_PUT_OUT_GUESTS);
	is_int(turns(&t, 99), 1, "where guests are welcome again");
	is_int(guests_left(guest, &in), 0, "nobody goes");
	shut_out(&in, "{\"guest_access\":\"forbidden\"}");
	t = fresh(TASK_PUT_OUT_GUESTS);
	is_int(turns(&t, 1), 1, "where they are not, a piece");
	is_int(guests_left(guest, &in), 20, "puts out some");
	is_int(turns(&t, 99), 3, "and some more all: 20, 5, the end");
	is_int(guests_left(guest, &in), GUESTS, "guests are gone "
	    "(security 18)");
	is_int(room_member(db, in.nr, other.user).membership, MEMBERSHIP_JOIN,
	    "others stay");
	is_int(room_member(db, in.nr, anna.user).membership, MEMBERSHIP_JOIN,
	    "with whom shut them out");
}

/* ------------------------------------------------------------- without key */

static void
test_no_key(void)
{
	struct tasks t;
	const char *path = arena_printf(scratch_mem, "%s/signing.key",
	    scratch_data);
	const char *aside = scratch_path("aside");

	deactivate(&anna);
	t = fresh(TASK_LEAVE_ROOMS);
	rename(path, aside);
	is_int(turns(&t, 99), 1, "without the signing key it fails");
	is_int(left_by(&anna), 0, "and nobody leaves");
	rename(aside, path);
	now_ms += 1000;
	ok(turns(&t, 99) > 3, "with the key it goes on");
	is_int(left_by(&anna), ROOMS - 1, "the owner of rooms leaves "
	    "them like any other");
}

int
main(void)
{
	const char *path, *why = "";
	const struct signing_key *key;

	scratch_begin();
	store = scratch_open(NULL);
	db = store->main;
	db_arena(db, scratch_mem);
	json_arena(scratch_mem);
	path = arena_printf(scratch_mem, "%s/signing.key", scratch_data);
	if (!signing_key_make(path, &why) ||
	    (key = signing_key_load(scratch_mem, path, &why)) == NULL) {
		printf("Bail out! %s\n", why);
		return 1;
	}
	anna = author(key, ANNA);
	gone = author(key, GONE);
	other = author(key, OTHER);
	test_guests();
	make_rooms(&gone);
	test_kill();
	test_broken();
	test_no_key();
	store_close(store);
	return done_testing();
}
