/*
 * search.c - which events hold which words: the same, whether the index has
 * them or not.
 */
#include "matrix/room-tasks.h"
#include "matrix/room.h"
#include "matrix/search.h"
#include "store/db-inner.h"
#include "scratch.h"
#include "tap.h"

static struct store *store;
static struct db *db;
static struct author anna;
static struct room one, two;

static int64_t
say(const struct room *room, const char *type, const char *key,
    const char *text)
{
	cJSON *content = cJSON_CreateObject();
	const char *why = "";
	struct sent sent;

	cJSON_AddStringToObject(content, key, text);
	if (room_send(&anna, room, &(struct new_event){ .type = type,
	    .state_key = *key == 'b' ? NULL : "", .content = content },
	    &sent, &why) != M_OK) {
		printf("Bail out! %s: %s\n", type, why);
		exit(1);
	}
	return sent.nr;
}

static int64_t
say_body(const struct room *room, const char *text)
{
	return say(room, "m.room.message", "body", text);
}

static struct room
begin(void)
{
	const char *why = "";
	struct room room;
	struct sent sent;

	room_begin(&anna, &(struct new_room){
	    .version = room_version_find("10") }, &room, &sent, &why);
	room_send(&anna, &room, &(struct new_event){ .type = "m.room.member",
	    .state_key = anna.user_id, .content = json_parse_own(scratch_mem,
	    SPAN("{\"membership\":\"join\"}")) }, &sent, &why);
	return room;
}

/* ----------------------------------------------------------------- finding */

static bool
is_among(const int64_t *rooms, size_t n, int64_t room)
{
	for (size_t i = 0; i < n; i++)
		if (rooms[i] == room)
			return true;
	return n > SEARCH_ROOMS;
}

/* Those of the candidates that hold it, as a list of numbers. */
static const char *
found_in(const int64_t *rooms, size_t n, const char *term, unsigned keys,
    int64_t before, int64_t floor)
{
	struct search_terms terms;
	struct search search;
	struct event_row row;
	struct buf list;

	buf_init(&list, scratch_mem, SIZE_MAX);
	search_terms_read(span_of(term), keys, &terms);
	search_begin(&search, db, scratch_mem, &terms, rooms, n, before,
	    floor);
	while (search_next(&search, &row))
		if (is_among(rooms, n, row.room) &&
		    search_rank(scratch_mem, &terms, &row, NULL, NULL) > 0)
			buf_printf(&list, " %lld", (long long)row.nr);
	search_end(&search);
	return buf_str(&list);
}

static const char *
found(const char *term)
{
	const int64_t rooms[] = { one.nr, two.nr };

	return found_in(rooms, 2, term, SEARCH_ALL, INT64_MAX, 0);
}

static const char *
numbers(int64_t a, int64_t b)
{
	return b == 0 ? arena_printf(scratch_mem, " %lld", (long long)a) :
	    arena_printf(scratch_mem, " %lld %lld", (long long)a,
	    (long long)b);
}

static int64_t
upto(void)
{
	return db_int(db, -1, STMT_SEARCH_UPTO, DB_INT(1));
}

/* All of what the tasks that are there would do. */
static void
index_all(void)
{
	struct task task = { .store = store, .db = db, .mem = scratch_mem,
	    .stop_us = INT64_MAX };

	while (search_index(&task) == TASK_MORE)
		continue;
}

/* ------------------------------------------------------------------ tests */

struct said {
	int64_t	hello, world, name, topic, twice;
};

static void
test_find(const struct said *said, const char *when)
{
	const int64_t first[] = { one.nr };
	int64_t many[SEARCH_ROOMS + 1] = { 0 };

	is_text(found("hello"), numbers(said->world, said->hello),
	    "%s: the newest first", when);
	is_text(found("hello there"), numbers(said->hello, 0),
	    "%s: all words", when);
	is_text(found("nothing"), "", "%s: nothing", when);
	is_text(found_in(first, 1, "hello", SEARCH_ALL, INT64_MAX, 0),
	    numbers(said->hello, 0), "%s: in one room", when);
	is_text(found_in(first, 0, "hello", SEARCH_ALL, INT64_MAX, 0), "",
	    "%s: in none", when);
	is_text(found_in(many, SEARCH_ROOMS + 1, "hello", SEARCH_ALL,
	    INT64_MAX, 0), numbers(said->world, said->hello),
	    "%s: in too many to name", when);
	is_text(found_in(first, 1, "place", SEARCH_NAME, INT64_MAX, 0),
	    numbers(said->name, 0), "%s: a name", when);
	is_text(found_in(first, 1, "place", SEARCH_TOPIC, INT64_MAX, 0),
	    numbers(said->topic, 0), "%s: a topic", when);
	is_text(found_in(first, 1, "place", SEARCH_BODY, INT64_MAX, 0), "",
	    "%s: and no body", when);
	is_text(found_in(first, 1, "place", SEARCH_ALL, said->topic, 0),
	    numbers(said->name, 0), "%s: before a place", when);
	is_text(found_in(first, 1, "place", SEARCH_ALL, INT64_MAX, said->name),
	    numbers(said->topic, 0), "%s: behind one", when);
	is_text(found("\xe5\x93\x88\xe5\x93\x88\xe7\xac\x91"),
	    numbers(said->twice, 0),
	    "%s: characters in a row, which begins twice", when);
	is_text(found("\xe7\xac\x91\xe5\x93\x88"), "",
	    "%s: and not in another order", when);
}

