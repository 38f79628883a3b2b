/*
 * oidc.h - OpenID Connect providers (OpenID Connect Core 1.0, Discovery 1.0;
 * RFC 6749, 7636, 9207), of whom this server is a client.
 *
 * Nothing here knows of databases or requests: what blocks is for jobs.
 */
#ifndef MXCGI_OIDC_H
#define MXCGI_OIDC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "json/json.h"

#define OIDC_DOCUMENT_MAX	8192

/*
 * Ask a provider what it says of itself.  document: of that, checked, what we
 * go by, as JSON: authorization_endpoint, token_endpoint, userinfo_endpoint,
 * and true where it is so: post (the secret goes into the form), create (it
 * knows prompt=create), iss (it names itself when it sends somebody back).
 */
struct oidc_discovery {
	const struct conf *conf;
	const struct conf_oidc *idp;
	char		 document[OIDC_DOCUMENT_MAX];
	char		 error[256];	/* empty: it went well; for the log */
};
void	oidc_discover(struct oidc_discovery *);	/* blocks */

/*
 * Where a browser goes to be asked there who it is; in mem.  uri: where it
 * comes back to, with state and code.
 */
struct oidc_question {
	const char	*uri;
	const char	*state;
	const char	*nonce;
	const char	*verifier;	/* of PKCE, as RFC 7636 wants it */
	const char	*prompt;	/* NULL: as the provider does by itself */
};
const char *oidc_url(struct arena *, const struct conf_oidc *,
	    const cJSON *document, const struct oidc_question *);

/* Who somebody is there; what is not known is empty. */
struct oidc_identity {
	char		 subject[256];
	char		 localpart[256];
	char		 name[257];
	char		 email[256];
	bool		 email_verified;
};

/*
 * Whoever came back with a code: exchange it, and look at who they are.  Texts
 * are copied by the caller; the identity is only there without an error.
 */
struct oidc_exchange {
	const struct conf *conf;
	const struct conf_oidc *idp;
	char		 document[OIDC_DOCUMENT_MAX];
	char		 code[2048];
	char		 uri[512];
	char		 nonce[64];
	char		 verifier[64];
	struct oidc_identity identity;
	char		 error[256];	/* empty: it went well; for the log */
	bool		 silent;	/* it failed since nobody answered */
};
void	oidc_exchange(struct oidc_exchange *);	/* blocks */

/*
 * The claims of an ID token that came from the token endpoint itself, over a
 * connection that proves whose it is: so its signature is not looked at
 * (OpenID Connect Core, 3.1.3.7, point 6), all else is.  NULL, and *why.
 */
const cJSON *oidc_token_claims(struct arena *, const char *token,
	    const struct conf_oidc *, const char *nonce, int64_t now,
	    const char **why);

#endif
