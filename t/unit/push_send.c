/*
 * push_send.c - what gateways are told, one event after the other: what is given
 * up, what gives way, and how seldom they are asked.
 */
#include "pushing.h"

/* How many events are told, one after the other? */
static int
tell_all(void)
{
	int n = 0;

	while (compose() == PUSH_ASKED && told.pos != 0) {
		db_begin(db, TX_WRITE);
		push_settle(db, &told, PUSH_TOLD, now);
		must(db_commit(db), "what was told");
		n++;
	}
	return n;
}

static void
test_order(void)
{
	int64_t pos = say(3);

	walk();
	for (int i = 0; i < 3; i++) {
		is_int(compose(), PUSH_ASKED, "an event is told");
		ok(told.pos >= pos, "in its turn");
		pos = told.pos + 1;
		settle(PUSH_TOLD);
	}
	is_int(due_at(GATEWAY), 0, "then there is nothing to tell");
}

static void
test_failures(void)
{
	int64_t pos = say(1);

	walk();
	for (int i = 0; i < 4; i++) {
		is_int(compose(), PUSH_ASKED, "PSH-12: it is asked again");
		is_int(told.pos, pos, "about the same");
		settle(PUSH_FAILED);
		is_int(due_at(GATEWAY), now + (SECOND << i),
		    "ever more seldom");
	}
	is_int(push_pause(1000), 1024 * SECOND, "but each quarter of an hour");
	settle(PUSH_TOLD);
	is_int(due_at(GATEWAY), 0, "until it is told");
	is_int(compose(), PUSH_QUIET, "and then there is nothing more");
}

static void
test_refusals(void)
{
	int64_t pos = say(3);

	walk();
	for (int i = 0; i < PUSH_REFUSALS_MAX; i++) {
		is_int(compose(), PUSH_ASKED, "a refusal may be a mistake");
		is_int(told.pos, pos, "which does not lose an event at once");
		settle(PUSH_REFUSED);
		is_int(due_at(GATEWAY), now + (SECOND << i),
		    "it is asked ever more seldom");
	}
	is_int(compose(), PUSH_ASKED, "then the event is given up");
	ok(told.pos > pos, "and not the next");
	pos = told.pos;
	settle(PUSH_REFUSED);
	is_int(compose(), PUSH_ASKED, "which one more refusal ends,");
	ok(told.pos > pos, "so that a gateway that is back gets what is new");
	settle(PUSH_TOLD);
	pos = say(1);
	walk();
	compose();
	settle(PUSH_REFUSED);
	compose();
	is_int(told.pos, pos, "who was told is asked patiently again");
	settle(PUSH_TOLD);
	is_int(due_at(GATEWAY), 0, "and all is told");
}

static void
test_too_old(void)
{
	int64_t before = clock_now_ms(), after;

	say(1);
	walk();
	after = clock_now_ms();
	now = before + PUSH_KEPT_MS;
	is_int(compose(), PUSH_ASKED, "after a day it is told");
	now = after + PUSH_KEPT_MS + 1;
	is_int(compose(), PUSH_VOID, "and then no more");
	settle(PUSH_VOID);
	now = after;
	compose();
	is_int(told.pos, 0, "it is forgotten");
}

static void
lock(int64_t at)
{
	db_begin(db, TX_WRITE);
	account_lock(db, bob.user, at);
	ok(db_commit(db), "an account is locked, or not any more");
}

static void
test_locked(void)
{
	say(1);
	walk();
	lock(1);
	is_int(compose(), PUSH_VOID,
	    "who is locked out is told nothing (security 17)");
	settle(PUSH_VOID);
	is_int(compose(), PUSH_QUIET, "nor a number");
	lock(0);
	is_int(compose(), PUSH_ASKED, "until that is over");
	settle(PUSH_TOLD);
}

