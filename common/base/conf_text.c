/* conf_text.c - values of keys that are one of some words, or texts. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/conf_value.h"

/* --------------------------------------------------------------- words */

/* The place of value among words, -1 when it is none of them. */
static int
choice(const struct setting *s, const char *const *words)
{
	int i;

	for (i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], s->value) == 0)
			return i;
	return -1;
}

const char *
set_log_level(const struct setting *s)
{
	static const char *const words[] = {
		[LOG_DEBUG] = "debug", [LOG_INFO] = "info",
		[LOG_WARN] = "warn", [LOG_ERROR] = "error", NULL
	};
	int i = choice(s, words);

	if (i < 0)
		return "must be debug, info, warn or error";
	*(enum log_level *)s->member = (enum log_level)i;
	return NULL;
}

const char *
set_durability(const struct setting *s)
{
	static const char *const words[] = {
		[DURABLE_POWER] = "power", [DURABLE_PROCESS] = "process", NULL
	};
	int i = choice(s, words);

	if (i < 0)
		return "must be power or process";
	*(enum durability *)s->member = (enum durability)i;
	return NULL;
}

const char *
set_profile_lookup(const struct setting *s)
{
	static const char *const words[] = {
		[PROFILES_ANYONE] = "anyone", [PROFILES_USERS] = "users",
		[PROFILES_ROOMS] = "rooms", NULL
	};
	int i = choice(s, words);

	if (i < 0)
		return "must be anyone, users or rooms";
	*(enum profile_lookup *)s->member = (enum profile_lookup)i;
	return NULL;
}

const char *
set_handover(const struct setting *s)
{
	static const char *const words[] = {
		[HANDOVER_NONE] = "none", [HANDOVER_NGINX] = "nginx",
		[HANDOVER_APACHE] = "apache",
		[HANDOVER_LIGHTTPD] = "lighttpd", NULL
	};
	int i = choice(s, words);

	if (i < 0)
		return "must be none, nginx, apache or lighttpd";
	*(enum handover *)s->member = (enum handover)i;
	return NULL;
}

/* no: never; yes: always was; or since a day began, in UTC. */
const char *
set_frozen(const struct setting *s)
{
	static const char *const words[] = { "yes", "no", NULL };
	struct tm tm = { 0 };
	const char *end;
	int i = choice(s, words);

	if (i >= 0) {
		*(int64_t *)s->member = i == 0 ? 0 : INT64_MAX;
		return NULL;
	}
	end = strptime(s->value, "%Y-%m-%d", &tm);
	if (end == NULL || *end != '\0')
		return "must be no, yes, or the day from which on, such as "
		    "2026-12-31";
	*(int64_t *)s->member = (int64_t)timegm(&tm) * 1000;
	return NULL;
}

const char *
set_open(const struct setting *s)
{
	static const char *const words[] = { "closed", "open", NULL };
	int i = choice(s, words);

	if (i < 0)
		return "must be open or closed";
	*(bool *)s->member = i == 1;
	return NULL;
}

const char *
set_yes(const struct setting *s)
{
	static const char *const words[] = { "no", "yes", NULL };
	int i = choice(s, words);

	if (i < 0)
		return "must be yes or no";
	*(bool *)s->member = i == 1;
	return NULL;
}

/* --------------------------------------------------------------- texts */

const char *
set_verbatim(const struct setting *s)
{
	size_t n = strlen(s->value);

	if (n < s->key->least || n > s->key->most)
		return arena_printf(s->mem, "must be %u to %u characters long",
		    s->key->least, s->key->most);
	*(const char **)s->member = arena_strndup(s->mem, s->value, n);
	return NULL;
}

const char *
set_text(const struct setting *s)
{
	const char *wrong = set_verbatim(s);
	char *text = *(char **)s->member;
	size_t n;

	if (wrong != NULL)
		return wrong;
	for (n = strlen(text); n > 1 && text[n - 1] == '/'; n--)
		text[n - 1] = '\0';
	return NULL;
}

/* The part of a user id before the colon, as new accounts may have it. */
const char *
set_localpart(const struct setting *s)
{
	if (s->value[strspn(s->value, "abcdefghijklmnopqrstuvwxyz"
	    "0123456789._=/+-")] != '\0')
		return "must be of the letters a-z, digits and . _ = / + -";
	return set_verbatim(s);
}

static bool
port_valid(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n >= 1 && n <= 5 && s[n] == '\0' && atoi(s) <= 65535;
}

/* appendices, "Server Name" */
const char *
set_server_name(const struct setting *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	const char *name = s->value, *rest;
	char *address;
	unsigned char in6[16];
	bool good;

	if (name[0] == '[') {
		rest = name + strcspn(name, "]");
		address = arena_strndup(s->mem, name + 1,
		    (size_t)(rest - name - 1));
		good = *rest++ == ']' && inet_pton(AF_INET6, address, in6) == 1;
	} else {
		rest = name + strspn(name, letters);
		good = rest > name;
	}
	if (!good || (*rest != '\0' && (*rest != ':' || !port_valid(rest + 1))))
		return "must be a host name, such as example.org, perhaps with "
		    "a port";
	return set_text(s);
}

static bool
has_scheme(const char *value, const char *scheme)
{
	size_t n = strlen(scheme);

	return strncmp(value, scheme, n) == 0 &&
	    isalnum((unsigned char)value[n]);
}

const char *
set_url(const struct setting *s)
{
	if (has_scheme(s->value, "http://") || has_scheme(s->value, "https://"))
		return set_text(s);
	return "must begin with http:// or https://";
}

const char *
set_smtp(const struct setting *s)
{
	if (has_scheme(s->value, "smtp://") || has_scheme(s->value, "smtps://"))
		return set_text(s);
	return "must be smtp://HOST:PORT or smtps://HOST:PORT";
}

const char *
set_directory(const struct setting *s)
{
	if (s->value[0] != '/')
		return "must be an absolute path, since programs are started "
		    "in different directories";
	return set_text(s);
}

/* nginx calls every client of a Unix socket "unix:". */
const char *
set_address(const struct setting *s)
{
	unsigned char in[16];

	if (inet_pton(AF_INET, s->value, in) != 1 &&
	    inet_pton(AF_INET6, s->value, in) != 1 &&
	    strcmp(s->value, "unix:") != 0)
		return "must be an IP address, or unix:";
	return set_text(s);
}

/* A path, or the name of a program with its arguments. */
const char *
set_command(const struct setting *s)
{
	if (s->value[0] != '/')
		return "must begin with the absolute path of a program";
	return set_text(s);
}
