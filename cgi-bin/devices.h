/*
 * devices.h - what the handlers of `devices` share.
 */
#ifndef MXCGI_CGI_DEVICES_H
#define MXCGI_CGI_DEVICES_H

#include <stdbool.h>

#include "serve/serve.h"

/* Devices that one request speaks of. */
#define DEVICES_MAX	1000

/*
 * What a request may do to the devices of that user: a suspended account has
 * to do with its own alone (client-server API, "Account suspension": it may
 * verify them).
 */
enum mx_err	 may_reach(struct request *, const char *user_id);
/* Is it the id of a user of this server? */
bool		 is_local(struct request *, const char *user_id);
/* Their number; 0: of another, or there is none of that id. */
int64_t		 local_user(struct request *, const char *user_id);

/*
 * "failures": of the servers of those users who are not of this one.  From
 * none of them is anything to be had.
 */
void		 put_failures(struct request *, const cJSON *users);

#endif
