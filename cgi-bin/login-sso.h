/*
 * login-sso.h - what the files of single sign-on share: somebody on the way to
 * an OpenID Connect provider (login-sso.c) and back (login-sso-back.c), and
 * whose account it is (login-sso-account.c).
 */
#ifndef MXCGI_CGI_LOGIN_SSO_H
#define MXCGI_CGI_LOGIN_SSO_H

#include "matrix/oidc.h"
#include "serve/page.h"

#define SSO_LIFE_MS	(15 * 60 * 1000)
#define SSO_PATH	"/_matrix/mxcgi/oidc"
#define SSO_STAGE	"m.login.sso"

enum sso_step { SSO_ASKED, SSO_BACK, SSO_SHOWN };

/*
 * A way there and back, as the volatile store has it.  It is bound to a browser
 * by a cookie of its own, so that several may be under way in one.
 */
struct sso {
	uint8_t		 state[SHA256_LEN];
	const char	*cookie;	/* its name */
	enum sso_step	 step;
	const struct conf_oidc *idp;
	const char	*nonce;
	const char	*verifier;
	const char	*redirect;	/* where to at last; NULL: the next */
	const uint8_t	*uia;		/* uia_name() of what is to be confirmed */
	const cJSON	*identity;	/* subject, localpart, name, email */
	bool		 confirmed;	/* they want to go where they are led */
};

/* Where this server is come back to. */
const char	*sso_callback_uri(struct request *);
/* The cookie's name; state is one that is known to be ours. */
const char	*sso_cookie(struct request *, const char *state);
/*
 * Whose way back is it?  By the query's state and the cookie.  Not M_OK: refused,
 * because there is none of that step for this browser.
 */
enum mx_err	 sso_find(struct request *, enum sso_step, struct sso *);
/* It is over.  False: it was before. */
bool		 sso_end(struct request *, const struct sso *);
/*
 * It is known who they are: what is to become of that.  A reader's next, which
 * becomes a writer where need be.
 */
enum mx_err	 sso_arrive(struct request *, struct sso *);

/* user.nr of who they are, if they have an account here; 0: they have none. */
int64_t		 sso_whose(struct request *, const struct sso *);
/*
 * The page is the answer, and sso_answer() is asked what people answer to it in
 * this browser.  Returns err; or it is refused, since all this is over.
 */
enum mx_err	 sso_show(struct page *, const struct sso *, enum mx_err err);

/* login-sso-confirm.c: the page that asks for consent, and that it was given. */
enum mx_err	 sso_ask(struct request *, const struct sso *);
enum mx_err	 sso_consented(struct request *, const struct sso *);

/*
 * What the provider says of itself, from the store when it was fetched after
 * since, else asked for: then M_LATER, and the route's handler runs anew.
 */
enum mx_err	 sso_document(struct request *, const struct conf_oidc *,
		    int64_t since, const cJSON **document);

#endif
