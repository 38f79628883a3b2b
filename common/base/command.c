/*
 * command.c - see command.h.
 *
 * The input is a file without a name: whoever does not read it cannot block us, and
 * raises no SIGPIPE.  The end of the program is what counts, not that of its
 * output, which something that it left behind may hold open.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/command.h"
#include "base/fd.h"

#define WORDS_MAX	32
#define LOOK_MS		10

struct run {
	int		 input;
	int		 output;	/* -1: nobody wants it */
	char *const	*env;
	int		 said[2];	/* what it writes to standard error */
	pid_t		 pid;
	int		 end;		/* readable when it has ended */
	char		*why;
	size_t		 size;
};

/* Into words, where it stands; false: too many. */
static bool
split(char *command, char *words[WORDS_MAX + 1])
{
	char *rest;
	size_t n = 0;

	for (char *word = strtok_r(command, " \t", &rest); word != NULL;
	    word = strtok_r(NULL, " \t", &rest)) {
		if (n == WORDS_MAX)
			return false;
		words[n++] = word;
	}
	words[n] = NULL;
	return n > 0;
}

/*
 * A group of its own, so that all of it can be killed.  Signals are as usual
 * for it: our threads block them, and we ignore SIGPIPE.
 */
static int
spawn(struct run *r, char *const words[])
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, pipes;
	int error;

	sigemptyset(&none);
	sigemptyset(&pipes);
	sigaddset(&pipes, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &pipes);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, r->input, 0);
	if (r->output == -1)
		posix_spawn_file_actions_addopen(&files, 1, "/dev/null",
		    O_WRONLY, 0);
	else
		posix_spawn_file_actions_adddup2(&files, r->output, 1);
	posix_spawn_file_actions_adddup2(&files, r->said[1], 2);
	error = posix_spawn(&r->pid, words[0], &files, &attr, words, r->env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return error;
}

/* The last that it said stays, in one line.  False: no more will come. */
static bool
listen_to(struct run *r)
{
	char piece[256];
	ssize_t n = read(r->said[0], piece, sizeof(piece));

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	for (ssize_t i = 0; i < n; i++) {
		size_t len = strlen(r->why);

		if (len + 1 == r->size)
			memmove(r->why, r->why + 1, len--);
		r->why[len] = piece[i] == '\n' || piece[i] == '\0' ? ' ' :
		    piece[i];
		r->why[len + 1] = '\0';
	}
	return true;
}

static bool
has_ended(const struct run *r)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)r->pid, &info,
	    WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

/* Linux before 5.3 has to be asked again and again. */
static bool
await_by_looking(struct run *r, unsigned ms)
{
	int64_t until = clock_mono_us() + (int64_t)ms * 1000;
	struct pollfd p = { .fd = r->said[0], .events = POLLIN };

	while (clock_mono_us() < until) {
		if (has_ended(r))
			return true;
		if (poll(&p, 1, LOOK_MS) > 0 && !listen_to(r))
			p.fd = -1;
	}
	return false;
}

/* False: it has not ended in time. */
static bool
await(struct run *r, unsigned ms)
{
	int64_t until = clock_mono_us() + (int64_t)ms * 1000, left;
	struct pollfd p[2] = {
		{ .fd = r->end, .events = POLLIN },
		{ .fd = r->said[0], .events = POLLIN }
	};

	while ((left = until - clock_mono_us()) > 0) {
		if (poll(p, 2, (int)(left / 1000) + 1) <= 0)
			continue;
		if (p[0].revents != 0)
			return true;
		if (p[1].revents != 0 && !listen_to(r))
			p[1].fd = -1;
	}
	return false;
}

static void
explain(struct run *r, int status)
{
	while (poll(&(struct pollfd){ .fd = r->said[0], .events = POLLIN }, 1,
	    0) > 0 && listen_to(r))
		continue;
	if (*r->why == '\0' && WIFSIGNALED(status))
		snprintf(r->why, r->size, "killed by signal %d",
		    WTERMSIG(status));
	else if (*r->why == '\0')
		snprintf(r->why, r->size, "it ended with status %d",
		    WEXITSTATUS(status));
}

/* What waitpid(2) says. */
static int
follow(struct run *r, unsigned ms)
{
	int status = 0;
	bool ended;

	r->end = (int)syscall(SYS_pidfd_open, r->pid, 0);
	fcntl(r->said[0], F_SETFL, O_NONBLOCK);
	ended = r->end != -1 ? await(r, ms) : await_by_looking(r, ms);
	if (!ended)
		kill(-r->pid, SIGKILL);
	while (waitpid(r->pid, &status, 0) == -1 && errno == EINTR)
		continue;
	if (r->end != -1)
		close(r->end);
	if (!ended)
		snprintf(r->why, r->size, "it took longer than %u ms", ms);
	else if (status != 0)
		explain(r, status);
	return status;
}

static int
start_and_follow(struct run *r, char *const words[], unsigned ms)
{
	int error = spawn(r, words);

	close(r->said[1]);
	r->said[1] = -1;
	if (error == 0)
		return follow(r, ms);
	snprintf(r->why, r->size, "cannot be started: %s",
	    strerror(error));
	return -1;
}

static int
run(struct run *r, char *const words[], unsigned ms)
{
	int status;

	*r->why = '\0';
	if (pipe2(r->said, O_CLOEXEC) == -1) {
		snprintf(r->why, r->size, "no more files may be opened");
		return -1;
	}
	status = start_and_follow(r, words, ms);
	close(r->said[0]);
	return status;
}

static bool
run_with(struct run *r, char *const words[], const char *input, size_t n,
    unsigned ms)
{
	if (fd_write(r->input, input, n) &&
	    lseek(r->input, 0, SEEK_SET) == 0)
		return run(r, words, ms) == 0;
	snprintf(r->why, r->size, "no memory for its input");
	return false;
}

bool
command_run(const char *command, const char *input, size_t n, unsigned ms,
    char *why, size_t size)
{
	static char *const env[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
		    "/sbin:/bin",
		"LC_ALL=C", NULL
	};
	struct run r = { .output = -1, .env = env, .why = why, .size = size };
	char line[COMMAND_MAX], *words[WORDS_MAX + 1];
	bool good;

	if (snprintf(line, sizeof(line), "%s", command) >= (int)sizeof(line) ||
	    !split(line, words)) {
		snprintf(why, size, "no command, or a very long one");
		return false;
	}
	if ((r.input = fd_memory("input")) == -1) {
		snprintf(why, size, "no more files may be opened");
		return false;
	}
	good = run_with(&r, words, input, n, ms);
	close(r.input);
	return good;
}

int
command_run_own(char *const words[], int in, int out, unsigned ms, char *why,
    size_t size)
{
	static char *const env[] = { NULL };
	struct run r = { .input = in, .output = out, .env = env, .why = why,
	    .size = size };

	return run(&r, words, ms);
}
