/*
 * devices-backup.h - what the handlers of key backups share.
 */
#ifndef MXCGI_CGI_DEVICES_BACKUP_H
#define MXCGI_CGI_DEVICES_BACKUP_H

#include "matrix/backup.h"
#include "serve/serve.h"

/* The number of a version as it stands in paths and answers; -1: it is none. */
int64_t		 backup_version(const char *);
/* The one that `version` of the query names. */
enum mx_err	 backup_of_query(struct request *, struct backup *);
/* etag and count: what its keys are now. */
enum mx_err	 tell_change(struct request *, const struct backup *);
/* M_NOT_FOUND: there is none of the version that was asked for. */
enum mx_err	 no_backup(struct request *);

#endif
