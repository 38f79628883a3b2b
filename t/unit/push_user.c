/* push_user.c - the rules of a user, read from the store and in their order. */
#include "matrix/push_read.h"
#include "matrix/push_user.h"
#include "store/db-inner.h"
#include "scratch.h"
#include "tap.h"

#define ME	1
#define YOU	2

static struct db *db;
static const struct room room = { .nr = 1, .room_id = "!r:a.org" };

/* A rule of mine that notifies, with a tweak that is its id. */
static void
add(const char *tag, const char *kind, const char *id, const char *conditions,
    const char *pattern, bool in_2015)
{
	const char *actions = arena_printf(scratch_mem, "[\"notify\","
	    "{\"set_tweak\":\"by\",\"value\":\"%s\"}]", id);

	db_exec(db, STMT_PUSH_RULE_PUT, DB_INT(ME), DB_TEXT(tag),
	    DB_TEXT(kind), DB_TEXT(id), DB_INT(0), DB_INT(in_2015),
	    DB_TEXT(pattern), DB_TEXT(conditions), DB_TEXT(actions));
}

static void
drop(const char *tag, const char *kind, const char *id)
{
	db_exec(db, STMT_PUSH_RULE_DROP, DB_INT(ME), DB_TEXT(tag),
	    DB_TEXT(kind), DB_TEXT(id));
}

static const struct push_rule *
meet(const char *tag, bool in_2015, const char *body, int64_t sender)
{
	const struct push_user *u = push_user_read(db, scratch_mem,
	    &(struct push_whose){ ME, "@me:a.org", tag, in_2015 });
	const struct event_row e = { .nr = 1, .type = "m.room.message",
	    .sender = sender, .sender_id = "@you:a.org",
	    .content = span_of(arena_printf(scratch_mem, "{\"body\":\"%s\"}",
	    body)) };
	const struct push_about about = push_about(db, &room, &e);

	return push_user_meets(u, &about);
}

static void
is_met(const char *tag, bool in_2015, const char *body, const char *id,
    const char *what)
{
	const struct push_rule *rule = meet(tag, in_2015, body, YOU);

	is_text(rule == NULL ? "none" : rule->id, id, "%s", what);
}

/* ------------------------------------------------------------------- order */

/* All match any message; those that come first are taken away one by one. */
static void
test_order(void)
{
	static const struct { const char *tag, *kind, *id; } rule[] = {
		{ "phone", "override", "o" }, { "phone", "content", "c" },
		{ "phone", "room", "!r:a.org" },
		{ "phone", "sender", "@you:a.org" },
		{ "phone", "underride", "u" },
		{ "", "override", "O" }, { "", "content", "C" },
		{ "", "room", "!r:a.org" }, { "", "sender", "@you:a.org" },
		{ "", "underride", "U" },
	};
	const size_t n = sizeof(rule) / sizeof(rule[0]);

	for (size_t i = n; i-- > 0; )
		add(rule[i].tag, rule[i].kind, rule[i].id, NULL,
		    rule[i].kind[0] == 'c' ? "hello" : NULL, false);
	is_met("desk", false, "hello", "O", "PSH-2: another device's rules do "
	    "not count");
	is_met(NULL, false, "hello", "O", "PSH-2: nor do they without a tag");
	is_met("", false, "hello", "O", "PSH-2: or with an empty one");
	for (size_t i = 0; i < n; i++) {
		is_met("phone", false, "hello", rule[i].id, "PSH-2: in their "
		    "order, devices first");
		drop(rule[i].tag, rule[i].kind, rule[i].id);
	}
	is_met("phone", false, "hello", ".m.rule.message", "PSH-7: and "
	    "predefined ones last");
}

static void
test_predefined(void)
{
	add("phone", "override", "o", NULL, NULL, false);
	db_exec(db, STMT_PUSH_PREDEFINED_ENABLE, DB_INT(ME),
	    DB_TEXT(".m.rule.master"), DB_INT(1));
	is_met("phone", false, "hello", ".m.rule.master", "PSH-7: what turns "
	    "all off comes before rules of devices");
	is_met("phone", true, "hello", ".m.rule.master", "in 2015 too");
	db_exec(db, STMT_PUSH_PREDEFINED_ENABLE, DB_INT(ME),
	    DB_TEXT(".m.rule.master"), DB_INT(0));
	drop("phone", "override", "o");
	is_met(NULL, true, "hello me", ".m.rule.contains_user_name",
	    "PSH-9: 2015 looks for the name, by itself");
	is_met(NULL, true, "hello men", ".m.rule.message",
	    "PSH-9: and not in other words");
	is_met(NULL, false, "hello me", ".m.rule.message", "today does not");
	db_exec(db, STMT_PUSH_PREDEFINED_ENABLE, DB_INT(ME),
	    DB_TEXT(".m.rule.contains_user_name"), DB_INT(0));
	is_met(NULL, true, "hello me", ".m.rule.message", "PSH-7: unless it is "
	    "turned off");
	ok(meet(NULL, false, "hello", ME) == NULL, "PSH-5: nobody by what "
	    "they sent");
}

