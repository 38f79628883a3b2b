/*
 * waiters.c - requests that wait: by user, by deadline, woken, taken.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "serve/life.h"
#include "serve/waiters.h"
#include "tap.h"

static enum mx_err
resume(struct request *r)
{
	(void)r;
	return M_OK;
}

static const struct waits waits = { .resume = resume };
static const struct route route = { .method = "GET", .path = "/sync",
	.waits = true };
const struct program program = { .name = "unit", .waits = &waits };

static const struct conf conf = { .user_waiters = 100 };
static struct store store = { .conf = &conf };

/* It waits with its own number as state. */
static struct waiter *
add(int64_t user, int64_t until, int64_t number)
{
	struct life *l = life_new(&store);
	struct waiter *w;

	l->r.route = &route;
	l->r.api = API_V3;
	l->park_key = user;
	l->r.who.token = 100 + user;
	l->park_state = arena_memdup(l->r.mem, &number, sizeof(number));
	l->park_size = sizeof(number);
	l->park_until = until;
	w = waiter_add(l);
	life_free(l);
	return w;
}

/* Who is taken, in order: "1 2!", with ! where it is the last call. */
static const char *
taken(size_t max)
{
	static char text[4096];
	struct lives list = { 0 };
	struct life *l;
	size_t n = 0;

	waiters_take(&store, max, &list);
	text[0] = '\0';
	while ((l = lives_take(&list)) != NULL) {
		int64_t number;

		memcpy(&number, l->r.wait, sizeof(number));
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%lld%s",
		    n > 0 ? " " : "", (long long)number,
		    l->r.last_call ? "!" : "");
		life_free(l);
	}
	return text;
}

static void
test_users(void)
{
	struct life *l;
	struct lives list = { 0 };

	wake_user(1);
	ok(!waiters_woken(), "nobody waits, nobody is woken");
	is_int(waiters_deadline(), -1, "there is no deadline");
	add(1, 1000, 1);
	add(2, 2000, 2);
	add(1, 3000, 3);
	add(65, 4000, 4);
	wake_user(3);
	ok(!waiters_woken(), "nor by another's news");
	wake_user(1);
	wake_user(1);
	ok(waiters_woken(), "a user's are woken");
	wake_user(2);
	is_text(taken(2), "3 1", "all of the user, each once");
	is_text(taken(9), "2", "the rest next time");
	is_int((int64_t)waiters_count(), 1, "one goes on waiting");
	add(-65, 4000, 5);
	wake_user(-65);
	is_text(taken(9), "5", "a key that is no user wakes nobody else");

	wake_user(65);
	waiters_take(&store, 1, &list);
	l = lives_take(&list);
	is_int(l->resumed.token, 165, "it comes back with its token");
	is_int(l->r.api, API_V3, "its API");
	ok(l->r.route == &route && l->run == resume && l->tx == TX_READ,
	    "and its route");
	is_int((int64_t)l->r.who.user, 0, "who it is is asked anew");
	life_free(l);
}

static void
test_deadlines(void)
{
	for (int i = 0; i < 50; i++)
		add(i, 1000 + i * 37 % 50, i * 37 % 50);
	for (int i = 0; i < 50; i++) {
		char want[16];

		is_int(waiters_deadline(), 1000 + i, "deadline %d", i);
		waiters_expire(1000 + i);
		snprintf(want, sizeof(want), "%d!", i);
		if (!is_text(taken(9), want, "has its last call"))
			break;
	}
	add(1, 10, 1);
	wake_user(1);
	waiters_expire(10);
	is_text(taken(9), "1!", "woken, and then late: the last call");
}

static void
test_leaving(void)
{
	struct waiter *w[6];

	for (int i = 0; i < 6; i++)
		w[i] = add(7, 100 - i, i);
	wake_user(7);
	waiter_remove(w[5]);
	waiter_remove(w[2]);
	waiter_remove(w[0]);
	is_text(taken(1), "4", "who left while woken is not taken");
	waiter_remove(w[1]);
	is_text(taken(9), "3", "nor the last of them");
	ok(!waiters_woken(), "nobody is left");
	add(7, 1, 9);
	wake_user(7);
	is_text(taken(9), "9", "the next is woken as ever");
}

static void
test_dismissing(void)
{
	for (int i = 0; i < 10; i++)
		add(i, 1000 + i, i);
	waiters_dismiss(10);
	ok(!waiters_woken(), "all may stay");
	wake_user(9);
	wake_user(8);
	waiters_dismiss(7);
	is_text(taken(99), "9 8 0!", "those who go anyway count");
	waiters_dismiss(7);
	is_text(taken(99), "", "seven may stay");
	add(20, 1, 20);
	waiters_dismiss(7);
	is_text(taken(99), "20!", "seven, whoever comes");
	waiters_dismiss(0);
	taken(99);
	is_int((int64_t)waiters_count(), 0, "nobody");
}

static void
count(int64_t user, void *arg)
{
	*(int64_t *)arg += user;
}

