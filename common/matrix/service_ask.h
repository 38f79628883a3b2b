/*
 * service_ask.h - an application service is asked something ("Authorisation",
 * "Legacy routes").
 */
#ifndef MXCGI_SERVICE_ASK_H
#define MXCGI_SERVICE_ASK_H

#include "base/appservice.h"
#include "matrix/http.h"

#define SERVICE_PATH_MAX	2048

/*
 * Ask one that has a URL.  h has conf, method and what is sent; path is what
 * stands behind /_matrix/app/v1, such as /transactions/12, with its query.
 * Where it knows no such path it is asked by the older one, with the token also
 * in the query, as it was then.  It blocks; any thread may.
 */
void	service_ask(const struct appservice *, struct http *, const char *path);

#endif
