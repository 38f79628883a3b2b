/*
 * push_send.c - what pushers tell, one event after the other: what is given up,
 * what gives way, and how seldom a gateway that fails is asked.
 */
#include "matrix/push_send.h"
#include "matrix/push_walk.h"
#include "store/db-inner.h"
#include "scratch.h"
#include "tap.h"

#define NOW	INT64_C(1700000000000)
#define BOB	2
#define PUSHER	1

static struct store *store;
static struct push_send told;

static void
run(const char *sql)
{
	if (!db_script(store->main, sql)) {
		printf("Bail out! %s\n", sql);
		exit(1);
	}
}

/* Alice says things in a room with Bob, who has a pusher. */
static void
set_up(void)
{
	run("INSERT INTO user VALUES (1, '@alice:example.org'),"
	    " (2, '@bob:example.org');"
	    "INSERT INTO account (user, kind, created_at)"
	    " VALUES (1, 'user', 0), (2, 'user', 0);"
	    "INSERT INTO device (nr, user, device_id, created_at)"
	    " VALUES (1, 2, 'D', 0);"
	    "INSERT INTO room (nr, room_id, version, created_at, joined)"
	    " VALUES (1, '!room', '10', 0, 2);"
	    "INSERT INTO event (nr, event_id, room, depth, type, state_key,"
	    " sender, origin_server_ts, content_at, content_len, pdu)"
	    " VALUES (1, '$bob', 1, 1, 'm.room.member', '@bob:example.org',"
	    " 2, 0, 11, 21, '{\"content\":{\"membership\":\"join\"}}');"
	    "INSERT INTO state_history VALUES"
	    " (1, 'm.room.member', '@bob:example.org', 1, 1);"
	    "INSERT INTO current_state VALUES"
	    " (1, 'm.room.member', '@bob:example.org', 1);"
	    "INSERT INTO member (room, user, membership, event, pos)"
	    " VALUES (1, 1, 'join', 1, 0), (1, 2, 'join', 1, 0)");
}

static void
set_pusher(void)
{
	const struct pusher pusher = {
		.app_id = "org.example.app",
		.pushkey = "key",
		.app_display_name = "",
		.device_display_name = "",
		.lang = "en",
		.url = "https://push.example/_matrix/push/v1/notify",
		.data = SPAN("{\"format\":\"event_id_only\"}"),
		.set_at = NOW,
	};

	db_begin(store->main, TX_WRITE);
	ok(pusher_set(store->main, &pusher, BOB, 1), "a pusher");
	ok(db_commit(store->main), "is kept");
}

static void
say(int from, int upto)
{
	char sql[500];

	run("BEGIN");
	for (int i = from; i < upto; i++) {
		snprintf(sql, sizeof sql, "INSERT INTO change (pos, kind, "
		    "room, ref) VALUES (%d, 1, 1, %d); INSERT INTO event (nr, "
		    "event_id, room, pos, depth, type, sender, "
		    "origin_server_ts, content_at, content_len, pdu) VALUES "
		    "(%d, '$%d', 1, %d, %d, 'm.room.message', 1, 0, 11, 32, "
		    "'{\"content\":{\"body\":\"x\",\"msgtype\":\"m.text\"}}')",
		    i, i, i, i, i, i);
		run(sql);
	}
	run("COMMIT");
}

static void
walk(void)
{
	struct push_walk w = { .store = store };
	enum push_walked walked;

	do
		walked = push_walk(&w);
	while (walked == PUSH_WALK_ON);
	ok(walked == PUSH_WALKED, "the stream is walked to its end");
}

static enum push_end
compose(int64_t now)
{
	enum push_end end;

	db_begin(store->main, TX_READ);
	end = push_compose(store, scratch_mem, PUSHER, now, &told);
	db_commit(store->main);
	return end;
}

static void
settle(enum push_end end, int64_t now)
{
	db_begin(store->main, TX_WRITE);
	push_settle(store->main, &told, end, now);
	ok(db_commit(store->main), "what came of it is kept");
}

static int64_t
due_at(void)
{
	return db_pragma(store->main, "SELECT coalesce(due_at, 0) FROM pusher");
}

static void
test_order(void)
{
	say(10, 13);
	walk();
	for (int i = 10; i < 13; i++) {
		is_int(compose(NOW), PUSH_ASKED, "an event is told");
		is_int(told.pos, i, "in its turn");
		settle(PUSH_TOLD, NOW);
	}
	is_int(due_at(), 0, "then there is nothing to tell");
}

static void
test_failures(void)
{
	static const int64_t pause[] = { 1, 2, 4, 8 };

	say(20, 21);
	walk();
	for (size_t i = 0; i < sizeof pause / sizeof *pause; i++) {
		is_int(compose(NOW), PUSH_ASKED, "PSH-12: it is asked again");
		is_int(told.pos, 20, "about the same");
		settle(PUSH_FAILED, NOW);
		is_int(due_at(), NOW + pause[i] * 1000, "ever more seldom");
	}
	is_int(push_pause(1000), 1024000, "but each quarter of an hour");
	settle(PUSH_TOLD, NOW);
	is_int(due_at(), 0, "until it is told");
	is_int(compose(NOW), PUSH_QUIET, "and then there is nothing more");
}

static void
test_too_old(void)
{
	int64_t at;

	say(30, 31);
	walk();
	at = db_pragma(store->main, "SELECT at FROM push");
	is_int(compose(at + PUSH_KEPT_MS), PUSH_ASKED, "after a day it is told");
	is_int(compose(at + PUSH_KEPT_MS + 1), PUSH_VOID, "and then no more");
	settle(PUSH_VOID, NOW);
	is_int(db_pragma(store->main, "SELECT count(*) FROM push"), 0,
	    "it is forgotten");
}

