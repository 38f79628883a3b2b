/* beside.h - where the other programs are. */
#ifndef MXCGI_BESIDE_H
#define MXCGI_BESIDE_H

#include <stddef.h>

/* One of that name beside this one, else where it is to be installed. */
void	beside(const char *name, char *path, size_t size);

#endif
