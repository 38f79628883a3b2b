/* folder.c - see folder.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"

static bool
cut_name(char path[PATH_MAX])
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return false;
	*slash = '\0';
	return true;
}

bool
folder_find(char path[PATH_MAX])
{
	const char *script = getenv("SCRIPT_FILENAME");
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (n > 0) {
		path[n] = '\0';
		return cut_name(path);
	}
	/* Some hosts show their customers no /proc. */
	return script != NULL && realpath(script, path) != NULL &&
	    cut_name(path);
}
