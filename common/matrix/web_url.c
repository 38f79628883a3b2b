/* web_url.c - see web_url.h. */
#include "matrix/web_url.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/curl.h"
#include "matrix/glob.h"
#include "matrix/ids.h"

/* libcurl 7.88 came to write names of any script in ASCII here. */
#ifdef CURLU_PUNYCODE
#define GET_FLAGS	CURLU_PUNYCODE
#else
#define GET_FLAGS	0
#endif
#define SET_FLAGS	(CURLU_URLENCODE | CURLU_ALLOW_SPACE)

/* ------------------------------------------------------------- a first look */

/* Behind the scheme and its slashes; NULL: it is not of the web. */
static const char *
authority(const char *url)
{
	if (strncasecmp(url, "https://", 8) == 0)
		return url + 8;
	return strncasecmp(url, "http://", 7) == 0 ? url + 7 : NULL;
}

bool
web_url_plausible(const char *url)
{
	const char *host = authority(url);
	size_t n;

	if (host == NULL || strlen(url) > WEB_URL_MAX)
		return false;
	for (const char *p = url; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	n = strcspn(host, "/?#");
	return n > 0 && memchr(host, '@', n) == NULL &&
	    memchr(host, '\\', n) == NULL;
}

/* ------------------------------------------------------------- the judgement */

/* Where the name ends and a port may begin. */
static size_t
name_length(const char *host, size_t n)
{
	const char *end = *host == '[' ? memchr(host, ']', n) :
	    memchr(host, ':', n);

	return end == NULL ? n : (size_t)(end - host) + (*end == ']');
}

static bool
is_denied(const struct conf *conf, const char *host, size_t n)
{
	/* The root of the DNS may be named at the end, and means the same. */
	while (n > 0 && host[n - 1] == '.')
		n--;
	for (const char *const *g = conf->preview_deny; *g != NULL; g++)
		if (glob_match(span_of(*g), (struct span){ host, n },
		    GLOB_WHOLE))
			return true;
	return false;
}

static bool
port_allowed(const struct conf *conf, const char *text, size_t n, bool tls)
{
	unsigned long port = n > 1 ? strtoul(text + 1, NULL, 10) :
	    tls ? 443 : 80;

	for (const unsigned *p = conf->preview_ports; *p != 0; p++)
		if (*p == port)
			return true;
	return false;
}

enum web_url_said
web_url_judge(const struct conf *conf, const char *url)
{
	char host[WEB_URL_MAX + 1];
	size_t n, name;

	if (!web_url_plausible(url))
		return WEB_URL_BAD;
	n = strcspn(authority(url), "/?#");
	memcpy(host, authority(url), n);
	host[n] = '\0';
	if (!server_name_valid(host))
		return WEB_URL_BAD;
	name = name_length(host, n);
	return is_denied(conf, host, name) || !port_allowed(conf, host + name,
	    n - name, strncasecmp(url, "https", 5) == 0) ?
	    WEB_URL_DENIED : WEB_URL_FINE;
}

/* -------------------------------------------------------------- what is meant */

/* As browsers do: blanks around it, and line ends within, mean nothing. */
static char *
trim(struct arena *mem, const char *ref)
{
	char *out = arena_strdup(mem, ref + strspn(ref, " \t\r\n\f")), *to = out;

	for (const char *from = out; *from != '\0'; from++)
		if (*from != '\t' && *from != '\r' && *from != '\n')
			*to++ = *from;
	while (to > out && to[-1] == ' ')
		to--;
	*to = '\0';
	return out;
}

static char *
whole(struct arena *mem, CURLU *u)
{
	char *text = NULL, *out = NULL;

	curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
	if (curl_url_get(u, CURLUPART_URL, &text, GET_FLAGS) == CURLUE_OK &&
	    web_url_plausible(text))
		out = arena_strdup(mem, text);
	curl_free(text);
	return out;
}

static char *
join(struct arena *mem, const char *base, const char *ref)
{
	CURLU *u = curl_url();
	char *out = NULL;

	ref = trim(mem, ref);
	if (u != NULL && strlen(ref) <= WEB_URL_MAX && (base == NULL ||
	    curl_url_set(u, CURLUPART_URL, base, SET_FLAGS) == CURLUE_OK) &&
	    curl_url_set(u, CURLUPART_URL, ref, SET_FLAGS) == CURLUE_OK)
		out = whole(mem, u);
	curl_url_cleanup(u);
	return out;
}

/* In names of any script libcurl looks for letters of the locale. */
char *
web_url_join(struct arena *mem, const char *base, const char *ref)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 != (locale_t)0 ? uselocale(utf8) : (locale_t)0;
	char *out = join(mem, base, ref);

	if (utf8 != (locale_t)0) {
		uselocale(before);
		freelocale(utf8);
	}
	return out;
}