static void
test_locked(void)
{
	say(40, 41);
	walk();
	run("UPDATE account SET locked_at = 1 WHERE user = 2");
	is_int(compose(NOW), PUSH_VOID,
	    "who is locked out is told nothing (security 17)");
	settle(PUSH_VOID, NOW);
	run("UPDATE pusher SET unread = unread + 1");
	is_int(compose(NOW), PUSH_QUIET, "nor a number");
	run("UPDATE account SET locked_at = NULL");
	is_int(compose(NOW), PUSH_ASKED, "until that is over");
	settle(PUSH_TOLD, NOW);
}

static void
test_many(void)
{
	say(100, 100 + PUSH_QUEUE_MAX + 3);
	walk();
	is_int(db_pragma(store->main, "SELECT count(*) FROM push"),
	    PUSH_QUEUE_MAX, "so many wait for a gateway");
	compose(NOW);
	is_int(told.pos, 103, "and the oldest gave way");
	is_int(db_pragma(store->main, "SELECT queued FROM pusher"),
	    PUSH_QUEUE_MAX, "they are counted");
}

static void
test_answers(void)
{
	static const struct {
		int		 status;
		const char	*body;
		enum push_end	 end;
	} cases[] = {
		{ 200, "{\"rejected\":[]}", PUSH_TOLD },
		{ 200, "{}", PUSH_TOLD },
		{ 200, "", PUSH_TOLD },
		{ 200, "{\"rejected\":\"key\"}", PUSH_TOLD },
		{ 200, "{\"rejected\":[1,null,\"other\"]}", PUSH_TOLD },
		{ 200, "{\"rejected\":[\"other\",\"key\"]}", PUSH_REJECTED },
		{ 500, "{\"rejected\":[\"key\"]}", PUSH_FAILED },
		{ 302, "", PUSH_FAILED },
		{ 0, "", PUSH_FAILED },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		told.http.status = cases[i].status;
		told.http.len = strlen(cases[i].body);
		strcpy(told.http.body, cases[i].body);
		is_int(push_judge(scratch_mem, &told), cases[i].end,
		    "PSH-11: %d %s", cases[i].status, cases[i].body);
	}
	settle(PUSH_REJECTED, NOW);
	is_int(db_pragma(store->main, "SELECT count(*) FROM pusher"), 0,
	    "PSH-11: a pusher that is rejected goes");
	is_int(db_pragma(store->main, "SELECT count(*) FROM push"), 0,
	    "with all that it had to tell");
	is_int(compose(NOW), PUSH_QUIET, "who is gone tells nothing");
	settle(PUSH_FAILED, NOW);
}

/* ------------------------------------------------------------- many pushers */

/* Who has n pushers, and is told of all that happens. */
static void
set_pushers(int user, int n)
{
	struct buf sql;

	buf_init(&sql, scratch_mem, SIZE_MAX);
	buf_printf(&sql, "INSERT INTO push_rule (user, profile_tag, kind, "
	    "rule_id, place, enabled, in_2015, actions) VALUES (%d, '', "
	    "'override', 'all', 0, 1, 0, '[\"notify\"]');", user);
	for (int i = 0; i < n; i++)
		buf_printf(&sql, "INSERT INTO pusher (user, device, app_id, "
		    "pushkey, kind, app_display_name, device_display_name, "
		    "lang, url, gateway, data, in_2015, set_at, since) VALUES "
		    "(%d, 1, 'app', '%d', 'http', '', '', '', '', '', '{}', 0, "
		    "0, 2000);", user, i);
	run(buf_str(&sql));
}

/*
 * Three messages leave room for two more that are found, and then comes what
 * has most of them: an event about somebody who has as many pushers as one may.
 */
static void
test_most_found(void)
{
	run("INSERT INTO user VALUES (3, '@carol:example.org');"
	    "INSERT INTO account (user, kind, created_at)"
	    " VALUES (3, 'user', 0);"
	    "INSERT INTO member (room, user, membership, event, pos)"
	    " VALUES (1, 3, 'join', 1, 0);"
	    "UPDATE room SET joined = 3;"
	    "INSERT INTO state_history VALUES"
	    " (1, 'm.room.member', '@carol:example.org', 1, 1)");
	set_pushers(BOB, 66);
	set_pushers(3, PUSHERS_MAX);
	say(3000, 3003);
	run("INSERT INTO change (pos, kind, room, user, ref)"
	    " VALUES (3003, 1, 1, 3, 3003);"
	    "INSERT INTO event (nr, event_id, room, pos, depth, type,"
	    " state_key, sender, origin_server_ts, content_at, content_len,"
	    " pdu) VALUES (3003, '$3003', 1, 3003, 3003, 'm.room.member',"
	    " '@carol:example.org', 1, 0, 11, 21,"
	    " '{\"content\":{\"membership\":\"join\"}}')");
	walk();
	is_int(db_pragma(store->main, "SELECT count(*) FROM push"),
	    4 * (PUSHERS_MAX + 66), "all that many pushers tell is found");
	is_int(db_pragma(store->main, "SELECT count(*) FROM pusher"
	    " WHERE queued = 4"), PUSHERS_MAX + 66, "for each of them");
}

int
main(void)
{
	scratch_begin();
	store = scratch_open(NULL);
	db_arena(store->main, scratch_mem);
	set_up();
	set_pusher();
	test_order();
	test_failures();
	test_too_old();
	test_locked();
	test_many();
	test_answers();
	test_most_found();
	store_close(store);
	return done_testing();
}
