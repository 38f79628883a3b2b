/*
 * devices-backup.h - what the handlers of key backups share.
 */
#ifndef MXCGI_CGI_DEVICES_BACKUP_H
#define MXCGI_CGI_DEVICES_BACKUP_H

#include "matrix/backup.h"
#include "serve/serve.h"

/* The number of a version as it stands in paths and answers; -1: it is none. */
int64_t		 backup_version(const char *);
/* M_NOT_FOUND: there is none of the version that was asked for. */
enum mx_err	 no_backup(struct request *);

#endif
