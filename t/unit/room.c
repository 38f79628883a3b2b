/*
 * room.c - how events come into being: place in the graph, cited events,
 * state, memberships; and what is not made at all.
 */
#include "json/json.h"
#include "matrix/event.h"
#include "matrix/ids.h"
#include "matrix/room.h"
#include "matrix/shape.h"
#include "store/db-inner.h"
#include "store/stream.h"
#include "scratch.h"
#include "tap.h"

#define MEMBER	"m.room.member"
#define LEVELS	"m.room.power_levels"
#define ALICE	"@alice:example.org"
#define BOB	"@bob:example.org"

static struct db *db;
static struct author alice, bob;
static const char *why;

static const cJSON *
tree(const char *text)
{
	return json_parse_own(scratch_mem, span_of(text));
}

static struct author
author(const struct signing_key *key, const char *user_id)
{
	return (struct author){
		.db = db,
		.mem = scratch_mem,
		.server_name = scratch_conf.server_name,
		.key = key,
		.now = 1000000,
		.user = user_intern(db, user_id),
		.user_id = user_id,
		.device = 7,
	};
}

static struct sent sent;

static enum mx_err
put(struct author *by, const struct room *room, const char *type,
    const char *state_key, const char *content)
{
	why = NULL;
	return room_send(by, room, &(struct new_event){
		.type = type,
		.state_key = state_key,
		.content = tree(content),
		.txn_id = "t",
	}, &sent, &why);
}

static struct room
begin(struct author *by, const char *version, const char *content)
{
	struct room room = { 0 };
	enum mx_err err = room_begin(by, &(struct new_room){
	    .version = room_version_find(version), .content = tree(content) },
	    &room, &sent, &why);

	is_int(err, M_OK, "a room of version %s", version);
	return room;
}

/* The event as it is stored. */
static const cJSON *
pdu(int64_t nr)
{
	struct rows rows = db_query(db, STMT_EVENT_GET, DB_INT(nr));
	const cJSON *event = rows_next(&rows) ? tree(rows_text(&rows, 17)) : NULL;

	rows_done(&rows);
	return event;
}

/* The texts of an array, one behind the other. */
static const char *
joined(const cJSON *array)
{
	const char *all = "";
	const cJSON *item;

	cJSON_ArrayForEach(item, array)
		all = arena_printf(scratch_mem, "%s%s ", all, item->valuestring);
	return all;
}

/* Is it the id of the event nr and that event's reference hash? */
static bool
is_pair(const struct room *room, const cJSON *pair, int64_t nr)
{
	struct event_row row;

	return event_find(db, nr, &row) && cJSON_GetArraySize(pair) == 2 &&
	    strcmp(pair->child->valuestring, row.event_id) == 0 &&
	    strcmp(json_text(pair->child->next, "sha256"),
	    event_reference_hash(scratch_mem, room->version, pdu(nr))) == 0;
}

/* Where ids are no hashes, the hashes of events stand beside their ids. */
static void
test_pairs(const char *version)
{
	struct room room = begin(&alice, version, "{}");
	int64_t create = sent.nr, join;
	const cJSON *event;

	event = pdu(create);
	is_text(json_text(event, "event_id"), sent.event_id,
	    "%s: an event says its id", version);
	ok(event_id_valid(sent.event_id) &&
	    strcmp(id_server(sent.event_id), "example.org") == 0,
	    "%s: which has our name in it", version);
	put(&alice, &room, MEMBER, ALICE, "{\"membership\":\"join\"}");
	join = sent.nr;
	event = pdu(join);
	ok(is_pair(&room, json_get(event, "auth_events")->child, create),
	    "%s: the creator's join cites create", version);
	put(&alice, &room, "a", NULL, "{\"half\":0.5}");
	event = pdu(sent.nr);
	ok(is_pair(&room, json_get(event, "prev_events")->child, join),
	    "%s: its parent", version);
	ok(is_pair(&room, json_get(event, "auth_events")->child, create) &&
	    is_pair(&room, json_get(event, "auth_events")->child->next, join),
	    "%s: what it cites", version);
	ok(event_signature_valid(scratch_mem, room.version, event,
	    scratch_conf.server_name, alice.key->id, alice.key->key.public),
	    "%s: its signature", version);
}

