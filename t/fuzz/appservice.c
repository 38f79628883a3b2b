/*
 * appservice.c - any text as the registration of an application service: it is
 * one, or a sentence says why not.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/appservice.h"
#include "base/arena.h"
#include "base/conf.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char *
path_of(const uint8_t *data, size_t size)
{
	static char path[64];
	static int fd = -1;

	if (fd == -1 && (fd = memfd_create("appservice", MFD_CLOEXEC)) == -1)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (ftruncate(fd, 0) == -1 ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	return path;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char id[] = "@a_b:example.org";
	struct conf conf = { .server_name = "example.org" };
	struct arena *mem = arena_new();
	const char *why = appservice_read(&conf, mem, path_of(data, size));

	if ((why == NULL) != (conf.appservices != NULL))
		abort();
	if (why == NULL) {
		for (int i = 0; i < SPACE__MAX; i++)
			(void)appservice_has(conf.appservices, &conf,
			    (enum space)i, id);
		if (!appservice_has(conf.appservices, &conf, SPACE_USERS,
		    conf.appservices->sender_id))
			abort();
	}
	arena_free(mem);
	return 0;
}
