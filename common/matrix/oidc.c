/* oidc.c - see oidc.h; what an ID token must say stands in oidc-token.c. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/secret.h"
#include "matrix/http.h"
#include "matrix/oidc.h"

#define URL_MAX		1024
#define SECRET_MAX	256

static bool
copy(char *to, size_t size, const char *from)
{
	size_t n = from ? strlen(from) : size;

	if (n >= size)
		return false;
	memcpy(to, from, n + 1);
	return true;
}

/* ------------------------------------------------------- to ask and to hear */

struct question {
	struct arena	*mem;
	struct arena	*before;
	struct http	*http;
};

static struct question
begin(const struct conf *conf, const char *method, const char *url)
{
	struct question q = { .mem = arena_new() };

	q.before = json_arena(q.mem);
	q.http = arena_alloc(q.mem, sizeof(*q.http));
	q.http->conf = conf;
	copy(q.http->method, sizeof(q.http->method), method);
	copy(q.http->url, sizeof(q.http->url), url);
	return q;
}

static void
end(struct question *q)
{
	explicit_bzero(q->http, sizeof(*q->http));
	json_arena(q->before);
	arena_free(q->mem);
}

/* The object that it answers with 200; NULL, and error. */
static const cJSON *
ask(struct question *q, const char *what, char error[256])
{
	struct http *h = q->http;
	enum json_verdict verdict;
	const cJSON *answer;
	const char *said;

	http_run(h);
	answer = h->status == 0 ? NULL :
	    json_parse(q->mem, h->body, h->len, &verdict, NULL);
	if (h->status == 200 && cJSON_IsObject(answer))
		return answer;
	said = json_text(answer, "error");
	if (h->status == 0)
		snprintf(error, 256, "%s: %.200s", what, h->error);
	else if (h->status == 200)
		snprintf(error, 256, "%s: it answers no JSON object", what);
	else
		snprintf(error, 256, "%s: it answers %d %.100s", what,
		    h->status, said ? said : "");
	return NULL;
}

/* ------------------------------------------------------------- discovery */

/*
 * Who calls itself by https does nothing without; who is of this machine may
 * have what else is there.
 */
static bool
endpoint_good(const struct conf_oidc *idp, const char *url)
{
	if (url == NULL || strlen(url) > URL_MAX || strchr(url, '#') != NULL)
		return false;
	for (const char *p = url; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || *p == '\\')
			return false;
	return strncmp(url, "https://", 8) == 0 ||
	    (url_is_near(idp->issuer) && url_is_near(url));
}

static bool
lists(const cJSON *doc, const char *key, const char *want)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, json_get(doc, key))
		if (cJSON_IsString(one) && strcmp(one->valuestring, want) == 0)
			return true;
	return false;
}

static const char *
read_document(const cJSON *doc, const struct conf_oidc *idp, cJSON *out)
{
	static const char *const keys[] = { "authorization_endpoint",
	    "token_endpoint", "userinfo_endpoint" };
	static const char ways[] = "token_endpoint_auth_methods_supported";
	const char *issuer = json_text(doc, "issuer");

	if (issuer == NULL || strcmp(issuer, idp->issuer) != 0)
		return "discovery: it calls itself by another issuer";
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *url = json_text(doc, keys[i]);

		if (url == NULL && i == 2)
			continue;	/* need not be there */
		if (!endpoint_good(idp, url))
			return "discovery: an endpoint is no URL of https";
		cJSON_AddStringToObject(out, keys[i], url);
	}
	if (!lists(doc, ways, "client_secret_basic") &&
	    lists(doc, ways, "client_secret_post"))
		cJSON_AddTrueToObject(out, "post");
	if (lists(doc, "prompt_values_supported", "create"))
		cJSON_AddTrueToObject(out, "create");
	if (json_is_true(doc,
	    "authorization_response_iss_parameter_supported"))
		cJSON_AddTrueToObject(out, "iss");
	return NULL;
}

