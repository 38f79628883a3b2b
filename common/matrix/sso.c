/* sso.c - see sso.h. */
#include <string.h>

#include "matrix/sso.h"

const struct conf_oidc *
sso_provider(const struct conf *conf, const char *id)
{
	const struct conf_oidc *idp = conf->oidc;

	while (idp != NULL && strcmp(idp->id, id) != 0)
		idp = idp->next;
	return idp;
}

int64_t
sso_user(struct db *db, const char *issuer, const char *subject)
{
	return db_int(db, 0, STMT_SSO_LINK_USER, DB_TEXT(issuer),
	    DB_TEXT(subject));
}

bool
sso_link(struct db *db, const char *issuer, const char *subject, int64_t user,
    int64_t now)
{
	return db_exec(db, STMT_SSO_LINK_ADD, DB_TEXT(issuer),
	    DB_TEXT(subject), DB_INT(user), DB_INT(now)) > 0;
}

bool
sso_opens(struct db *db, const struct conf_oidc *idp, int64_t user)
{
	return db_int(db, 0, STMT_SSO_LINK_IS_THERE, DB_INT(user),
	    DB_TEXT(idp->issuer)) != 0;
}

bool
sso_is_linked(struct db *db, const struct conf *conf, int64_t user)
{
	const struct conf_oidc *idp = conf->oidc;

	while (idp != NULL && !sso_opens(db, idp, user))
		idp = idp->next;
	return idp != NULL;
}
