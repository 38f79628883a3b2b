/*
 * mail-compose.c - a mail as it travels: RFC 5322, 2045 to 2047.
 *
 * What comes from outside stands in the headers To (an address that has been
 * looked at) and, encoded, Subject and From; and quoted in the two parts.
 */
#include <ctype.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "matrix/mail.h"

#define EOL		"\r\n"
#define LINE_MAX_	76
#define WORD_MAX	75	/* of an encoded word, RFC 2047 */
#define ID_LEN		64
#define URL_NEVER	"<> \t\r\n"
#define NO_ATEXT	"<>()[]\\,;:\""	/* has a meaning in an address */

bool
mail_address_valid(const char *s)
{
	const char *at = strchr(s, '@');

	if (at == NULL || at == s || at[1] == '\0' ||
	    strchr(at + 1, '@') != NULL || strlen(s) > MAIL_ADDRESS_MAX)
		return false;
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~' || strchr(NO_ATEXT, *s) != NULL)
			return false;
	return true;
}

/* Splits NAME <ADDRESS>; both in mem, *name empty where there is none. */
static const char *
from_split(struct arena *mem, const char *from, const char **name)
{
	const char *open = strchr(from, '<'), *end;
	const char *address;
	size_t n;

	*name = "";
	if (open == NULL)
		return mail_address_valid(from) ? from : NULL;
	end = open + strcspn(open, ">");
	if (*end == '\0' || end[1 + strspn(end + 1, " ")] != '\0')
		return NULL;
	address = arena_strndup(mem, open + 1, (size_t)(end - open - 1));
	for (n = (size_t)(open - from); n > 0 && from[n - 1] == ' '; n--)
		continue;
	if (n >= 2 && from[0] == '"' && from[n - 1] == '"')
		*name = arena_strndup(mem, from + 1, n - 2);
	else
		*name = arena_strndup(mem, from, n);
	return mail_address_valid(address) ? address : NULL;
}

const char *
mail_from_address(struct arena *mem, const char *from)
{
	const char *name;

	return from_split(mem, from, &name);
}

/* -------------------------------------------------------------- headers */

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return true;
	return false;
}

/* How many bytes has the character that begins here? */
static size_t
character(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void
put_encoded(struct buf *out, const char *s, size_t n)
{
	for (; n > 0; s++, n--)
		if (isascii((unsigned char)*s) && isalnum((unsigned char)*s))
			buf_putc(out, *s);
		else
			buf_printf(out, "=%02X", (unsigned char)*s);
}

static void
put_encoded_words(struct buf *out, const char *s)
{
	const size_t frame = sizeof("=?UTF-8?Q?" "?=") - 1;
	size_t used = 0, n;

	buf_puts(out, "=?UTF-8?Q?");
	for (; *s != '\0'; s += n) {
		n = character(s);
		/* A character is not cut in two. */
		if (used + 3 * n > WORD_MAX - frame - sizeof("Subject:")) {
			buf_puts(out, "?=" EOL " =?UTF-8?Q?");
			used = 0;
		}
		put_encoded(out, s, n);
		used += 3 * n;
	}
	buf_puts(out, "?=");
}

/* Text of a header: as it is where that is safe, and fits a line. */
static bool
is_plain(const char *s)
{
	if (strlen(s) > 60 || strstr(s, "=?") != NULL)
		return false;
	for (; *s != '\0'; s++)
		if (!isascii((unsigned char)*s))
			return false;
	return true;
}

static void
put_subject(struct buf *out, const char *subject)
{
	buf_puts(out, "Subject: ");
	if (is_plain(subject))
		buf_puts(out, subject);
	else
		put_encoded_words(out, subject);
	buf_puts(out, EOL);
}

static void
put_quoted(struct buf *out, const char *name)
{
	buf_putc(out, '"');
	for (; *name != '\0'; name++) {
		if (*name == '"' || *name == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *name);
	}
	buf_putc(out, '"');
}

static void
put_from(struct buf *out, const char *name, const char *address)
{
	buf_puts(out, "From: ");
	if (*name != '\0') {
		if (is_plain(name))
			put_quoted(out, name);
		else
			put_encoded_words(out, name);
		buf_puts(out, EOL " ");
	}
	buf_printf(out, "<%s>" EOL, address);
}

/* strftime(3) speaks the language of the locale. */
static void
put_date(struct buf *out, int64_t ms)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t at = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&at, &tm);
	buf_printf(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000" EOL,
	    days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* -------------------------------------------------------------- the parts */

/* A dot, and "From ", at the beginning of a line mean something on the way. */
static bool
stands_as_it_is(const char *s, const char *end, size_t column)
{
	if (*s == ' ')
		return s + 1 < end && s[1] != '\n';
	if (column == 0 && (*s == '.' || (end - s >= 5 &&
	    memcmp(s, "From ", 5) == 0)))
		return false;
	return *s > ' ' && *s <= '~' && *s != '=';
}

static void
put_quoted_printable(struct buf *out, struct span text)
{
	const char *end = text.s + text.n;
	size_t column = 0;

	for (const char *s = text.s; s < end; s++) {
		if (*s == '\n') {
			buf_puts(out, EOL);
			column = 0;
			continue;
		}
		/* Room for this one, and for the mark of a line that goes on. */
		if (column + 3 > LINE_MAX_ - 1) {
			buf_puts(out, "=" EOL);
			column = 0;
		}
		if (stands_as_it_is(s, end, column)) {
			buf_putc(out, *s);
			column++;
		} else {
			buf_printf(out, "=%02X", (unsigned char)*s);
			column += 3;
		}
	}
}

static void
put_html(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.s[i]) {
		case '&':  buf_puts(out, "&amp;"); break;
		case '<':  buf_puts(out, "&lt;"); break;
		case '>':  buf_puts(out, "&gt;"); break;
		case '"':  buf_puts(out, "&quot;"); break;
		case '\'': buf_puts(out, "&#39;"); break;
		default:   buf_putc(out, s.s[i]);
		}
}