static void
test_index(void)
{
	struct said said = {
		.hello = say_body(&one, "Hello there"),
		.world = say_body(&two, "hello world"),
		.name = say(&one, "m.room.name", "name", "A place"),
		.topic = say(&one, "m.room.topic", "topic", "Which place?"),
		.twice = say_body(&two, "\xe5\x93\x88\xe5\x93\x88\xe5\x93\x88"
		    "\xe7\xac\x91"),
	};

	is_int(upto(), 0, "nothing is in the index yet");
	test_find(&said, "without the index");
	index_all();
	is_int(upto(), db_int(db, 0, STMT_EVENT_NEXT) - 1,
	    "all of it is in the index");
	test_find(&said, "with the index");
}

static void
test_both(void)
{
	int64_t old = say_body(&one, "both sides"), new;

	index_all();
	new = say_body(&two, "both again");
	is_text(found("both"), numbers(new, old),
	    "what the index has comes behind what it has not");
}

static void
test_remove(void)
{
	static const char text[] = "{\"body\":\"secret words\"}";
	int64_t nr = say_body(&one, "secret words");
	const char *inside = "SELECT count(*) FROM search WHERE search MATCH "
	    "'bsecret'";
	sqlite3_stmt *st;

	search_remove(db, nr, "m.room.message", span_of(text));
	is_text(found("secret"), numbers(nr, 0),
	    "nothing is removed before it is in the index");
	index_all();
	is_text(found("secret"), numbers(nr, 0), "there it is");
	search_remove(db, nr, "m.room.message", span_of(text));
	sqlite3_prepare_v2(db->sq, inside, -1, &st, NULL);
	is_int(sqlite3_step(st), SQLITE_ROW, "the index answers");
	is_int(sqlite3_column_int64(st, 0), 0, "and has it no more");
	sqlite3_finalize(st);
	is_text(found("secret"), "", "nor is it found");
	search_remove(db, nr, "m.room.create", SPAN("{}"));
	is_text(found("hello there") + 1, found("hello there") + 1,
	    "what it never had does no harm");
}

static int64_t
tasks(void)
{
	int64_t n = 0;
	struct rows rows = db_query(db, STMT_TASK_LIST, DB_INT(0));

	while (rows_next(&rows))
		n += span_is(rows_span(&rows, 1), TASK_SEARCH_INDEX);
	return n;
}

static void
test_batches(void)
{
	int64_t before = tasks();

	for (int i = 0; i < 3 * SEARCH_BATCH; i++)
		say_body(&one, "straw");
	is_int(tasks() - before, 3, "each batch leaves a task");
}

static void
test_terms(void)
{
	struct search_terms terms;

	ok(!search_terms_read(SPAN("... !"), SEARCH_ALL, &terms) &&
	    terms.n == 0, "no word");
	ok(search_terms_read(SPAN("a b"), SEARCH_ALL, &terms) && terms.n == 2,
	    "two words");
	ok(!search_terms_read(SPAN("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 "
	    "18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33"), SEARCH_ALL,
	    &terms) && terms.n == SEARCH_WORDS, "too many");
}

static void
test_rank(void)
{
	struct search_terms terms;
	struct event_row row = { .type = "m.room.message" };
	static const char *const texts[] = {
		"{\"body\":\"a a a\"}", "{\"body\":\"a a x\"}",
		"{\"body\":\"a x x\"}",
		"{\"body\":\"a x x x x x x x x x x x\"}",
		"{\"body\":\"x\"}",
	};
	double last = 1, rank = 0;

	search_terms_read(SPAN("A"), SEARCH_ALL, &terms);
	for (int i = 0; i < 5; i++) {
		row.content = span_of(texts[i]);
		rank = search_rank(scratch_mem, &terms, &row, NULL, NULL);
		ok(rank < last, "%s is worse than what came before", texts[i]);
		last = rank;
	}
	ok(rank <= 0, "what does not hold it has no rank");
	row.content = SPAN("{\"body\":[\"a\"]}");
	ok(search_rank(scratch_mem, &terms, &row, NULL, NULL) <= 0,
	    "a body that is no text holds nothing");
	row.type = "m.other";
	row.content = SPAN("{\"body\":\"a\"}");
	ok(search_rank(scratch_mem, &terms, &row, NULL, NULL) <= 0,
	    "nor does another event");
}

int
main(void)
{
	const char *path, *why = "";

	scratch_begin();
	store = scratch_open(NULL);
	db = store->main;
	db_arena(db, scratch_mem);
	json_arena(scratch_mem);
	path = arena_printf(scratch_mem, "%s/signing.key", scratch_data);
	db_begin(db, TX_WRITE);
	anna = (struct author){ .db = db, .mem = scratch_mem,
	    .server_name = scratch_conf.server_name, .now = 1000000,
	    .user_id = "@anna:example.org" };
	anna.user = user_intern(db, anna.user_id);
	if (!signing_key_make(path, &why) ||
	    (anna.key = signing_key_load(scratch_mem, path, &why)) == NULL) {
		printf("Bail out! %s\n", why);
		return 1;
	}
	one = begin();
	two = begin();
	test_terms();
	test_rank();
	test_index();
	test_both();
	test_remove();
	test_batches();
	ok(db_commit(db), "and all of it is kept");
	store_close(store);
	return done_testing();
}
