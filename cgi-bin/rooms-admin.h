/*
 * rooms-admin.h - what the handlers of `rooms` for administrators share.
 */
#ifndef MXCGI_CGI_ROOMS_ADMIN_H
#define MXCGI_CGI_ROOMS_ADMIN_H

#include "serve/serve.h"

/* A user of this server; passwords are no business of this program. */
struct named_user {
	int64_t		 user;
	const char	*user_id;
	bool		 guest;
};
/* False: nobody of that id has an account that has not ended. */
bool		 named_user_find(struct request *, const char *user_id,
		    struct named_user *);

#endif
