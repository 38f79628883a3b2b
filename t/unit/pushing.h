/*
 * pushing.h - for unit tests of pushers: Alice and Bob in a room, Bob's pusher,
 * and what it has to tell.
 */
#ifndef MXCGI_PUSHING_H
#define MXCGI_PUSHING_H

#include "base/clock.h"
#include "matrix/account.h"
#include "matrix/push_send.h"
#include "matrix/push_unread.h"
#include "matrix/room.h"
#include "matrix/session.h"
#include "matrix/threepid.h"
#include "scratch.h"
#include "tap.h"

#define ALICE	"@alice:example.org"
#define BOB	"@bob:example.org"
#define ADDRESS	"bob@example.org"
#define GATEWAY	"https://push.example"
#define SECOND	INT64_C(1000)

static struct store *store;
static struct db *db;
static struct author alice, bob;
static struct room room;
static int64_t device;
static int64_t now;		/* as compose() and settle() have it */
static struct push_send told;
static struct badges *badges;

static inline void
must(bool good, const char *what)
{
	if (!good) {
		printf("Bail out! %s\n", what);
		exit(1);
	}
}

/* ------------------------------------------------------------- the world */

static inline struct author
author(const char *user_id, const struct signing_key *key)
{
	int64_t user = account_make(db, user_id, ACCOUNT_USER, NULL, 1);

	must(user != 0, user_id);
	return (struct author){ .db = db, .mem = scratch_mem,
	    .server_name = "example.org", .key = key, .now = 1, .user = user,
	    .user_id = user_id };
}

static inline struct sent
put(struct author *by, const char *type, const char *state_key,
    const char *content)
{
	const char *why = NULL;
	struct sent sent = { .nr = 0 };

	must(room_send(by, &room, &(struct new_event){ .type = type,
	    .state_key = state_key,
	    .content = json_parse_own(scratch_mem, span_of(content)) }, &sent,
	    &why) == M_OK, type);
	return sent;
}

/* Alice and Bob are in a room. */
static inline void
set_up(void)
{
	const char *why = NULL;
	const struct signing_key *key = NULL;
	struct sent sent;

	must(signing_key_make(scratch_path("key"), &why) && (key =
	    signing_key_load(scratch_mem, scratch_path("key"), &why)) != NULL,
	    "a key");
	must(db_begin(db, TX_WRITE), "a transaction");
	alice = author(ALICE, key);
	bob = author(BOB, key);
	device = session_begin(db, scratch_mem, &scratch_conf, bob.user,
	    &(struct session_wish){ .device_id = "D" }, 2016, 1).device;
	must(room_begin(&alice, &(struct new_room){
	    .version = room_version_find("10") }, &room, &sent, &why) == M_OK,
	    "a room");
	put(&alice, "m.room.member", ALICE, "{\"membership\":\"join\"}");
	put(&alice, "m.room.join_rules", "", "{\"join_rule\":\"public\"}");
	put(&bob, "m.room.member", BOB, "{\"membership\":\"join\"}");
	must(threepid_add(db, bob.user, MEDIUM_EMAIL, ADDRESS, 1, 1) &&
	    db_commit(db), "what there is");
}

static inline void
set_pusher(bool mails)
{
	const struct pusher pusher = {
		.app_id = mails ? "m.email" : "org.example.app",
		.pushkey = mails ? ADDRESS : "key",
		.app_display_name = "",
		.device_display_name = "",
		.lang = "en",
		.mails = mails,
		.url = GATEWAY "/_matrix/push/v1/notify",
		.data = SPAN("{\"format\":\"event_id_only\"}"),
		.set_at = now,
	};

	db_begin(db, TX_WRITE);
	ok(pusher_set(db, &pusher, bob.user, device), "a pusher");
	ok(db_commit(db), "is kept");
	told.pusher = db_int(db, 0, STMT_PUSHER_FIND, DB_TEXT(pusher.app_id),
	    DB_TEXT(pusher.pushkey), DB_INT(bob.user));
}

/* Returns where the first of them stands. */
static inline int64_t
say(int n)
{
	int64_t first = 0;

	db_begin(db, TX_WRITE);
	for (int i = 0; i < n; i++) {
		int64_t pos = put(&alice, "m.room.message", NULL,
		    "{\"msgtype\":\"m.text\",\"body\":\"x\"}").pos;

		first = first == 0 ? pos : first;
	}
	must(db_commit(db), "what was said");
	return first;
}

static inline void
walk(void)
{
	struct push_walk w = { .store = store };
	enum push_walked walked;

	do
		walked = push_walk(&w);
	while (walked == PUSH_WALK_ON);
	ok(walked == PUSH_WALKED, "the stream is walked to its end");
}

static inline enum push_end
compose(void)
{
	int64_t pusher = told.pusher;
	enum push_end end;

	memset(&told, 0, sizeof told);
	db_begin(db, TX_READ);
	end = push_compose(store, badges, scratch_mem, pusher, now, &told);
	db_commit(db);
	return end;
}

static inline void
settle(enum push_end end)
{
	db_begin(db, TX_WRITE);
	push_settle(db, &told, end, now);
	ok(db_commit(db), "what came of it is kept");
}

/* When something is next to be told; 0: there is nothing. */
static inline int64_t
due_at(const char *gateway)
{
	struct rows rows = db_query(db, STMT_PUSH_DUE, DB_TEXT(gateway),
	    DB_INT(1));
	int64_t at = rows_next(&rows) ? rows_int(&rows, 1) : 0;

	rows_done(&rows);
	return at;
}

static inline void
world_begin(void)
{
	scratch_begin();
	store = scratch_open(NULL);
	db = store->main;
	json_arena(scratch_mem);
	db_arena(db, scratch_mem);
	set_up();
	now = clock_now_ms();
	badges = badges_new();
}

static inline int
world_end(void)
{
	badges_free(badges);
	store_close(store);
	return done_testing();
}

#endif
