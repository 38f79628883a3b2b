/*
 * hashing.c - counts how many passwords are hashed at once.
 *
 *	LD_PRELOAD=.../hashing.so MXCGI_HASHING=/some/file program
 *
 * /some/file, which must be there, counts for all processes: three numbers of
 * 32 bits, of this machine's byte order: how many hash now, how many did at
 * most, how many there were.  While /some/file.hold exists nobody who began
 * gets on.  Under AddressSanitizer the program also needs
 * ASAN_OPTIONS=verify_asan_link_order=0.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct counts {
	uint32_t	now;
	uint32_t	most;
	uint32_t	all;
};

static struct counts *
counts_open(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *at = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, sizeof(struct counts)) == 0)
		at = mmap(NULL, sizeof(struct counts), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	if (at == MAP_FAILED) {
		perror(name);
		abort();
	}
	close(fd);
	return at;
}

static void
hold(const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s.hold", name);
	while (access(path, F_OK) == 0)
		usleep(1000);
}

int	libscrypt_scrypt(const uint8_t *, size_t, const uint8_t *, size_t,
	    uint64_t, uint32_t, uint32_t, uint8_t *, size_t);

int
libscrypt_scrypt(const uint8_t *password, size_t password_len,
    const uint8_t *salt, size_t salt_len, uint64_t n, uint32_t r, uint32_t p,
    uint8_t *out, size_t out_len)
{
	const char *name = getenv("MXCGI_HASHING");
	struct counts *c = counts_open(name != NULL ? name : "");
	int (*next)(const uint8_t *, size_t, const uint8_t *, size_t, uint64_t,
	    uint32_t, uint32_t, uint8_t *, size_t);
	uint32_t now = __atomic_add_fetch(&c->now, 1, __ATOMIC_SEQ_CST);
	uint32_t most = __atomic_load_n(&c->most, __ATOMIC_SEQ_CST);
	int rc;

	while (now > most && !__atomic_compare_exchange_n(&c->most, &most, now,
	    0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		continue;
	__atomic_add_fetch(&c->all, 1, __ATOMIC_SEQ_CST);
	hold(name);
	*(void **)&next = dlsym(RTLD_NEXT, "libscrypt_scrypt");
	rc = next(password, password_len, salt, salt_len, n, r, p, out, out_len);
	__atomic_sub_fetch(&c->now, 1, __ATOMIC_SEQ_CST);
	munmap(c, sizeof *c);
	return rc;
}
