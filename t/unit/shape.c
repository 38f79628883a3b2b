/* shape.c - events as clients of either era see them. */
#include "json/json.h"
#include "matrix/shape.h"
#include "matrix/visibility.h"
#include "store/db-inner.h"
#include "scratch.h"
#include "tap.h"

#define ROOM	"!room:example.org"
#define NOW	5000

static struct db *db;

/*
 * An event of the room in the store.  What stands before content in the PDU
 * is not ASCII: its place counts bytes.
 */
static void
given(int nr, const char *type, const char *state_key, const char *content,
    const char *more_columns, const char *more_values)
{
	static const char before[] =
	    "{\"auth\":\"h\xc3\xa4\xc3\xa4\",\"content\":";
	char sql[2000];

	snprintf(sql, sizeof sql, "INSERT INTO event (nr, event_id, room, pos, "
	    "depth, type, state_key, sender, origin_server_ts, content_at, "
	    "content_len, pdu%s) VALUES (%d, '$e%d', 1, %d, %d, '%s', %s, 1, "
	    "%d, %zu, %zu, '%s%s,\"z\":1}'%s)", more_columns, nr, nr, nr, nr,
	    type, state_key, 1000 * nr, strlen(before), strlen(content), before,
	    content, more_values);
	if (!db_script(db, sql)) {
		printf("Bail out! %s\n", sql);
		exit(1);
	}
}

static void
given_all(void)
{
	db_script(db, "INSERT INTO user VALUES (1, '@alice:example.org'),"
	    "(2, '@bob:example.org');"
	    "INSERT INTO room (nr, room_id, version, created_at) "
	    "VALUES (1, '" ROOM "', '10', 0)");
	given(1, "m.room.message", "NULL", "{\"body\":\"h\xc3\xa9\"}",
	    ", device, txn_id", ", 7, 'txn'");
	given(2, "m.room.topic", "''", "{\"topic\":\"old\"}", "", "");
	given(3, "m.room.topic", "''", "{\"topic\":\"new\"}", ", replaces",
	    ", 2");
	given(4, "m.room.member", "'@alice:example.org'",
	    "{\"membership\":\"join\"}", "", "");
	given(9, "m.room.redaction", "NULL", "{\"reason\":\"spam\"}",
	    ", redacts", ", '$e5'");
	given(5, "m.room.message", "NULL", "{}", ", redacted_by", ", 9");
	given(6, "m.room.redaction", "NULL", "{\"redacts\":\"$e1\"}",
	    ", redacts", ", '$e1'");
	given(8, "m.room.message", "NULL", "{\"body\":\"x\"}",
	    ", redacted_by", ", 9");
	given(7, "m.room.redaction", "NULL", "{}", ", redacts", ", '$e1'");
}

/* Event nr as its members, sorted. */
static const char *
shown(int64_t nr, const struct reader *reader)
{
	struct buf out, sorted;
	struct writer w;
	struct event_row e;

	buf_init(&out, scratch_mem, 1 << 20);
	buf_init(&sorted, scratch_mem, 1 << 20);
	writer_init(&w, &out);
	if (!event_find(db, nr, &e))
		return NULL;
	event_write(&w, db, &e, reader);
	if (!json_canonical(&sorted, json_parse_own(scratch_mem,
	    buf_content(&out))))
		return NULL;
	return buf_str(&sorted);
}

static struct reader
reader(enum shape shape, struct viewer *viewer)
{
	return (struct reader){ .room_id = ROOM, .shape = shape, .device = 7,
	    .now = NOW, .viewer = viewer };
}

