/* presence.c - what users show, when it ends, and how changes are numbered. */
#include "matrix/presence.h"
#include "scratch.h"
#include "tap.h"

#define ALICE	1
#define PHONE	10
#define LAPTOP	11

static struct conf conf = {
	.presence = true,
	.presence_idle_ms = 1000,
	.presence_offline_ms = 100
};
static struct db *vol;

static struct presence_owner
alice_at(int64_t now)
{
	return (struct presence_owner){ .vol = vol, .conf = &conf,
	    .user = ALICE, .now = now };
}

static bool
here(int64_t device, enum presence says, int64_t now, int64_t until)
{
	struct presence_owner o = alice_at(now);

	return presence_here(&o, device, says, until);
}

static bool
say(enum presence wish, const char *msg, int64_t now)
{
	struct presence_owner o = alice_at(now);

	return presence_say(&o, PHONE, wish, msg);
}

static bool
act(int64_t now)
{
	struct presence_owner o = alice_at(now);

	return presence_act(&o);
}

static int64_t
settle(int64_t now)
{
	struct presence_owner o = alice_at(now);

	return presence_settle(&o);
}

static struct presence_row
seen(void)
{
	struct presence_owner o = alice_at(0);
	struct presence_row row;

	presence_get(&o, &row);
	return row;
}

static void
shows(enum presence want, bool active, const char *name)
{
	struct presence_row row = seen();

	ok(row.shown == want && row.active == active, "%s", name);
}

static int64_t
writes(void)
{
	return db_int(vol, 0, STMT_VOLATILE_LAST);
}

static void
test_words(void)
{
	ok(presence_of("online", false) == PRESENCE_ONLINE, "a word");
	ok(presence_of("hidden", true) == PRESENCE_NONE, "no word");
	ok(presence_of("free_for_chat", false) == PRESENCE_NONE &&
	    presence_of("free_for_chat", true) == PRESENCE_FREE_FOR_CHAT,
	    "a word of 2015");
	is_text(presence_name(PRESENCE_FREE_FOR_CHAT, false), "online",
	    "which is online today");
}

/* A client waits until 1100 and counts as here until 1100 + 3 * 100. */
static void
test_time(void)
{
	int64_t n;

	shows(PRESENCE_OFFLINE, false, "who never came is offline");
	is_int(settle(500), -1, "and that does not end");
	ok(here(PHONE, PRESENCE_ONLINE, 1000, 1100), "to come is a change");
	shows(PRESENCE_ONLINE, true, "who comes is online and active");
	is_int(seen().acted_at, 1000, "which is an act");
	n = writes();
	ok(!here(PHONE, PRESENCE_ONLINE, 1050, 1200) && writes() == n,
	    "to come again is none");
	ok(!here(PHONE, PRESENCE_ONLINE, 1390, 1400), "nor to stay longer");
	is_int(settle(1400), 1500, "active ends at half the time, and not yet");
	shows(PRESENCE_ONLINE, true, "so that is told");
	n = writes();
	is_int(settle(1500), 1700, "at that moment it does");
	shows(PRESENCE_ONLINE, false, "online and not active");
	ok(writes() > n, "which is a change");
	is_int(settle(1700), -1, "and when the client has gone");
	shows(PRESENCE_OFFLINE, false, "offline");
	is_int(db_int(vol, -1, STMT_PRESENCE_COUNT), 0, "nobody is left");
}

static void
test_idle(void)
{
	here(PHONE, PRESENCE_ONLINE, 10000, 20000);
	settle(10500);
	settle(11000);
	shows(PRESENCE_UNAVAILABLE, false, "PRE-3: idle after the time");
	is_int(seen().acted_at, 10000, "PRE-3: which is no act");
	ok(act(12000), "to do something is a change then");
	shows(PRESENCE_ONLINE, true, "online again");
	is_int(seen().acted_at, 12000, "since then");
	ok(!act(12100), "to go on is none");
	is_int(seen().acted_at, 12000, "and is not written so soon");
	ok(!act(12300), "nor later");
	is_int(seen().acted_at, 12300, "but counts");
	settle(13300);
	shows(PRESENCE_UNAVAILABLE, false, "idle by that time");
	settle(20300);
	shows(PRESENCE_OFFLINE, false, "and gone");
	ok(!act(21000), "who is offline does something unseen");
	shows(PRESENCE_OFFLINE, false, "and stays offline");
	is_int(seen().acted_at, 21000, "but it is known when");
}

static void
test_clients(void)
{
	here(PHONE, PRESENCE_UNAVAILABLE, 30000, 40000);
	shows(PRESENCE_UNAVAILABLE, false, "as the client says");
	ok(here(LAPTOP, PRESENCE_ONLINE, 30100, 30200), "another says more");
	is_int(seen().acted_at, 30100, "which is an act");
	shows(PRESENCE_ONLINE, true, "the most available counts");
	ok(here(LAPTOP, PRESENCE_UNAVAILABLE, 30160, 30200), "until it says less");
	shows(PRESENCE_UNAVAILABLE, false, "then all do");
	ok(here(LAPTOP, PRESENCE_ONLINE, 30170, 30200), "and more again");
	shows(PRESENCE_ONLINE, true, "which is an act");
	is_int(seen().acted_at, 30170, "of that moment");
	settle(40300);
	shows(PRESENCE_OFFLINE, false, "both have gone");
}

