/*
 * mxcgi-run.c - mxcgi run and stop: the supervisor.
 *
 * One process, no threads: it sleeps in sigtimedwait(2) until a program ends,
 * somebody wants something of it, or a program is due to be started again.
 * The lock on run_dir/mxcgi.pid says that it lives; the number in that file
 * is for those who want to send it a signal.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "mxcgi.h"
#include "mxcgi-children.h"

#define END_MS		10000	/* for programs to end in */
#define STOP_SECONDS	20	/* for mxcgi stop to wait */
#define START_SECONDS	1	/* for children of one that was killed to go */

struct run {
	const struct conf *conf;
	struct child_options options;
	bool		 daemon;
	const char	*log;
};

/* ------------------------------------------------------- the pid file */

static int
open_pid_file(const struct conf *conf, int flags)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/mxcgi.pid", conf->run_dir);
	fd = open(path, flags | O_CLOEXEC, 0644);
	if (fd == -1 && (flags & O_CREAT) != 0)
		log_error("%s: %s", path, strerror(errno));
	return fd;
}

static long
read_pid(int fd)
{
	char text[32] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	return strtol(text, NULL, 10);
}

static void
too_late(int sig)
{
	(void)sig;
}

/*
 * The lock of who runs goes when it does.  The timer repeats, in case it rings
 * before flock(2) is reached.
 */
static bool
lock_within(int fd, int seconds)
{
	struct sigaction action = { .sa_handler = too_late };
	struct itimerval late = { .it_value = { .tv_sec = seconds },
	    .it_interval = { .tv_sec = 1 } };
	bool locked;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &late, NULL);
	locked = flock(fd, LOCK_EX) == 0;
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	return locked;
}

static int
lock_pid_file(const struct conf *conf)
{
	int fd = open_pid_file(conf, O_RDWR | O_CREAT);

	if (fd == -1 || lock_within(fd, START_SECONDS))
		return fd;
	log_error("mxcgi run is at work in %s already (process %ld)",
	    conf->run_dir, read_pid(fd));
	close(fd);
	return -1;
}

static void
write_pid(int fd, pid_t pid)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)pid);

	if (ftruncate(fd, 0) == -1 || pwrite(fd, text, (size_t)n, 0) != n)
		log_error("mxcgi.pid: %s", strerror(errno));
}

/* ------------------------------------------------------------ the loop */

static void
more_files(void)
{
	struct rlimit limit;

	/* Each waiting client is a connection. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigprocmask(SIG_BLOCK, set, NULL);
}

static int
wait_signal(const sigset_t *set, int ms)
{
	struct timespec time = { ms / 1000, (long)(ms % 1000) * 1000000 };

	return sigtimedwait(set, NULL, ms == -1 ? NULL : &time);
}

/* Until it is told to end; then until all have ended. */
static void
supervise(struct children *children, const sigset_t *signals)
{
	bool ending = false;

	while (!ending || children_alive(children)) {
		switch (wait_signal(signals, children_tend(children))) {
		case SIGCHLD:
			children_reap(children);
			break;
		case SIGHUP:
			children_renew(children);
			break;
		case SIGINT:
		case SIGTERM:
			if (!ending)
				children_end(children, END_MS);
			ending = true;
			break;
		}
	}
}

/* ----------------------------------------------------------- beginning */

static bool
redirect(const char *log)
{
	int null = open("/dev/null", O_RDWR);
	int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0640);

	if (null == -1 || out == -1) {
		log_error("%s: %s", log, strerror(errno));
		return false;
	}
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (null > STDERR_FILENO)
		close(null);
	if (out > STDERR_FILENO)
		close(out);
	return true;
}

/*
 * Go on in a child of its own session.  In the parent this does not return:
 * it ends with 0, as all sockets are open and so the server is reachable,
 * and leaves the number of the child for mxcgi stop.
 */
static bool
detach(const char *log, int pid_file)
{
	pid_t pid;

	if (!redirect(log))
		return false;
	pid = fork();
	if (pid == -1)
		log_error("fork: %s", strerror(errno));
	if (pid > 0) {
		write_pid(pid_file, pid);
		_exit(0);
	}
	return pid == 0 && setsid() != -1 && chdir("/") == 0;
}

