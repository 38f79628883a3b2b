/*
 * limit.c - token buckets, in memory and in the volatile store.
 */
#include "base/arena.h"
#include "serve/life.h"
#include "tap.h"
#include "scratch.h"

const struct program program = { .name = "unit" };

static struct store *store;

static bool
take(enum limit limit, const char *key, int64_t now)
{
	int64_t wait_ms = 0;
	bool taken = limit_take(store, limit, key, now, &wait_ms);

	return taken && wait_ms == 0;
}

static int64_t
wait_of(enum limit limit, const char *key, int64_t now)
{
	int64_t wait_ms = 0;

	return limit_take(store, limit, key, now, &wait_ms) ? 0 : wait_ms;
}

/* The same of both kinds of bucket. */
static void
test_bucket(const char *kind)
{
	const int64_t t = 1000000;
	int64_t ms;

	ok(take(LIMIT_send, "ann", t) && take(LIMIT_send, "ann", t) &&
	    take(LIMIT_send, "ann", t), "%s: a burst", kind);
	ms = wait_of(LIMIT_send, "ann", t);
	ok(ms > 490 && ms <= 501, "%s: then a wait", kind);
	ok(take(LIMIT_send, "bob", t), "%s: each has his own", kind);
	ok(take(LIMIT_join, "ann", t), "%s: for each limit", kind);
	ok(!take(LIMIT_send, "ann", t + 400), "%s: too early", kind);
	ok(take(LIMIT_send, "ann", t + 501), "%s: in time", kind);
	ok(!take(LIMIT_send, "ann", t + 502), "%s: one at a time", kind);
	ok(!take(LIMIT_send, "ann", t - 100000),
	    "%s: a clock that is set back gives nothing", kind);
	ok(take(LIMIT_send, "ann", t - 100000 + 501),
	    "%s: and does not stop it", kind);
	ok(take(LIMIT_send, "ann", t + 3600000) &&
	    take(LIMIT_send, "ann", t + 3600000) &&
	    take(LIMIT_send, "ann", t + 3600000) &&
	    !take(LIMIT_send, "ann", t + 3600000),
	    "%s: no more than a burst is saved up", kind);
	ok(take(LIMIT_send, "", t) && take(LIMIT_send, "", t) &&
	    take(LIMIT_send, "", t) && !take(LIMIT_send, "", t),
	    "%s: who has no address shares one bucket", kind);
}

/* More strangers than there is room for, none of whose buckets is full. */
static void
test_crowd(void)
{
	const int64_t t = 9000000;
	unsigned refused = 0;
	char key[32];

	for (int i = 0; i < 300000; i++) {
		snprintf(key, sizeof(key), "stranger %d", i);
		refused += !take(LIMIT_login, key, t);
	}
	is_int(refused, 0, "a crowd: nobody is taken for another");
	ok(!take(LIMIT_login, key, t), "the last of them is remembered");
	for (int i = 299000; i < 300000; i++) {
		snprintf(key, sizeof(key), "stranger %d", i);
		refused += !take(LIMIT_login, key, t + 1);
	}
	ok(refused > 100, "as are others");
	refused = 0;
	for (int i = 0; i < 300000; i++) {
		snprintf(key, sizeof(key), "stranger %d", i);
		refused += !take(LIMIT_login, key, t + 2000000);
	}
	is_int(refused, 0, "later all may come again");
}

static void
test_address(void)
{
	static const struct {
		const char	*address, *want;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
		{ "2001:DB8:1:2::", "2001:db8:1:2::" },
		{ "::1", "::" },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
		{ "unix:", "unix:" },
		{ "", "" }
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_text(limit_address(scratch_mem, cases[i].address),
		    cases[i].want, "the network of \"%s\"", cases[i].address);
}

int
main(void)
{
	scratch_begin();
	scratch_conf.limit[LIMIT_send] = (struct conf_limit){ 3, 2 };
	scratch_conf.limit[LIMIT_join] = (struct conf_limit){ 1, 1 };
	scratch_conf.limit[LIMIT_login] = (struct conf_limit){ 1, 0.001 };
	store = scratch_open(NULL);
	test_bucket("stored");
	limit_resident();
	test_bucket("in memory");
	test_crowd();
	test_address();
	store_close(store);
	return done_testing();
}
