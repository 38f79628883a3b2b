/* backup.h: what is left of a backup goes, and nothing else does. */
#include "json/json.h"
#include "matrix/account.h"
#include "matrix/backup.h"
#include "scratch.h"
#include "tap.h"

#define KEYS	(2 * BACKUP_PIECE + 3)

static struct store *store;
static struct db *db;

static void
fill(int64_t user, struct backup *b)
{
	static struct backup_key key[KEYS];

	for (int i = 0; i < KEYS; i++)
		key[i] = (struct backup_key){ .room_id = "!a:example.org",
		    .session_id = arena_printf(scratch_mem, "s%d", i),
		    .session_data = SPAN("{}") };
	backup_make(db, user, "x", SPAN("{}"));
	ok(backup_find(db, user, 0, b), "a backup");
	backup_put(db, b, key, KEYS);
	is_int(b->keys, KEYS, "with keys");
	is_int(b->bytes, 2 * KEYS, "that weigh something");
}

static int
keys_of(const struct backup *b)
{
	struct rows rows = db_query(db, STMT_BACKUP_KEYS, DB_INT(b->nr));
	int n = 0;

	while (rows_next(&rows))
		n++;
	return n;
}

static void
work(void)
{
	struct tasks t;

	tasks_init(&t, store, backup_tasks);
	while (tasks_look(&t))
		tasks_turn(&t);
}

int
main(void)
{
	struct backup ann, bob, kept;
	int64_t user, other;

	scratch_begin();
	store = scratch_open(NULL);
	db = store->main;
	db_arena(db, scratch_mem);
	json_arena(scratch_mem);
	db_begin(db, TX_WRITE);
	user = account_make(db, "@ann:example.org", ACCOUNT_USER, NULL, 1);
	other = account_make(db, "@bob:example.org", ACCOUNT_USER, NULL, 1);
	fill(user, &ann);
	fill(other, &bob);
	kept = ann;
	backup_empty(db, user, &kept, 1);
	is_int(kept.version, ann.version, "emptied: it is the same version");
	is_int(kept.keys + kept.bytes, 0, "without keys");
	ok(kept.etag > ann.etag, "and another etag");
	is_int(keys_of(&kept), 0, "none is found");
	db_commit(db);
	work();
	db_begin(db, TX_READ);
	is_int(keys_of(&ann), 0, "those of before are gone");
	is_int(keys_of(&bob), KEYS, "and nobody else's");
	db_commit(db);
	db_begin(db, TX_WRITE);
	backups_drop(db, other, 1);
	ok(!backup_find(db, other, 0, &kept), "all of a user's");
	ok(backup_was(db, other, 1), "though there was one");
	ok(!backup_was(db, other, 2), "and no other");
	db_commit(db);
	work();
	db_begin(db, TX_READ);
	is_int(keys_of(&bob), 0, "go with their keys");
	db_commit(db);
	store_close(store);
	return done_testing();
}
