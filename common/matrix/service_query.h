/*
 * service_query.h - is there a user, or a room alias, that an application
 * service could make? (application service API, "Querying"; 2015.md 18, AS-1,
 * AS-2)
 */
#ifndef MXCGI_SERVICE_QUERY_H
#define MXCGI_SERVICE_QUERY_H

#include "serve/serve.h"

/*
 * For a handler that has not found the user (SPACE_USERS) or alias
 * (SPACE_ALIASES): ask the services whose namespace it is in, and run the handler
 * of the route anew, tx as it was, which finds what they made meanwhile.
 *
 *   M_OK       there is nobody to ask, or they were asked: it is not there
 *   M_LATER    return it
 *   M_LIMIT_EXCEEDED, M_SERVICE_SILENT (408)
 *              refused: too often; none of them answers
 *
 * A service is not asked about what it looks for itself.  What is asked counts
 * in LIMIT_check.
 */
enum mx_err	 service_query(struct request *, enum space, const char *id);
/*
 * The same of an array of user ids: of those whom this server does not know.
 * Who does not answer about one ends it.
 */
enum mx_err	 service_query_users(struct request *, const cJSON *user_ids);

#endif
