/*
 * confine.c - what a process can still do that has confined itself as the
 * thumbnailer does (security 24).
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "../../cgi-bin/thumbnailer.h"
#include "tap.h"
#include "scratch.h"

static int file;

static int
try_open(void)
{
	return open("/etc/passwd", O_RDONLY) == -1 &&
	    openat(AT_FDCWD, "/etc/passwd", O_RDONLY) == -1 &&
	    open("/tmp/mxcgi-unit-confined", O_RDWR | O_CREAT, 0600) == -1;
}

static int
try_socket(void)
{
	int pair[2];

	return socket(AF_INET, SOCK_STREAM, 0) == -1 &&
	    socket(AF_UNIX, SOCK_DGRAM, 0) == -1 &&
	    socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1;
}

static int
try_exec(void)
{
	char *words[] = { (char[]){ "/bin/true" }, NULL };

	execv(words[0], words);
	return fexecve(file, words, words) == -1;
}

static int
try_process(void)
{
	return fork() == -1 && vfork() == -1 &&
	    syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL) == -1 &&
	    syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS;
}

static int
try_signal(void)
{
	return kill(getppid(), 0) == -1 && errno == EPERM &&
	    syscall(SYS_tgkill, getppid(), getppid(), 0) == -1 &&
	    ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == -1;
}

static int
try_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page != MAP_FAILED &&
	    mprotect(page, 4096, PROT_READ | PROT_EXEC) == -1 &&
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int
try_files(void)
{
	return unlink("/tmp/mxcgi-unit-confined") == -1 && errno == EPERM &&
	    mkdir("/tmp/mxcgi-unit-confined", 0700) == -1 && errno == EPERM &&
	    chdir("/") == -1 && truncate("/tmp/mxcgi-unit-confined", 0) == -1 &&
	    setrlimit(RLIMIT_CPU, &(struct rlimit){ 1, 1 }) == -1;
}

static void *
note(void *arg)
{
	*(int *)arg = 1;
	return NULL;
}

/* What it needs. */
static int
try_work(void)
{
	char text[4] = "";
	pthread_t thread;
	int ran = 0;

	return pthread_create(&thread, NULL, note, &ran) == 0 &&
	    pthread_join(thread, NULL) == 0 && ran == 1 &&
	    write(file, "abc", 3) == 3 && pread(file, text, 3, 0) == 3 &&
	    strcmp(text, "abc") == 0;
}

static bool
holds(pid_t pid, int what, rlim_t most)
{
	struct rlimit r;

	return prlimit(pid, (enum __rlimit_resource)what, NULL, &r) == 0 &&
	    r.rlim_max <= most;
}

/* Of one that waits, confined, until the pipe is closed. */
static bool
has_limits(void)
{
	int pipes[2][2];
	char c;
	pid_t pid;
	bool good;

	if (pipe(pipes[0]) == -1 || pipe(pipes[1]) == -1)
		return false;
	if ((pid = fork()) == 0)
		_exit(decoder_confine() && write(pipes[0][1], "x", 1) == 1 &&
		    close(pipes[1][1]) == 0 && read(pipes[1][0], &c, 1) == 0 ?
		    0 : 1);
	good = pid > 0 && read(pipes[0][0], &c, 1) == 1 &&
	    holds(pid, RLIMIT_CORE, 0) && holds(pid, RLIMIT_CPU, 20) &&
	    holds(pid, RLIMIT_FSIZE, 64 << 20);
	close(pipes[1][1]);
	return waitpid(pid, NULL, 0) == pid && good;
}

/* How it ends: 0, or what failed. */
static int
status_of(int (*try)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(decoder_confine() && try() ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid ? status : -1;
}

int
main(void)
{
	scratch_begin();
	file = memfd_create("file", MFD_CLOEXEC);
#if HAVE_SECCOMP
	is_int(status_of(try_open), 0, "it opens no file (security 24)");
	is_int(status_of(try_socket), 0, "nor a socket (security 24)");
	is_int(status_of(try_exec), 0, "it runs no program (security 24)");
	is_int(status_of(try_process), 0, "it makes no process (security 24)");
	is_int(status_of(try_signal), 0, "it reaches no other (security 24)");
	is_int(status_of(try_code), 0, "it makes no code (security 24)");
	is_int(status_of(try_files), 0, "it changes nothing (security 24)");
#endif
	is_int(status_of(try_work), 0, "it computes, and writes its result");
	ok(has_limits(), "in limits (security 24)");
	return done_testing();
}
