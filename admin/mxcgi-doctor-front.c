/*
 * mxcgi-doctor-front.c - asking at the front door, as clients do.
 *
 * http.h is not used here: who looks for what is wrong wants each header, the
 * certificate, and bodies that are only offered.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/curl.h"
#include "json/json.h"
#include "mxcgi-doctor.h"

#define ASK_MS		15000
#define HEAD_MAX	((size_t)64 * 1024)
#define BODY_MAX	((size_t)64 * 1024)

struct exchange {
	struct reply	*reply;
	size_t		 want;
	int64_t		 left;		/* of the body that is offered */
};

/* A status line begins the head of what comes at last (100 Continue). */
static size_t
take_head(char *s, size_t one, size_t n, void *arg)
{
	struct exchange *x = arg;

	(void)one;
	if (n > 5 && strncmp(s, "HTTP/", 5) == 0)
		x->reply->head.len = 0;
	buf_add(&x->reply->head, s, n);
	return buf_full(&x->reply->head) ? 0 : n;
}

static size_t
take_body(char *s, size_t one, size_t n, void *arg)
{
	struct exchange *x = arg;

	(void)one;
	if (n > x->want - x->reply->body.len) {
		buf_add(&x->reply->body, s, x->want - x->reply->body.len);
		return 0;
	}
	buf_add(&x->reply->body, s, n);
	return n;
}

static size_t
give_blanks(char *to, size_t one, size_t n, void *arg)
{
	struct exchange *x = arg;

	n *= one;
	if ((int64_t)n > x->left)
		n = (size_t)x->left;
	memset(to, ' ', n);
	x->left -= (int64_t)n;
	return n;
}

static struct curl_slist *
headers_of(const struct doctor *d, const struct ask *ask)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	if (ask->token != NULL)
		list = curl_slist_append(list, arena_printf(d->mem,
		    "Authorization: Bearer %s", ask->token));
	list = curl_slist_append(list, "Origin: https://client.invalid");
	if (ask->preflight) {
		list = curl_slist_append(list,
		    "Access-Control-Request-Method: GET");
		list = curl_slist_append(list,
		    "Access-Control-Request-Headers: authorization");
	}
	if (ask->type != NULL)
		list = curl_slist_append(list, arena_printf(d->mem,
		    "Content-Type: %s", ask->type));
	return list;
}

static void
set_request(CURL *curl, struct doctor *d, const struct ask *ask,
    struct exchange *x)
{
	const char *url = *ask->path == '/' ?
	    arena_printf(d->mem, "%s%s", d->url, ask->path) : ask->path;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "mxcgi doctor");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
	    (long)(ask->ms != 0 ? ask->ms : ASK_MS));
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
	if (ask->send > 0) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)ask->send);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_blanks);
		curl_easy_setopt(curl, CURLOPT_READDATA, x);
	}
	if (ask->method != NULL)
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
}

static void
set_trust(CURL *curl, const struct doctor *d)
{
	curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, d->insecure ? 0L : 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, d->insecure ? 0L : 2L);
	if (d->conf->outbound_ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO,
		    d->conf->outbound_ca_file);
}

/* The first certificate is the server's own. */
static int64_t
expiry_of(CURL *curl)
{
	static const char key[] = "Expire date:";
	struct curl_certinfo *info = NULL;
	struct tm tm = { 0 };

	curl_easy_getinfo(curl, CURLINFO_CERTINFO, &info);
	if (info == NULL || info->num_of_certs < 1)
		return 0;
	for (const struct curl_slist *s = info->certinfo[0]; s != NULL;
	    s = s->next)
		if (strncmp(s->data, key, sizeof(key) - 1) == 0 &&
		    strptime(s->data + sizeof(key) - 1, "%b %d %H:%M:%S %Y",
		    &tm) != NULL)
			return timegm(&tm);
	return 0;
}

static void
judge(CURL *curl, struct doctor *d, CURLcode rc, const char *error,
    struct reply *reply)
{
	char *local = NULL;
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(curl, CURLINFO_LOCAL_IP, &local);
	/* Who has seen enough hung up; who was refused was not heard out. */
	if (reply->head.len > 0 && rc != CURLE_OPERATION_TIMEDOUT)
		reply->status = (int)status;
	reply->local = arena_strdup(d->mem, local != NULL ? local : "");
	reply->expires = expiry_of(curl);
	reply->untrusted = rc == CURLE_PEER_FAILED_VERIFICATION;
	reply->timed_out = rc == CURLE_OPERATION_TIMEDOUT;
	reply->error = arena_strdup(d->mem, *error != '\0' ? error :
	    curl_easy_strerror(rc));
}

void
front_ask(struct doctor *d, const struct ask *ask, struct reply *reply)
{
	struct exchange x = { .reply = reply, .left = ask->send,
	    .want = ask->want != 0 ? ask->want : BODY_MAX };
	char error[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers;
	int64_t began = clock_mono_us();
	CURL *curl;

	*reply = (struct reply){ .error = "libcurl is not installed" };
	buf_init(&reply->head, d->mem, HEAD_MAX);
	buf_init(&reply->body, d->mem, x.want);
	if (!curl_load() || (curl = curl_easy_init()) == NULL)
		return;
	headers = headers_of(d, ask);
	set_request(curl, d, ask, &x);
	set_trust(curl, d);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	judge(curl, d, curl_easy_perform(curl), error, reply);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	reply->ms = (clock_mono_us() - began) / 1000;
}

const char *
host_of(struct arena *mem, const char *s)
{
	const char *from = strstr(s, "://");

	from = from != NULL ? from + 3 : s;
	return arena_strndup(mem, from, *from == '[' ?
	    strcspn(from, "]") + 1 : strcspn(from, ":/"));
}

/* -------------------------------------------------------------- the answer */

const char *
reply_header(struct doctor *d, struct reply *reply, const char *name,
    unsigned *times)
{
	size_t n = strlen(name);
	const char *line = buf_str(&reply->head), *value = NULL;

	*times = 0;
	for (; (line = strchr(line, '\n')) != NULL; ) {
		line++;
		if (strncasecmp(line, name, n) != 0 || line[n] != ':')
			continue;
		const char *s = line + n + 1 + strspn(line + n + 1, " \t");

		value = arena_strndup(d->mem, s, strcspn(s, "\r\n"));
		++*times;
	}
	return value;
}

const char *
reply_errcode(struct doctor *d, struct reply *reply)
{
	enum json_verdict verdict;
	const char *why;
	cJSON *body = json_parse(d->mem, buf_str(&reply->body),
	    reply->body.len, &verdict, &why);

	return json_text(body, "errcode");
}
