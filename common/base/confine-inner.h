/* confine-inner.h - how confine.c has the system told. */
#ifndef MXCGI_CONFINE_INNER_H
#define MXCGI_CONFINE_INNER_H

#include "base/confine.h"

/* AddressSanitizer looks for leaks in ways of its own. */
#if defined(__SANITIZE_ADDRESS__)
#define WITH_SANITIZERS	1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_SANITIZERS	1
#endif
#endif
#ifndef WITH_SANITIZERS
#define WITH_SANITIZERS	0
#endif

enum use {
	USE_READ,	/* a file, or all below a directory */
	USE_WRITE,	/* and written, but nothing made or removed */
	USE_KEEP,	/* a directory where files, sockets and others come and go */
	USE_RUN		/* a program that may be started */
};

/* First; false: this system knows no such thing. */
bool	confine_files_begin(void);
/* What is not there is left out. */
void	confine_files_allow(const char *path, enum use);
/* From now on nothing else. */
void	confine_files_end(void);
/* The same of system calls. */
void	confine_calls(unsigned reach);

#endif
