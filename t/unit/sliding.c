/*
 * sliding.c - what sliding sync keeps of a connection reads back, is short, and
 * has a bound; and which state its rules want.
 */
#include "../../cgi-bin/events-sliding.h"
#include "tap.h"

#define MANY	20000

static struct arena *mem;

static const char topic[] = "{\"i\":[[\"m.room.topic\",\"\"]],\"l\":false}";
static const char lazy[] = "{\"i\":[[null,null],[\"m.room.member\",\"@a:b\"]],"
    "\"e\":[[\"m.room.create\",null]],\"l\":true,\"m\":true}";
static const char key[] = "{\"i\":[[null,\"@a:b\"]]}";

static struct state_wish
wish_of(struct table *rules, const char *one, const char *two)
{
	struct state_wish wish = { .rule = arena_alloc(mem,
	    2 * sizeof(struct state_rule *)) };

	wish.rule[wish.n++] = sliding_rule(mem, rules, one);
	if (two != NULL)
		wish.rule[wish.n++] = sliding_rule(mem, rules, two);
	return wish;
}

static void
test_rules(void)
{
	struct table *rules = table_new(mem);
	struct state_wish a = wish_of(rules, topic, NULL);
	struct state_wish b = wish_of(rules, lazy, NULL);
	struct state_wish both = wish_of(rules, topic, lazy);
	struct state_wish c = wish_of(rules, key, NULL);

	ok(state_wish_has(&a, "m.room.topic", ""), "a piece");
	ok(!state_wish_has(&a, "m.room.topic", "x"), "not of another key");
	ok(!state_wish_has(&a, "m.room.name", ""), "nor of another type");
	ok(state_wish_has(&b, "m.room.name", "x"), "any");
	ok(!state_wish_has(&b, "m.room.create", ""), "but what is excluded");
	ok(!state_wish_has(&b, "m.room.member", "@x:y"),
	    "members are not any where they are lazy");
	ok(state_wish_has(&b, "m.room.member", "@a:b"), "but by name");
	ok(state_wish_has(&c, "x", "@a:b"), "any type of a key");
	ok(state_wish_has(&c, "m.room.member", "@a:b"), "members, too");
	ok(!state_wish_has(&c, "x", ""), "not of another key");
	ok(state_wish_has(&both, "m.room.topic", "x"), "what either wants");
	ok(state_wish_lazy(&both) && !state_wish_lazy(&a), "lazy members");
	ok(state_wish_same(&both, &(struct state_wish){ both.rule, 2 }) &&
	    !state_wish_same(&both, &a) && !state_wish_same(&a, &b),
	    "the same wish");
	ok(sliding_rule(mem, rules, topic) == a.rule[0],
	    "two rules of the same text are one");
}

static void
test_back(void)
{
	struct table *rules = table_new(mem), *others = table_new(mem);
	int64_t members[] = { 1, INT64_C(1) << 40 };
	struct sent_room rooms[] = {
		{ .room = 3, .pos = 100, .member = 7, .receipts = 0, .data = 90,
		    .typing = true, .limit = 20, .has = HAS_ALL,
		    .wish = wish_of(rules, topic, lazy) },
		{ .room = 900, .pos = 40, .member = 1, .dm = true, .has = 0,
		    .wish = wish_of(rules, lazy, NULL), .lazy = members,
		    .lazies = 2 }
	};
	struct sent_all sent = { .pos = 100, .n = 5, .data = 60, .devices = 70, .room = rooms,
	    .rooms = 2 }, back = { 0 };
	struct span text = sent_text(mem, &sent, 4096);

	ok(sent_read(mem, text, others, &back), "reads back");
	is_int(back.pos, 100, "pos");
	is_int(back.n, 5, "n");
	is_int(back.data, 60, "data");
	is_int(back.devices, 70, "devices");
	is_int((int64_t)back.rooms, 2, "rooms");
	is_int(back.room[0].pos, 100, "a room that is up to date");
	is_int(back.room[0].receipts, 0, "receipts never told");
	is_int(back.room[0].data, 90, "data told");
	ok(back.room[0].typing && !back.room[0].dm && !back.room[1].typing &&
	    back.room[1].dm, "flags");
	ok(back.room[0].has == HAS_ALL && back.room[1].has == 0, "has");
	is_int(back.room[0].limit, 20, "limit");
	is_int((int64_t)back.room[0].wish.n, 2, "wishes");
	is_text(back.room[1].wish.rule[0]->text, lazy, "their text");
	is_int(back.room[1].room, 900, "another room");
	is_int(back.room[1].pos, 40, "that is not up to date");
	is_int(back.room[1].member, 1, "its member event");
	is_int((int64_t)back.room[1].lazies, 2, "its members");
	is_int(back.room[1].lazy[1], INT64_C(1) << 40, "a large number");
	ok(sent_find(&back, 900) == &back.room[1] &&
	    sent_find(&back, 3) == &back.room[0], "a room is found");
	ok(sent_find(&back, 4) == NULL && sent_find(&back, 901) == NULL,
	    "one that is not there is not");

	ok(!sent_read(mem, SPAN("\x01"), others, &back),
	    "another format is refused");
}

static void
test_bounds(void)
{
	struct table *rules = table_new(mem);
	struct sent_room *rooms = arena_alloc(mem, MANY * sizeof(*rooms));
	struct sent_all sent = { .pos = MANY, .room = rooms, .rooms = MANY },
	    back = { 0 };
	int64_t members[50] = { 0 };
	struct span all, some;

	for (int64_t i = 0; i < MANY; i++)
		rooms[i] = (struct sent_room){ .room = i + 1,
		    .pos = MANY - i % 2,
		    .member = 1000000 + i, .limit = 20, .has = 20,
		    .wish = wish_of(rules, topic, NULL) };
	all = sent_text(mem, &sent, 1 << 20);
	ok(all.n > 0 && all.n < 16 * MANY, "a room takes some bytes");
	for (int64_t i = 0; i < MANY; i++) {
		rooms[i].lazy = members;
		rooms[i].lazies = 50;
	}
	some = sent_text(mem, &sent, all.n + 4096);
	ok(sent_read(mem, some, rules, &back) && back.rooms == MANY &&
	    back.room[0].lazies == 0, "members are forgotten first");
	some = sent_text(mem, &sent, all.n / 4 * 3);
	back = (struct sent_all){ 0 };
	ok(sent_read(mem, some, rules, &back) && back.rooms == MANY / 2 &&
	    sent_find(&back, 1) != NULL && sent_find(&back, 2) == NULL,
	    "then rooms that are not followed");
	ok(sent_text(mem, &sent, all.n / 4).s == NULL,
	    "and then it is too much");
}

int
main(void)
{
	mem = arena_new();
	test_rules();
	test_back();
	test_bounds();
	arena_free(mem);
	return done_testing();
}
