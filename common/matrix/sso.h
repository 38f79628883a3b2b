/*
 * sso.h - accounts that are opened by an OpenID Connect provider (client-server
 * API, "SSO client login/authentication").
 *
 * Everything runs in the caller's transaction.
 */
#ifndef MXCGI_SSO_H
#define MXCGI_SSO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "store/db.h"

/* [oidc NAME] of the configuration; NULL: there is none. */
const struct conf_oidc *sso_provider(const struct conf *, const char *id);
/* user.nr of whoever the issuer calls so; 0: nobody here. */
int64_t		 sso_user(struct db *, const char *issuer, const char *subject);
/* False: either is linked with another already. */
bool		 sso_link(struct db *, const char *issuer, const char *subject,
		    int64_t user, int64_t now);
/* Does this provider open the user's account?  Or any that is configured? */
bool		 sso_opens(struct db *, const struct conf_oidc *, int64_t user);
bool		 sso_is_linked(struct db *, const struct conf *, int64_t user);

/* Where people are sent to begin: of a session of UIA, by a provider. */
#define SSO_CONFIRM_PATH	"/_matrix/mxcgi/oidc/confirm"

#endif
