/*
 * threepid.h - addresses of accounts (client-server API, "Adding Account
 * Administrative Contact Information"; 2015.md 5.6, 5.7) and the sessions in
 * which this server itself has them confirmed.
 *
 * Everything runs in the caller's transaction; texts come from the db's arena.
 */
#ifndef MXCGI_THREEPID_H
#define MXCGI_THREEPID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "store/db.h"

#define MEDIUM_EMAIL	"email"
#define MEDIUM_MSISDN	"msisdn"

/*
 * The canonical form (appendices, "3PID Types"): an email address with its
 * letters folded, a telephone number as digits with its country code.  NULL:
 * that is none (of any medium).
 */
const char	*threepid_canonical(struct arena *, const char *medium,
		    const char *address);
/*
 * A number as people dial it in a country (ISO 3166-1 alpha-2, "GB"); NULL
 * when there is no such country or the number cannot be.
 */
const char	*phone_canonical(struct arena *, const char *country,
		    const char *phone);

/* user.nr of whose account has it; 0: nobody's. */
int64_t		 threepid_owner(struct db *, const char *medium,
		    const char *address);
/* False: another account has it.  The caller's own again is fine. */
bool		 threepid_add(struct db *, int64_t user, const char *medium,
		    const char *address, int64_t validated_at, int64_t now);
/* With the pushers that write to it.  False: it was not the user's. */
bool		 threepid_drop(struct db *, int64_t user, const char *medium,
		    const char *address);

/* It was published at an identity server as the user's. */
void		 binding_add(struct db *, int64_t user, const char *medium,
		    const char *address, const char *id_server, int64_t now);

/* ------------------------------------------- confirmed by this server */

enum threepid_purpose { FOR_REGISTER, FOR_PASSWORD, FOR_ADD };
/* As the store has it. */
const char	*threepid_purpose_name(enum threepid_purpose);

/* What the store keeps of the token that a message holds. */
void		 threepid_token_hash(struct arena *, const char *sid,
		    const char *token, uint8_t hash[SHA256_LEN]);
/* A telephone's session ends with so many wrong tokens. */
#define THREEPID_WRONG_MOST	5

struct threepid_session {
	const char	*sid;
	const char	*medium;
	const char	*address;
	const char	*next_link;	/* or NULL */
	int64_t		 validated_at;	/* 0: not yet */
};
/*
 * The session of these names and that purpose that has not expired; false:
 * there is none.  Whether it is confirmed is for the caller to look at.
 */
bool		 threepid_session_find(struct db *, const char *sid,
		    const char *client_secret, enum threepid_purpose,
		    int64_t now, struct threepid_session *);
/* What was confirmed to reset the user's password is good for nothing. */
void		 threepid_resets_drop(struct db *, int64_t user);
/* A session is good for one use; false: it was gone already. */
bool		 threepid_session_spend(struct db *, const char *sid);

#endif
