/* mail-compose.c - what a mail looks like, and what none can be made of. */
#include <ctype.h>

#include "base/arena.h"
#include "matrix/mail.h"
#include "tap.h"

static struct arena *mem;
static const struct mail usual = {
	.from = "Example <matrix@example.org>",
	.to = "ann@example.net",
	.subject = "Hello",
	.text = "One & two.\n\nhttps://example.org/?a=1&b=2\n",
	.id = "unique_1",
	.date = 1767323045000		/* 2026-01-02T03:04:05Z */
};

static const char *
compose(struct mail mail)
{
	struct buf b;

	buf_init(&b, mem, MESSAGE_MAX);
	return mail_compose(&b, &mail) ? buf_str(&b) : NULL;
}

static const char *
with_subject(const char *subject)
{
	struct mail mail = usual;

	mail.subject = subject;
	return compose(mail);
}

static const char *
with_from(const char *from)
{
	struct mail mail = usual;

	mail.from = from;
	return compose(mail);
}

static const char *
with_to(const char *to)
{
	struct mail mail = usual;

	mail.to = to;
	return compose(mail);
}

static const char *
with_text(const char *text)
{
	struct mail mail = usual;

	mail.text = text;
	return compose(mail);
}

static bool
holds(const char *message, const char *piece)
{
	return message != NULL && strstr(message, piece) != NULL;
}

/* Lines end with CR LF, hold ASCII and are not too long. */
static bool
travels(const char *message)
{
	size_t column = 0;

	if (message == NULL)
		return false;
	for (const char *s = message; *s != '\0'; s++) {
		if (s[0] == '\r' && s[1] == '\n') {
			column = 0;
			s++;
		} else if (*s < ' ' || *s > '~' || ++column > 76) {
			return false;
		}
	}
	return column == 0;
}

static void
test_whole(void)
{
	is_text(compose(usual),
	    "From: \"Example\"\r\n <matrix@example.org>\r\n"
	    "To: <ann@example.net>\r\n"
	    "Subject: Hello\r\n"
	    "Date: Fri, 2 Jan 2026 03:04:05 +0000\r\n"
	    "Message-ID: <unique_1@example.org>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"=_unique_1\"\r\n"
	    "\r\n--=_unique_1\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "One & two.\r\n\r\nhttps://example.org/?a=3D1&b=3D2\r\n"
	    "\r\n--=_unique_1\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "<!DOCTYPE html>\r\n<html lang=3D\"en\">\r\n"
	    "<meta charset=3D\"utf-8\">\r\n<body>\r\n"
	    "<p>\r\nOne &amp; two.\r\n</p>\r\n<p>\r\n"
	    "<a href=3D\"https://example.org/?a=3D1&amp;b=3D2\">"
	    "https://example.org/?a=3D=\r\n1&amp;b=3D2</a>\r\n"
	    "</p>\r\n</body>\r\n</html>\r\n"
	    "\r\n--=_unique_1--\r\n", "a mail");
}

/* Nobody adds a header or an addressee (security 22). */
static void
test_injection(void)
{
	static const char *const bad[] = {
		"", "@", "ann", "ann@", "@example.net", "a@b@c",
		"ann@example.net\r\nBcc: bob@example.net",
		"ann@example.net\nBcc: bob@example.net",
		"ann@example.net\rBcc: bob@example.net",
		"ann@example.net, bob@example.net",
		"ann@example.net,bob@example.net",
		"ann@example.net> <bob@example.net", "<ann@example.net>",
		"ann bob@example.net", "ann\t@example.net",
		"ann@example.net;", "\"ann\"@example.net", "ann(x)@example.net",
		"j\xc3\xb6rg@example.net", "ann@ex\xc3\xa4mple.net",
		"ann\x7f@example.net", "ann\x01@example.net"
	};
	struct mail mail = usual;
	char name[512];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		ok(with_to(bad[i]) == NULL, "to '%s' (security 22)", bad[i]);
		snprintf(name, sizeof(name), "Name <%s>", bad[i]);
		ok(with_from(name) == NULL, "from '%s' (security 22)", name);
	}
	ok(with_subject("Hello\r\nBcc: bob@example.net") == NULL &&
	    with_subject("Hello\nBcc: bob@example.net") == NULL &&
	    with_subject("Hello\tthere") == NULL,
	    "a subject of several lines (security 22)");
	ok(with_from("A\r\nBcc: b@example.net <a@example.net>") == NULL,
	    "a name of several lines (security 22)");
	ok(with_from("A <a@example.net> b") == NULL, "something behind");
	ok(with_from("A <a@example.net") == NULL, "an open bracket");
	mail.id = "a\r\nb";
	ok(compose(mail) == NULL, "an id of two lines");
	mail.id = "";
	ok(compose(mail) == NULL, "no id");
	memset(name, 'a', sizeof(name));
	strcpy(name + 242, "@example.org");
	ok(with_to(name) != NULL, "an address of 254 bytes");
	memset(name, 'a', sizeof(name));
	strcpy(name + 243, "@example.org");
	ok(with_to(name) == NULL, "and of 255");
}

