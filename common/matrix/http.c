/* http.c - see http.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/curl.h"
#include "matrix/http.h"

#define REDIRECTS_MAX	3
#define HEAD_MAX	(64 * 1024)	/* all headers of all hops */
#define AGENT		"mxcgi"

/* What the callbacks know. */
struct exchange {
	struct http	*http;
	CURL		*curl;
	size_t		 head_len;
	bool		 inside;	/* some address was not public, */
	bool		 outside;	/* and some other may be asked */
	bool		 too_long;
	char		 error[CURL_ERROR_SIZE];
};

/* -------------------------------------------------------- what is filled in */

bool
http_encode(char *out, size_t *len, size_t max, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	static const char hex[] = "0123456789ABCDEF";

	for (; *s != '\0'; s++) {
		if (*len + 3 >= max)
			return false;
		if (strchr(plain, *s) != NULL) {
			out[(*len)++] = *s;
			continue;
		}
		out[(*len)++] = '%';
		out[(*len)++] = hex[(unsigned char)*s >> 4];
		out[(*len)++] = hex[*s & 0xf];
	}
	return true;
}

static bool
add_parameter(char *out, size_t *len, size_t max, char before,
    const char *name, const char *value)
{
	if (*len + 2 >= max)
		return false;
	if (before != '\0')
		out[(*len)++] = before;
	if (!http_encode(out, len, max, name) || *len + 1 >= max)
		return false;
	out[(*len)++] = '=';
	if (!http_encode(out, len, max, value))
		return false;
	out[*len] = '\0';
	return true;
}

bool
http_query_add(struct http *h, const char *name, const char *value)
{
	size_t len = strlen(h->url);

	return add_parameter(h->url, &len, sizeof h->url,
	    strchr(h->url, '?') == NULL ? '?' : '&', name, value);
}

bool
http_form_add(struct http *h, const char *name, const char *value)
{
	strcpy(h->type, "application/x-www-form-urlencoded");
	return add_parameter(h->sent, &h->sent_len, sizeof h->sent,
	    h->sent_len == 0 ? '\0' : '&', name, value);
}

/* ------------------------------------------------------------ the callbacks */

/*
 * The socket for the very address that is about to be connected to: whatever
 * the DNS says next time, nobody else is asked.
 */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct exchange *x = arg;
	const struct conf *conf = x->http->conf;

	if (purpose != CURLSOCKTYPE_IPCXN)
		return CURL_SOCKET_BAD;
	if (!x->http->inside && !address_public(&a->addr) &&
	    !address_within(conf->outbound_allow, &a->addr)) {
		x->inside = true;
		return CURL_SOCKET_BAD;
	}
	x->outside = true;
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* The value of a header line if it is of that name. */
static struct span
header_value(struct span line, const char *name)
{
	size_t n = strlen(name);

	if (line.n <= n || strncasecmp(line.s, name, n) != 0 ||
	    line.s[n] != ':')
		return (struct span){ NULL, 0 };
	for (n++; n < line.n && (line.s[n] == ' ' || line.s[n] == '\t'); n++)
		continue;
	line = (struct span){ line.s + n, line.n - n };
	while (line.n > 0 && strchr(" \t\r\n", line.s[line.n - 1]) != NULL)
		line.n--;
	return line;
}

/* A status line begins the head of another hop, or of what comes at last. */
static void
read_head(struct exchange *x, struct span line)
{
	struct http *h = x->http;
	struct span value;

	if (line.n > 5 && strncmp(line.s, "HTTP/", 5) == 0) {
		h->got_type[0] = '\0';
		h->got_encoded = false;
	}
	value = header_value(line, "Content-Type");
	if (value.n > 0 && value.n < sizeof h->got_type &&
	    memchr(value.s, '\0', value.n) == NULL)
		snprintf(h->got_type, sizeof h->got_type, "%.*s", (int)value.n,
		    value.s);
	value = header_value(line, "Content-Encoding");
	if (value.n > 0)
		h->got_encoded = value.n != 8 ||
		    strncasecmp(value.s, "identity", 8) != 0;
}

static size_t
take_head(char *s, size_t one, size_t n, void *arg)
{
	struct exchange *x = arg;

	(void)one;
	read_head(x, (struct span){ s, n });
	x->inside = x->outside = false;	/* it may lead to another hop */
	x->head_len += n;
	x->too_long = x->head_len > HEAD_MAX;
	return x->too_long ? 0 : n;
}