static void
test_users(void)
{
	int64_t carol = user_intern(db, "@carol:example.org");

	ok(carol != 0, "a user gets a number");
	is_int(user_intern(db, "@carol:example.org"), carol, "and keeps it");
	is_int(user_find(db, "@carol:example.org"), carol, "and is found by it");
	is_text(user_name(db, carol), "@carol:example.org", "and named by it");
	is_int(user_find(db, "@dan:example.org"), 0, "nobody has none");
	is_text(user_name(db, 9999), NULL, "and no name");
	for (int m = MEMBERSHIP_INVITE; m <= MEMBERSHIP_BAN; m++)
		is_int(membership_of(membership_name((enum membership)m)), m,
		    "%s", membership_name((enum membership)m));
	is_int(membership_of("asleep"), MEMBERSHIP_NONE, "no membership");
	is_int(membership_of(NULL), MEMBERSHIP_NONE, "nor this");
	is_int(membership_of(""), MEMBERSHIP_NONE, "nor this");
}

static void
test_create(void)
{
	struct room ten = begin(&alice, "10",
	    "{\"creator\":\"" BOB "\",\"room_version\":\"1\",\"x\":1}");
	struct room found;
	struct event_row row;

	event_find(db, sent.nr, &row);
	ok(span_is(row.content, "{\"creator\":\"" ALICE "\","
	    "\"room_version\":\"10\",\"x\":1}"),
	    "creator and room_version are what they are");
	is_int(row.depth, 1, "EVT-2: the first event has depth 1");
	is_int((int64_t)strlen(ten.room_id), 1 + 18 + 1 + 11, "length of an id");
	ok(room_find(db, ten.room_id, &found) && found.nr == ten.nr &&
	    found.version == ten.version, "the room is found");
	ok(!room_find(db, "!none:example.org", &found), "another is not");
	is_int(room_begin(&alice, &(struct new_room){
	    .version = room_version_find("12"),
	    .content = tree("{\"additional_creators\":7}") },
	    &found, &sent, &why), M_FORBIDDEN, "create goes by the rules");
	ok(why != NULL, "which say why");
}

/* Made in several transactions, it is whole or not there. */
static void
test_hidden(void)
{
	const struct new_room wanted = { .hidden = true,
	    .version = room_version_find("10"), .room_id = room_id_new(&alice) };
	struct room room, found;
	struct member member;
	int64_t before = change_last(db), rooms;

	is_int(room_begin(&alice, &wanted, &room, &sent, &why), M_OK,
	    "a hidden room");
	is_text(room.room_id, wanted.room_id, "has the id it shall have");
	put(&alice, &room, "m.room.member", ALICE, "{\"membership\":\"join\"}");
	put(&alice, &room, "m.room.name", "", "{\"name\":\"n\"}");
	put(&alice, &room, "m.room.member", BOB, "{\"membership\":\"invite\"}");
	ok(!room_find(db, room.room_id, &found), "nobody finds it");
	is_int(room_member(db, room.nr, bob.user).membership, MEMBERSHIP_NONE,
	    "nobody has to do with it");
	is_int(change_last(db), before, "nobody is told");

	room_reveal(db, &room);
	ok(room_find(db, room.room_id, &found), "shown, it is found");
	is_int(change_last(db) - before, 4, "and its events are told");
	member = room_member(db, room.nr, bob.user);
	is_int(member.membership, MEMBERSHIP_INVITE, "members are members");
	is_int(member.pos, change_last(db), "since then");
	put(&alice, &room, "m.room.topic", "", "{\"topic\":\"t\"}");
	is_int(sent.pos, change_last(db), "what comes later is told at once");

	rooms = db_pragma(db, "SELECT count(*) FROM room");
	before = db_pragma(db, "SELECT count(*) FROM event");
	is_int(room_begin(&alice, &(struct new_room){ .hidden = true,
	    .version = room_version_find("12") }, &room, &sent, &why), M_OK,
	    "another");
	put(&alice, &room, "m.room.member", ALICE, "{\"membership\":\"join\"}");
	for (int i = 0; i < 200; i++)
		put(&alice, &room, "x", arena_printf(scratch_mem, "%d", i), "{}");
	db_exec(db, STMT_SEARCH_UPTO_SET, DB_INT(sent.nr));
	is_int(db_int(db, 0, STMT_ROOM_HIDDEN, DB_INT(room.nr)), 1,
	    "which is large");
	ok(room_unmake(db, room.nr), "is not removed at once");
	is_int(db_int(db, 0, STMT_ROOM_HIDDEN, DB_INT(room.nr)), 0,
	    "but nobody can go on with half of it (security 36)");
	is_int(db_int(db, 0, STMT_ROOM_UNSEEN, DB_INT(room.nr)), 1,
	    "and nobody sees it");
	while (room_unmake(db, room.nr))
		;
	is_int(db_int(db, 0, STMT_SEARCH_UPTO, DB_INT(1)),
	    db_pragma(db, "SELECT max(nr) FROM event"),
	    "nor does the search believe to have what comes in its place");
	is_int(db_pragma(db, "SELECT count(*) FROM room"), rooms, "is removed");
	is_int(db_pragma(db, "SELECT count(*) FROM event"), before,
	    "with its events");
}

