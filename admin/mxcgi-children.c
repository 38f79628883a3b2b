/*
 * mxcgi-children.c - the programs that mxcgi run keeps running.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "mxcgi-children.h"

#define CHILDREN_MAX	192
#define BACKLOG		4096	/* who connects while a program starts waits here */
#define BACKOFF_MIN_MS	100
#define BACKOFF_MAX_MS	1000	/* a program that cannot start costs little at that pace */
#define STEADY_MS	2000	/* lived that long: no back-off next time */
#define RENEW_MS	10000	/* to end in, when a successor waits */

enum turn { TURN_NONE, TURN_WANTED, TURN_ENDING };

struct child {
	const char	*name;		/* as in its socket's: rooms.1 */
	const char	*path;		/* of the program */
	const char	*socket;	/* NULL: it has none */
	int		 fd;
	bool		 is_long;
	pid_t		 pid;		/* 0: not running */
	int64_t		 began_ms;
	int64_t		 due_ms;	/* to be started, when not running */
	unsigned	 backoff_ms;	/* after which it was started last */
	enum turn	 turn;		/* in children_renew() */
	int64_t		 kill_ms;	/* to be killed, when turn is TURN_ENDING */
};

struct children {
	const struct conf *conf;
	struct child_options options;
	struct arena	*mem;
	struct child	 list[CHILDREN_MAX];
	size_t		 n;
	bool		 ending;
	int64_t		 kill_ms;	/* when ending */
};

static const char *const programs[] = {
#include "programs.h"
};
#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))
/* conf.c allows 64 of rooms and of events. */
_Static_assert(PROGRAMS + 2 * 63 + 3 <= CHILDREN_MAX, "room for all");

static int64_t
now_ms(void)
{
	return clock_mono_us() / 1000;
}

/* ------------------------------------------------------- who there is */

static const char *
find_program(struct children *c, const char *name)
{
	const char *dir = c->options.bin, *path;
	size_t n;

	for (;; dir += n + 1) {
		n = strcspn(dir, ":");
		path = arena_printf(c->mem, "%.*s/%s", (int)n, dir, name);
		if (access(path, X_OK) == 0)
			return path;
		if (dir[n] == '\0')
			break;
	}
	log_error("there is no program %s in %s", name, c->options.bin);
	return NULL;
}

/* The name is ours alone (the pid file is locked), so what is there is old. */
static int
open_socket(const struct children *c, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || strlen(path) >= sizeof(addr.sun_path)) {
		log_error("%s: %s", path, strerror(fd == -1 ? errno :
		    ENAMETOOLONG));
		return -1;
	}
	strcpy(addr.sun_path, path);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == -1 ||
	    chown(path, (uid_t)-1, c->options.group) == -1 ||
	    chmod(path, c->options.mode) == -1 || listen(fd, BACKLOG) == -1) {
		log_error("%s: %s", path, strerror(errno));
		return -1;
	}
	return fd;
}

static bool
add(struct children *c, const char *program, const char *name, bool has_socket)
{
	struct child *child = &c->list[c->n];

	*child = (struct child){ .name = name, .fd = -1,
	    .path = find_program(c, program) };
	if (child->path == NULL)
		return false;
	c->n++;
	if (!has_socket)
		return true;
	child->socket = arena_printf(c->mem, "%s/%s.sock", c->conf->run_dir, name);
	child->fd = open_socket(c, child->socket);
	return child->fd != -1;
}

static unsigned
processes_of(const struct conf *conf, const char *program)
{
	if (strcmp(program, "rooms") == 0)
		return conf->processes_rooms;
	if (strcmp(program, "events") == 0)
		return conf->processes_events;
	return 1;
}

/* As nginx/http.conf and nginx/fill have it. */
static bool
gives_long_answers(const char *program)
{
	return strcmp(program, "events") == 0 ||
	    strcmp(program, "history") == 0 || strcmp(program, "devices") == 0;
}

static bool
add_program(struct children *c, const char *program)
{
	unsigned n = processes_of(c->conf, program);

	if (!add(c, program, program, true))
		return false;
	for (unsigned i = 1; i < n; i++)
		if (!add(c, program, arena_printf(c->mem, "%s.%u", program, i),
		    true))
			return false;
	if (!gives_long_answers(program))
		return true;
	if (!add(c, program, arena_printf(c->mem, "%s.long", program), true))
		return false;
	c->list[c->n - 1].is_long = true;
	return true;
}

struct children *
children_open(const struct conf *conf, const struct child_options *options)
{
	struct children *c = calloc(1, sizeof(*c));
	bool good = true;

	if (c == NULL)
		log_fatal("out of memory");
	c->conf = conf;
	c->options = *options;
	c->mem = arena_new();
	for (size_t i = 0; i < PROGRAMS && good; i++)
		good = add_program(c, programs[i]);
	if (good && add(c, "housekeeper", "housekeeper", false))
		return c;
	children_close(c);
	return NULL;
}

