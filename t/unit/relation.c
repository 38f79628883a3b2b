/*
 * relation.c - what events say of each other, and what redaction leaves: the
 * parts that clients of one server alone do not come by.
 */
#include "json/json.h"
#include "matrix/event.h"
#include "matrix/redaction.h"
#include "matrix/relation.h"
#include "matrix/visibility.h"
#include "store/db-inner.h"
#include "scratch.h"
#include "tap.h"

#define MEMBER	"m.room.member"
#define ALICE	"@alice:example.org"
#define BOB	"@bob:example.org"
#define CAROL	"@carol:elsewhere.org"

static struct db *db;
static const struct signing_key *key;
static struct author alice, bob, carol;
static const char *why;

static const cJSON *
tree(const char *text)
{
	return json_parse_own(scratch_mem, span_of(text));
}

static const char *
printed(const cJSON *json)
{
	struct buf out;

	buf_init(&out, scratch_mem, 1 << 20);
	json_print(&out, json);
	return buf_str(&out);
}

static struct author
author(const char *user_id)
{
	return (struct author){
		.db = db,
		.mem = scratch_mem,
		.server_name = scratch_conf.server_name,
		.key = key,
		.now = 1000000,
		.user = user_intern(db, user_id),
		.user_id = user_id,
	};
}

static struct sent
send(struct author *by, const struct room *room, const struct new_event *new)
{
	struct sent sent = { .nr = 0 };

	why = NULL;
	if (room_send(by, room, new, &sent, &why) != M_OK) {
		printf("Bail out! %s: %s\n", new->type, why);
		exit(1);
	}
	return sent;
}

static struct sent
put(struct author *by, const struct room *room, const char *type,
    const char *state_key, const char *content)
{
	return send(by, room, &(struct new_event){ .type = type,
	    .state_key = state_key, .content = tree(content) });
}

static struct sent
redact(struct author *by, const struct room *room, const char *event_id)
{
	return send(by, room, &(struct new_event){
	    .type = "m.room.redaction", .content = tree("{}"),
	    .redacts = event_id });
}

/* With Alice, Bob and Carol in it. */
static struct room
begin(const char *version)
{
	struct room room;
	struct sent sent;

	if (room_begin(&alice, &(struct new_room){
	    .version = room_version_find(version) }, &room, &sent, &why) !=
	    M_OK) {
		printf("Bail out! %s\n", why);
		exit(1);
	}
	put(&alice, &room, MEMBER, ALICE, "{\"membership\":\"join\"}");
	put(&alice, &room, "m.room.join_rules", "",
	    "{\"join_rule\":\"public\"}");
	put(&bob, &room, MEMBER, BOB, "{\"membership\":\"join\"}");
	put(&carol, &room, MEMBER, CAROL, "{\"membership\":\"join\"}");
	return room;
}

static const char *
content_of(int64_t nr)
{
	struct event_row row;

	return event_find(db, nr, &row) ?
	    arena_strndup(scratch_mem, row.content.s, row.content.n) : NULL;
}

static int64_t
redacted_by(int64_t nr)
{
	struct event_row row;

	return event_find(db, nr, &row) ? row.redacted_by : -1;
}

/* --------------------------------------------------------------- relations */

static void
test_read(void)
{
	static const char *const none[] = {
		"{}", "{\"m.relates_to\":[]}", "{\"m.relates_to\":{}}",
		"{\"m.relates_to\":{\"rel_type\":\"x\"}}",
		"{\"m.relates_to\":{\"event_id\":\"$a:b\"}}",
		"{\"m.relates_to\":{\"rel_type\":1,\"event_id\":\"$a:b\"}}",
		"{\"m.relates_to\":{\"rel_type\":\"x\",\"event_id\":\"a\"}}",
		"{\"m.relates_to\":{\"m.in_reply_to\":{\"event_id\":\"$a:b\"}}}",
	};
	struct relation rel;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ok(!relation_of(tree(none[i]), &rel), "none: %s", none[i]);
	ok(relation_of(tree("{\"m.relates_to\":{\"rel_type\":\"x\","
	    "\"event_id\":\"$a:b\",\"key\":\"k\"}}"), &rel), "one");
	is_text(rel.parent, "$a:b", "its parent");
	is_text(rel.rel_type, "x", "its type");
	is_text(rel.key, NULL, "only annotations have a key");
	ok(relation_of(tree("{\"m.relates_to\":{\"rel_type\":\"m.annotation\","
	    "\"event_id\":\"$a:b\",\"key\":\"k\"}}"), &rel), "such as this");
	is_text(rel.key, "k", "its key");
}