/* Room ids of version 12 are hashes of what was asked, and when. */
static void
test_same_moment(void)
{
	struct room one = begin(&alice, "12", "{}");
	struct room two = begin(&alice, "12", "{}");
	struct event_row row;

	ok(strcmp(one.room_id, two.room_id) != 0,
	    "two rooms of one moment are two");
	event_find(db, sent.nr, &row);
	is_int(row.origin_server_ts, alice.now + 1, "the second is a bit later");
	is_text(two.room_id + 1, row.event_id + 1, "its id is its create's");
}

/* What a message in a room of that version cites and hangs from. */
static void
test_graph(const char *version, bool cites_create)
{
	struct room room = begin(&alice, version, "{}");
	const char *create = sent.event_id, *member, *levels, *last;
	const cJSON *event;

	put(&alice, &room, MEMBER, ALICE, "{\"membership\":\"join\"}");
	member = sent.event_id;
	is_text(joined(json_get(pdu(sent.nr), "auth_events")),
	    cites_create ? arena_printf(scratch_mem, "%s ", create) : "",
	    "%s: the creator's join cites create or nothing", version);
	put(&alice, &room, LEVELS, "", "{\"users\":{\"" BOB "\":10}}");
	levels = sent.event_id;
	put(&alice, &room, "a", NULL, "{}");
	last = sent.event_id;
	is_int(put(&alice, &room, "b", NULL, "{\"n\":1}"), M_OK,
	    "%s: a message", version);

	event = pdu(sent.nr);
	is_text(joined(json_get(event, "prev_events")),
	    arena_printf(scratch_mem, "%s ", last), "%s: its parent", version);
	ok(strstr(joined(json_get(event, "auth_events")), member) != NULL &&
	    strstr(joined(json_get(event, "auth_events")), levels) != NULL,
	    "%s: cites the sender and the levels", version);
	is_int(strstr(joined(json_get(event, "auth_events")), create) != NULL,
	    cites_create, "%s: and create, or not", version);
	is_int((int64_t)json_get(event, "depth")->valuedouble, 5, "%s: depth",
	    version);
	is_text(event_reference_id(scratch_mem, room.version, event),
	    sent.event_id, "%s: its id", version);
	ok(event_signature_valid(scratch_mem, room.version, event,
	    scratch_conf.server_name, alice.key->id, alice.key->key.public),
	    "%s: its signature", version);
}