static bool
is_url(struct span line)
{
	static const struct span schemes[] = {
		{ "https://", 8 }, { "http://", 7 }
	};

	if (line.n > 0 && memchr(line.s, ' ', line.n) != NULL)
		return false;
	for (int i = 0; i < 2; i++)
		if (line.n > schemes[i].n &&
		    memcmp(line.s, schemes[i].s, schemes[i].n) == 0)
			return true;
	return false;
}

static void
put_html_line(struct buf *out, struct span line)
{
	if (is_url(line)) {
		buf_puts(out, "<a href=\"");
		put_html(out, line);
		buf_puts(out, "\">");
	}
	put_html(out, line);
	buf_puts(out, is_url(line) ? "</a>\n" : "\n");
}

/* Both parts are made of one text, so they always say the same. */
static void
text_to_html(struct buf *out, const char *text)
{
	bool open = false;

	buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n"
	    "<meta charset=\"utf-8\">\n<body>\n");
	while (*text != '\0') {
		struct span line = { text, strcspn(text, "\n") };

		if (line.n > 0 && !open)
			buf_puts(out, "<p>\n");
		if (line.n > 0)
			put_html_line(out, line);
		else if (open)
			buf_puts(out, "</p>\n");
		open = line.n > 0;
		text += line.n + (text[line.n] == '\n');
	}
	buf_puts(out, open ? "</p>\n</body>\n</html>\n" : "</body>\n</html>\n");
}

/* "=_" never stands in a text that is quoted-printable. */
static void
put_part(struct buf *out, const struct mail *mail, const char *type,
    struct span content)
{
	buf_printf(out, EOL "--=_%s" EOL, mail->id);
	buf_printf(out, "Content-Type: text/%s; charset=utf-8" EOL, type);
	buf_puts(out, "Content-Transfer-Encoding: quoted-printable" EOL EOL);
	put_quoted_printable(out, content);
}

static bool
id_valid(const char *id)
{
	size_t n = strlen(id);

	for (size_t i = 0; i < n; i++)
		if (!isascii((unsigned char)id[i]) ||
		    (!isalnum((unsigned char)id[i]) && id[i] != '_' &&
		    id[i] != '-'))
			return false;
	return n > 0 && n <= ID_LEN;
}

static void
put_unsubscribe(struct buf *out, const char *url)
{
	buf_printf(out, "List-Unsubscribe: <%s>" EOL, url);
	buf_puts(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click" EOL);
}

bool
mail_compose(struct buf *out, const struct mail *mail)
{
	const char *name, *from = from_split(out->mem, mail->from, &name);
	struct buf html;

	if (from == NULL || !mail_address_valid(mail->to) ||
	    has_control(name) || has_control(mail->subject) ||
	    !id_valid(mail->id) || (mail->unsubscribe != NULL &&
	    strpbrk(mail->unsubscribe, URL_NEVER) != NULL))
		return false;
	put_from(out, name, from);
	buf_printf(out, "To: <%s>" EOL, mail->to);
	put_subject(out, mail->subject);
	put_date(out, mail->date);
	buf_printf(out, "Message-ID: <%s%s>" EOL, mail->id, strchr(from, '@'));
	if (mail->unsubscribe != NULL)
		put_unsubscribe(out, mail->unsubscribe);
	buf_puts(out, "Auto-Submitted: auto-generated" EOL
	    "MIME-Version: 1.0" EOL "Content-Type: multipart/alternative;" EOL);
	buf_printf(out, " boundary=\"=_%s\"" EOL, mail->id);
	put_part(out, mail, "plain", span_of(mail->text));
	buf_init(&html, out->mem, MESSAGE_MAX);
	text_to_html(&html, mail->text);
	put_part(out, mail, "html", buf_content(&html));
	buf_printf(out, EOL "--=_%s--" EOL, mail->id);
	return !buf_full(out) && !buf_full(&html);
}