/* Who has been woken need not be looked at for the next piece of news. */
static void
test_looking(void)
{
	int64_t users = 0;

	add(1, 100, 1);
	add(20, 100, 2);
	add(300, 100, 3);
	wake_user(20);
	is_int((int64_t)waiting_users(), 2, "two are not woken yet");
	waiting_each(count, &users);
	is_int(users, 301, "which are the others");
	wake_user(1);
	wake_user(300);
	taken(9);
}

/* A large crowd does not hold up a small one, or who comes while it is served. */
static void
test_crowds(void)
{
	struct waiter *small;

	for (int i = 0; i < 4; i++)
		add(1, 100, 10 + i);
	add(2, 100, 20);
	add(3, 100, 30);
	wake_apart();
	wake_user(1);
	wake_apart();
	wake_user(2);
	wake_user(1);
	is_text(taken(3), "13 20 12", "crowds: they take turns");
	wake_apart();
	wake_user(3);
	is_text(taken(2), "11 30", "who is woken later has a turn too");
	is_text(taken(9), "10", "and the rest of the large one comes last");

	for (int i = 0; i < 3; i++)
		add(1, 100, 10 + i);
	small = add(2, 100, 20);
	wake_apart();
	wake_user(1);
	wake_apart();
	wake_user(2);
	waiter_remove(small);
	add(3, 100, 30);
	wake_user(3);
	is_text(taken(2), "12 30", "one who left leaves its crowd to others");
	wake_apart();
	waiters_expire(100);
	is_text(taken(9), "11! 10!", "the late have their last call");
	ok(!waiters_woken(), "nobody is left of any crowd");
	add(4, 100, 40);
	wake_user(4);
	is_text(taken(9), "40", "the next is woken as ever");
}

/* Of a large crowd only as many as may, and a small one all the same. */
static void
test_holding_back(void)
{
	const char *all;

	waiters_allow(3);
	for (int i = 0; i < 80; i++)
		add(1, 100, 10 + i);
	add(2, 100, 20);
	wake_apart();
	wake_user(1);
	is_text(taken(9), "89 88 87", "held back: so many of a large crowd");
	ok(!waiters_woken() && waiters_held_back(), "and no more for now");
	wake_apart();
	wake_user(2);
	ok(waiters_woken() && !waiters_held_back(), "a small one has a turn");
	is_text(taken(9), "20", "beside it");
	is_text(taken(9), "", "and only that");
	waiters_allow(2);
	is_text(taken(9), "86 85", "then the next of the large one");
	waiters_allow(SIZE_MAX);
	all = taken(100);
	ok(*all != '\0' && !waiters_woken() && !waiters_held_back(),
	    "and all, if they may");
	is_int((int64_t)waiters_count(), 0, "nobody is left");
}

/* Come and go at random, against a plain array. */
static void
test_many(void)
{
	enum { N = 2000 };
	static struct waiter *there[N];
	static int64_t until[N];
	int64_t first, taken_count = 0;
	unsigned wrong = 0;

	srand(1);
	for (int step = 0; step < 20000; step++) {
		int i = rand() % N;

		if (there[i] != NULL) {
			waiter_remove(there[i]);
			there[i] = NULL;
		} else {
			until[i] = rand() % 100000;
			there[i] = add(i % 50, until[i], i);
		}
		if (step % 100 != 0)
			continue;
		first = -1;
		for (i = 0; i < N; i++)
			if (there[i] && (first == -1 || until[i] < first))
				first = until[i];
		wrong += waiters_deadline() != first;
	}
	is_int(wrong, 0, "many: the first deadline is known");
	for (int i = 0; i < 50; i++) {
		if (i % 7 == 0)
			wake_apart();
		wake_user(i);
	}
	for (int i = 0; i < N; i++)
		taken_count += there[i] != NULL;
	while (waiters_woken()) {
		taken(1);
		taken_count--;
	}
	is_int(taken_count, 0, "many: all are woken by their users");
	is_int((int64_t)waiters_count(), 0, "nobody is left");
}

/* Later than whoever was added before. */
static void
add_later(int64_t user, int64_t number)
{
	int64_t before = clock_mono_us();

	while (clock_mono_us() == before)
		continue;
	add(user, 100000, number);
}

static void
test_of_user(void)
{
	for (int i = 0; i < 100; i++) {
		add_later(7, i);
		add(-7, 100000, i);
	}
	ok(!waiters_woken(), "so many of a user may wait (security 16)");
	add(8, 100000, 1000);
	ok(!waiters_woken(), "another user's are not counted");
	add_later(7, 1001);
	is_text(taken(9), "0!", "one more answers the oldest (security 16)");
	add_later(7, 1002);
	add_later(7, 1003);
	is_text(taken(9), "1! 2!", "and so on");
	waiters_dismiss(0);
	while (*taken(100) != '\0')
		continue;
}

int
main(void)
{
	test_of_user();
	test_users();
	test_deadlines();
	test_leaving();
	test_dismissing();
	test_looking();
	test_crowds();
	test_holding_back();
	test_many();
	return done_testing();
}
