/*
 * service.c - what an application service is to be told, step by step.
 */
#include "matrix/service.h"
#include "matrix/typing.h"
#include "scratch.h"
#include "tap.h"

#define ROOMS	1000	/* far more than are looked at in one step */

static const struct appservice irc = {
	.id = "irc", .url = "http://127.0.0.1:9", .hs_token = "hs",
	.sender = "irc", .sender_id = "@irc:example.org",
	.receive_ephemeral = true, .ephemeral_key = "ephemeral"
};

/* How many steps does it take until there is nothing to tell?  0: too many. */
static int
steps_to_quiet(struct service *s)
{
	struct service_txn txn;
	enum service_step step;

	for (int n = 1; n <= 2 * ROOMS; n++) {
		step = service_step(s, &txn);
		if (step == SERVICE_QUIET)
			return n;
		if (step != SERVICE_AGAIN)
			break;
	}
	return 0;
}

static void
test_nothing_of_interest(struct store *store)
{
	struct service s = { .store = store, .as = &irc };

	ok(steps_to_quiet(&s) != 0, "a new service has nothing to hear");
	for (int i = 1; i <= ROOMS; i++)
		typing_set(store->vol, i, 1, 5000);
	ok(steps_to_quiet(&s) != 0,
	    "many who type where it is not are passed by once");
	is_int(steps_to_quiet(&s), 1, "and not looked at again");
}

int
main(void)
{
	struct store *store;
	struct arena *before, *vol_before;

	scratch_begin();
	scratch_conf.appservices = &irc;
	store = scratch_open(NULL);
	before = db_arena(store->main, scratch_mem);
	vol_before = db_arena(store->vol, scratch_mem);
	test_nothing_of_interest(store);
	db_arena(store->main, before);
	db_arena(store->vol, vol_before);
	store_close(store);
	return done_testing();
}
