/* page.c - pages for people: what is written, and under which headers. */
#include <stdlib.h>

#include "base/crypto.h"
#include "base/log.h"
#include "serve/life.h"
#include "serve/page.h"
#include "tap.h"

#define NASTY	"<b>\"&'\xc3\xa9"
#define TAMED	"&lt;b&gt;&quot;&amp;&#39;\xc3\xa9"

static enum mx_err
show(struct request *r)
{
	const char *name = req_form(r, "name");
	struct page p;

	page_begin(&p, r, NASTY);
	page_heading(&p, NASTY);
	page_text(&p, "text %s, %d", NASTY, 7);
	page_warning(&p, NASTY);
	page_value(&p, name ? name : "nobody");
	page_command(&p, NASTY);
	page_link(&p, "https://example.org/?a=" NASTY, NASTY);
	page_link(&p, "javascript:alert(1)", "no link");
	page_form(&p);
	page_hidden(&p, NASTY, NASTY);
	page_input(&p, &(struct page_input){ NASTY, NASTY, "text", NASTY,
	    "username" });
	page_checkbox(&p, NASTY, NASTY);
	page_form_end(&p, NASTY);
	page_script(&p, "hello();\n");
	return page_end(&p, name ? M_OK : M_FORBIDDEN);
}

static enum mx_err
outside(struct request *r)
{
	struct page p;

	page_begin(&p, r, "Outside");
	page_script_from(&p, "https://captcha.example:8443/api.js?x=\"");
	p.reply.asks = true;
	p.reply.target = page_origin(r->mem, "https://next.example/path");
	return page_end(&p, M_OK);
}

static enum mx_err
leave(struct request *r)
{
	reply_redirect(r, "https://next.example/a?b=c&d=\"\r\nX: y\xc3\xa9");
	return outside(r);
}

static enum mx_err
refuse(struct request *r)
{
	reply_retry_after(r, 4500);
	return fail(r, M_LIMIT_EXCEEDED, "Not %s", NASTY);
}

#define PAGE(method, path, body, handler)				\
	{ method, API_BARE, path, #handler, AUTH_PAGE, true, body,	\
	    TX_NONE, LIMIT_none, false, false, handler }
static const struct route routes[] = {
	PAGE("POST", "/show", BODY_FORM, show),
	PAGE("GET", "/outside", BODY_NONE, outside),
	PAGE("GET", "/leave", BODY_NONE, leave),
	PAGE("GET", "/refuse", BODY_NONE, refuse),
	{ .method = NULL }
};
const struct program program = { .name = "unit", .routes = routes };

static const struct conf conf = { .server_name = "example.org",
	.body_max = 1000, .log_level = LOG_ERROR };
static struct store store = { .conf = &conf };

/* The whole answer; good until the next. */
static const char *
ask(const char *method, const char *uri, const char *body)
{
	static char text[20000];
	struct life *l = life_new(&store);
	struct span head;

	if (life_head(l, &(struct head){ .method = method, .uri = uri }) &&
	    life_body(l, body, strlen(body)) && life_admit(l))
		life_run(l);
	head = life_response(l);
	snprintf(text, sizeof(text), "%.*s%.*s", (int)head.n, head.s,
	    (int)l->body.len, l->body.s);
	life_free(l);
	return text;
}

static unsigned
count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

static void
has(const char *text, const char *what, const char *name)
{
	if (!ok(strstr(text, what) != NULL, "%s", name))
		printf("# no %s\n", what);
}

static void
test_escapes(void)
{
	const char *text = ask("POST", "/show", "name=%3Ci%3E+x%26&name=2");

	has(text, "Status: 200 OK\r\n", "a page");
	ok(strstr(text, "<b>") == NULL && strstr(text, "\"&'") == NULL,
	    "all text is escaped (security 22)");
	is_int(count(text, TAMED), 16, "and is there");
	has(text, "text " TAMED ", 7</p>", "a paragraph");
	has(text, "href=\"https://example.org/?a=" TAMED "\"", "a link");
	has(text, "<p>no link</p>", "a script is no link (security 22)");
	has(text, "<p class=\"value\">&lt;i&gt; x&amp;</p>",
	    "a field of the form, the first of two");
	has(text, "<title>" TAMED " - example.org</title>", "a title");
	is_int(count(text, "hello();"), 1, "a script");
}

