/*
 * conf_key.c - the keys of the configuration file: where each stands, who
 * understands its value and within which bounds.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/conf_key.h"

#define COUNT(a)	(sizeof(a) / sizeof(a)[0])
#define K		1024u
#define M		(1024u * K)

/* Room for a socket's name behind run_dir in struct sockaddr_un. */
#define RUN_DIR_MAX	80
#define PATH_MAX_	180
#define NAME_MAX_	230	/* appendices, "Server Name" */

/* ------------------------------------------------------------- numbers */

struct unit {
	const char	*suffix;
	unsigned	 factor;
};
static const struct unit plain[] = { { "", 1 }, { NULL, 0 } };
static const struct unit bytes[] = {
	{ "", 1 }, { "K", K }, { "M", M }, { NULL, 0 }
};
static const struct unit times[] = {
	{ "", 1 }, { "ms", 1 }, { "s", 1000 }, { NULL, 0 }
};

static bool
number(const struct setting *s, const struct unit *unit, unsigned *out)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)s->value[0]))
		return false;
	errno = 0;
	n = strtoul(s->value, &end, 10);
	while (unit->suffix != NULL && strcasecmp(unit->suffix, end) != 0)
		unit++;
	if (errno != 0 || unit->suffix == NULL ||
	    n > s->key->most / unit->factor)
		return false;
	*out = (unsigned)n * unit->factor;
	return *out >= s->key->least;
}

static const char *
set_number(const struct setting *s)
{
	if (number(s, plain, s->member))
		return NULL;
	return arena_printf(s->mem, "must be a number from %u to %u",
	    s->key->least, s->key->most);
}

static const char *
set_size(const struct setting *s)
{
	unsigned n;

	if (!number(s, bytes, &n))
		return arena_printf(s->mem, "must be a number of bytes from "
		    "%u to %u (K and M may follow)", s->key->least,
		    s->key->most);
	*(size_t *)s->member = n;
	return NULL;
}

static const char *
set_time(const struct setting *s)
{
	if (number(s, times, s->member))
		return NULL;
	return arena_printf(s->mem, "must be a time from %u to %u ms "
	    "(s may follow for seconds)", s->key->least, s->key->most);
}

static const char *
set_limit(const struct setting *s)
{
	struct conf_limit limit = { 0, 0 };
	char tail;

	if (sscanf(s->value, "%lf/%lf%c", &limit.burst, &limit.per_second,
	    &tail) != 2 || !isfinite(limit.burst) || limit.burst < 1 ||
	    !isfinite(limit.per_second) || limit.per_second <= 0)
		return "must be BURST/PER_SECOND, such as 10/0.2, BURST at "
		    "least 1 and PER_SECOND above 0";
	*(struct conf_limit *)s->member = limit;
	return NULL;
}

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

static const char *
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

static const char *
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

static const char *
set_open(const struct setting *s)
{
	static const char *const words[] = { "closed", "open", NULL };
	int i = choice(s, words);

	if (i < 0)
		return "must be open or closed";
	*(bool *)s->member = i == 1;
	return NULL;
}

static const char *
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

/* Keep it, without slashes at its end. */
static const char *
keep(const struct setting *s)
{
	size_t n = strlen(s->value);

	if (n < s->key->least || n > s->key->most)
		return arena_printf(s->mem, "must be %u to %u characters long",
		    s->key->least, s->key->most);
	while (n > 1 && s->value[n - 1] == '/')
		n--;
	*(const char **)s->member = arena_strndup(s->mem, s->value, n);
	return NULL;
}

static bool
port_valid(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n >= 1 && n <= 5 && s[n] == '\0' && atoi(s) <= 65535;
}

/* appendices, "Server Name" */
static const char *
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
	return keep(s);
}

static const char *
set_url(const struct setting *s)
{
	static const char *const schemes[] = { "http://", "https://" };
	size_t i, n;

	for (i = 0; i < COUNT(schemes); i++) {
		n = strlen(schemes[i]);
		if (strncmp(s->value, schemes[i], n) == 0 &&
		    isalnum((unsigned char)s->value[n]))
			return keep(s);
	}
	return "must begin with http:// or https://";
}

static const char *
set_directory(const struct setting *s)
{
	if (s->value[0] != '/')
		return "must be an absolute path, since programs are started "
		    "in different directories";
	return keep(s);
}

/* nginx calls every client of a Unix socket "unix:". */
static const char *
set_address(const struct setting *s)
{
	unsigned char in[16];

	if (inet_pton(AF_INET, s->value, in) != 1 &&
	    inet_pton(AF_INET6, s->value, in) != 1 &&
	    strcmp(s->value, "unix:") != 0)
		return "must be an IP address, or unix:";
	return keep(s);
}

/* ----------------------------------------------------------- the table */

#define AT(member)	offsetof(struct conf, member)
#define RATE(class)	\
	{ "limits", #class, set_limit, AT(limit[LIMIT_##class]), 0, 0 }

const struct key conf_keys[] = {
	{ "server", "name", set_server_name, AT(server_name), 1, NAME_MAX_ },
	{ "server", "base_url", set_url, AT(base_url), 1, PATH_MAX_ },
	{ "server", "data_dir", set_directory, AT(data_dir), 1, PATH_MAX_ },
	{ "server", "run_dir", set_directory, AT(run_dir), 1, RUN_DIR_MAX },
	{ "server", "trusted_proxy", set_address, AT(trusted_proxy), 1, 64 },
	{ "server", "log_level", set_log_level, AT(log_level), 0, 0 },
	{ "store", "durability", set_durability, AT(durability), 0, 0 },
	{ "accounts", "registration", set_open, AT(registration), 0, 0 },
	{ "accounts", "password_log_n", set_number, AT(password_cost.log_n),
	    1, 24 },
	{ "accounts", "password_r", set_number, AT(password_cost.r), 1, 64 },
	{ "accounts", "password_p", set_number, AT(password_cost.p), 1, 64 },
	{ "accounts", "hash_workers", set_number, AT(hash_workers), 1, 64 },
	{ "rooms", "version", keep, AT(room_version), 1, 32 },
	{ "rooms", "version_2015", keep, AT(room_version_2015), 1, 32 },
	{ "limits", "enabled", set_yes, AT(limits), 0, 0 },
	RATE(login), RATE(register), RATE(send), RATE(join), RATE(invite),
	RATE(create),
	{ "serve", "body_max", set_size, AT(body_max), 64 * K, 256 * M },
	{ "serve", "memory_max", set_size, AT(memory_max), 1 * M, 2048 * M },
	{ "serve", "receive_timeout", set_time, AT(receive_ms), 1, 600000 },
	{ "serve", "send_timeout", set_time, AT(send_ms), 1, 600000 },
	{ "serve", "wait_max", set_time, AT(wait_max_ms), 0, 600000 },
	{ "serve", "cgi_waiters", set_number, AT(cgi_waiters), 0, 1000 },
	{ "serve", "cgi_wait_max", set_time, AT(cgi_wait_max_ms), 0, 600000 },
	{ "serve", "processes_rooms", set_number, AT(processes_rooms), 1, 64 },
	{ "serve", "processes_events", set_number, AT(processes_events),
	    1, 64 },
};
_Static_assert(COUNT(conf_keys) == CONF_KEYS, "conf_key.h counts them");
_Static_assert(LIMIT__MAX == 7, "a key for each rate class");
