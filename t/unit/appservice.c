/* appservice.c - files of application services: what is read, and each way to err. */
#include <stdlib.h>
#include <unistd.h>

#include "base/appservice.h"
#include "base/arena.h"
#include "base/conf.h"
#include "tap.h"

static char path[] = "/tmp/mxcgi-appservice-XXXXXX";
static struct arena *mem;

/* *conf has those so far; NULL, or what is wrong with this one. */
static const char *
read_bytes(struct conf *conf, const char *text, size_t n)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(text, 1, n, f) != n || fclose(f) != 0) {
		perror(path);
		exit(2);
	}
	return appservice_read(conf, mem, path);
}

static const char *
read_text(struct conf *conf, const char *text)
{
	return read_bytes(conf, text, strlen(text));
}

#define CONF	{ .server_name = "example.org" }
/* What it must have, but namespaces and URL; four lines. */
#define HEAD	"id: irc\nas_token: a\nhs_token: h\nsender_localpart: bot\n"

/* -------------------------------------------------------------- what is read */

static void
test_whole(void)
{
	struct conf conf = CONF;
	const struct appservice *as;

	if (!is_text(read_text(&conf,
	    "# of a bridge\n"
	    "id: \"irc one\"\nurl: 'https://a.example/b//'\n"
	    "as_token: as!\nhs_token: hs~\nsender_localpart: _irc/b=+.-\n"
	    "rate_limited: Yes\nreceive_ephemeral: true\n"
	    "protocols: [irc, 'irc two']\nunknown: {x: [1]}\n"
	    "namespaces:\n"
	    "  users: [{exclusive: true, regex: '@_irc_.*'}, {regex: '@u'}]\n"
	    "  rooms: ~\n"
	    "  aliases:\n  - regex: \"#\\\\w+\"\n    exclusive: off\n"), NULL,
	    "a whole file"))
		return;
	as = conf.appservices;
	is_text(as->id, "irc one", "id");
	is_text(as->url, "https://a.example/b", "url, without its slashes");
	is_text(as->hs_token, "hs~", "hs_token");
	is_text(as->sender_id, "@_irc/b=+.-:example.org", "the sender");
	ok(as->rate_limited && as->receive_ephemeral, "what is switched on");
	is_text(as->ephemeral_key, "ephemeral", "by the name of today");
	is_text(as->protocols[0], "irc", "a network");
	is_text(as->protocols[1], "irc two", "another");
	is_text(as->protocols[2], NULL, "and no more");
	is_text(as->space[SPACE_USERS]->regex, "@_irc_.*", "a pattern");
	ok(as->space[SPACE_USERS]->exclusive, "for it alone");
	ok(!as->space[SPACE_USERS]->next->exclusive, "or for all");
	ok(as->space[SPACE_ROOMS] == NULL, "no rooms");
	ok(appservice_by_token(&conf, "as!") == as, "it is found by its token");
	ok(appservice_by_token(&conf, "hs~") == NULL, "and by no other");
	ok(appservice_by_id(&conf, "irc one") == as, "and by its id");
}

static void
test_least(void)
{
	struct conf conf = CONF;
	const struct appservice *as;

	if (!is_text(read_text(&conf, HEAD), NULL, "the least"))
		return;
	as = conf.appservices;
	is_text(as->url, NULL, "no url");
	ok(!as->rate_limited && !as->receive_ephemeral, "nothing is on");
	is_text(as->protocols[0], NULL, "no networks");
	ok(appservice_has(as, &conf, SPACE_USERS, "@bot:example.org"),
	    "the sender is its own");
	ok(appservice_excludes(&conf, SPACE_USERS, "@bot:example.org", NULL),
	    "and nobody else's");
	ok(!appservice_excludes(&conf, SPACE_USERS, "@bot:example.org", as),
	    "it may ask for it");
	ok(!appservice_has(as, &conf, SPACE_USERS, "@a:example.org"),
	    "there are no others");
	is_text(read_text(&conf, "id: b\nas_token: b\nhs_token: h\n"
	    "sender_localpart: b\nde.sorunome.msc2409.push_ephemeral: on\n"
	    "url: ''\nnamespaces: {}\n"), NULL, "another");
	is_text(as->next->ephemeral_key, "de.sorunome.msc2409.ephemeral",
	    "ephemeral events by their earlier name");
	is_text(as->next->url, NULL, "an empty url is none");
}

static const struct {
	const char	*regex;
	const char	*id;
	bool		 matches;
} ids[] = {
	{ "@_irc_.*", "@_irc_a:example.org", true },
	{ "@_irc_.*", "@_irc_a:example.com", false },
	{ "@_irc_.*", "@a_irc_b:example.org", false },
	{ "_irc_.*", "@_irc_a:example.org", false },
	{ "@_irc_", "@_irc_a:example.org", true },
	{ "@a$", "@a:example.org", false },
	{ "@(a|b):example\\.org$", "@b:example.org", true },
	{ "@(a|b):example\\.org$", "@c:example.org", false },
	{ ".*", "@\xff:example.org", true },
	/* What would take for ever matches nothing. */
	{ "@(a+)+$", "@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:example.org",
	    false },
};

static void
test_ids(void)
{
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct conf conf = CONF;
		const char *why = read_text(&conf, arena_printf(mem,
		    HEAD "namespaces: {users: [{regex: '%s'}]}\n",
		    ids[i].regex));

		ok(why == NULL && appservice_has(conf.appservices, &conf,
		    SPACE_USERS, ids[i].id) == ids[i].matches, "%s: %s %s",
		    ids[i].regex, ids[i].id, ids[i].matches ? "is" : "is not");
	}
}

/* -------------------------------------------------------------- what is wrong */

