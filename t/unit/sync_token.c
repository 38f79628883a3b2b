/* sync_token.c - tokens: what is written reads back, all else is refused. */
#include "matrix/sync_token.h"
#include "tap.h"

static struct arena *mem;

static void
test_sync_tokens(void)
{
	const struct sync_token made = { 345, 12, 678, "aB3xyz", 9 };
	const struct sync_token fresh = { .pos = 345, .device = 12 };
	struct sync_token t;

	is_text(sync_token_text(mem, &made), "s345_12-678_aB3xyz.9",
	    "spelling");
	ok(sync_token_read("s345_12-678_aB3xyz.9", &t), "reads back");
	is_int(t.pos, 345, "pos");
	is_int(t.device, 12, "device");
	is_int(t.to_device, 678, "to_device");
	is_text(t.epoch, "aB3xyz", "epoch");
	is_int(t.n, 9, "n");

	is_text(sync_token_text(mem, &fresh), "s345_0_.0",
	    "a device that was sent nothing");
	ok(sync_token_read("s0_0_.0", &t), "all zero, no epoch");
	is_int(t.device, 0, "no device");
	is_int(t.to_device, 0, "no message");
	is_text(t.epoch, "", "no epoch");
	ok(sync_token_read("s9223372036854775807_9223372036854775807-"
	    "9223372036854775807_a.9223372036854775807", &t),
	    "the largest numbers");
	is_int(t.pos, INT64_MAX, "pos");
	is_int(t.device, INT64_MAX, "device");
	is_int(t.to_device, INT64_MAX, "to_device");
	is_int(t.n, INT64_MAX, "n");
	ok(sync_token_read("s1_0_0123456789abcdef.3", &t), "the longest epoch");
	is_text(t.epoch, "0123456789abcdef", "epoch");
}

static void
test_sliding(void)
{
	static const char *const bad[] = { "", "c", "c7", "c7_", "7_s1_0_a.3",
	    "c07_s1_0_a.3", "c-7_s1_0_a.3", "c7s1_0_a.3", "c7_s1_0_a.3 ",
	    "c7_c7_s1_0_a.3", "s1_0_a.3" };
	const struct sliding_pos made = { 7, { .pos = 1, .epoch = "a", .n = 3 } };
	struct sliding_pos pos;

	is_text(sliding_pos_text(mem, &made), "c7_s1_0_a.3", "spelling");
	ok(sliding_pos_read("c7_s1_0_a.3", &pos), "reads back");
	is_int(pos.serial, 7, "serial");
	is_int(pos.at.pos, 1, "pos");
	is_int(pos.at.n, 3, "n");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!sliding_pos_read(bad[i], &pos), "%s", bad[i]);
}

static void
test_sync_garbage(void)
{
	static const char *const bad[] = {
		"", "s", "s1", "s1_0", "s1_0_", "s1_0_a", "s1_0_a.", "1_0_a.3",
		"t1_0_a.3", "S1_0_a.3", "s1_0_a.3 ", " s1_0_a.3", "s1_0_a.3x",
		"s-1_0_a.3", "s+1_0_a.3", "s1_-0_a.3", "s1_0_a.-3", "s_0_a.3",
		"s1__a.3", "s01_0_a.3", "s00_0_a.3", "s1_0_a.03", "s1.5_0_a.3",
		"s1_0_a_3", "s1_0_a b.3", "s1_0_a/b.3", "s1_0_\xc3\xa4.3",
		"s9223372036854775808_0_a.3", "s1_0_a.9223372036854775808",
		"s99999999999999999999999999_0_a.3",
		"s1_0_0123456789abcdefg.3", "END", "START", "null",
		/* What a device was told. */
		"s1_2_a.3", "s1_2-_a.3", "s1_-2_a.3", "s1_2-0_a.3",
		"s1_0-2_a.3", "s1_0-0_a.3", "s1_02-3_a.3", "s1_2-03_a.3",
		"s1_2--3_a.3", "s1_2-3-4_a.3", "s1_2-+3_a.3", "s1_2-3a.3",
		"s1_00_a.3", "s1_9223372036854775808-1_a.3",
		"s1_1-9223372036854775808_a.3"
	};
	struct sync_token t;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!sync_token_read(bad[i], &t), "refused: \"%s\"", bad[i]);
}