static void
test_today(struct viewer *alice, struct viewer *bob)
{
	struct reader today = reader(SHAPE_TODAY, alice);
	struct reader stranger = reader(SHAPE_TODAY, bob);
	struct reader nobody = reader(SHAPE_TODAY, NULL);

	is_text(shown(1, &today), "{\"content\":{\"body\":\"h\xc3\xa9\"},"
	    "\"event_id\":\"$e1\",\"origin_server_ts\":1000,"
	    "\"room_id\":\"" ROOM "\",\"sender\":\"@alice:example.org\","
	    "\"type\":\"m.room.message\",\"unsigned\":{\"age\":4000,"
	    "\"membership\":\"leave\",\"transaction_id\":\"txn\"}}",
	    "a message, seen by the device that sent it");
	is_text(shown(4, &today), "{\"content\":{\"membership\":\"join\"},"
	    "\"event_id\":\"$e4\",\"origin_server_ts\":4000,"
	    "\"room_id\":\"" ROOM "\",\"sender\":\"@alice:example.org\","
	    "\"state_key\":\"@alice:example.org\",\"type\":\"m.room.member\","
	    "\"unsigned\":{\"age\":1000,\"membership\":\"join\"}}",
	    "the reader's membership includes what the event changes");
	is_text(shown(9, &nobody), "{\"content\":{\"reason\":\"spam\","
	    "\"redacts\":\"$e5\"},\"event_id\":\"$e9\","
	    "\"origin_server_ts\":9000,\"redacts\":\"$e5\","
	    "\"room_id\":\"" ROOM "\",\"sender\":\"@alice:example.org\","
	    "\"type\":\"m.room.redaction\",\"unsigned\":{\"age\":0}}",
	    "redacts stands in both places; no age is below 0");
	is_text(shown(6, &nobody), "{\"content\":{\"redacts\":\"$e1\"},"
	    "\"event_id\":\"$e6\",\"origin_server_ts\":6000,"
	    "\"redacts\":\"$e1\",\"room_id\":\"" ROOM "\","
	    "\"sender\":\"@alice:example.org\",\"type\":\"m.room.redaction\","
	    "\"unsigned\":{\"age\":0}}", "also of room version 11 on");
	ok(strstr(shown(7, &nobody), "{\"content\":{\"redacts\":\"$e1\"},") !=
	    NULL, "and where content is empty");

	is_text(shown(3, &today), "{\"content\":{\"topic\":\"new\"},"
	    "\"event_id\":\"$e3\",\"origin_server_ts\":3000,"
	    "\"room_id\":\"" ROOM "\",\"sender\":\"@alice:example.org\","
	    "\"state_key\":\"\",\"type\":\"m.room.topic\","
	    "\"unsigned\":{\"age\":2000,\"membership\":\"leave\","
	    "\"prev_content\":{\"topic\":\"old\"},"
	    "\"prev_sender\":\"@alice:example.org\","
	    "\"replaces_state\":\"$e2\"}}", "state that took another's place");
	ok(strstr(shown(3, &stranger), "prev_") == NULL &&
	    strstr(shown(3, &stranger), "\"replaces_state\":\"$e2\"") != NULL,
	    "prev_content is for those who may see the event before");
	ok(strstr(shown(3, &nobody), "prev_") == NULL,
	    "so it is not for a reader unknown");

	stranger.device = 8;
	ok(strstr(shown(1, &stranger), "transaction_id") == NULL,
	    "transaction ids are for the device that made them");
	stranger.device = 0;
	ok(strstr(shown(2, &stranger), "transaction_id") == NULL,
	    "and no device is not the device of other events");
	ok(shown(99, &nobody) == NULL && shown(0, &nobody) == NULL,
	    "an event that is not there is not found");
}

static void
test_redacted(struct viewer *alice, struct viewer *bob)
{
	struct reader today = reader(SHAPE_TODAY, alice);
	struct reader stranger = reader(SHAPE_TODAY, bob);
	struct reader old = reader(SHAPE_2015, alice);
	struct reader old_sync = reader(SHAPE_SYNC_2015, alice);

	is_text(shown(5, &today), "{\"content\":{},\"event_id\":\"$e5\","
	    "\"origin_server_ts\":5000,\"room_id\":\"" ROOM "\","
	    "\"sender\":\"@alice:example.org\",\"type\":\"m.room.message\","
	    "\"unsigned\":{\"age\":0,\"membership\":\"join\","
	    "\"redacted_because\":{\"content\":{\"reason\":\"spam\","
	    "\"redacts\":\"$e5\"},\"event_id\":\"$e9\","
	    "\"origin_server_ts\":9000,\"redacts\":\"$e5\","
	    "\"room_id\":\"" ROOM "\",\"sender\":\"@alice:example.org\","
	    "\"type\":\"m.room.redaction\","
	    "\"unsigned\":{\"age\":0,\"membership\":\"join\"}}}}",
	    "redacted_because is the event that redacted it");
	ok(strstr(shown(5, &stranger), "redacted_because") != NULL &&
	    strstr(shown(5, &stranger), "spam") == NULL,
	    "its reason is for those who may see it");
	ok(strstr(shown(5, &old), "\"user_id\":\"@alice:example.org\"},"
	    "\"room_id\"") != NULL, "2015: it stands above unsigned too");
	ok(strstr(shown(5, &old_sync), "\"redacted_because\":{\"content\":"
	    "{\"reason\":\"spam\",\"redacts\":\"$e5\"},\"event_id\":\"$e9\"") !=
	    NULL, "2015, sync: with its id, which no event_map has");
}

