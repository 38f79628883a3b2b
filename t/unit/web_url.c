/* web_url.c - which URLs this server looks at, and what relative ones mean. */
#include "base/arena.h"
#include "base/curl.h"
#include "matrix/web_url.h"
#include "tap.h"

static const char *const denied[] = { "*.denied.org", "denied.org", NULL };
static const unsigned ports[] = { 80, 443, 8080, 0 };
static const struct conf conf = {
	.preview_deny = denied, .preview_ports = ports
};

static const struct {
	const char	*base, *ref, *want;
} joins[] = {
	{ NULL, "https://e.org/a/b?c#d", "https://e.org/a/b?c" },
	{ NULL, "http://e.org", "http://e.org/" },
	{ NULL, "http://e.org/a b", "http://e.org/a%20b" },
	{ NULL, "http://Exa%6dple.org/", "http://Example.org/" },
	{ NULL, "http://0x7f.1/", "http://127.0.0.1/" },
	{ NULL, "https://b\xc3\xbc" "cher.de/\xc3\xbc",
	    "https://xn--bcher-kva.de/%c3%bc" },
	{ NULL, "e.org/a", NULL },
	{ NULL, "", NULL },
	{ NULL, "ftp://e.org/", NULL },
	{ NULL, "file:///etc/passwd", NULL },
	{ NULL, "javascript:alert(1)", NULL },
	{ NULL, "http://user@e.org/", NULL },
	{ NULL, "http://user:pw@e.org/", NULL },
	{ NULL, "http://e.org:80:80/", NULL },
	{ NULL, "http://e.org:99999/", NULL },
	{ NULL, "http://a\\@e.org/", NULL },
	{ "https://e.org/a/b?x", "../c.png", "https://e.org/c.png" },
	{ "https://e.org/a/b", " c\n.png ", "https://e.org/a/c.png" },
	{ "https://e.org/a/b", "/c?d", "https://e.org/c?d" },
	{ "https://e.org/a/b", "//f.org/c", "https://f.org/c" },
	{ "https://e.org/a/b", "http://f.org/c", "http://f.org/c" },
	{ "https://e.org/a/b", "//u@f.org/c", NULL },
	{ "https://e.org/a/b", "data:image/png;base64,AA", NULL },
	{ "https://e.org/a/b", "javascript:alert(1)", NULL },
};

static const struct {
	const char	*url;
	enum web_url_said want;
} judged[] = {
	{ "https://e.org/", WEB_URL_FINE },
	{ "HTTP://E.ORG:8080/a?b", WEB_URL_FINE },
	{ "http://[2001:4860::8888]/", WEB_URL_FINE },
	{ "http://[2001:4860::8888]:8080/", WEB_URL_FINE },
	{ "http://e.org:443?x", WEB_URL_FINE },
	{ "http://notdenied.org/", WEB_URL_FINE },
	{ "http://denied.org/", WEB_URL_DENIED },
	{ "https://DENIED.org:443/", WEB_URL_DENIED },
	{ "https://denied.org./", WEB_URL_DENIED },
	{ "https://a.b.denied.org/", WEB_URL_DENIED },
	{ "https://e.org:22/", WEB_URL_DENIED },
	{ "http://[2001:4860::8888]:25/", WEB_URL_DENIED },
	{ "https://e.org:0/", WEB_URL_DENIED },
	{ "gopher://e.org/", WEB_URL_BAD },
	{ "file:///etc/passwd", WEB_URL_BAD },
	{ "http://u@e.org/", WEB_URL_BAD },
	{ "http://e.org%2e/", WEB_URL_BAD },
	{ "http://b\xc3\xbc" "cher.de/", WEB_URL_BAD },
	{ "http:///e.org", WEB_URL_BAD },
	{ "http://", WEB_URL_BAD },
	{ "http://e.org/a b", WEB_URL_BAD },
	{ "http://e.org/\r\nX: y", WEB_URL_BAD },
	{ "http://e.org\\@f.org/", WEB_URL_BAD },
};

int
main(void)
{
	struct arena *mem = arena_new();
	char *longest = arena_alloc(mem, WEB_URL_MAX + 2);

	if (!curl_load())
		return 1;
	for (size_t i = 0; i < sizeof joins / sizeof joins[0]; i++)
		is_text(web_url_join(mem, joins[i].base, joins[i].ref),
		    joins[i].want, "%s in %s", joins[i].ref,
		    joins[i].base != NULL ? joins[i].base : "itself");
	for (size_t i = 0; i < sizeof judged / sizeof judged[0]; i++)
		is_int(web_url_judge(&conf, judged[i].url), judged[i].want,
		    "%s (security 26)", judged[i].url);
	memset(longest, 'x', WEB_URL_MAX);
	memcpy(longest, "http://e.org/", 13);
	ok(web_url_plausible(longest), "the longest URL");
	longest[WEB_URL_MAX] = 'x';
	ok(!web_url_plausible(longest), "one byte more is none");
	ok(web_url_join(mem, NULL, longest) == NULL, "nor as a part of another");
	ok(web_url_plausible("https://b\xc3\xbc" "cher.de/"),
	    "a name in any script may be one");
	ok(!web_url_plausible("https://u@e.org/"), "credentials");
	ok(!web_url_plausible("e.org"), "no scheme");
	arena_free(mem);
	return done_testing();
}