/* -------------------------------------------------------------- conditions */

static void
test_tag(void)
{
	add("", "override", "t", "[{\"kind\":\"profile_tag\","
	    "\"profile_tag\":\"phone\"}]", NULL, true);
	is_met("phone", false, "hello", "t", "PSH-8: of a profile tag");
	is_met("desk", false, "hello", ".m.rule.message", "PSH-8: of no other");
	is_met(NULL, false, "hello", ".m.rule.message", "PSH-8: nor of none");
	drop("", "override", "t");
}

static void
test_patterns(void)
{
	add("", "content", "x", NULL, "ell", true);
	is_met(NULL, false, "HELLO", "x", "PSH-9: in 2015 any part");
	drop("", "content", "x");
	add("", "content", "x", NULL, "he*lo", true);
	is_met(NULL, false, "hello", "x", "PSH-9: with a star all of it");
	is_met(NULL, false, "hello you", ".m.rule.message", "PSH-9: not a part");
	drop("", "content", "x");
	add("", "content", "x", NULL, "he*lo", false);
	is_met(NULL, false, "hello you", "x", "PSH-9: today words");
	drop("", "content", "x");
}

static void
test_changed(void)
{
	bool own;

	is_int(push_user_changed(db, ME, &own), 0, "nothing was changed");
	ok(!own, "so they are predefined");
	add("phone", "override", "o", NULL, NULL, false);
	db_exec(db, STMT_PUSH_PREDEFINED_ENABLE, DB_INT(ME),
	    DB_TEXT(".m.rule.contains_user_name"), DB_NULL);
	db_exec(db, STMT_PUSH_PREDEFINED_ENABLE, DB_INT(ME),
	    DB_TEXT(".m.rule.master"), DB_NULL);
	db_exec(db, STMT_PUSH_PREDEFINED_TIDY, DB_INT(ME),
	    DB_TEXT(".m.rule.master"));
	db_exec(db, STMT_PUSH_PREDEFINED_TIDY, DB_INT(ME),
	    DB_TEXT(".m.rule.contains_user_name"));
	db_exec(db, STMT_PUSH_USER_PUT, DB_INT(ME), DB_INT(7));
	is_int(push_user_changed(db, ME, &own), 7, "something was");
	ok(!own, "of devices alone");
	add("", "override", "o", NULL, NULL, false);
	db_exec(db, STMT_PUSH_USER_PUT, DB_INT(ME), DB_INT(8));
	is_int(push_user_changed(db, ME, &own), 8, "something else was");
	ok(own, "of all");
}

/* ------------------------------------------------------------ much to look at */

#define RULES	200
#define MANY	(RULES * (PUSH_CONDITIONS_MAX - 1))

/* Many conditions of that kind, in rules that match nothing in the end. */
static void
add_many(const char *condition)
{
	struct buf text;

	buf_init(&text, scratch_mem, SIZE_MAX);
	buf_puts(&text, "[");
	for (int i = 1; i < PUSH_CONDITIONS_MAX; i++)
		buf_printf(&text, "%s,", condition);
	buf_puts(&text, "{\"kind\":\"org.example.never\"}]");
	for (int i = 0; i < RULES; i++)
		add("", "override", arena_printf(scratch_mem, "many%d", i),
		    buf_str(&text), NULL, false);
}

static void
drop_all(void)
{
	ok(db_script(db, "DELETE FROM push_rule"), "other rules now");
}

/* State of the room; number is that of the event. */
static void
put_state(int number, const char *type, const char *content)
{
	struct buf sql;

	buf_init(&sql, scratch_mem, SIZE_MAX);
	buf_printf(&sql, "INSERT INTO event (nr, event_id, room, depth, type, "
	    "state_key, sender, origin_server_ts, content_at, content_len, "
	    "pdu) VALUES (%d, '$%d', 1, %d, '%s', '', 2, 0, 11, %zu, "
	    "'{\"content\":%s}'); INSERT INTO state_history VALUES "
	    "(1, '%s', '', %d, %d)", number, number, number, type,
	    strlen(content), content, type, number, number);
	ok(db_script(db, buf_str(&sql)), "the room has %s", type);
}