void
oidc_discover(struct oidc_discovery *d)
{
	struct question q = begin(d->conf, "GET", "");
	const char *issuer = d->idp->issuer, *why;
	cJSON *out = cJSON_CreateObject();
	size_t n = strlen(issuer);
	const cJSON *doc;
	struct buf b;

	d->error[0] = '\0';
	while (n > 0 && issuer[n - 1] == '/')
		n--;
	snprintf(q.http->url, sizeof(q.http->url),
	    "%.*s/.well-known/openid-configuration", (int)n, issuer);
	buf_init(&b, q.mem, sizeof(d->document) - 1);
	if ((doc = ask(&q, "discovery", d->error)) != NULL) {
		why = read_document(doc, d->idp, out);
		json_print(&b, out);
		if (why != NULL || !copy(d->document, sizeof(d->document),
		    buf_str(&b)))
			snprintf(d->error, sizeof(d->error), "%s",
			    why ? why : "discovery: too much");
	}
	end(&q);
}

/* ---------------------------------------------------------- the question */

const char *
oidc_url(struct arena *mem, const struct conf_oidc *idp, const cJSON *document,
    const struct oidc_question *ask)
{
	struct http *h = arena_alloc(mem, sizeof(*h));
	uint8_t hash[SHA256_LEN];
	struct buf challenge;

	sha256(ask->verifier, strlen(ask->verifier), hash);
	buf_init(&challenge, mem, 64);
	base64_encode(&challenge, hash, sizeof(hash), true);
	copy(h->url, sizeof(h->url),
	    json_text(document, "authorization_endpoint"));
	http_query_add(h, "response_type", "code");
	http_query_add(h, "client_id", idp->client_id);
	http_query_add(h, "redirect_uri", ask->uri);
	http_query_add(h, "scope", idp->scopes);
	http_query_add(h, "state", ask->state);
	http_query_add(h, "nonce", ask->nonce);
	http_query_add(h, "code_challenge", buf_str(&challenge));
	http_query_add(h, "code_challenge_method", "S256");
	if (ask->prompt != NULL)
		http_query_add(h, "prompt", ask->prompt);
	return arena_strdup(mem, h->url);
}

/* ---------------------------------------------------------- the exchange */

/* False, and error: it cannot be read. */
static bool
secret_of(const struct oidc_exchange *x, char secret[SECRET_MAX],
    char error[256])
{
	const struct conf_oidc *idp = x->idp;
	const char *fault;

	secret[0] = '\0';
	if (idp->client_secret_file == NULL)
		return idp->client_secret == NULL ||
		    copy(secret, SECRET_MAX, idp->client_secret);
	fault = secret_read(idp->client_secret_file, secret, SECRET_MAX);
	if (fault != NULL)
		snprintf(error, 256, "client_secret_file %s", fault);
	return fault == NULL;
}

/* RFC 6749, 2.3.1: both as in a form, which is what http_form_add() does. */
static void
authorize_basic(struct question *q, const char *id, const char *secret)
{
	struct http *h = q->http;
	struct buf b;

	http_form_add(h, id, secret);
	*strchr(h->sent, '=') = ':';
	buf_init(&b, q->mem, sizeof(h->authorization) - 1);
	buf_puts(&b, "Basic ");
	base64_encode(&b, h->sent, h->sent_len, false);
	for (size_t n = h->sent_len; n % 3 != 0; n++)
		buf_putc(&b, '=');
	copy(h->authorization, sizeof(h->authorization), buf_str(&b));
	explicit_bzero(h->sent, sizeof(h->sent));
	h->sent_len = 0;
}

static bool
send_code(struct question *q, const struct oidc_exchange *x,
    const cJSON *document, char error[256])
{
	bool post = json_is_true(document, "post");
	char secret[SECRET_MAX];

	if (!secret_of(x, secret, error))
		return false;
	if (*secret != '\0' && !post)
		authorize_basic(q, x->idp->client_id, secret);
	http_form_add(q->http, "grant_type", "authorization_code");
	http_form_add(q->http, "code", x->code);
	http_form_add(q->http, "redirect_uri", x->uri);
	http_form_add(q->http, "code_verifier", x->verifier);
	if (*secret == '\0' || post)
		http_form_add(q->http, "client_id", x->idp->client_id);
	if (*secret != '\0' && post)
		http_form_add(q->http, "client_secret", secret);
	explicit_bzero(secret, sizeof(secret));
	return true;
}

