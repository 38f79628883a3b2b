/* Identifiers: the grammar of the appendices, its examples and its edges. */
#include "base/arena.h"
#include "matrix/ids.h"

#include "tap.h"

#define HASH	"Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg"
#define HASH_V3	"acR1l0raoZnm60CBwAVgqbZqoO/mYU81xysh1u7XcJk"

struct grammar {
	const char	*id;
	bool		 valid;
};

static void
check(const char *name, bool (*valid)(const char *), const struct grammar *g)
{
	for (; g->id != NULL; g++)
		ok(valid(g->id) == g->valid, "%s: \"%s\" is %s", name, g->id,
		    g->valid ? "one" : "none");
}

static const struct grammar server_names[] = {
	{ "matrix.org", true },
	{ "matrix.org:8888", true },
	{ "1.2.3.4", true },
	{ "1.2.3.4:1234", true },
	{ "[1234:5678::abcd]", true },
	{ "[1234:5678::abcd]:5678", true },
	{ "localhost", true },
	{ "MATRIX.org", true },
	{ "xn--bcher-kva.example", true },
	{ "[::]", true },
	{ "[::ffff:1.2.3.4]:1", true },
	{ "[0000:0000:0000:0000:0000:0000:255.255.255.255]", true },
	{ "", false },
	{ ":80", false },
	{ "matrix.org:", false },
	{ "matrix.org:123456", false },
	{ "matrix.org:80:80", false },
	{ "matrix.org:8o", false },
	{ "matrix.org:-1", false },
	{ "matrix org", false },
	{ "matrix_org", false },
	{ "matrix.org/", false },
	{ "b\xc3\xbc" "cher.example", false },
	{ "user@matrix.org", false },
	{ "[]", false },
	{ "[1234:5678::abcd", false },
	{ "[1234:5678::abcd]x", false },
	{ "[1234:5678::abcd]:", false },
	{ "[1:2:3]", false },
	{ "[g::1]", false },
	{ "[fe80::1%eth0]", false },
	{ "[1.2.3.4]", false },
	{ "[0000:0000:0000:0000:0000:0000:255.255.255.2555]", false },
	{ "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]", false },
	{ NULL, false }
};

static const struct grammar user_ids[] = {
	{ "@alice:example.org", true },
	{ "@a.b_c=d-e/f+0:example.org:8448", true },
	{ "@alice:[::1]:80", true },
	{ "@ALICE!#$%&'*{}~:example.org", true },
	{ "@:example.org", true },
	{ "@b\xc3\xbc" "cher and more:example.org", true },
	{ "@tab\there:example.org", true },
	{ "alice:example.org", false },
	{ "#alice:example.org", false },
	{ "@alice", false },
	{ "@alice:", false },
	{ "@", false },
	{ "", false },
	{ "@alice:exa mple.org", false },
	{ "@alice:bob:example.org", false },
	{ "@lone\xed\xa0\x80surrogate:example.org", false },
	{ "@bad\xff:example.org", false },
	{ NULL, false }
};

static const struct grammar localparts[] = {
	{ "alice", true },
	{ "0.a_b=c-d/e+f", true },
	{ "", false },
	{ "Alice", false },
	{ "al ice", false },
	{ "alice:example.org", false },
	{ "@alice", false },
	{ "b\xc3\xbc" "cher", false },
	{ "a*", false },
	{ NULL, false }
};

static const struct grammar room_ids[] = {
	{ "!opaque:example.org", true },
	{ "!Any thing \xe6\x97\xa5?:example.org:80", true },
	{ "!" HASH, true },
	{ "!" HASH "x", false },
	{ "!short", false },
	{ "!" HASH_V3, false },
	{ "!:example.org", false },
	{ "!opaque:", false },
	{ "!opaque:exam/ple", false },
	{ "$" HASH, false },
	{ "!", false },
	{ "", false },
	{ "#opaque:example.org", false },
	{ NULL, false }
};

static const struct grammar aliases[] = {
	{ "#room:example.org", true },
	{ "##\xe6\x97\xa5 room/%:example.org", true },
	{ "#:example.org", false },
	{ "#room", false },
	{ "room:example.org", false },
	{ "!room:example.org", false },
	{ "#ro:om:example.org", false },
	{ "#r\xc0\x80:example.org", false },
	{ "", false },
	{ NULL, false }
};

static const struct grammar event_ids[] = {
	{ "$143273582443PhrSn:example.org", true },
	{ "$" HASH_V3, true },
	{ "$" HASH, true },
	{ "$Rqnc-F-dvnEYJTyHq/iKxU2bZ1CI92-kuZq3a5lr5Zg", false },
	{ "$Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Z", false },
	{ "$" HASH "=", false },
	{ "!" HASH, false },
	{ HASH, false },
	{ "$", false },
	{ "", false },
	{ NULL, false }
};

static const struct grammar opaque_ids[] = {
	{ "monkeys_are_GREAT.0=-", true },
	{ "", false },
	{ "a b", false },
	{ "a/b", false },
	{ "a~b", false },
	{ "\xc3\xa4", false },
	{ NULL, false }
};

/* first, then n times x, then last */
static char *
filled(struct arena *mem, const char *first, size_t n, const char *last)
{
	char *s = arena_alloc(mem, n + 1);

	memset(s, 'x', n);
	return arena_printf(mem, "%s%s%s", first, s, last);
}

static void
check_lengths(struct arena *mem)
{
	static const struct {
		const char *name;
		bool (*valid)(const char *);
		const char *first, *last;
	} kinds[] = {
		{ "server name", server_name_valid, "", "" },
		{ "server name with a port", server_name_valid, "", ":80" },
		{ "user id", user_id_valid, "@", ":a.org" },
		{ "user id with a long server", user_id_valid, "@a:", "" },
		{ "local part", localpart_valid, "", "" },
		{ "room id", room_id_valid, "!", ":a.org" },
		{ "room alias", room_alias_valid, "#", ":a.org" },
		{ "event id", event_id_valid, "$", ":a.org" },
		{ "opaque id", opaque_id_valid, "", "" },
	};
	size_t i, rest;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		rest = ID_MAX - strlen(kinds[i].first) - strlen(kinds[i].last);
		ok(kinds[i].valid(filled(mem, kinds[i].first, rest,
		    kinds[i].last)), "%s: of 255 bytes", kinds[i].name);
		ok(!kinds[i].valid(filled(mem, kinds[i].first, rest + 1,
		    kinds[i].last)), "%s: not of 256 bytes", kinds[i].name);
	}
	/* Bytes count, not characters. */
	ok(!user_id_valid(filled(mem, "@\xc3\xa4", ID_MAX - 8, ":a.org")),
	    "user id: 255 characters in 256 bytes");
}

int
main(void)
{
	struct arena *mem = arena_new();

	check("server name", server_name_valid, server_names);
	check("user id", user_id_valid, user_ids);
	check("local part", localpart_valid, localparts);
	check("room id", room_id_valid, room_ids);
	check("room alias", room_alias_valid, aliases);
	check("event id", event_id_valid, event_ids);
	check("opaque id", opaque_id_valid, opaque_ids);
	check_lengths(mem);

	is_text(id_server("@alice:example.org:80"), "example.org:80",
	    "the server of an id is all that follows the first colon");
	is_text(id_server("!" HASH), NULL, "a hash has no server");
	arena_free(mem);
	return done_testing();
}