/* Power levels of as many as an event holds. */
static const char *
levels(void)
{
	struct buf text;

	buf_init(&text, scratch_mem, SIZE_MAX);
	buf_puts(&text, "{\"users\":{\"@you:a.org\":100");
	for (int i = 0; i < 3000; i++)
		buf_printf(&text, ",\"@%d:a.org\":1", i);
	buf_puts(&text, "}}");
	return buf_str(&text);
}

static void
test_room_is_asked_once(void)
{
	const struct room big = { .nr = 1, .room_id = "!r:a.org",
	    .version = room_version_find("10") };
	const struct event_row e = { .nr = 30, .type = "m.room.message",
	    .sender = YOU, .sender_id = "@you:a.org",
	    .content = SPAN("{\"body\":\"hello\"}") };
	struct arena *mem = arena_new(), *before;
	const struct push_rule *rule;
	const struct push_user *u;
	struct push_about about;

	put_state(10, "m.room.create", "{\"creator\":\"@you:a.org\"}");
	put_state(11, "m.room.power_levels", levels());
	drop_all();
	add_many("{\"kind\":\"sender_notification_permission\","
	    "\"key\":\"room\"}");
	u = push_user_read(db, scratch_mem,
	    &(struct push_whose){ ME, "@me:a.org", NULL, false });
	before = db_arena(db, mem);
	about = push_about(db, &big, &e);
	rule = push_user_meets(u, &about);
	is_text(rule == NULL ? "none" : rule->id, ".m.rule.message",
	    "rules may ask often who may notify");
	ok(arena_size(mem) < (size_t)4 << 20,
	    "PSH-8: but the room is asked once (security 20)");
	db_arena(db, before);
	arena_free(mem);
}

static int64_t
weight(const char *condition)
{
	const struct push_user *u;

	drop_all();
	add_many(condition);
	u = push_user_read(db, scratch_mem,
	    &(struct push_whose){ ME, "@me:a.org", NULL, false });
	return push_user_weight(u, 65536);
}

static void
test_weight(void)
{
	static const char *const heavy[] = {
		"{\"kind\":\"event_match\",\"key\":\"content.body\","
		    "\"pattern\":\"*\"}",
		"{\"kind\":\"event_property_is\",\"key\":\"content.x\","
		    "\"value\":1}",
		"{\"kind\":\"event_property_contains\","
		    "\"key\":\"content.x\",\"value\":1}",
	};
	static const char name[] = "{\"kind\":\"contains_display_name\"}";
	int64_t few;

	drop_all();
	few = push_user_weight(push_user_read(db, scratch_mem,
	    &(struct push_whose){ ME, "@me:a.org", NULL, false }), 65536);

	for (size_t i = 0; i < sizeof heavy / sizeof *heavy; i++)
		ok(weight(heavy[i]) > few + MANY * INT64_C(65536),
		    "each weighs: %s (security 20)", heavy[i]);
	ok(weight("{\"kind\":\"event_match\",\"key\":\"type\","
	    "\"pattern\":\"*\"}") > few + MANY * 100,
	    "other texts weigh, too (security 20)");
	ok(weight(name) < few + 100 * INT64_C(65536),
	    "a name is looked for once, however many ask");
}

int
main(void)
{
	struct store *store;
	struct arena *before;

	scratch_begin();
	store = scratch_open(NULL);
	db = store->main;
	db_arena(db, scratch_mem);
	before = json_arena(scratch_mem);
	if (!db_begin(db, TX_WRITE) || !db_script(db, "INSERT INTO user "
	    "(nr, user_id) VALUES (1, '@me:a.org'), (2, '@you:a.org'); "
	    "INSERT INTO account (user, kind, created_at) VALUES "
	    "(1, 'user', 0), (2, 'user', 0); "
	    "INSERT INTO room (nr, room_id, version, created_at) VALUES "
	    "(1, '!r:a.org', '12', 0)")) {
		printf("Bail out! there is no store to try it on\n");
		return 1;
	}
	test_order();
	test_predefined();
	test_tag();
	test_patterns();
	test_changed();
	test_room_is_asked_once();
	test_weight();
	ok(db_fault(db) == DB_FINE, "and nothing went wrong");
	db_rollback(db);
	json_arena(before);
	store_close(store);
	return done_testing();
}
