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

int
main(void)
{
	world_begin();
	set_pusher(false);
	test_order();
	test_failures();
	test_refusals();
	test_too_old();
	test_many();
	test_answers();
	return world_end();
}