static struct sent
edit_at(const struct room *room, const char *parent, int64_t at, int n)
{
	return send(&alice, room, &(struct new_event){
	    .type = "m.room.message", .origin_server_ts = &at,
	    .content = tree(arena_printf(scratch_mem, "{\"n\":%d,"
	    "\"m.new_content\":{},\"m.relates_to\":{\"rel_type\":\"m.replace\","
	    "\"event_id\":\"%s\"}}", n, parent)) });
}

static struct reader
reader_by(const struct room *room, int64_t user)
{
	return (struct reader){ .room_id = room->room_id,
	    .shape = SHAPE_TODAY, .now = 2000000, .aggregates = true,
	    .viewer = viewer_new(db, scratch_mem, room->nr, user) };
}

static void
test_edits(void)
{
	struct room room = begin("10");
	struct sent parent = put(&alice, &room, "m.room.message", NULL, "{}");
	struct reader reader = reader_by(&room, bob.user);
	const char *newest = "";
	struct event_row row;
	struct bundle bundle;

	for (int i = 0; i < 5; i++) {
		struct sent edit = edit_at(&room, parent.event_id, 5000, i);

		if (strcmp(edit.event_id, newest) > 0)
			newest = edit.event_id;
	}
	edit_at(&room, parent.event_id, 4000, 9);
	event_find(db, parent.nr, &row);
	ok(bundle_find(db, &row, &reader, &bundle) && bundle.edited,
	    "an event with edits");
	is_text(bundle.edit.event_id, newest,
	    "of those of one moment that with the largest id is the newest");
	event_find(db, edit_at(&room, parent.event_id, 5001, 0).nr, &row);
	ok(!bundle_find(db, &row, &reader, &bundle), "an edit has none");
	reader = reader_by(&room, bob.user);
	event_find(db, parent.nr, &row);
	bundle_find(db, &row, &reader, &bundle);
	is_int(bundle.edit.origin_server_ts, 5001, "the last moment counts");
	reader.viewer = NULL;
	ok(!bundle_find(db, &row, &reader, &bundle), "to nobody nothing is told");
}

/* What relates to an event may come before it. */
static void
test_late_parent(void)
{
	struct room room = begin("10"), other = begin("10");
	const char *id = "$parent:example.org";
	const char *content = arena_printf(scratch_mem,
	    "{\"m.relates_to\":{\"rel_type\":\"m.reference\","
	    "\"event_id\":\"%s\"}}", id);
	struct sent child = put(&alice, &room, "m", NULL, content), parent;
	struct reader reader = reader_by(&room, bob.user);
	struct event_row row;
	struct bundle bundle;

	put(&alice, &other, "m", NULL, content);
	parent = put(&alice, &room, "m", NULL, "{}");
	db_script(db, arena_printf(scratch_mem, "UPDATE event SET event_id = "
	    "'%s' WHERE nr = %lld", id, (long long)parent.nr));
	event_find(db, parent.nr, &row);
	relation_await(db, child.nr);
	ok(!bundle_find(db, &row, &reader, &bundle), "nothing is told yet");
	relation_await(db, parent.nr);
	reader = reader_by(&room, bob.user);
	ok(bundle_find(db, &row, &reader, &bundle), "now it is");
	is_int((int64_t)bundle.references, 1, "of those in its room");
	is_text(bundle.reference[0], child.event_id, "which came before");
}

static struct sent
reply(struct author *by, const struct room *room, const char *root)
{
	return put(by, room, "m.room.message", NULL, arena_printf(scratch_mem,
	    "{\"m.relates_to\":{\"rel_type\":\"m.thread\",\"event_id\":\"%s\"}}",
	    root));
}

