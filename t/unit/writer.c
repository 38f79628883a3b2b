/* writer.c - JSON written piece by piece; our mistakes abort. */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json/json.h"
#include "json/writer.h"
#include "tap.h"

static void
test_values(struct arena *mem)
{
	struct buf b;
	struct writer w;

	buf_init(&b, mem, SIZE_MAX);
	writer_init(&w, &b);
	write_object(&w);
	put_text(&w, "text", "a\"b");
	put_text(&w, "none", NULL);
	put_int(&w, "int", INT64_C(9007199254740991));
	put_bool(&w, "yes", true);
	put_bool(&w, "no", false);
	put_raw(&w, "raw", SPAN("{\"x\":[1]}"));
	put_json(&w, "json", json_parse_own(mem,
	    SPAN("[1.5,{\"b\":0,\"a\":0}]")));
	put_object(&w, "empty");
	write_end(&w);
	put_array(&w, "list");
	write_text(&w, "one");
	write_span(&w, SPAN("two"));
	write_int(&w, -3);
	write_bool(&w, true);
	write_null(&w);
	write_raw(&w, SPAN("4"));
	write_json(&w, json_parse_own(mem, SPAN("5")));
	write_array(&w);
	write_end(&w);
	write_object(&w);
	put_int(&w, "k", 1);
	put_int(&w, "l", 2);
	write_end(&w);
	write_end(&w);
	write_key(&w, "a\nkey");
	write_int(&w, 1);
	write_key_span(&w, SPAN("span"));
	write_array(&w);
	write_end(&w);
	write_end(&w);
	is_text(buf_str(&b), "{\"text\":\"a\\\"b\",\"none\":null,"
	    "\"int\":9007199254740991,\"yes\":true,\"no\":false,"
	    "\"raw\":{\"x\":[1]},\"json\":[1.5,{\"b\":0,\"a\":0}],\"empty\":{},"
	    "\"list\":[\"one\",\"two\",-3,true,null,4,5,[],"
	    "{\"k\":1,\"l\":2}],\"a\\nkey\":1,\"span\":[]}", "each kind");
	is_int(json_check(b.s, b.len, NULL), JSON_OK, "and it is JSON");
}

static void
test_alone(struct arena *mem)
{
	struct buf b;
	struct writer w;

	buf_init(&b, mem, SIZE_MAX);
	writer_init(&w, &b);
	write_text(&w, "x");
	is_text(buf_str(&b), "\"x\"", "a value alone");

	/* Depth WRITER_DEPTH - 1 is the deepest. */
	buf_init(&b, mem, SIZE_MAX);
	writer_init(&w, &b);
	for (int i = 1; i < WRITER_DEPTH; i++)
		write_array(&w);
	for (int i = 1; i < WRITER_DEPTH; i++)
		write_end(&w);
	is_int((int64_t)b.len, 2 * (WRITER_DEPTH - 1), "as deep as it goes");
}

static void
end_too_much(struct writer *w)
{
	write_object(w);
	write_end(w);
	write_end(w);
}

static void
end_behind_key(struct writer *w)
{
	write_object(w);
	write_key(w, "k");
	write_end(w);
}

static void
value_without_key(struct writer *w)
{
	write_object(w);
	write_int(w, 1);
}

static void
key_in_array(struct writer *w)
{
	write_array(w);
	write_key(w, "k");
}

static void
key_behind_key(struct writer *w)
{
	write_object(w);
	write_key(w, "k");
	write_key(w, "l");
}

static void
key_alone(struct writer *w)
{
	write_key(w, "k");
}

static void
second_value(struct writer *w)
{
	write_int(w, 1);
	write_int(w, 2);
}

static void
too_deep(struct writer *w)
{
	for (int i = 0; i < WRITER_DEPTH; i++)
		write_array(w);
}

static bool
aborts(struct arena *mem, void (*mistake)(struct writer *))
{
	const struct rlimit none = { 0, 0 };
	struct buf b;
	struct writer w;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		buf_init(&b, mem, SIZE_MAX);
		writer_init(&w, &b);
		mistake(&w);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGABRT;
}

static void
test_mistakes(struct arena *mem)
{
	ok(aborts(mem, end_too_much), "an end too much aborts");
	ok(aborts(mem, end_behind_key), "an end behind a key");
	ok(aborts(mem, value_without_key), "a member without a key");
	ok(aborts(mem, key_in_array), "a key in an array");
	ok(aborts(mem, key_behind_key), "a key behind a key");
	ok(aborts(mem, key_alone), "a key in nothing");
	ok(aborts(mem, second_value), "a second value");
	ok(aborts(mem, too_deep), "nesting without end");
}

int
main(void)
{
	struct arena *mem = arena_new();

	test_values(mem);
	test_alone(mem);
	test_mistakes(mem);
	arena_free(mem);
	return done_testing();
}
