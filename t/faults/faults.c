/*
 * faults.c - a disk that fails when a test wants it to.
 *
 *	cc -shared -fPIC -o faults.so faults.c -ldl
 *	LD_PRELOAD=.../faults.so MXCGI_FAULT=/some/file program
 *
 * While /some/file exists, what it says happens to files whose names end in
 * .db or -wal, or, with the word media, to those below a directory media; words
 * apart by spaces:
 *
 *	ENOSPC, EIO	the error; or STALL: the call waits until that is over
 *	write, sync	the calls that have it (write: also pwrite; sync:
 *			fsync and fdatasync); both may be named
 *
 * so "ENOSPC write" is a full disk.  MXCGI_CLOCK=SECONDS has the clock go so
 * much fast, or with a minus slow; to MXCGI_UP=SECONDS the machine has been up for
 * so much longer; with MXCGI_FREE=BYTES no file system has more left.  Under
 * AddressSanitizer the program also needs ASAN_OPTIONS=verify_asan_link_order=0.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

ssize_t	 pwrite64(int, const void *, size_t, off64_t);

static bool
ends_in(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcmp(s + n - m, suffix) == 0;
}

static bool
is_meant(int fd, bool media)
{
	char link[64], path[4096];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	if ((n = readlink(link, path, sizeof path - 1)) < 0)
		return false;
	path[n] = '\0';
	return media ? strstr(path, "/media/") != NULL :
	    ends_in(path, ".db") || ends_in(path, "-wal");
}

/* The errno that call has now for fd; 0: none, -1: it waits. */
static int
fault_now(int fd, const char *call)
{
	const char *name = getenv("MXCGI_FAULT");
	char text[100];
	ssize_t n;
	int file;

	if (name == NULL || (file = open(name, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	n = read(file, text, sizeof text - 1);
	close(file);
	text[n > 0 ? n : 0] = '\0';
	if (strstr(text, call) == NULL ||
	    !is_meant(fd, strstr(text, "media") != NULL))
		return 0;
	if (strstr(text, "STALL") != NULL)
		return -1;
	return strstr(text, "ENOSPC") != NULL ? ENOSPC : EIO;
}

static int
fault(int fd, const char *call)
{
	int err;

	while ((err = fault_now(fd, call)) == -1)
		usleep(20000);
	return err;
}

/* Fails with the fault, or goes on to the function of that name behind us. */
#define PASS(type, name, params, call, fd, ...)				\
type									\
name params								\
{									\
	static type (*next) params;					\
	int err, before = errno;					\
									\
	if ((err = fault(fd, call)) != 0) {				\
		errno = err;						\
		return -1;						\
	}								\
	errno = before;							\
	if (next == NULL)						\
		*(void **)&next = dlsym(RTLD_NEXT, #name);		\
	return next(__VA_ARGS__);					\
}

PASS(ssize_t, write, (int fd, const void *p, size_t n), "write", fd, fd, p, n)
PASS(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at), "write",
    fd, fd, p, n, at)
PASS(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at),
    "write", fd, fd, p, n, at)
PASS(int, fsync, (int fd), "sync", fd, fd)
PASS(int, fdatasync, (int fd), "sync", fd, fd)

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	static int (*next)(clockid_t, struct timespec *);
	const char *fast = getenv(clock == CLOCK_REALTIME ? "MXCGI_CLOCK" :
	    "MXCGI_UP");
	int rc;

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
	rc = next(clock, t);
	if (rc == 0 && fast != NULL)
		t->tv_sec += atol(fast);
	return rc;
}

int
statvfs(const char *path, struct statvfs *fs)
{
	static int (*next)(const char *, struct statvfs *);
	const char *most = getenv("MXCGI_FREE");
	int rc;

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "statvfs");
	rc = next(path, fs);
	if (rc == 0 && most != NULL)
		fs->f_bavail = (fsblkcnt_t)atoll(most) / fs->f_frsize;
	return rc;
}
