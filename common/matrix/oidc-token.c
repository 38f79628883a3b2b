/* oidc-token.c - what an ID token must say to be believed. */
#include <string.h>
#include <strings.h>

#include "base/crypto.h"
#include "matrix/oidc.h"

#define SECOND		1000
#define SKEW		(60 * SECOND)		/* between two clocks */
#define OLDEST		(30 * 60 * SECOND)	/* nobody takes so long */
#define TOKEN_MAX	(48 * 1024)

/* ------------------------------------------------------- the three parts */

/* The object that a part is in base64; NULL: it is none. */
static cJSON *
part(struct arena *mem, const char *s, size_t n)
{
	uint8_t *text = arena_alloc(mem, n + 1);
	long len = base64_decode(s, n, text, n);
	enum json_verdict verdict;
	cJSON *json;

	if (len < 0)
		return NULL;
	json = json_parse(mem, (const char *)text, (size_t)len, &verdict, NULL);
	return cJSON_IsObject(json) ? json : NULL;
}

/* Nobody asked the provider to leave tokens unsigned, so none is. */
static bool
is_signed(const cJSON *head, const char *signature)
{
	const char *alg = json_text(head, "alg");

	return alg != NULL && *alg != '\0' && strcasecmp(alg, "none") != 0 &&
	    *signature != '\0';
}

static cJSON *
claims_of(struct arena *mem, const char *token, const char **why)
{
	const char *dot = strchr(token, '.');
	const char *last = dot ? strchr(dot + 1, '.') : NULL;
	cJSON *head, *claims;

	*why = "the ID token is no signed JWT";
	if (last == NULL || strchr(last + 1, '.') != NULL ||
	    strlen(token) > TOKEN_MAX)
		return NULL;
	head = part(mem, token, (size_t)(dot - token));
	claims = part(mem, dot + 1, (size_t)(last - dot - 1));
	return head != NULL && claims != NULL && is_signed(head, last + 1) ?
	    claims : NULL;
}

/* ------------------------------------------------------------- the claims */

static bool
text_is(const cJSON *object, const char *key, const char *want)
{
	const char *text = json_text(object, key);

	return text != NULL && strcmp(text, want) == 0;
}

/* Are we meant?  Where others are too, azp says to whom it was given. */
static bool
is_for(const cJSON *claims, const char *client_id)
{
	const cJSON *aud = json_get(claims, "aud"), *one;
	bool meant = text_is(claims, "aud", client_id);

	if (json_get(claims, "azp") != NULL || cJSON_GetArraySize(aud) > 1)
		if (!text_is(claims, "azp", client_id))
			return false;
	if (cJSON_IsArray(aud))
		cJSON_ArrayForEach(one, aud)
			meant |= cJSON_IsString(one) &&
			    strcmp(one->valuestring, client_id) == 0;
	return meant;
}

/* A NumericDate, which may have fractions, in ms; -1: it is none. */
static int64_t
time_of(const cJSON *claims, const char *key)
{
	const cJSON *n = json_get(claims, key);

	return cJSON_IsNumber(n) && n->valuedouble >= 0 &&
	    n->valuedouble < 1e11 ? (int64_t)(n->valuedouble * SECOND) : -1;
}

static const char *
time_fault(const cJSON *claims, int64_t now)
{
	int64_t exp = time_of(claims, "exp"), iat = time_of(claims, "iat");
	int64_t nbf = time_of(claims, "nbf");

	if (exp == -1 || exp + SKEW <= now)
		return "the ID token has expired";
	if (iat == -1 || iat > now + SKEW || iat < now - OLDEST)
		return "the ID token was not made just now";
	if (json_get(claims, "nbf") != NULL && (nbf == -1 || nbf > now + SKEW))
		return "the ID token is not valid yet";
	return NULL;
}

static const char *
fault(const cJSON *claims, const struct conf_oidc *idp, const char *nonce,
    int64_t now)
{
	const char *sub = json_text(claims, "sub");

	if (!text_is(claims, "iss", idp->issuer))
		return "the ID token is of another issuer";
	if (!is_for(claims, idp->client_id))
		return "the ID token is for another client";
	if (!text_is(claims, "nonce", nonce))
		return "the ID token answers another question";
	if (sub == NULL || *sub == '\0' || strlen(sub) >
	    sizeof(((struct oidc_identity *)0)->subject) - 1)
		return "the ID token does not say of whom";
	return time_fault(claims, now);
}

const cJSON *
oidc_token_claims(struct arena *mem, const char *token,
    const struct conf_oidc *idp, const char *nonce, int64_t now,
    const char **why)
{
	cJSON *claims = claims_of(mem, token, why);

	if (claims == NULL)
		return NULL;
	*why = fault(claims, idp, nonce, now);
	return *why == NULL ? claims : NULL;
}
