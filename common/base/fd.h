/* fd.h - descriptors. */
#ifndef MXCGI_FD_H
#define MXCGI_FD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Write all of it, or as much as goes.  False: errno says why; 0 means that
 * nothing was written, for no reason.
 */
bool	fd_write(int fd, const char *, size_t);

/*
 * A file without a name, empty, which nobody else can open; in memory, or before
 * Linux 3.17 in the directory for temporary files.  -1: errno says why.
 */
int	fd_memory(const char *what);

#endif
