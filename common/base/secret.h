/* secret.h - a secret in a file of its own, which the configuration names. */
#ifndef MXCGI_SECRET_H
#define MXCGI_SECRET_H

#include <stddef.h>

/*
 * The first line of the file, at most size - 1 bytes, into to.  NULL, or what
 * is wrong with the file, as in "it FAULT"; it blocks little, so any thread
 * may.  Whoever is done with it wipes it.
 */
const char	*secret_read(const char *path, char *to, size_t size);

#endif
