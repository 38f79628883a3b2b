/* conf_list.c - values of keys that are lists, flows, policies, contacts. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf_value.h"

static const char *
next_word(struct arena *mem, const char **rest)
{
	const char *p = *rest + strspn(*rest, " \t");
	size_t n = strcspn(p, " \t");

	*rest = p + n;
	return n == 0 ? NULL : arena_strndup(mem, p, n);
}

const char *
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

const char *
set_paths(const struct setting *s)
{
	const char *const *word;

	set_words(s);
	for (word = *(const char *const **)s->member; *word != NULL; word++)
		if (**word != '/')
			return "must be absolute paths of files, with blanks "
			    "between them";
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

const char *
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

const char *
set_ports(const struct setting *s)
{
	unsigned *list = arena_alloc(s->mem,
	    (strlen(s->value) / 2 + 2) * sizeof(*list));
	const char *rest = s->value, *word;
	size_t n = 0;
	char *end;

	while ((word = next_word(s->mem, &rest)) != NULL) {
		unsigned long port = strtoul(word, &end, 10);

		if (*end != '\0' || port == 0 || port > 65535)
			return "must be numbers of ports, such as 80 443";
		list[n++] = (unsigned)port;
	}
	*(const unsigned **)s->member = list;
	return NULL;
}

static bool
is_web(const char *url)
{
	return strncmp(url, "https://", 8) == 0 ||
	    strncmp(url, "http://", 7) == 0;
}

const char *
set_urls(const struct setting *s)
{
	const char *const *word;

	set_words(s);
	for (word = *(const char *const **)s->member; *word != NULL; word++)
		if (!is_web(*word))
			return "must be the beginnings of URLs, such as "
			    "https://app.example.org/";
	return NULL;
}

const char *
set_turn_uris(const struct setting *s)
{
	const char *const *word;

	set_words(s);
	for (word = *(const char *const **)s->member; *word != NULL; word++)
		if (strncmp(*word, "turn:", 5) != 0 &&
		    strncmp(*word, "turns:", 6) != 0)
			return "must be URIs such as "
			    "turn:turn.example.org:3478?transport=udp";
	return NULL;
}

/* What is no scheme of an application is refused wherever it may stand. */
const char *
set_clients(const struct setting *s)
{
	const char *const *word;

	set_words(s);
	for (word = *(const char *const **)s->member; *word != NULL; word++)
		if (strchr(*word, ':') == NULL)
			return "must be the beginnings of URLs, such as "
			    "https://app.example.org/ element://vector/";
	return NULL;
}

/* Those that a browser runs, or opens on its own machine, are of no client. */
static bool
scheme_valid(const char *word)
{
	static const char *const never[] = { "javascript", "data", "vbscript",
	    "file", "blob", "about", "view-source", "filesystem", "http",
	    "https", NULL };
	size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789+.-");

	for (const char *const *p = never; *p != NULL; p++)
		if (strcmp(*p, word) == 0)
			return false;
	return islower((unsigned char)*word) && word[n] == '\0';
}

const char *
set_schemes(const struct setting *s)
{
	const char *const *word;

	set_words(s);
	for (word = *(const char *const **)s->member; *word != NULL; word++)
		if (!scheme_valid(*word))
			return "must be schemes of applications in lower case, "
			    "such as element im.fluffychat; http and https are "
			    "allowed anyway, and what a browser runs never";
	return NULL;
}

const char *
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
	{ "sso", "m.login.sso" },
	{ "token", "m.login.token" },
};

static const char *
stage_type(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
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

const char *
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
			    "registration_token, sso, terms, token";
	*(const struct conf_flow **)s->member = list;
	return NULL;
}

const char *
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
	if (p->url == NULL || *p->name == '\0' || !is_web(p->url))
		return "must be ID VERSION LANGUAGE URL NAME, such as privacy "
		    "1.0 en https://example.org/privacy Privacy policy";
	while (*at != NULL)
		at = (const struct conf_policy **)&(*at)->next;
	*at = p;
	return NULL;
}

/* ----------------------------------------------------------- whom to ask */

/* The two that are specified have short names; others are namespaced. */
static const char *
role_of(struct arena *mem, const char *word)
{
	if (strcmp(word, "admin") == 0 || strcmp(word, "security") == 0)
		return arena_printf(mem, "m.role.%s", word);
	return strchr(word, '.') != NULL ? word : NULL;
}

/* False: there is such a one already, or it is neither. */
static bool
take_address(struct conf_contact *c, const char *word)
{
	const char **member = *word == '@' ? &c->matrix_id : &c->email_address;
	bool good = *word == '@' ? strchr(word, ':') != NULL :
	    strchr(word, '@') != NULL;

	if (!good || *member != NULL)
		return false;
	*member = word;
	return true;
}

const char *
set_contact(const struct setting *s)
{
	static const char wrong[] = "must be ROLE and a user id, an email "
	    "address or both, such as admin @ann:example.org ann@example.org; "
	    "ROLE is admin, security or a name with dots in it";
	const struct conf_contact **at = s->member;
	struct conf_contact *c = arena_alloc(s->mem, sizeof(*c));
	const char *rest = s->value, *word = next_word(s->mem, &rest);

	*c = (struct conf_contact){ 0 };
	if (word == NULL || (c->role = role_of(s->mem, word)) == NULL)
		return wrong;
	while ((word = next_word(s->mem, &rest)) != NULL)
		if (!take_address(c, word))
			return wrong;
	if (c->matrix_id == NULL && c->email_address == NULL)
		return wrong;
	while (*at != NULL)
		at = (const struct conf_contact **)&(*at)->next;
	*at = c;
	return NULL;
}
