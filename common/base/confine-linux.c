/*
 * confine-linux.c - files, by Landlock.
 *
 * The numbers are those of <linux/landlock.h>, which knows only what the kernel
 * knew that it came with; the kernel that runs says how much it knows.
 */
#ifdef __linux__

#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/confine-inner.h"

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset	444
#define __NR_landlock_add_rule		445
#define __NR_landlock_restrict_self	446
#endif

#define ASK_VERSION	1u	/* a flag of landlock_create_ruleset(2) */
#define RULE_PATH	1

enum access {
	EXECUTE = 1 << 0,
	WRITE_FILE = 1 << 1,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	REMOVE_FILE = 1 << 5,
	MAKE_DIR = 1 << 7,
	MAKE_REG = 1 << 8,
	MAKE_SOCK = 1 << 9,
	REFER = 1 << 13,
	TRUNCATE = 1 << 14,
	IOCTL_DEV = 1 << 15
};
#define OF_FILES	(EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE)

/* What each version can forbid. */
static const uint64_t known_files[] = {
	0, REFER - 1, TRUNCATE - 1, IOCTL_DEV - 1, IOCTL_DEV - 1,
	2 * IOCTL_DEV - 1
};
#define VERSIONS	((long)(sizeof(known_files) / sizeof(known_files[0])))
#define NET_VERSION	4
#define NET_BIND	1	/* to a port of TCP; programs are handed theirs */
#define SCOPE_VERSION	6
#define SCOPE_ABSTRACT	1	/* sockets without a file */
#define SCOPE_SIGNAL	2

/* An older kernel takes the longer one when the rest is 0. */
struct ruleset {
	uint64_t	files;
	uint64_t	net;
	uint64_t	scope;
};
struct path_rule {
	uint64_t	access;
	int32_t		fd;
} __attribute__((packed));

static const uint64_t access_of[] = {
	[USE_READ] = READ_FILE | READ_DIR,
	[USE_WRITE] = READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE,
	[USE_KEEP] = READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE |
	    REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SOCK,
	[USE_RUN] = EXECUTE | READ_FILE | READ_DIR
};

static struct ruleset known;
static int ruleset = -1;

bool
confine_files_begin(void)
{
	long version = syscall(__NR_landlock_create_ruleset, NULL, 0,
	    ASK_VERSION);

	if (version < 1)
		return false;
	known = (struct ruleset){
		.files = known_files[version < VERSIONS ? version :
		    VERSIONS - 1],
		.net = version >= NET_VERSION ? NET_BIND : 0,
		.scope = version >= SCOPE_VERSION ?
		    SCOPE_ABSTRACT | SCOPE_SIGNAL : 0
	};
	ruleset = (int)syscall(__NR_landlock_create_ruleset, &known,
	    sizeof(known), 0);
	return ruleset != -1;
}

void
confine_files_allow(const char *path, enum use use)
{
	struct path_rule rule = { access_of[use] & known.files,
	    open(path, O_PATH | O_CLOEXEC) };
	struct stat st;

	if (rule.fd == -1)
		return;
	if (fstat(rule.fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.access &= OF_FILES;
	syscall(__NR_landlock_add_rule, ruleset, RULE_PATH, &rule, 0);
	close(rule.fd);
}

void
confine_files_end(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		syscall(__NR_landlock_restrict_self, ruleset, 0);
	close(ruleset);
	ruleset = -1;
}

#endif