static bool
pour(struct exchange *x, const char *s, size_t n)
{
	struct http *h = x->http;
	long status = 0;

	curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
	h->status = (int)status;
	h->stopped = !h->sink->take(h->sink, h, s, n);
	return !h->stopped;
}

static size_t
take_body(char *s, size_t one, size_t n, void *arg)
{
	struct exchange *x = arg;
	struct http *h = x->http;

	(void)one;
	if (h->sink != NULL)
		return pour(x, s, n) ? n : 0;
	if (n > HTTP_BODY_MAX - h->len) {
		x->too_long = true;
		return 0;
	}
	memcpy(h->body + h->len, s, n);
	h->len += n;
	return n;
}

/* -------------------------------------------------------------- the request */

static void
set_bounds(CURL *curl, struct exchange *x)
{
	const struct http *h = x->http;
	const char *again = strncmp(h->url, "https:", 6) == 0 ?
	    "https" : "http,https";

	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
	    (long)(h->ms != 0 ? h->ms : h->conf->outbound_ms));
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, again);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION,
	    strcmp(h->method, "GET") == 0 && !h->stay ? 1L : 0L);
	/* A variable of the environment may come from a client (httpoxy). */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, x);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, x->error);
	if (h->conf->outbound_ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO,
		    h->conf->outbound_ca_file);
}

static struct curl_slist *
header(struct curl_slist *list, const char *name, const char *value)
{
	char line[sizeof ((struct http *)0)->authorization + 32];

	snprintf(line, sizeof line, "%s: %s", name, value);
	return curl_slist_append(list, line);
}

/*
 * libcurl leaves Authorization out when it is redirected to another host.  An
 * "Expect: 100-continue" is not understood everywhere.
 */
static struct curl_slist *
set_request(CURL *curl, const struct http *h)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");

	if (h->accept[0] != '\0')
		headers = header(headers, "Accept", h->accept);
	if (h->authorization[0] != '\0')
		headers = header(headers, "Authorization", h->authorization);
	if (strcmp(h->method, "GET") != 0) {
		headers = header(headers, "Content-Type", h->type);
		bool is_long = h->long_sent.s != NULL;

		curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
		    is_long ? h->long_sent.s : h->sent);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE,
		    (long)(is_long ? h->long_sent.n : h->sent_len));
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, h->method);
	}
	curl_easy_setopt(curl, CURLOPT_URL, h->url);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, AGENT);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	return headers;
}

static void
find_location(CURL *curl, struct http *h)
{
	char *location = NULL;

	curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location);
	if (location != NULL && strlen(location) < sizeof h->location)
		strcpy(h->location, location);
}

static void
judge(CURL *curl, struct exchange *x, CURLcode rc)
{
	struct http *h = x->http;
	const char *why = x->error[0] ? x->error : curl_easy_strerror(rc);
	long status = 0;

	if (rc == CURLE_OK || h->stopped)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	h->status = (int)status;
	h->timed_out = rc == CURLE_OPERATION_TIMEDOUT;
	if (h->stay && h->status != 0)
		find_location(curl, h);
	if (h->status == 0) {
		h->len = 0;
		if (x->inside && !x->outside &&
		    rc == CURLE_COULDNT_CONNECT)
			why = "the address is not public, and [outbound] "
			    "allow does not name it";
		else if (x->too_long)
			why = "the answer is too long";
		snprintf(h->error, sizeof h->error, "%s", why);
	}
	h->body[h->len] = '\0';
}

void
http_run(struct http *h)
{
	struct exchange x = { .http = h };
	struct curl_slist *headers;
	CURL *curl;

	h->status = 0;
	h->len = 0;
	h->got_type[0] = h->location[0] = '\0';
	h->got_encoded = h->stopped = false;
	if (!curl_load()) {
		strcpy(h->error, "libcurl is not installed");
		return;
	}
	curl = h->line != NULL ? h->line : curl_easy_init();
	if (curl == NULL) {
		strcpy(h->error, "out of memory");
		return;
	}
	x.curl = curl;
	set_bounds(curl, &x);
	headers = set_request(curl, h);
	judge(curl, &x, curl_easy_perform(curl));
	curl_slist_free_all(headers);
	if (h->keep) {
		/* Of what was asked only the connections stay. */
		curl_easy_reset(curl);
		h->line = curl;
	} else
		curl_easy_cleanup(curl);
}

void
http_hang_up(void *line)
{
	if (line != NULL)
		curl_easy_cleanup(line);
}