static void
test_ignoring(void)
{
	struct room room = begin("10");
	struct sent root = put(&alice, &room, "m.room.message", NULL, "{}");
	struct sent first = reply(&alice, &room, root.event_id);
	struct reader reader;
	struct event_row row, latest;
	struct bundle bundle;
	int64_t n = 0;

	reply(&carol, &room, root.event_id);
	db_script(db, "INSERT INTO account (user, kind, created_at) SELECT nr, "
	    "'user', 0 FROM user WHERE user_id = '" BOB "';"
	    "INSERT INTO account_data (user, room, type, pos, bytes, content) "
	    "SELECT nr, 0, 'm.ignored_user_list', 1, 0, "
	    "'{\"ignored_users\":{\"" CAROL "\":{}}}' FROM user "
	    "WHERE user_id = '" BOB "'");
	event_find(db, root.nr, &row);
	reader = reader_by(&room, alice.user);
	ok(!viewer_ignores_any(reader.viewer), "Alice ignores nobody");
	ok(thread_read(db, &row, &reader, &latest, &n) && n == 2,
	    "so she is told of all replies");
	reader = reader_by(&room, bob.user);
	ok(viewer_ignores(reader.viewer, CAROL) &&
	    !viewer_ignores(reader.viewer, ALICE), "Bob ignores Carol");
	ok(thread_read(db, &row, &reader, &latest, &n) && n == 1,
	    "so he is told of one");
	is_int(latest.nr, first.nr, "which is not hers");
	ok(bundle_find(db, &row, &reader, &bundle) && bundle.replies == 1 &&
	    !bundle.participated, "also with the root");
}

static void
test_sees_all(void)
{
	struct room room = begin("10");
	struct sent first = put(&alice, &room, "m.room.message", NULL, "{}");
	struct sent left, last;

	left = put(&bob, &room, MEMBER, BOB, "{\"membership\":\"leave\"}");
	last = put(&alice, &room, "m.room.message", NULL, "{}");
	ok(viewer_sees_all(reader_by(&room, alice.user).viewer, first.nr,
	    last.nr), "who was in all the time sees all");
	ok(!viewer_sees_all(reader_by(&room, bob.user).viewer, first.nr,
	    last.nr), "who left does not");
	ok(viewer_sees_all(reader_by(&room, bob.user).viewer, first.nr,
	    left.nr - 1), "but what came before");
	is_int(viewer_ended(reader_by(&room, bob.user).viewer), left.nr,
	    "it ended when he left");
	put(&bob, &room, MEMBER, BOB, "{\"membership\":\"join\"}");
	ok(viewer_sees_all(reader_by(&room, bob.user).viewer, first.nr,
	    last.nr), "who is back sees all that is shared");
	put(&alice, &room, "m.room.history_visibility", "",
	    "{\"history_visibility\":\"joined\"}");
	put(&bob, &room, MEMBER, BOB, "{\"membership\":\"leave\"}");
	last = put(&alice, &room, "m.room.message", NULL, "{}");
	put(&bob, &room, MEMBER, BOB, "{\"membership\":\"join\"}");
	ok(!viewer_sees_all(reader_by(&room, bob.user).viewer, first.nr,
	    last.nr), "not what is for those who were in");
}

/* --------------------------------------------------------------- redaction */

/* What is left is what was signed, and names itself as before. */
static void
test_signed(const char *version)
{
	struct room room = begin(version);
	struct sent sent = put(&alice, &room, "m.room.message", NULL,
	    "{\"body\":\"secret\",\"m.relates_to\":7}");
	struct rows rows;
	const cJSON *pdu;

	redact(&alice, &room, sent.event_id);
	rows = db_query(db, STMT_EVENT_PDU, DB_INT(sent.nr));
	rows_next(&rows);
	pdu = tree(rows_text(&rows, 0));
	rows_done(&rows);
	is_text(printed(json_get(pdu, "content")), "{}",
	    "RED-7: version %s: content is empty", version);
	ok(event_signature_valid(scratch_mem, room.version, pdu,
	    scratch_conf.server_name, key->id, key->key.public),
	    "RED-7: version %s: the signature holds", version);
	is_text(event_reference_id(scratch_mem, room.version, pdu),
	    sent.event_id, "RED-7: version %s: the id is the same", version);
	ok(json_get(pdu, "hashes") != NULL && json_get(pdu, "depth") != NULL &&
	    json_get(pdu, "prev_events") != NULL &&
	    json_get(pdu, "auth_events") != NULL, "RED-7: version %s: and so "
	    "is its place in the graph", version);
	is_text(content_of(sent.nr), "{}", "version %s: so it is read", version);
}