static void
test_headers(void)
{
	const char *text = ask("POST", "/show", ""), *nonce;
	char policy[500];

	has(text, "Status: 403 Forbidden\r\n", "a page may refuse");
	has(text, "nobody</p>", "in its own words, to an empty form");
	nonce = strstr(text, "'nonce-");
	if (!ok(nonce != NULL, "there is a nonce"))
		return;
	nonce += strlen("'nonce-");
	snprintf(policy, sizeof(policy), "Content-Security-Policy: "
	    "default-src 'none'; style-src 'nonce-%.43s'; script-src "
	    "'nonce-%.43s'; form-action 'self'; base-uri 'none'; "
	    "frame-ancestors 'none'\r\n", nonce, nonce);
	has(text, policy, "a page runs only its own script (security 22)");
	snprintf(policy, sizeof(policy), " nonce=\"%.43s\"", nonce);
	is_int(count(text, policy), 2, "which bears the nonce, as its style");
	snprintf(policy, sizeof(policy), "%.43s", nonce);
	ok(strstr(ask("POST", "/show", ""), policy) == NULL,
	    "every page has another");
	text = ask("POST", "/show", "");
	has(text, "Content-Type: text/html; charset=utf-8\r\n", "HTML");
	has(text, "X-Frame-Options: DENY\r\n", "in no frame (security 22)");
	has(text, "Referrer-Policy: no-referrer\r\n", "which tells nobody");
	has(text, "X-Content-Type-Options: nosniff\r\n", "what it says it is");
	has(text, "Cache-Control: no-store\r\n", "and is not kept");
	ok(strstr(text, "Access-Control") == NULL, "nor read by other pages");
}

static void
test_outside(void)
{
	const char *text = ask("GET", "/outside", "");

	has(text, " 'strict-dynamic' https://captcha.example:8443; frame-src "
	    "https://captcha.example:8443; ", "somebody else's script");
	has(text, "; connect-src 'self' https://captcha.example:8443; ",
	    "may ask, as may ours");
	has(text, "; form-action 'self' https://next.example; ",
	    "a form may lead away");
	has(text, "src=\"https://captcha.example:8443/api.js?x=&quot;\"",
	    "the script's address");
	text = ask("GET", "/leave", "");
	has(text, "Status: 303 See Other\r\n", "a redirect");
	has(text, "\r\nLocation: https://next.example/a?b=c&d="
	    "%22%0D%0AX:%20y%C3%A9\r\n",
	    "ends where its header ends (security 22)");
	has(text, "<h1>Outside</h1>", "with a page for whom it does not lead");
}

static void
test_refusals(void)
{
	const char *text = ask("GET", "/refuse", "");

	has(text, "Status: 429 Too Many Requests\r\n", "refused");
	has(text, "Retry-After: 5\r\n", "for a while");
	has(text, "role=\"alert\">Not " TAMED "</p>", "says a page");
	has(text, "wait 5 seconds", "and how long");
	text = ask("PUT", "/refuse", "");
	has(text, "Status: 405 Method Not Allowed\r\n", "a wrong method");
	has(text, "<h1>That did not work</h1>", "is told by a page");
	text = ask("POST", "/show", "name=%zz");
	has(text, "Status: 400 Bad Request\r\n", "a broken form");
	has(text, "The form holds a broken percent-escape", "is told so");
	has(ask("POST", "/show?%", ""), "<h1>That did not work</h1>",
	    "a broken query too");
	has(ask("GET", "/nothing", ""), "{\"errcode\":\"M_UNRECOGNIZED\"",
	    "what is no page is answered in JSON");
}

static void
test_origins(void)
{
	struct arena *mem = arena_new();
	static const char *const none[] = {
		"", "https://", "ftp://a", "//a", "https://a@b/", "https://a b",
		"https://a;script-src *", "https://a'/", "javascript://a"
	};

	is_text(page_origin(mem, "https://a.example"), "https://a.example",
	    "an origin");
	is_text(page_origin(mem, "http://[::1]:80/x?y"), "http://[::1]:80",
	    "of an address");
	is_text(page_origin(mem, "https://a?b"), "https://a", "without a path");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ok(page_origin(mem, none[i]) == NULL,
		    "\"%s\" has none (security 22)", none[i]);
	arena_free(mem);
}

int
main(void)
{
	log_open("unit", LOG_ERROR);
	crypto_open();
	test_escapes();
	test_headers();
	test_outside();
	test_refusals();
	test_origins();
	return done_testing();
}