static void
test_others(struct viewer *alice)
{
	struct reader r = reader(SHAPE_SYNC, NULL);

	is_text(shown(1, &r), "{\"content\":{\"body\":\"h\xc3\xa9\"},"
	    "\"event_id\":\"$e1\",\"origin_server_ts\":1000,"
	    "\"sender\":\"@alice:example.org\",\"type\":\"m.room.message\","
	    "\"unsigned\":{\"age\":4000,\"transaction_id\":\"txn\"}}",
	    "sync: without room_id");

	r = reader(SHAPE_2015, alice);
	is_text(shown(3, &r), "{\"age\":2000,\"content\":{\"topic\":\"new\"},"
	    "\"event_id\":\"$e3\",\"origin_server_ts\":3000,"
	    "\"prev_content\":{\"topic\":\"old\"},\"replaces_state\":\"$e2\","
	    "\"room_id\":\"" ROOM "\",\"sender\":\"@alice:example.org\","
	    "\"state_key\":\"\",\"type\":\"m.room.topic\","
	    "\"unsigned\":{\"age\":2000,\"membership\":\"leave\","
	    "\"prev_content\":{\"topic\":\"old\"},"
	    "\"prev_sender\":\"@alice:example.org\","
	    "\"replaces_state\":\"$e2\"},\"user_id\":\"@alice:example.org\"}",
	    "2015: both eras' fields");
	is_text(shown(4, &r), "{\"age\":1000,"
	    "\"content\":{\"membership\":\"join\"},\"event_id\":\"$e4\","
	    "\"membership\":\"join\",\"origin_server_ts\":4000,"
	    "\"room_id\":\"" ROOM "\",\"sender\":\"@alice:example.org\","
	    "\"state_key\":\"@alice:example.org\",\"type\":\"m.room.member\","
	    "\"unsigned\":{\"age\":1000,\"membership\":\"join\"},"
	    "\"user_id\":\"@alice:example.org\"}",
	    "2015: membership beside content");

	r = reader(SHAPE_SYNC_2015, NULL);
	is_text(shown(1, &r), "{\"content\":{\"body\":\"h\xc3\xa9\"},"
	    "\"origin_server_ts\":1000,\"sender\":\"@alice:example.org\","
	    "\"type\":\"m.room.message\",\"unsigned\":{\"age\":4000,"
	    "\"transaction_id\":\"txn\",\"txn_id\":\"txn\"}}",
	    "2015, sync: the ids stand outside");

	r = reader(SHAPE_STRIPPED, alice);
	is_text(shown(3, &r), "{\"content\":{\"topic\":\"new\"},"
	    "\"sender\":\"@alice:example.org\",\"state_key\":\"\","
	    "\"type\":\"m.room.topic\"}", "stripped");
}

static void
test_federation(struct viewer *alice)
{
	struct reader r = reader(SHAPE_FEDERATION, alice);

	is_text(shown(1, &r), "{\"auth\":\"h\xc3\xa4\xc3\xa4\","
	    "\"content\":{\"body\":\"h\xc3\xa9\"},\"z\":1}",
	    "federation: the whole of what is stored, and nothing else");
	is_text(shown(8, &r), "{}", "federation: redacted, where it is "
	    "(security 18)");
}

/*
 * alice, who wrote everything, is erased after event 9; carol came later, and
 * history is shared.
 */