static void
test_rights(void)
{
	struct room room = begin("11");
	struct sent hers = put(&alice, &room, "m.room.message", NULL,
	    "{\"n\":1}");
	struct sent by;

	by = redact(&carol, &room, hers.event_id);
	is_int(redacted_by(hers.nr), 0, "a redaction from another server, "
	    "without the power, is not applied");
	ok(!redaction_apply(db, &room, by.nr, NULL), "nor when it is tried again");
	is_text(content_of(hers.nr), "{\"n\":1}", "nothing is stripped");
	ok(!redaction_has_power(db, &room, INT64_MAX, CAROL) &&
	    redaction_has_power(db, &room, INT64_MAX, ALICE),
	    "without levels only the creator has the power");
	put(&alice, &room, "m.room.power_levels", "", "{\"users\":{\"" ALICE
	    "\":100,\"" CAROL "\":50}}");
	ok(!redaction_apply(db, &room, by.nr, NULL), "power that came later does not "
	    "count");
	by = redact(&carol, &room, hers.event_id);
	is_int(redacted_by(hers.nr), by.nr, "power that was there does");
	by = redact(&bob, &room, put(&alice, &room, "m", NULL, "{}").event_id);
	is_int(redacted_by(by.nr - 1), by.nr, "the same server may: who was "
	    "asked has looked at more");
	by = put(&alice, &room, "m", NULL, "{}");
	ok(!redaction_apply(db, &room, by.nr, NULL), "what is no redaction redacts "
	    "nothing");
}

/* As federation may bring them. */
static void
test_early(void)
{
	struct room room = begin("11"), other = begin("11");
	struct sent sent, by, second;
	struct event_row row;

	by = redact(&alice, &room, "$late:example.org");
	second = redact(&alice, &room, "$late:example.org");
	ok(!redaction_apply(db, &room, by.nr, NULL), "there is nothing to redact");
	sent = put(&alice, &room, "m.room.message", NULL, "{\"n\":1}");
	db_script(db, arena_printf(scratch_mem, "UPDATE event SET event_id = "
	    "'$late:example.org' WHERE nr = %lld", (long long)sent.nr));
	redaction_await(db, &other, "$late:example.org");
	is_int(redacted_by(sent.nr), 0, "in another room it is not awaited");
	redaction_await(db, &room, "$late:example.org");
	is_int(redacted_by(sent.nr), by.nr, "the first that came is applied");
	is_text(content_of(sent.nr), "{}", "to the event that came late");
	ok(!redaction_apply(db, &room, second.nr, NULL), "the second is not");
	sent = put(&alice, &other, "m.room.message", NULL, "{\"n\":1}");
	redact(&alice, &room, sent.event_id);
	is_int(redacted_by(sent.nr), 0, "nothing is redacted from another room");
	event_find(db, by.nr, &row);
	is_text(row.redacts, "$late:example.org", "what it redacts is known");
	redact(&alice, &room, by.event_id);
	event_find(db, by.nr, &row);
	is_text(row.redacts, "$late:example.org", "and stays, from version 11 "
	    "on, when it is redacted itself");
}

static void
test_own_id(void)
{
	struct room room = begin("10");
	struct sent by = redact(&alice, &room, "$none:example.org");
	struct event_row row;

	redact(&alice, &room, by.event_id);
	event_find(db, by.nr, &row);
	is_text(row.redacts, NULL, "before version 11 it does not stay");
}

int
main(void)
{
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
	alice = author(ALICE);
	bob = author(BOB);
	carol = author(CAROL);
	test_read();
	test_edits();
	test_late_parent();
	test_ignoring();
	test_sees_all();
	for (const struct room_version *v = room_versions; v->id != NULL; v++)
		test_signed(v->id);
	test_rights();
	test_early();
	test_own_id();
	is_int(db_fault(db), DB_FINE, "the store had no trouble");
	store_close(store);
	return done_testing();
}
