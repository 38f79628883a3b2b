/*
 * user.h - what the handlers of `user` share.
 */
#ifndef MXCGI_CGI_USER_H
#define MXCGI_CGI_USER_H

#include "serve/serve.h"

/* Refuses with M_FORBIDDEN unless {userId} is the caller. */
enum mx_err	 own_only(struct request *);

#endif