/* What is too long to be one is none. */
static void
take(char *to, size_t size, const cJSON *claims, const char *key)
{
	if (*to == '\0' && json_text(claims, key) != NULL)
		copy(to, size, json_text(claims, key));
}

static void
take_claims(struct oidc_exchange *x, const cJSON *claims)
{
	const struct conf_oidc *idp = x->idp;
	struct oidc_identity *who = &x->identity;
	const char *verified = json_text(claims, "email_verified");

	take(who->subject, sizeof(who->subject), claims, "sub");
	take(who->localpart, sizeof(who->localpart), claims,
	    idp->localpart_claim);
	take(who->name, sizeof(who->name), claims, idp->name_claim);
	if (*who->email != '\0')
		return;
	take(who->email, sizeof(who->email), claims, idp->email_claim);
	/* It is about the address that it came with.  Some say it as text. */
	who->email_verified = strcmp(idp->email_claim, "email") == 0 &&
	    (json_is_true(claims, "email_verified") ||
	    (verified != NULL && strcmp(verified, "true") == 0));
}

static bool
is_known(const struct oidc_identity *who)
{
	return *who->localpart != '\0' && *who->name != '\0' &&
	    *who->email != '\0';
}

/* What the ID token lacks. */
static void
ask_more(struct oidc_exchange *x, const cJSON *document, const char *token)
{
	const char *url = json_text(document, "userinfo_endpoint");
	const cJSON *claims;
	struct question q;
	const char *sub;

	if (url == NULL || token == NULL || is_known(&x->identity))
		return;
	q = begin(x->conf, "GET", url);
	if (strlen(token) + sizeof("Bearer ") > sizeof(q.http->authorization) ||
	    token[strspn(token, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=")] != '\0')
		snprintf(x->error, sizeof(x->error),
		    "the access token is none");
	else
		snprintf(q.http->authorization, sizeof(q.http->authorization),
		    "Bearer %s", token);
	if (x->error[0] == '\0' &&
	    (claims = ask(&q, "userinfo", x->error)) != NULL) {
		sub = json_text(claims, "sub");
		if (sub != NULL && strcmp(sub, x->identity.subject) == 0)
			take_claims(x, claims);
		else
			snprintf(x->error, sizeof(x->error),
			    "userinfo: it is about somebody else");
	}
	x->silent |= q.http->status == 0 && x->error[0] != '\0';
	end(&q);
}

static void
judge(struct oidc_exchange *x, struct question *q, const cJSON *answer,
    const cJSON *document)
{
	const char *token = json_text(answer, "id_token");
	const char *type = json_text(answer, "token_type");
	const char *why = "it answers no ID token";
	const cJSON *claims = token == NULL ? NULL :
	    oidc_token_claims(q->mem, token, x->idp, x->nonce,
	    clock_now_ms(), &why);

	if (claims == NULL) {
		snprintf(x->error, sizeof(x->error), "%s", why);
		return;
	}
	take_claims(x, claims);
	ask_more(x, document, type != NULL && strcasecmp(type, "Bearer") == 0 ?
	    json_text(answer, "access_token") : NULL);
}

void
oidc_exchange(struct oidc_exchange *x)
{
	struct question q = begin(x->conf, "POST", "");
	enum json_verdict verdict;
	const cJSON *answer = NULL, *document = json_parse(q.mem, x->document,
	    strlen(x->document), &verdict, NULL);

	x->error[0] = '\0';
	x->silent = false;
	x->identity = (struct oidc_identity){ .email_verified = false };
	copy(q.http->url, sizeof(q.http->url),
	    json_text(document, "token_endpoint"));
	if (send_code(&q, x, document, x->error)) {
		answer = ask(&q, "token", x->error);
		x->silent = q.http->status == 0 || q.http->status >= 500;
	}
	if (answer != NULL)
		judge(x, &q, answer, document);
	end(&q);
}
