/* uri.c - the raw request target. */
#include "base/arena.h"
#include "serve/uri.h"
#include "tap.h"

static struct arena *mem;

static const char *
decode(const char *text, bool plus)
{
	const char *why = NULL;
	const char *out = uri_decode(mem, span_of(text), plus, &why);

	return out ? out : arena_printf(mem, "<%s>", why);
}

static const char *
query(const char *text, const char *name)
{
	struct span value;

	return uri_query(span_of(text), name, &value) ?
	    arena_strndup(mem, value.s, value.n) : NULL;
}

static const char *
behind(const char *prefix, const char *text)
{
	struct span path = span_of(text);

	uri_strip(&path, prefix);
	return arena_strndup(mem, path.s, path.n);
}

int
main(void)
{
	struct span path, rest;

	mem = arena_new();
	uri_split("/a/b?c=d?e", &path, &rest);
	ok(span_is(path, "/a/b") && span_is(rest, "c=d?e"), "the first ? cuts");
	uri_split("/a", &path, &rest);
	ok(span_is(path, "/a") && rest.n == 0, "no query");
	uri_split("/a?", &path, &rest);
	ok(span_is(path, "/a") && rest.n == 0, "an empty query");

	is_text(decode("%21room%3Alocalhost", false), "!room:localhost", "escapes");
	is_text(decode("a%2Fb%2fc", false), "a/b/c", "a slash, either case");
	is_text(decode("a+b", false), "a+b", "a plus in a path");
	is_text(decode("a+b%2B", true), "a b+", "a plus in a query");
	is_text(decode("%", false), "<holds a broken percent-escape>", "lone %%");
	is_text(decode("%4", false), "<holds a broken percent-escape>", "half of one");
	is_text(decode("%4g", false), "<holds a broken percent-escape>", "not hex");
	is_text(decode("a%00b", false), "<holds a NUL>", "NUL");
	is_text(decode("%ff", false), "<is not UTF-8>", "not UTF-8");
	is_text(decode("%C3%A9", false), "\xc3\xa9", "UTF-8");
	is_text(decode("%25%32%35", false), "%25", "decoded once, not twice");

	is_text(behind("/~ann/mx", "/~ann/mx/_matrix"), "/_matrix", "a prefix");
	is_text(behind("", "/_matrix"), "/_matrix", "none");
	is_text(behind("/mx", "/_matrix"), "/_matrix", "not that one");
	is_text(behind("/mx", "/mxx/a"), "/mxx/a", "a part of a name");
	is_text(behind("/mx", "/mx"), "/mx", "nothing behind it");
	is_text(behind("/~ann", "/%7Eann/a%2Fb"), "/a%2Fb", "encoded there");
	is_text(behind("/%7eann", "/~ann/"), "/", "encoded here");
	is_text(behind("/a/b", "/a%2Fb/c"), "/a%2Fb/c", "a slash within a name");
	is_text(behind("/a%2Fb", "/a%2Fb/c"), "/a%2Fb/c", "nor one of ours");
	is_text(behind("/a%", "/a%/c"), "/c", "a broken escape is as it is");
	is_text(behind("/abc", "/a%00c/d"), "/a%00c/d", "NUL");
	is_text(behind("/abc", "/ab"), "/ab", "shorter");

	is_text(query("from=s1&to=s2", "from"), "s1", "first");
	is_text(query("from=s1&to=s2", "to"), "s2", "last");
	is_text(query("from=s1&from=s2", "from"), "s1", "of several the first");
	is_text(query("fromage=1&from=", "from"), "", "empty; no prefix of a name");
	is_text(query("from", "from"), "", "no value at all");
	ok(query("a=from", "from") == NULL, "a value is no name");
	ok(query("", "from") == NULL, "nothing there");
	is_text(query("&&x=1&", "x"), "1", "empty pairs");
	arena_free(mem);
	return done_testing();
}
