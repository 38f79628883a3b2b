/* mxcgi-doctor-process.c - /proc; see mxcgi-doctor-process.h. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mxcgi-doctor-process.h"

#define ENVIRON_MAX	65536
#define REPLACED	" (deleted)"

static const char *const programs[] = {
#include "programs.h"
	"housekeeper", NULL
};

static bool
is_ours(const char *name)
{
	for (size_t i = 0; programs[i] != NULL; i++)
		if (strcmp(programs[i], name) == 0)
			return true;
	return false;
}

/* A value of its environment; NULL: none. */
static const char *
value_of(const char *env, size_t n, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = env; s < env + n; s += strlen(s) + 1)
		if (strncmp(s, name, len) == 0 && s[len] == '=')
			return s + len + 1;
	return NULL;
}

static size_t
read_file(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got;

	while (fd != -1 && n < size - 1 &&
	    (got = read(fd, to + n, size - 1 - n)) > 0)
		n += (size_t)got;
	if (fd != -1)
		close(fd);
	to[n] = '\0';
	return n;
}

static void
read_family(struct arena *mem, long pid, long *parent, long *session)
{
	char text[512];
	const char *end;

	*parent = *session = 0;
	read_file(arena_printf(mem, "/proc/%ld/stat", pid), text,
	    sizeof(text));
	if ((end = strrchr(text, ')')) != NULL)
		sscanf(end + 1, " %*c %ld %*d %ld", parent, session);
}

/* Who adopts is init, or one of another session who asked for it. */
static void
look_at_family(struct arena *mem, struct process *p)
{
	long session, theirs, grandparent;

	read_family(mem, p->pid, &p->parent, &session);
	read_family(mem, p->parent, &grandparent, &theirs);
	p->left = p->parent <= 1 || session != theirs;
}

static bool
same_file(const char *a, const char *b)
{
	char one[PATH_MAX], two[PATH_MAX];

	return realpath(a, one) != NULL && realpath(b, two) != NULL &&
	    strcmp(one, two) == 0;
}

/* With this configuration, and not for one request as CGI. */
static bool
serves(struct arena *mem, const struct conf *conf, struct process *p)
{
	static char env[ENVIRON_MAX];
	size_t n = read_file(arena_printf(mem, "/proc/%ld/environ", p->pid),
	    env, sizeof(env));
	const char *config = value_of(env, n, "MXCGI_CONFIG");

	p->on_demand = value_of(env, n, "MXCGI_ON_DEMAND") != NULL;
	return config != NULL && same_file(config, conf->path) &&
	    value_of(env, n, "REQUEST_METHOD") == NULL;
}

static bool
look(struct arena *mem, const struct conf *conf, long pid, struct process *p)
{
	char exe[PATH_MAX] = "", in[64] = "", *end;
	const char *at = arena_printf(mem, "/proc/%ld/exe", pid);
	ssize_t n = readlink(at, exe, sizeof(exe) - 1);

	if (n <= 0)
		return false;
	end = strstr(exe, REPLACED);
	*p = (struct process){ .pid = pid, .replaced = end != NULL };
	if (end != NULL)
		*end = '\0';
	p->exe = arena_strdup(mem, exe);
	p->name = strrchr(p->exe, '/') != NULL ? strrchr(p->exe, '/') + 1 :
	    p->exe;
	if (!is_ours(p->name) || !serves(mem, conf, p))
		return false;
	n = readlink(arena_printf(mem, "/proc/%ld/fd/0", pid), in,
	    sizeof(in) - 1);
	p->listens = n > 0 && strncmp(in, "socket:", 7) == 0;
	look_at_family(mem, p);
	return true;
}

void
processes_each(struct arena *mem, const struct conf *conf,
    void (*fn)(const struct process *, void *), void *arg)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	struct process p;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    look(mem, conf, strtol(entry->d_name, NULL, 10), &p))
			fn(&p, arg);
	if (dir != NULL)
		closedir(dir);
}