static void
test_room_tokens(void)
{
	static const char *const bad[] = {
		"", "t", "t1", "t1-", "t-1", "t1-2-", "t1-2 ", "t1--2", "t-1-2",
		"t01-2", "t1-02", "t1_2", "s1-2", "T1-2", "t1-2x", "1-2",
		"t9223372036854775808-1", "t1-9223372036854775808",
		"s1_0_a.3"
	};
	struct room_token t;

	is_text(room_token_text(mem, (struct room_token){ 12, 3456 }),
	    "t12-3456", "spelling");
	ok(room_token_read("t12-3456", &t), "reads back");
	is_int(t.depth, 12, "depth");
	is_int(t.nr, 3456, "nr");
	ok(room_token_read("t0-0", &t), "the beginning");
	ok(room_token_read("t9223372036854775807-9223372036854775807", &t),
	    "the end of time");
	is_int(t.depth, INT64_MAX, "depth");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!room_token_read(bad[i], &t), "refused: \"%s\"", bad[i]);
}

static void
test_list_tokens(void)
{
	static const char *const bad[] = {
		"", "n", "p", "n1", "n1-", "n-1", "n1--2", "n-1-2", "n01-2",
		"n1-02", "n1_2", "q1-2", "N1-2", "n1-2x", "n1-2 ", "1-2",
		"n9223372036854775808-1", "p1-9223372036854775808", "t1-2"
	};
	struct list_token t;

	is_text(list_token_text(mem, (struct list_token){ false, 12, 34 }),
	    "n12-34", "list: spelling");
	is_text(list_token_text(mem, (struct list_token){ true, 12, 34 }),
	    "p12-34", "list: spelling of what lies before");
	ok(list_token_read("p12-34", &t), "list: reads back");
	ok(t.back, "list: back");
	is_int(t.joined, 12, "list: joined");
	is_int(t.nr, 34, "list: nr");
	ok(list_token_read("n9223372036854775807-0", &t) && !t.back,
	    "list: the beginning");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!list_token_read(bad[i], &t), "list: refused: \"%s\"",
		    bad[i]);
}

static void
test_tree_tokens(void)
{
	static const char *const bad[] = {
		"", "h", "h1", "h1-", "h1-2", "h1-2-3", "h1-2-3-", "h1-2-3-2",
		"h0-2-3-1", "h1-0-3-1", "h1-2--3-1", "h01-2-3-1", "h1-02-3-1",
		"h1-2-03-1", "h1-2-3-01", "h1-2-3-1x", "h1-2-3-1-", "n1-2-3-1",
		"h9223372036854775808-2-3-1"
	};
	struct tree_token t;

	is_text(tree_token_text(mem, (struct tree_token){ 1, 2, 3, true }),
	    "h1-2-3-1", "tree: spelling");
	ok(tree_token_read("h1-2-3-1", &t), "tree: reads back");
	is_int(t.after, 1, "tree: after");
	is_int(t.count, 2, "tree: count");
	is_int(t.max_depth, 3, "tree: max_depth");
	ok(t.suggested, "tree: suggested");
	ok(tree_token_read("h1-1-0-0", &t) && !t.suggested, "tree: the least");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!tree_token_read(bad[i], &t), "tree: refused: \"%s\"",
		    bad[i]);
}

int
main(void)
{
	mem = arena_new();
	test_sync_tokens();
	test_sliding();
	test_sync_garbage();
	test_room_tokens();
	test_list_tokens();
	test_tree_tokens();
	arena_free(mem);
	return done_testing();
}
