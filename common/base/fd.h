/* fd.h - descriptors. */
#ifndef MXCGI_FD_H
#define MXCGI_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/*
 * Write all of it, or as much as goes.  False: errno says why; 0 means that
 * nothing was written, for no reason.
 */
bool	fd_write(int fd, const char *, size_t);

/*
 * The directory is there; one that is made has that mode whatever the umask
 * says, and the bit by which it hands on its group, where it got that.  False:
 * errno says why.
 */
bool	fd_make_dir(int at, const char *path, mode_t mode);

/*
 * A file without a name, empty, which nobody else can open; in memory, or before
 * Linux 3.17 in the directory for temporary files.  -1: errno says why.
 */
int	fd_memory(const char *what);

#endif
