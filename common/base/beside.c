/* beside.c - see beside.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/beside.h"

void
beside(const char *name, char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size);
	char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;
	size_t dir = slash != NULL ? (size_t)(slash + 1 - path) : size;

	if (dir + strlen(name) < size) {
		strcpy(path + dir, name);
		if (access(path, X_OK) == 0)
			return;
	}
	snprintf(path, size, "%s/%s", PROGDIR, name);
}