static int
run(struct run *run)
{
	int pid_file = lock_pid_file(run->conf);
	struct children *children;
	sigset_t signals;

	if (pid_file == -1)
		return 1;
	/* What programs make is nobody else's; sockets get modes of their own. */
	umask(077);
	more_files();
	block_signals(&signals);
	children = children_open(run->conf, &run->options);
	if (children == NULL)
		return 1;
	if (run->daemon && !detach(run->log, pid_file)) {
		children_close(children);
		return 1;
	}
	write_pid(pid_file, getpid());
	log_info("mxcgi %s runs for %s", PACKAGE_VERSION,
	    run->conf->server_name);
	supervise(children, &signals);
	log_info("mxcgi has ended");
	children_close(children);
	return 0;
}

/* ------------------------------------------------------------ commands */

/* The web server is of the group then, and must get at the sockets. */
static bool
open_to_group(struct run *run, const char *name)
{
	struct group *group = getgrnam(name);

	if (group == NULL) {
		fprintf(stderr, "mxcgi: there is no group %s\n", name);
		return false;
	}
	run->options.group = group->gr_gid;
	return true;
}

static bool
set_mode(struct run *run, const char *text)
{
	char *end;
	unsigned long mode = strtoul(text, &end, 8);

	if (*text == '\0' || *end != '\0' || mode > 0777) {
		fprintf(stderr, "mxcgi: \"%s\" is no mode, such as 0660\n", text);
		return false;
	}
	run->options.mode = (mode_t)mode;
	return true;
}

static bool
read_options(struct run *run, const char **config, int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "bin", required_argument, NULL, 'b' },
		{ "group", required_argument, NULL, 'g' },
		{ "socket-mode", required_argument, NULL, 'm' },
		{ "daemon", no_argument, NULL, 'd' },
		{ "log", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 }
	};
	bool good = true;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (opt) {
		case 'c': *config = optarg; break;
		case 'b': run->options.bin = optarg; break;
		case 'g': good = open_to_group(run, optarg) && good; break;
		case 'm': good = set_mode(run, optarg) && good; break;
		case 'd': run->daemon = true; break;
		case 'l': run->log = optarg; break;
		default: return false;
		}
	if (good && run->daemon != (run->log != NULL)) {
		fprintf(stderr, "mxcgi: --daemon and --log FILE go together\n");
		return false;
	}
	return good && optind == argc;
}

/* Programs are started in other directories than this one. */
static const char *
absolute(const char *config, char path[PATH_MAX])
{
	return realpath(config, path) != NULL ? path : config;
}

int
cmd_run(int argc, char **argv)
{
	struct run r = { .options = { .bin = PROGDIR, .group = (gid_t)-1,
	    .mode = 0660 } };
	const char *config = NULL;
	char path[PATH_MAX];

	if (!read_options(&r, &config, argc, argv))
		return EX_USAGE;
	r.conf = conf_load(absolute(config_path(config), path));
	log_open("mxcgi", r.conf->log_level);
	if (r.options.group != (gid_t)-1 &&
	    (chown(r.conf->run_dir, (uid_t)-1, r.options.group) == -1 ||
	    chmod(r.conf->run_dir, 0710) == -1)) {
		log_error("%s: %s", r.conf->run_dir, strerror(errno));
		return 1;
	}
	return run(&r);
}

long
server_runs(const struct conf *conf)
{
	int pid_file = open_pid_file(conf, O_RDWR);
	long pid = 0;

	if (pid_file == -1)
		return 0;
	if (flock(pid_file, LOCK_EX | LOCK_NB) == -1)
		pid = read_pid(pid_file);
	close(pid_file);
	return pid;
}

int
cmd_stop(int argc, char **argv)
{
	const char *config = config_only(argc, argv);
	int pid_file;
	long pid;

	if (config == NULL)
		return EX_USAGE;
	pid_file = open_pid_file(conf_load(config), O_RDWR);
	if (pid_file == -1 || flock(pid_file, LOCK_EX | LOCK_NB) == 0) {
		puts("mxcgi is not running");
		return 0;
	}
	pid = read_pid(pid_file);
	if (pid <= 1 || kill((pid_t)pid, SIGTERM) == -1) {
		fprintf(stderr, "mxcgi: cannot end process %ld: %s\n", pid,
		    pid <= 1 ? "there is no number in mxcgi.pid" : strerror(errno));
		return 1;
	}
	if (!lock_within(pid_file, STOP_SECONDS)) {
		fprintf(stderr, "mxcgi: process %ld has not ended after %d s\n",
		    pid, STOP_SECONDS);
		return 1;
	}
	puts("mxcgi has stopped");
	return 0;
}