static void
test_erased(void)
{
	struct reader was_in = reader(SHAPE_TODAY,
	    viewer_new(db, scratch_mem, 1, 1));
	struct reader came = reader(SHAPE_TODAY, NULL);
	struct reader stranger = reader(SHAPE_STRIPPED, NULL);
	struct event_row row;

	db_script(db, "INSERT INTO account (user, kind, created_at, erased_at, "
	    "erased_nr) VALUES (1, 'user', 0, 9000, 9)");
	given(10, "m.room.member", "'@carol:example.org'",
	    "{\"membership\":\"join\"}", "", "");
	db_script(db, "INSERT INTO user VALUES (3, '@carol:example.org'); "
	    "INSERT INTO member (room, user, membership, event, pos) "
	    "VALUES (1, 3, 'join', 10, 10); INSERT INTO state_history "
	    "VALUES (1, 'm.room.member', '@carol:example.org', 10, 10)");
	came.viewer = viewer_new(db, scratch_mem, 1, 3);
	ok(strstr(shown(1, &was_in), "\"body\"") != NULL,
	    "erased: who was in sees all (security 18)");
	is_text(shown(1, &came), "{\"content\":{},\"event_id\":\"$e1\","
	    "\"origin_server_ts\":1000,\"room_id\":\"" ROOM "\","
	    "\"sender\":\"@alice:example.org\",\"type\":\"m.room.message\","
	    "\"unsigned\":{\"age\":4000,\"membership\":\"leave\","
	    "\"transaction_id\":\"txn\"}}", "who came later sees it redacted, "
	    "and no redaction (security 18)");
	ok(strstr(shown(4, &came), "{\"content\":{\"membership\":\"join\"},") !=
	    NULL, "what redaction keeps stays");
	ok(strstr(shown(3, &came), "\"prev_content\":{},") != NULL,
	    "prev_content is redacted, too (security 18)");
	came.shape = SHAPE_FEDERATION;
	is_text(shown(1, &came), "{}",
	    "who came later sees the redacted PDU (security 18)");
	came.shape = SHAPE_TODAY;
	ok(strstr(shown(3, &was_in), "\"prev_content\":{\"topic\"") != NULL,
	    "but not for who was in");
	ok(strstr(shown(5, &came), "redacted_because") != NULL &&
	    strstr(shown(5, &came), "spam") == NULL,
	    "and the reason of a redaction (security 18)");
	ok(strstr(shown(9, &came), "redacts") == NULL,
	    "what it redacted is gone with it, before room version 11");
	ok(strstr(shown(3, &stranger), "\"content\":{}") != NULL,
	    "a stranger at the door sees no more (security 18)");
	event_find(db, 3, &row);
	event_trim(db, &row, &was_in);
	ok(span_is(row.content, "{\"topic\":\"new\"}"), "content alone: whole");
	event_trim(db, &row, &came);
	ok(span_is(row.content, "{}"), "and trimmed (security 18)");
	db_script(db, "UPDATE room SET version = '11'");
	ok(strstr(shown(6, &came), "\"content\":{\"redacts\":\"$e1\"}") != NULL,
	    "from room version 11 on redaction keeps it");
}

static void
test_damage(void)
{
	struct reader r = reader(SHAPE_STRIPPED, NULL);

	db_script(db, "UPDATE event SET content_len = 1000 WHERE nr = 2");
	ok(strstr(shown(2, &r), "\"content\":{}") != NULL,
	    "content that reaches behind the event is not read");
	db_script(db, "UPDATE event SET content_at = -5 WHERE nr = 2");
	ok(strstr(shown(2, &r), "\"content\":{}") != NULL,
	    "nor one that begins before it");
}

int
main(void)
{
	struct store *store;
	struct viewer *alice, *bob;

	scratch_begin();
	store = scratch_open(NULL);
	db = store->main;
	db_arena(db, scratch_mem);
	given_all();
	/* alice joined in the end, and history is shared; bob never came. */
	db_script(db, "INSERT INTO member (room, user, membership, event, pos) "
	    "VALUES (1, 1, 'join', 4, 4); INSERT INTO state_history "
	    "VALUES (1, 'm.room.member', '@alice:example.org', 4, 4)");
	alice = viewer_new(db, scratch_mem, 1, 1);
	bob = viewer_new(db, scratch_mem, 1, 2);

	test_today(alice, bob);
	test_redacted(alice, bob);
	test_others(alice);
	test_federation(alice);
	test_erased();
	test_damage();
	store_close(store);
	return done_testing();
}