static void
test_headers(void)
{
	const char *s;

	ok(holds(with_from("matrix@example.org"),
	    "From: <matrix@example.org>\r\n"), "an address alone");
	ok(holds(with_from("\"A. Name\" <a@example.org>"),
	    "From: \"A. Name\"\r\n <a@example.org>\r\n"), "a quoted name");
	ok(holds(with_from("A \"b\\ <a@example.org>"),
	    "From: \"A \\\"b\\\\\"\r\n"), "quotes inside");
	ok(holds(with_from("J\xc3\xb6rg <a@example.org>"),
	    "From: =?UTF-8?Q?J=C3=B6rg?=\r\n <a@example.org>\r\n"),
	    "a name with an umlaut");
	ok(holds(with_subject("Gr\xc3\xbc\xc3\x9f" "e an =?x?="),
	    "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe=20an=20=3D=3Fx=3F=3D?=\r\n"),
	    "a subject with umlauts");
	ok(holds(with_subject("=?UTF-8?Q?x?="), "=?UTF-8?Q?=3D=3FUTF"),
	    "what looks encoded is encoded");
	s = with_subject("0123456789012345678901234567890123456789"
	    "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
	    "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac");
	ok(travels(s), "a long subject goes on in the next line");
	ok(holds(s, "=E2=82=AC?=\r\n =?UTF-8?Q?=E2=82=AC") &&
	    !holds(s, "=E2?=") && !holds(s, "=82?="),
	    "and no character is cut in two");
	ok(travels(with_subject("a subject of more than sixty characters that "
	    "has nothing else that is special about it")), "a long plain one");
}

static void
test_text(void)
{
	const char *s;
	char text[1024];

	s = with_text("<script>alert(\"it's\")</script> &amp;\n");
	ok(holds(s, "&lt;script&gt;alert(&quot;it&#39;s&quot;)&lt;/script&gt; "
	    "&amp;amp;"), "HTML is escaped (security 22)");
	s = with_text("http://a/\"><b>\n");
	ok(holds(s, "<a href=3D\"http://a/&quot;&gt;&lt;b&gt;\">"),
	    "in a link too (security 22)");
	ok(!holds(with_text("javascript:alert(1)\nhttps://\na https://b\n"),
	    "<a "), "what is no URL is no link");
	s = with_text(".\nFrom here\nFor\na \n b\n\n--=_unique_1--\n");
	ok(holds(s, "\r\n=2E\r\n=46rom here\r\nFor\r\na=20\r\n b\r\n\r\n"
	    "--=3D_unique_1--\r\n"),
	    "what means something on the way is encoded");
	for (size_t i = 0; i + 1 < sizeof(text); i++)
		text[i] = " .abcdef\xc3\xa9"[i % 10];
	text[sizeof(text) - 1] = '\0';
	ok(travels(with_text(text)), "a very long line is cut");
	ok(travels(with_text("")), "an empty text");
	ok(holds(with_text("no end of line"), "no end of line\r\n--=_unique"),
	    "a text without an end of line");
	memset(text, '=', sizeof(text) - 1);
	s = arena_printf(mem, "%s%s%s%s%s", text, text, text, text, text);
	ok(with_text(s) == NULL, "more than a message holds");
}

int
main(void)
{
	mem = arena_new();
	test_whole();
	test_injection();
	test_headers();
	test_text();
	arena_free(mem);
	return done_testing();
}
