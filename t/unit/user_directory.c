/* user_directory.h: who was there before there was a directory is listed. */
#include "json/json.h"
#include "matrix/account.h"
#include "matrix/user_directory.h"
#include "scratch.h"
#include "tap.h"

#define USERS	250		/* several pieces */

static struct store *store;
static struct db *db;

static int
found(const char *term)
{
	struct user_search s;
	int n = 0;

	db_begin(db, TX_READ);
	ok(user_search_begin(&s, db, scratch_mem, 0, span_of(term)),
	    "%s: not too much", term);
	while (user_search_next(&s))
		n++;
	user_search_end(&s);
	db_commit(db);
	return n;
}

static void
work(void)
{
	static const struct task_kind kinds[] = {
		{ TASK_LIST_USERS, list_users, NULL }, { NULL, NULL, NULL }
	};
	struct tasks t;

	tasks_init(&t, store, kinds);
	while (tasks_look(&t))
		tasks_turn(&t);
}

int
main(void)
{
	scratch_begin();
	store = scratch_open(NULL);
	db = store->main;
	db_arena(db, scratch_mem);
	json_arena(scratch_mem);
	db_begin(db, TX_WRITE);
	for (int i = 0; i < USERS; i++) {
		int64_t user = account_make(db, arena_printf(scratch_mem,
		    "@user%d:example.org", i), ACCOUNT_USER, NULL, 1);

		if (i == 7)
			account_deactivate(db, user, false, 1);
		user_unlist(db, user);
	}
	task_add(db, TASK_LIST_USERS, 0, 1);
	db_commit(db);
	is_int(found("user"), 0, "nobody is listed");
	work();
	is_int(found("user"), USERS - 1, "all are, but who is gone");
	is_int(found("user7"), 10, "who is found by a beginning");
	is_int(found("user7 example org"), 10, "or by several words");
	is_int(found("\"user7\" OR user8"), 0, "whatever is typed is words");
	is_int(found("\"*^:(){}"), 0, "or nothing");
	store_close(store);
	return done_testing();
}
