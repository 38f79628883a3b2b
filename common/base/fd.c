/* fd.c - see fd.h. */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

bool
fd_write(int fd, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, s, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done == 0)
			errno = 0;
		if (done <= 0)
			return false;
		s += done;
		n -= (size_t)done;
	}
	return true;
}

bool
fd_make_dir(int at, const char *path, mode_t mode)
{
	struct stat st;

	if (mkdirat(at, path, mode) == -1)
		return errno == EEXIST;
	return fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    fchmodat(at, path, mode | (st.st_mode & S_ISGID), 0) == 0;
}

int
fd_memory(const char *what)
{
	char path[] = "/tmp/mxcgi.XXXXXX";
	int fd = memfd_create(what, MFD_CLOEXEC);

	if (fd != -1 || errno != ENOSYS)
		return fd;
	if ((fd = mkostemp(path, O_CLOEXEC)) != -1)
		unlink(path);
	return fd;
}
