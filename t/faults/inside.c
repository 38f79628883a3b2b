/*
 * inside.c - what a program can still do once it has confined itself.
 *
 *	LD_PRELOAD=.../inside.so MXCGI_INSIDE=/some/directory program
 *
 * As soon as it has given up what it does not need (the filter of seccomp(2)
 * comes last) it tries what somebody would try who has taken it over, and leaves
 * the names of what was not refused in /some/directory/PROGRAM.PID.  Which files
 * are tried says MXCGI_INSIDE_KEY, a signing key; the system's list of users; and
 * a new one in /tmp.  Under AddressSanitizer the program also needs
 * ASAN_OPTIONS=verify_asan_link_order=0.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ------------------------------------------------- what is to be refused */

static bool
opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
can_key(void)
{
	return opens(getenv("MXCGI_INSIDE_KEY"), O_RDONLY);
}

static bool
can_users(void)
{
	return opens("/etc/passwd", O_RDONLY);
}

static bool
can_write(void)
{
	return opens("/etc/passwd", O_WRONLY) ||
	    opens("/tmp/mxcgi-inside", O_WRONLY | O_CREAT) ||
	    mkdir("/tmp/mxcgi-inside", 0700) == 0 ||
	    rename("/tmp/mxcgi-inside", "/tmp/mxcgi-outside") == 0;
}

/* An empty file that may be run is no program. */
static bool
can_exec(void)
{
	char file[4096], *words[] = { file, NULL };

	snprintf(file, sizeof(file), "%s/empty", getenv("MXCGI_INSIDE"));
	execve(file, words, words);
	if (errno == ENOEXEC)
		return true;
	syscall(SYS_execveat, AT_FDCWD, file, words, words, 0);
	return errno == ENOEXEC;
}

static bool
can_limit(void)
{
	struct rlimit core;

	return prlimit(getppid(), RLIMIT_CORE, NULL, &core) == 0 ||
	    setpriority(PRIO_PROCESS, (id_t)getppid(), 19) == 0;
}

static bool
can_process(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid > 0 || syscall(SYS_clone3, NULL, 0) != -1 || errno != ENOSYS;
}

static bool
has_socket(int family, int type)
{
	int fd = socket(family, type, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
can_internet(void)
{
	return has_socket(AF_INET, SOCK_STREAM) ||
	    has_socket(AF_INET6, SOCK_DGRAM);
}

static bool
can_connect(void)
{
	return has_socket(AF_UNIX, SOCK_STREAM);
}

static bool
can_raw(void)
{
	return has_socket(AF_PACKET, SOCK_RAW) || has_socket(AF_ALG, SOCK_SEQPACKET);
}

static bool
can_signal(void)
{
	return kill(getppid(), 0) == 0 ||
	    syscall(SYS_tgkill, getppid(), getppid(), 0) == 0 ||
	    ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static bool
can_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ||
	    mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
}

/* Calls that have made kernels fall. */
static bool
can_odd(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL) != -1 || errno != EPERM ||
	    syscall(SYS_bpf, 0, NULL, 0) != -1 || errno != EPERM ||
	    syscall(SYS_keyctl, 0, 0) != -1 || errno != EPERM ||
	    syscall(SYS_unshare, 0) != -1 || errno != EPERM ||
	    syscall(100000) != -1 || errno != ENOSYS;
}

static const struct {
	const char	*name;
	bool		(*can)(void);
} tries[] = {
	{ "key", can_key }, { "users", can_users }, { "write", can_write },
	{ "exec", can_exec }, { "process", can_process },
	{ "internet", can_internet }, { "connect", can_connect },
	{ "raw", can_raw }, { "signal", can_signal }, { "limit", can_limit },
	{ "code", can_code },
	{ "odd", can_odd }
};

/* --------------------------------------------------- what is to be left */

static void *
note(void *arg)
{
	*(int *)arg = 1;
	return NULL;
}

static bool
works(void)
{
	pthread_t thread;
	int ran = 0;

	return pthread_create(&thread, NULL, note, &ran) == 0 &&
	    pthread_join(thread, NULL) == 0 && ran == 1 &&
	    has_socket(AF_UNIX, SOCK_DGRAM);
}

/* ------------------------------------------------------------ the report */

static int
report_open(void)
{
	const char *dir = getenv("MXCGI_INSIDE");
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s.%ld", dir != NULL ? dir : "",
	    program_invocation_short_name, (long)getpid());
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void
try_all(int fd)
{
	if (!works())
		dprintf(fd, "broken ");
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (tries[i].can())
			dprintf(fd, "%s ", tries[i].name);
	dprintf(fd, "end\n");
}

int
prctl(int option, ...)
{
	int (*next)(int, ...);
	unsigned long args[4];
	va_list ap;
	int fd, rc;

	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		args[i] = va_arg(ap, unsigned long);
	va_end(ap);
	*(void **)&next = dlsym(RTLD_NEXT, "prctl");
	if (option != PR_SET_SECCOMP)
		return next(option, args[0], args[1], args[2], args[3]);
	fd = report_open();
	rc = next(option, args[0], args[1], args[2], args[3]);
	if (rc == 0)
		try_all(fd);
	close(fd);
	return rc;
}