static void
test_state(void)
{
	struct room room = begin(&alice, "10", "{}");
	struct member then, now;
	struct sent first, second;
	struct event_row row;

	put(&alice, &room, MEMBER, ALICE, "{\"membership\":\"join\"}");
	then = room_member(db, room.nr, alice.user);
	is_int(then.membership, MEMBERSHIP_JOIN, "a member");
	is_int(then.pos, sent.pos, "since when");
	is_int(then.pos, change_last(db), "which is the end of the stream");
	put(&alice, &room, MEMBER, ALICE,
	    "{\"membership\":\"join\",\"displayname\":\"A\"}");
	now = room_member(db, room.nr, alice.user);
	is_int(now.pos, then.pos, "another name: a member as long as before");
	is_int(now.event, sent.nr, "by a new event");

	is_int(room_state_now(db, room.nr, "x", "k"), 0, "no such state");
	put(&alice, &room, "x", "k", "{\"n\":1}");
	first = sent;
	put(&alice, &room, "x", "k", "{ \"n\": 1 }");
	is_int(sent.nr, first.nr, "the same again is the event that stands");
	is_int(sent.pos, first.pos, "told when it was");
	is_text(sent.event_id, first.event_id, "under its id");
	put(&alice, &room, "x", "k", "{\"n\":2}");
	second = sent;
	ok(second.nr > first.nr && second.pos > first.pos, "news is new");
	event_find(db, second.nr, &row);
	is_int(row.replaces, first.nr, "EVT-3: and replaces the old");
	is_int(room_state_now(db, room.nr, "x", "k"), second.nr, "now");
	is_int(room_state_at(db, room.nr, second.nr, "x", "k"), second.nr,
	    "after it");
	is_int(room_state_at(db, room.nr, second.nr - 1, "x", "k"), first.nr,
	    "before it");
	is_int(room_state_at(db, room.nr, first.nr - 1, "x", "k"), 0,
	    "before all");

	put(&alice, &room, "x", NULL, "{\"n\":1}");
	is_int(room_state_now(db, room.nr, "x", ""), 0, "a message is no state");
	event_find(db, sent.nr, &row);
	is_text(row.state_key, NULL, "and has no key");
	is_int(row.device, 7, "its device");
	is_text(row.txn_id, "t", "and what that called it");
}

static void
test_refusals(void)
{
	struct room room = begin(&alice, "10", "{}");
	int64_t last;

	put(&alice, &room, MEMBER, ALICE, "{\"membership\":\"join\"}");
	last = change_last(db);
	is_int(put(&bob, &room, "a", NULL, "{}"), M_FORBIDDEN, "not in it");
	ok(why != NULL, "is told why");
	is_int(put(&bob, &room, MEMBER, BOB, "{\"membership\":\"join\"}"),
	    M_FORBIDDEN, "not invited");
	is_int(put(&alice, &room, MEMBER, "bob", "{\"membership\":\"ban\"}"),
	    M_INVALID_PARAM, "no user");
	ok(why != NULL, "is told why");
	is_int(put(&alice, &room, "a", NULL, "{\"n\":1.5}"), M_BAD_JSON,
	    "no integer");
	is_int(put(&alice, &room, "a", NULL, arena_printf(scratch_mem,
	    "{\"x\":\"%065536d\"}", 0)), M_TOO_LARGE, "too large");
	is_int(change_last(db), last, "nothing of it was told");
	is_int(room_member(db, room.nr, bob.user).membership, MEMBERSHIP_NONE,
	    "nor did anybody join");
	is_int(put(&alice, &room, "a", NULL, "{}"), M_OK, "the room goes on");
}

int
main(void)
{
	const struct signing_key *key;
	struct store *store;

	scratch_begin();
	store = scratch_open(NULL);
	db = store->main;
	if (!signing_key_make(scratch_path("key"), &why) || (key =
	    signing_key_load(scratch_mem, scratch_path("key"), &why)) == NULL) {
		printf("Bail out! %s\n", why);
		return 1;
	}
	json_arena(scratch_mem);
	db_arena(db, scratch_mem);
	if (!db_begin(db, TX_WRITE)) {
		printf("Bail out! no transaction\n");
		return 1;
	}
	alice = author(key, ALICE);
	bob = author(key, BOB);
	test_users();
	test_create();
	test_hidden();
	test_same_moment();
	test_pairs("1");
	test_pairs("2");
	for (unsigned n = 3; n <= 9; n++)
		test_graph(arena_printf(scratch_mem, "%u", n), true);
	test_graph("10", true);
	test_graph("11", true);
	test_graph("12", false);
	test_state();
	test_refusals();
	is_int(db_fault(db), DB_FINE, "the store had no trouble");
	ok(db_commit(db), "all of it is kept");
	store_close(store);
	return done_testing();
}
