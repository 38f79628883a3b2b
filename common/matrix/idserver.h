/*
 * idserver.h - what this server asks identity servers: was an address
 * confirmed, publish whose it is, and take that back (identity service API,
 * "Establishing associations"; its version 1 as in 2015, where no access token
 * is given).
 *
 * A server is named by host[:port] and always spoken to by https.  These
 * functions block: they are called from a job, and touch nothing but the
 * block they are given and the signing key's file.
 */
#ifndef MXCGI_IDSERVER_H
#define MXCGI_IDSERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"

enum idserver_said {
	IDSERVER_YES,
	IDSERVER_NO,		/* it refused: errcode, status, error */
	IDSERVER_SILENT		/* nobody answered, or nothing we understand */
};

/* Zeroed before it is filled in; owns all it has. */
struct idserver {
	const struct conf *conf;
	char		 id_server[256];
	char		 sid[256];
	char		 client_secret[256];
	char		 access_token[1024];	/* for it; empty: version 1 */
	char		 user_id[256];

	/* Answered; but for idserver_unbind(), which is asked for it. */
	char		 medium[16];		/* email, msisdn */
	char		 address[512];		/* canonical (threepid.h) */
	int64_t		 validated_at;		/* ms since 1970 */

	enum idserver_said said;
	int		 status;		/* of HTTP; 0: nobody answered */
	char		 errcode[64];		/* empty: it said none */
	char		 error[256];
};

/*
 * Fill in who is asked about what; token NULL: version 1.  False when one of
 * them is too long or not of its grammar: nobody can know such a session.
 */
bool	idserver_session(struct idserver *, const struct conf *,
	    const char *id_server, const char *sid, const char *client_secret,
	    const char *access_token);

/* Does its word count here ([identity] servers)? */
bool	idserver_trusted(const struct conf *, const char *id_server);

/*
 * GET 3pid/getValidated3pid: is the session of sid and client_secret
 * confirmed?  YES: of medium, address, since validated_at.
 */
void	idserver_validated(struct idserver *);

/*
 * POST 3pid/bind: let all know that the address of the session is user_id's.
 * YES: medium and address say which.
 */
void	idserver_bind(struct idserver *);

/*
 * POST 3pid/unbind: nobody is to hear any more that medium and address are
 * user_id's.  Signed with this server's key.
 */
void	idserver_unbind(struct idserver *);

#endif