static void
test_many(void)
{
	int64_t first = say(PUSH_QUEUE_MAX + 3);

	walk();
	compose();
	ok(told.pos > first, "the oldest gave way");
	is_int(tell_all(), PUSH_QUEUE_MAX, "so many wait for a gateway");
	say(2);
	walk();
	is_int(tell_all(), 2, "and then there is room again");
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
		{ 400, "", PUSH_REFUSED },
		{ 404, "{\"rejected\":[\"key\"]}", PUSH_REFUSED },
		{ 499, "", PUSH_REFUSED },
		{ 408, "", PUSH_FAILED },
		{ 425, "", PUSH_FAILED },
		{ 429, "", PUSH_FAILED },
		{ 0, "", PUSH_FAILED },
	};

	say(1);
	walk();
	compose();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		told.http.status = cases[i].status;
		told.http.len = strlen(cases[i].body);
		strcpy(told.http.body, cases[i].body);
		is_int(push_judge(scratch_mem, &told), cases[i].end,
		    "PSH-11: %d %s", cases[i].status, cases[i].body);
	}
	settle(PUSH_REJECTED);
	is_int(db_int(db, 0, STMT_PUSHER_COUNT, DB_INT(bob.user)), 0,
	    "PSH-11: a pusher that is rejected goes");
	is_int(due_at(GATEWAY), 0, "with all that it had to tell");
	is_int(compose(), PUSH_QUIET, "who is gone tells nothing");
	settle(PUSH_FAILED);
}

/* ------------------------------------------------------------- many pushers */

/* Who has so many more pushers, and is told of all that happens. */
static void
set_pushers(const struct author *who, int64_t of, int n)
{
	db_begin(db, TX_WRITE);
	db_exec(db, STMT_PUSH_RULE_PUT, DB_INT(who->user), DB_TEXT(""),
	    DB_TEXT("override"), DB_TEXT("all"), DB_INT(0), DB_INT(0), DB_NULL,
	    DB_TEXT("[]"), DB_TEXT("[\"notify\"]"));
	for (int i = 0; i < n; i++) {
		const struct pusher pusher = {
			.app_id = "org.example.many",
			.pushkey = arena_printf(scratch_mem, "%d", i),
			.app_display_name = "", .device_display_name = "",
			.lang = "en", .data = SPAN("{}"), .set_at = now,
			.url = GATEWAY "/_matrix/push/v1/notify",
		};

		must(pusher_set(db, &pusher, who->user, of), "a pusher");
	}
	must(db_commit(db), "pushers");
}

/* How many pushers of theirs have so many events to tell? */
static int
tellers(const struct author *who, int n, int events)
{
	int64_t pusher;
	int found = 0;

	for (int i = 0; i < n; i++) {
		pusher = db_int(db, 0, STMT_PUSHER_FIND,
		    DB_TEXT("org.example.many"), DB_TEXT(arena_printf(
		    scratch_mem, "%d", i)), DB_INT(who->user));
		told.pusher = pusher;
		found += tell_all() == events;
	}
	return found;
}

/*
 * Three messages leave room for two more that are found, and then comes what
 * has most of them: an event about somebody who has as many pushers as one may.
 */
static void
test_most_found(void)
{
	struct author carol;
	int64_t hers;

	must(db_begin(db, TX_WRITE), "a transaction");
	carol = author("@carol:example.org", alice.key);
	hers = session_begin(db, scratch_mem, &scratch_conf, carol.user,
	    &(struct session_wish){ .device_id = "C" }, 2016, 1).device;
	put(&carol, "m.room.member", "@carol:example.org",
	    "{\"membership\":\"join\"}");
	must(db_commit(db), "Carol");
	walk();
	set_pushers(&bob, device, 66);
	set_pushers(&carol, hers, PUSHERS_MAX);
	say(3);
	db_begin(db, TX_WRITE);
	put(&alice, "m.room.member", "@carol:example.org",
	    "{\"membership\":\"leave\"}");
	must(db_commit(db), "Carol is put out");
	walk();
	is_int(tellers(&bob, 66, 4), 66, "all that many pushers tell is found");
	is_int(tellers(&carol, PUSHERS_MAX, 1), PUSHERS_MAX,
	    "for each of them, of who is out what put them out");
}

int
main(void)
{
	world_begin();
	set_pusher(false);
	test_order();
	test_failures();
	test_refusals();
	test_too_old();
	test_locked();
	test_many();
	test_answers();
	test_most_found();
	return world_end();
}