void
children_close(struct children *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].fd != -1) {
			close(c->list[i].fd);
			unlink(c->list[i].socket);
		}
	arena_free(c->mem);
	free(c);
}

/* ------------------------------------------------------------ starting */

/* In the child: become the program. */
static void
become(const struct children *c, const struct child *child, pid_t parent)
{
	sigset_t none;
	int fd = child->fd != -1 ? child->fd : open("/dev/null", O_RDONLY);

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* It ends with its supervisor, however that ends. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	if (dup2(fd, STDIN_FILENO) == -1 ||
	    setenv("MXCGI_CONFIG", c->conf->path, 1) == -1 ||
	    (child->is_long && setenv("MXCGI_LONG", "1", 1) == -1))
		log_fatal("%s: %s", child->name, strerror(errno));
	execl(child->path, child->path, (char *)NULL);
	log_fatal("%s: %s", child->path, strerror(errno));
}

static void
start(struct children *c, struct child *child)
{
	pid_t parent = getpid();

	child->began_ms = now_ms();
	child->pid = fork();
	if (child->pid == 0)
		become(c, child, parent);
	if (child->pid != -1)
		return;
	log_error("%s: fork: %s", child->name, strerror(errno));
	child->pid = 0;
	child->due_ms = child->began_ms + BACKOFF_MAX_MS;
}

/* -------------------------------------------------------------- ending */

static void
say_how_it_ended(const struct child *child, int status, unsigned again_ms)
{
	if (WIFSIGNALED(status))
		log_error("%s was ended by signal %d (%s); starting it again "
		    "in %u ms", child->name, WTERMSIG(status),
		    strsignal(WTERMSIG(status)), again_ms);
	else if (WEXITSTATUS(status) != 0)
		log_error("%s ended with status %d; starting it again in %u ms",
		    child->name, WEXITSTATUS(status), again_ms);
	else
		log_info("%s has ended; starting it again in %u ms",
		    child->name, again_ms);
}

static void
back_off(struct child *child, int64_t now)
{
	if (now - child->began_ms >= STEADY_MS)
		child->backoff_ms = 0;
	if (child->backoff_ms == 0)
		child->backoff_ms = BACKOFF_MIN_MS;
	else if (child->backoff_ms * 2 < BACKOFF_MAX_MS)
		child->backoff_ms *= 2;
	else
		child->backoff_ms = BACKOFF_MAX_MS;
	child->due_ms = now + child->backoff_ms;
}

static void
ended(struct children *c, struct child *child, int status)
{
	int64_t now = now_ms();
	bool asked = c->ending || child->turn == TURN_ENDING;

	child->pid = 0;
	child->turn = TURN_NONE;
	if (!asked) {
		back_off(child, now);
		say_how_it_ended(child, status, child->backoff_ms);
		return;
	}
	child->due_ms = now;
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM)
		log_error("%s was ended by signal %d", child->name,
		    WTERMSIG(status));
	else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		log_error("%s ended with status %d", child->name,
		    WEXITSTATUS(status));
}

void
children_reap(struct children *c)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < c->n; i++)
			if (c->list[i].pid == pid)
				ended(c, &c->list[i], status);
}

void
children_renew(struct children *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].pid != 0 && c->list[i].turn == TURN_NONE)
			c->list[i].turn = TURN_WANTED;
}

void
children_end(struct children *c, unsigned grace_ms)
{
	c->ending = true;
	c->kill_ms = now_ms() + grace_ms;
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].pid != 0)
			kill(c->list[i].pid, SIGTERM);
}

bool
children_alive(const struct children *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].pid != 0)
			return true;
	return false;
}

/* ------------------------------------------------------------- tending */

static void
sooner(int64_t *next, int64_t when)
{
	if (*next == -1 || when < *next)
		*next = when;
}

static void
kill_late(const struct child *child, int64_t when, int64_t now, int64_t *next)
{
	if (when > now) {
		sooner(next, when);
		return;
	}
	log_warn("%s does not end; killing it", child->name);
	kill(child->pid, SIGKILL);
	/* Until it is reaped. */
	sooner(next, now + 1000);
}

static void
take_turns(struct children *c, int64_t now)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].turn == TURN_ENDING)
			return;
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].turn == TURN_WANTED) {
			c->list[i].turn = TURN_ENDING;
			c->list[i].kill_ms = now + RENEW_MS;
			kill(c->list[i].pid, SIGTERM);
			return;
		}
}

int
children_tend(struct children *c)
{
	int64_t now = now_ms(), next = -1;

	if (!c->ending)
		take_turns(c, now);
	for (size_t i = 0; i < c->n; i++) {
		struct child *child = &c->list[i];

		if (child->pid != 0 && c->ending)
			kill_late(child, c->kill_ms, now, &next);
		else if (child->pid != 0 && child->turn == TURN_ENDING)
			kill_late(child, child->kill_ms, now, &next);
		else if (child->pid != 0 || c->ending)
			continue;
		else if (child->due_ms <= now)
			start(c, child);
		else
			sooner(&next, child->due_ms);
	}
	return next == -1 ? -1 : (int)(next - now);
}
