/*
 * deactivate - an account ends, as account.h has it.
 *
 * usage: MXCGI_CONFIG=FILE deactivate USER_ID [erase]
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "matrix/account.h"
#include "store/lock.h"
#include "store/store.h"

#define LOCK_MS	10000

static bool
end_account(struct store *store, const char *user_id, bool erase)
{
	struct account account;
	bool found;

	if (!lock_wait(store->lock, LOCK_MS) ||
	    !db_begin(store->main, TX_WRITE))
		return false;
	if ((found = account_find(store->main, user_id, &account)))
		account_deactivate(store->main, account.user, erase,
		    clock_now_ms());
	if (!db_commit(store->main))
		return false;
	store_ring(store);
	lock_release(store->lock);
	return found;
}

int
main(int argc, char **argv)
{
	bool erase = argc == 3 && strcmp(argv[2], "erase") == 0;
	struct arena *mem = arena_new();
	const struct conf *conf;
	struct store *store;
	const char *why;
	bool done;

	if (argc < 2 || argc > 3 || (argc == 3 && !erase)) {
		fputs("usage: deactivate USER_ID [erase]\n", stderr);
		return 2;
	}
	log_open("deactivate", LOG_INFO);
	conf = conf_load(NULL);
	crypto_open();
	if ((store = store_open(conf, NULL, 1024, mem, &why)) == NULL)
		log_fatal("%s", why);
	db_arena(store->main, mem);
	done = end_account(store, argv[1], erase);
	store_close(store);
	arena_free(mem);
	return done ? 0 : 1;
}
