/* picture.c - any bytes as a picture: if they are one, it has a size. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "matrix/picture.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
file_of(const uint8_t *data, size_t size)
{
	static int fd = -1;

	if (fd == -1 && (fd = memfd_create("picture", MFD_CLOEXEC)) == -1)
		abort();
	if (ftruncate(fd, 0) == -1 ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	return fd;
}

static void
check(const struct picture *p)
{
	if (p->width == 0 || p->height == 0 || p->width > INT32_MAX ||
	    p->height > INT32_MAX || picture_mime(p->type) == NULL)
		abort();
	(void)picture_too_large(p);
}

/* How it must begin is known: a fuzzer need not find that out. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char heads[4][17] = { "\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
	    "\xff\xd8\xff\xe1", "GIF89a", "RIFF\1\0\0\0WEBPVP8X" };
	static const size_t lengths[4] = { 16, 4, 6, 16 };
	uint8_t whole[4096 + 16];
	struct picture p;
	unsigned kind;

	if (picture_read(file_of(data, size), &p))
		check(&p);
	if (size == 0 || size > 4096)
		return 0;
	kind = data[0] % 4;
	for (size_t i = 0; i < lengths[kind]; i++)
		whole[i] = (uint8_t)heads[kind][i];
	for (size_t i = 1; i < size; i++)
		whole[lengths[kind] + i - 1] = data[i];
	if (picture_read(file_of(whole, lengths[kind] + size - 1), &p))
		check(&p);
	return 0;
}
