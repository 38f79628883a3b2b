/*
 * confine-others.c - OpenBSD: files by unveil(2), calls by pledge(2); systems
 * that know nothing of the kind.
 */
#ifdef __OpenBSD__

#include <stdio.h>
#include <unistd.h>

#include "base/confine-inner.h"

static const char *const permissions[] = {
	[USE_READ] = "r", [USE_WRITE] = "rw", [USE_KEEP] = "rwc",
	[USE_RUN] = "rx"
};

bool
confine_files_begin(void)
{
	return true;
}

void
confine_files_allow(const char *path, enum use use)
{
	unveil(path, permissions[use]);
}

void
confine_files_end(void)
{
	unveil(NULL, NULL);
}

/* execpromises stay as they are: the thumbnailer confines itself. */
void
confine_calls(unsigned reach)
{
	char promises[128];

	snprintf(promises, sizeof(promises),
	    "stdio rpath wpath cpath fattr chown flock unix%s%s",
	    reach & REACH_OUTSIDE ? " inet dns prot_exec" : "",
	    reach & REACH_THUMBNAILER ? " proc exec" : "");
	pledge(promises, NULL);
}

#endif

#if !defined(__OpenBSD__) && !defined(__linux__)

#include "base/confine-inner.h"

bool
confine_files_begin(void)
{
	return false;
}

void
confine_files_allow(const char *path, enum use use)
{
	(void)path;
	(void)use;
}

void
confine_files_end(void)
{
}

void
confine_calls(unsigned reach)
{
	(void)reach;
}

#endif