static const struct {
	const char	*text;
	const char	*why;		/* behind the path */
} bad[] = {
	{ "", ":1: this is no registration: it must have id, url, as_token, "
	    "hs_token, sender_localpart, namespaces" },
	{ "- a\n", ":1: this is no registration: it must have id, url, "
	    "as_token, hs_token, sender_localpart, namespaces" },
	{ "id: [\n", ":2: this is no YAML: did not find expected node content" },
	{ "id: a\n\tb: c\n", ":2: this is no YAML: found character that cannot "
	    "start any token" },
	{ "id: *x\n", ":1: this is no YAML: found undefined alias" },
	{ "\xff\xfe\xff", ":1: this is no YAML: incomplete UTF-16 character" },
	{ "as_token: a\n", ":1: id must be a text" },
	{ "id: null\n", ":1: id must be a text" },
	{ "id: ''\n", ":1: id must be a text" },
	{ "\nid: [a]\n", ":2: id must be a text" },
	{ "id: a\nhs_token: h\nsender_localpart: b\n", ":1: as_token must be a "
	    "text" },
	{ "id: a\nas_token: a b\n", ":2: as_token may have printable ASCII "
	    "characters, and no blanks" },
	{ "id: a\nas_token: a\nhs_token: \"\xc3\xa9\"\n", ":3: hs_token may "
	    "have printable ASCII characters, and no blanks" },
	{ "id: a\nas_token: \"a\\0b\"\n", ":2: as_token holds a NUL" },
	{ "id: a\nas_token: a\nhs_token: a\nsender_localpart: B\n",
	    ":4: sender_localpart may have the letters a-z, digits and . _ = / "
	    "+ -" },
	{ HEAD "url: ftp://a\n", ":5: url must begin with http:// or https://, "
	    "or be null" },
	{ HEAD "url: [a]\n", ":5: url must be a text" },
	{ HEAD "rate_limited: maybe\n", ":5: rate_limited must be true or "
	    "false" },
	{ HEAD "rate_limited: 'yes'\n", ":5: rate_limited must be true or "
	    "false" },
	{ HEAD "receive_ephemeral: [true]\n", ":5: receive_ephemeral must be "
	    "true or false" },
	{ HEAD "protocols: irc\n", ":5: protocols must be a list" },
	{ HEAD "protocols:\n- irc\n- [a]\n", ":7: protocols must list names" },
	{ HEAD "protocols: ['']\n", ":5: protocols must list names" },
	{ HEAD "namespaces: [a]\n", ":5: namespaces must be an object with "
	    "users, aliases, rooms" },
	{ HEAD "namespaces: {users: a}\n", ":5: users must be a list" },
	{ HEAD "namespaces:\n  users: [a]\n", ":6: namespaces must list objects "
	    "with regex and exclusive" },
	{ HEAD "namespaces: {rooms: [{exclusive: true}]}\n", ":5: regex must be "
	    "a text" },
	{ HEAD "namespaces:\n  users:\n  - regex: a\n  - regex: '@(a'\n",
	    ":8: regex is no regular expression: missing closing parenthesis, "
	    "at character 3" },
	{ HEAD "namespaces: {aliases: [{regex: '[a'}]}\n", ":5: regex is no "
	    "regular expression: missing terminating ] for character class, at "
	    "character 2" },
	{ HEAD "namespaces: {aliases: [{regex: a, exclusive: 1}]}\n",
	    ":5: exclusive must be true or false" },
};

static void
test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct conf conf = CONF;

		is_text(read_text(&conf, bad[i].text),
		    arena_printf(mem, "%s%s", path, bad[i].why), "%s",
		    bad[i].why);
		ok(conf.appservices == NULL, "it is not taken");
	}
}

static char *
many(char c, size_t n)
{
	char *text = arena_alloc(mem, n + 1);

	memset(text, c, n);
	text[n] = '\0';
	return text;
}

static void
test_long(void)
{
	struct conf conf = CONF;

	is_text(read_text(&conf, arena_printf(mem, "id: a\nas_token: %s\n",
	    many('a', 1025))), arena_printf(mem, "%s:2: as_token is too long",
	    path), "a long token");
	is_text(read_text(&conf, arena_printf(mem, "id: a\nas_token: a\n"
	    "hs_token: h\nsender_localpart: %s\n", many('a', 243))),
	    arena_printf(mem, "%s:4: sender_localpart is too long", path),
	    "a long name");
	ok(read_text(&conf, many('[', 5000)) != NULL, "a deep one");
	is_text(appservice_read(&conf, mem, "/nowhere/x"),
	    "/nowhere/x: No such file or directory", "none");
}

static void
test_twice(void)
{
	struct conf conf = CONF;

	is_text(read_text(&conf, HEAD), NULL, "one");
	is_text(read_text(&conf, "id: other\nas_token: a\nhs_token: x\n"
	    "sender_localpart: x\n"), arena_printf(mem,
	    "%s:1: as_token is that of %s", path, path), "the same token");
	is_text(read_text(&conf, "id: irc\nas_token: b\nhs_token: x\n"
	    "sender_localpart: x\n"), arena_printf(mem,
	    "%s:1: the id irc is that of %s", path, path), "the same id");
	is_text(read_text(&conf, "id: other\nas_token: b\nhs_token: h\n"
	    "sender_localpart: x\n"), NULL, "the same hs_token");
	ok(conf.appservices->next != NULL &&
	    conf.appservices->next->next == NULL, "two are taken");
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd < 0) {
		perror(path);
		return 2;
	}
	close(fd);
	mem = arena_new();
	test_whole();
	test_least();
	test_ids();
	test_bad();
	test_long();
	test_twice();
	arena_free(mem);
	unlink(path);
	return done_testing();
}
