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
static const struct unit spans[] = {
	{ "ms", 1 }, { "s", 1000 }, { "m", 60 * 1000 },
	{ "h", 60 * 60 * 1000 }, { "d", 24 * 60 * 60 * 1000 }, { NULL, 0 }
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

/* Longer times: no bound but that of the type. */
static const char *
set_span(const struct setting *s)
{
	const struct unit *unit = spans;
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(s->value, &end, 10);
	while (unit->suffix != NULL && strcmp(unit->suffix, end) != 0)
		unit++;
	if (!isdigit((unsigned char)s->value[0]) || errno != 0 ||
	    n > UINT32_MAX || (n < s->key->least) ||
	    (unit->suffix == NULL && n != 0))
		return arena_printf(s->mem, "must be a time such as 500ms, "
		    "30s, 5m, 1h or 7d%s", s->key->least == 0 ?
		    ", or 0 for no end" : "");
	*(int64_t *)s->member = n == 0 ? 0 : (int64_t)n * unit->factor;
	return NULL;
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

static bool
has_scheme(const char *value, const char *scheme)
{
	size_t n = strlen(scheme);

	return strncmp(value, scheme, n) == 0 &&
	    isalnum((unsigned char)value[n]);
}

static const char *
set_url(const struct setting *s)
{
	if (has_scheme(s->value, "http://") || has_scheme(s->value, "https://"))
		return keep(s);
	return "must begin with http:// or https://";
}

static const char *
set_smtp(const struct setting *s)
{
	if (has_scheme(s->value, "smtp://") || has_scheme(s->value, "smtps://"))
		return keep(s);
	return "must be smtp://HOST:PORT or smtps://HOST:PORT";
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

/* A path, or the name of a program with its arguments. */
static const char *
set_command(const struct setting *s)
{
	if (s->value[0] != '/')
		return "must begin with the absolute path of a program";
	return keep(s);
}

/* --------------------------------------------------------------- lists */

static const char *
next_word(struct arena *mem, const char **rest)
{
	const char *p = *rest + strspn(*rest, " \t");
	size_t n = strcspn(p, " \t");

	*rest = p + n;
	return n == 0 ? NULL : arena_strndup(mem, p, n);
}

static const char *
set_words(const struct setting *s)
{
	const char **list = arena_alloc(s->mem,
	    (strlen(s->value) / 2 + 2) * sizeof(*list));
	const char *rest = s->value;
	size_t n = 0;

	while ((list[n] = next_word(s->mem, &rest)) != NULL)
		n++;
	*(const char *const **)s->member = list;
	return NULL;
}

/* An address, or a network as ADDRESS/BITS. */
static bool
network_valid(const char *word)
{
	unsigned char in[16];
	char address[INET6_ADDRSTRLEN];
	size_t n = strcspn(word, "/");
	unsigned most;
	char *end;

	if (n >= sizeof(address))
		return false;
	memcpy(address, word, n);
	address[n] = '\0';
	most = inet_pton(AF_INET, address, in) == 1 ? 32 :
	    inet_pton(AF_INET6, address, in) == 1 ? 128 : 0;
	if (most == 0 || word[n] == '\0')
		return most != 0;
	return isdigit((unsigned char)word[n + 1]) &&
	    strtoul(word + n + 1, &end, 10) <= most && *end == '\0';
}

static const char *
set_networks(const struct setting *s)
{
	const char *const *word;

	set_words(s);
	for (word = *(const char *const **)s->member; *word != NULL; word++)
		if (!network_valid(*word))
			return "must be addresses or networks, such as "
			    "127.0.0.1 10.0.0.0/8";
	return NULL;
}

static const char *
set_urls(const struct setting *s)
{
	const char *const *word;

	set_words(s);
	for (word = *(const char *const **)s->member; *word != NULL; word++)
		if (strncmp(*word, "https://", 8) != 0 &&
		    strncmp(*word, "http://", 7) != 0)
			return "must be the beginnings of URLs, such as "
			    "https://app.example.org/";
	return NULL;
}

static const char *
set_password_needs(const struct setting *s)
{
	struct conf *conf = s->member;
	const char *rest = s->value, *word;

	while ((word = next_word(s->mem, &rest)) != NULL) {
		if (strcmp(word, "lower") == 0)
			conf->password_lower = true;
		else if (strcmp(word, "upper") == 0)
			conf->password_upper = true;
		else if (strcmp(word, "digit") == 0)
			conf->password_digit = true;
		else if (strcmp(word, "symbol") == 0)
			conf->password_symbol = true;
		else
			return "must be any of lower, upper, digit, symbol";
	}
	return NULL;
}

/* ------------------------------------------- what is asked of people */

static const struct {
	const char	*word;
	const char	*type;
} stages[] = {
	{ "dummy", "m.login.dummy" },
	{ "email", "m.login.email.identity" },
	{ "msisdn", "m.login.msisdn" },
	{ "password", "m.login.password" },
	{ "recaptcha", "m.login.recaptcha" },
	{ "registration_token", "m.login.registration_token" },
	{ "terms", "m.login.terms" },
	{ "token", "m.login.token" },
};

static const char *
stage_type(const char *word)
{
	size_t i;

	for (i = 0; i < COUNT(stages); i++)
		if (strcmp(stages[i].word, word) == 0)
			return stages[i].type;
	return NULL;
}

/* The stages before the next bar; false when that is no flow. */
static bool
read_flow(struct arena *mem, const char **rest, struct conf_flow *flow)
{
	const char *word;
	size_t n = 0;

	while ((word = next_word(mem, rest)) != NULL && strcmp(word, "|") != 0)
		if (n == CONF_STAGES_MAX ||
		    (flow->stage[n++] = stage_type(word)) == NULL)
			return false;
	return n > 0;
}

static const char *
set_flows(const struct setting *s)
{
	struct conf_flow *list;
	const char *rest = s->value;
	size_t n = 1;

	for (const char *p = s->value; *p != '\0'; p++)
		n += *p == '|';
	list = arena_alloc(s->mem, (n + 1) * sizeof(*list));
	memset(list, 0, (n + 1) * sizeof(*list));
	for (size_t i = 0; i < n; i++)
		if (!read_flow(s->mem, &rest, &list[i]))
			return "must be flows with \" | \" between them, each of "
			    "dummy, email, msisdn, password, recaptcha, "
			    "registration_token, terms, token";
	*(const struct conf_flow **)s->member = list;
	return NULL;
}

static const char *
set_policy(const struct setting *s)
{
	const struct conf_policy **at = s->member;
	struct conf_policy *p = arena_alloc(s->mem, sizeof(*p));
	const char *rest = s->value;

	*p = (struct conf_policy){ 0 };
	p->id = next_word(s->mem, &rest);
	p->version = next_word(s->mem, &rest);
	p->language = next_word(s->mem, &rest);
	p->url = next_word(s->mem, &rest);
	p->name = arena_strdup(s->mem, rest + strspn(rest, " \t"));
	if (p->url == NULL || *p->name == '\0' ||
	    (strncmp(p->url, "https://", 8) != 0 &&
	    strncmp(p->url, "http://", 7) != 0))
		return "must be ID VERSION LANGUAGE URL NAME, such as privacy "
		    "1.0 en https://example.org/privacy Privacy policy";
	while (*at != NULL)
		at = (const struct conf_policy **)&(*at)->next;
	*at = p;
	return NULL;
}

/* ----------------------------------------------------------- the table */

#define AT(member)	offsetof(struct conf, member)
#define RATE(class)	\
	{ "limits", #class, set_limit, AT(limit[LIMIT_##class]), 0, 0, false }
#define UIA(endpoint)	\
	{ "uia", #endpoint, set_flows, AT(flows[FLOWS_##endpoint]), 0, 0, false }
#define KEY(section, name, set, member, least, most)	\
	{ section, name, set, AT(member), least, most, false }

const struct key conf_keys[] = {
	KEY("server", "name", set_server_name, server_name, 1, NAME_MAX_),
	KEY("server", "base_url", set_url, base_url, 1, PATH_MAX_),
	KEY("server", "data_dir", set_directory, data_dir, 1, PATH_MAX_),
	KEY("server", "run_dir", set_directory, run_dir, 1, RUN_DIR_MAX),
	KEY("server", "trusted_proxy", set_address, trusted_proxy, 1, 64),
	KEY("server", "log_level", set_log_level, log_level, 0, 0),
	KEY("store", "durability", set_durability, durability, 0, 0),
	KEY("accounts", "registration", set_open, registration, 0, 0),
	KEY("accounts", "guests", set_yes, guests, 0, 0),
	KEY("accounts", "profile_lookup", set_profile_lookup, profile_lookup,
	    0, 0),
	KEY("accounts", "reserved", set_words, reserved, 0, 0),
	KEY("accounts", "password_min", set_number, password_min, 1, 512),
	{ "accounts", "password_needs", set_password_needs, 0, 0, 0, false },
	KEY("accounts", "access_token_life", set_span, access_token_ms, 1, 0),
	KEY("accounts", "refresh_token_life", set_span, refresh_token_ms, 0, 0),
	KEY("accounts", "login_token_life", set_span, login_token_ms, 1, 0),
	KEY("accounts", "tell_addresses", set_yes, tell_addresses, 0, 0),
	KEY("accounts", "next_links", set_urls, next_links, 0, 0),
	KEY("accounts", "password_log_n", set_number, password_cost.log_n, 1, 24),
	KEY("accounts", "password_r", set_number, password_cost.r, 1, 64),
	KEY("accounts", "password_p", set_number, password_cost.p, 1, 64),
	KEY("accounts", "hash_workers", set_number, hash_workers, 1, 64),
	UIA(register), UIA(password), UIA(reset), UIA(add_3pid), UIA(deactivate),
	UIA(login_token),
	{ "terms", "policy", set_policy, AT(policies), 0, 0, true },
	KEY("recaptcha", "public_key", keep, recaptcha_public_key, 1, 200),
	KEY("recaptcha", "secret", keep, recaptcha_secret, 1, 200),
	KEY("recaptcha", "verify_url", set_url, recaptcha_verify_url, 1, 200),
	KEY("recaptcha", "script_url", set_url, recaptcha_script_url, 1, 200),
	KEY("mail", "from", keep, mail_from, 3, 255),
	KEY("mail", "command", set_command, mail_command, 2, 255),
	KEY("mail", "smtp", set_smtp, mail_smtp, 1, 255),
	KEY("mail", "user", keep, mail_user, 1, 255),
	KEY("mail", "password_file", set_command, mail_password_file, 2, 255),
	KEY("msisdn", "command", set_command, msisdn_command, 2, 255),
	KEY("identity", "servers", set_words, id_servers, 0, 0),
	KEY("outbound", "allow", set_networks, outbound_allow, 0, 0),
	KEY("outbound", "ca_file", set_command, outbound_ca_file, 2, 255),
	KEY("outbound", "timeout", set_time, outbound_ms, 1, 600000),
	KEY("rooms", "version", keep, room_version, 1, 32),
	KEY("rooms", "version_2015", keep, room_version_2015, 1, 32),
	KEY("limits", "enabled", set_yes, limits, 0, 0),
	RATE(login), RATE(register), RATE(send), RATE(join), RATE(invite),
	RATE(create), RATE(check), RATE(refresh), RATE(mail), RATE(account),
	RATE(report), RATE(identity), RATE(mark),
	RATE(login_account), RATE(guess), RATE(guess_account),
	RATE(mail_address), RATE(profile),
	KEY("serve", "body_max", set_size, body_max, 64 * K, 256 * M),
	KEY("serve", "memory_max", set_size, memory_max, 1 * M, 2048 * M),
	KEY("serve", "receive_timeout", set_time, receive_ms, 1, 600000),
	KEY("serve", "send_timeout", set_time, send_ms, 1, 600000),
	KEY("serve", "wait_max", set_time, wait_max_ms, 0, 600000),
	KEY("serve", "cgi_waiters", set_number, cgi_waiters, 0, 1000),
	KEY("serve", "cgi_wait_max", set_time, cgi_wait_max_ms, 0, 600000),
	KEY("serve", "processes_rooms", set_number, processes_rooms, 1, 64),
	KEY("serve", "processes_events", set_number, processes_events, 1, 64),
};
_Static_assert(COUNT(conf_keys) == CONF_KEYS, "conf_key.h counts them");
_Static_assert(LIMIT__MAX == 19, "a key for each rate class");