static void
test_said(void)
{
	int64_t n;

	here(PHONE, PRESENCE_ONLINE, 50000, 60000);
	ok(say(PRESENCE_UNAVAILABLE, "lunch", 50100), "to say it is a change");
	shows(PRESENCE_UNAVAILABLE, false, "and counts above clients");
	is_text(seen().status_msg, "lunch", "with its message");
	is_int(seen().acted_at, 50000, "PRE-3: less available is no act");
	ok(!here(PHONE, PRESENCE_ONLINE, 50200, 60000), "a sync leaves it so");
	n = writes();
	ok(!say(PRESENCE_UNAVAILABLE, "lunch", 50300) && writes() == n,
	    "the same again is no change");
	ok(say(PRESENCE_UNAVAILABLE, NULL, 50400), "another message is");
	ok(seen().status_msg == NULL, "also none");
	ok(say(PRESENCE_FREE_FOR_CHAT, NULL, 50500), "more is a change");
	shows(PRESENCE_FREE_FOR_CHAT, true, "as it was said");
	is_int(seen().acted_at, 50500, "PRE-3: and an act");
	ok(say(PRESENCE_OFFLINE, NULL, 50600), "offline is a change");
	shows(PRESENCE_OFFLINE, false, "although a client is here");
	ok(!act(50900), "to do something does not show");
	shows(PRESENCE_OFFLINE, false, "who is offline");
	ok(here(PHONE, PRESENCE_ONLINE, 51000, 60000), "to come does");
	shows(PRESENCE_ONLINE, true, "online then");
	ok(say(PRESENCE_ONLINE, NULL, 51100) == false, "what is so is no news");
	settle(60300);
	ok(say(PRESENCE_ONLINE, NULL, 70000), "without a sync it holds");
	is_int(settle(70299), 70300, "for a while");
	settle(70300);
	shows(PRESENCE_OFFLINE, false, "and not for ever");
}

static void
test_off(void)
{
	here(PHONE, PRESENCE_ONLINE, 80000, 90000);
	conf.presence = false;
	shows(PRESENCE_OFFLINE, false, "switched off, everybody is offline");
	is_int(settle(80100), -1, "nothing ends");
	ok(!here(PHONE, PRESENCE_ONLINE, 80200, 90000) && !act(80300) &&
	    !say(PRESENCE_ONLINE, "x", 80400), "and nothing is noted");
	conf.presence = true;
	is_int(seen().acted_at, 80000, "indeed not");
}

static void
test_renewed(void)
{
	struct presence_owner alice = alice_at(80500), other = alice;
	int64_t n = writes();

	other.user = 99;
	ok(presence_renew(&alice) && writes() > n, "a profile is a change");
	n = writes();
	ok(presence_renew(&other) && writes() > n,
	    "PRE-4: also of who was never here");
}

/* More than are ended at once, all at the same moment. */
static void
test_many(void)
{
	struct presence_owner o = alice_at(100000);
	struct presence_row row;
	int64_t left, rounds = 0;

	settle(100000);
	for (int64_t user = 1000; user < 2200; user++) {
		o.user = user;
		presence_here(&o, user, PRESENCE_ONLINE, 100050);
	}
	is_int(db_int(vol, 0, STMT_PRESENCE_COUNT), 1200, "many are here");
	o.now = 200000;
	is_int(presence_settle(&o), 100350, "to end them all takes longer");
	presence_get(&o, &row);
	ok(row.shown == PRESENCE_OFFLINE, "but who is asked about is gone");
	left = db_int(vol, 0, STMT_PRESENCE_COUNT);
	ok(left > 0 && left < 1200, "as some others are");
	while (presence_settle(&o) != -1)
		rounds++;
	is_int(rounds, 1, "the rest goes likewise");
	is_int(db_int(vol, -1, STMT_PRESENCE_COUNT), 0, "until nobody is left");
}

/* Who says again what is so costs no write. */
static void
test_again(void)
{
	int64_t changes;

	say(PRESENCE_ONLINE, "x", 300000);
	changes = writes();
	ok(!say(PRESENCE_ONLINE, "x", 300050), "to say the same again is none");
	is_int(writes(), changes, "nor is it told");
	is_int(seen().acted_at, 300000, "or written so soon");
	ok(!say(PRESENCE_ONLINE, "x", 300250) && writes() == changes,
	    "nor told later");
	is_int(seen().acted_at, 300250, "but then it counts");
	ok(say(PRESENCE_ONLINE, "y", 300260), "another message is told at once");
}

int
main(void)
{
	struct store *store;

	scratch_begin();
	store = scratch_open(NULL);
	vol = store->vol;
	db_arena(vol, scratch_mem);
	test_words();
	test_time();
	test_idle();
	test_clients();
	test_said();
	test_off();
	test_renewed();
	test_many();
	test_again();
	store_close(store);
	return done_testing();
}
