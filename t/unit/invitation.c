/*
 * invitation.c - whose invitations somebody wants to have.
 */
#include "matrix/account_data.h"
#include "matrix/invitation.h"
#include "store/db-inner.h"
#include "scratch.h"
#include "tap.h"

static struct db *db;

static void
say(const char *type, const char *content)
{
	db_begin(db, TX_WRITE);
	account_data_put(db, 1, ACCOUNT_DATA_GLOBAL, type, span_of(content));
	db_commit(db);
}

/* "A missing, invalid or unsupported value means" that all may invite. */
static const struct {
	const char *content;
	bool blocked;
} configs[] = {
	{ "{\"default_action\":\"block\"}", true },
	{ "{\"x\":1, \"default_action\" : \"block\"}", true },
	{ "{}", false },
	{ "{\"default_action\":\"allow\"}", false },
	{ "{\"default_action\":\"Block\"}", false },
	{ "{\"default_action\":true}", false },
	{ "{\"default_action\":null}", false },
	{ "{\"Default_Action\":\"block\"}", false },
	{ "{\"x\":{\"default_action\":\"block\"}}", false },
};

static const struct {
	const char *content;
	bool hidden;
} ignored[] = {
	{ "{\"ignored_users\":{\"@b:x\":{}}}", true },
	{ "{\"ignored_users\":{\"@a:x\":{},\"@b:x\":{}}}", true },
	{ "{\"ignored_users\":{}}", false },
	{ "{\"ignored_users\":{\"@B:x\":{}}}", false },
	{ "{\"ignored_users\":[\"@b:x\"]}", false },
	{ "{\"@b:x\":{}}", false },
	{ "{}", false },
};

int
main(void)
{
	struct store *store;

	scratch_begin();
	store = scratch_open(NULL);
	db = store->main;
	db_arena(db, scratch_mem);
	if (!db_script(db, "INSERT INTO user VALUES (1, '@me:x'), (2, '@b:x'); "
	    "INSERT INTO account (user, kind, created_at) VALUES "
	    "(1, 'user', 0), (2, 'user', 0)"))
		return 1;
	ok(!invitations_blocked(db, 1), "who said nothing may be invited");
	ok(!invitation_hidden(db, 1, "@b:x"), "and is told of it");
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		say("m.invite_permission_config", configs[i].content);
		is_int(invitations_blocked(db, 1), configs[i].blocked,
		    "blocked: %s", configs[i].content);
		is_int(invitation_hidden(db, 1, "@b:x"), configs[i].blocked,
		    "and hidden: %s", configs[i].content);
	}
	ok(!invitations_blocked(db, 2), "another user is another matter");
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
		say("m.ignored_user_list", ignored[i].content);
		is_int(invitation_hidden(db, 1, "@b:x"), ignored[i].hidden,
		    "ignored: %s", ignored[i].content);
	}
	ok(!invitations_blocked(db, 1), "whom they ignore may invite them");
	store_close(store);
	return done_testing();
}
