/*
 * ids.c - what identifiers look like (appendices, "Identifier grammar").
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/utf8.h"
#include "matrix/ids.h"

#define DIGITS	"0123456789"
#define LOWER	"abcdefghijklmnopqrstuvwxyz"
#define UPPER	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* A SHA-256 in unpadded base64. */
#define HASH_LETTERS	43

/* Is s some letters of set, at most max? */
static bool
made_of(const char *s, const char *set, size_t max)
{
	size_t n = strspn(s, set);

	return n > 0 && n <= max && s[n] == '\0';
}

static bool
port_valid(const char *s)
{
	return made_of(s, DIGITS, 5);
}

/* s begins with [. */
static bool
ipv6_server_valid(const char *s)
{
	struct in6_addr address;
	char literal[46];
	const char *end = strchr(s, ']');
	size_t n;

	if (end == NULL)
		return false;
	n = (size_t)(end - s) - 1;
	if (n >= sizeof literal)
		return false;
	memcpy(literal, s + 1, n);
	literal[n] = '\0';
	if (inet_pton(AF_INET6, literal, &address) != 1)
		return false;
	return end[1] == '\0' || (end[1] == ':' && port_valid(end + 2));
}

bool
server_name_valid(const char *s)
{
	size_t n;

	if (strnlen(s, ID_MAX + 1) > ID_MAX)
		return false;
	if (s[0] == '[')
		return ipv6_server_valid(s);
	/* An IPv4 address looks like a DNS name. */
	n = strspn(s, UPPER LOWER DIGITS ".-");
	if (n == 0)
		return false;
	return s[n] == '\0' || (s[n] == ':' && port_valid(s + n + 1));
}

/* sigil, at least min bytes of text without a colon, colon, server name. */
static bool
domain_id_valid(const char *id, char sigil, size_t min)
{
	const char *colon;
	size_t n;

	if (id[0] != sigil || strnlen(id, ID_MAX + 1) > ID_MAX)
		return false;
	if ((colon = strchr(id, ':')) == NULL)
		return false;
	n = (size_t)(colon - id) - 1;
	return n >= min && utf8_valid(id + 1, n) &&
	    server_name_valid(colon + 1);
}

static bool
hash_id_valid(const char *id, char sigil, const char *alphabet)
{
	return id[0] == sigil && strlen(id) == 1 + HASH_LETTERS &&
	    strspn(id + 1, alphabet) == HASH_LETTERS;
}

bool
user_id_valid(const char *id)
{
	return domain_id_valid(id, '@', 0);
}

bool
localpart_valid(const char *s)
{
	return made_of(s, LOWER DIGITS "._=-/+", ID_MAX);
}

bool
room_id_valid(const char *id)
{
	return domain_id_valid(id, '!', 1) ||
	    hash_id_valid(id, '!', UPPER LOWER DIGITS "-_");
}

bool
room_alias_valid(const char *id)
{
	return domain_id_valid(id, '#', 1);
}

bool
event_id_valid(const char *id)
{
	return domain_id_valid(id, '$', 1) ||
	    hash_id_valid(id, '$', UPPER LOWER DIGITS "-_") ||
	    hash_id_valid(id, '$', UPPER LOWER DIGITS "+/");
}

bool
opaque_id_valid(const char *s)
{
	return made_of(s, UPPER LOWER DIGITS ".=_-", ID_MAX);
}

const char *
id_server(const char *id)
{
	const char *colon = strchr(id, ':');

	return colon == NULL ? NULL : colon + 1;
}
