/*
 * scratch.h - a server's data of its own for a unit test, gone at the end.
 */
#ifndef MXCGI_SCRATCH_H
#define MXCGI_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/log.h"
#include "store/store.h"

static char scratch_dir[] = "/tmp/mxcgi-unit.XXXXXX";
static char scratch_data[64], scratch_run[64];
static pid_t scratch_owner;
static struct arena *scratch_mem;
static struct conf scratch_conf = {
	.server_name = "example.org",
	.data_dir = scratch_data,
	.run_dir = scratch_run,
	.durability = DURABLE_PROCESS,
};

static void
scratch_remove(void)
{
	char command[128];

	if (getpid() != scratch_owner)
		return;
	snprintf(command, sizeof command, "rm -rf %s", scratch_dir);
	if (system(command) != 0)
		perror(scratch_dir);
	arena_free(scratch_mem);
}

/* What is logged when a test makes the store fail is shown to VERBOSE only. */
static inline void
scratch_begin(void)
{
	if (mkdtemp(scratch_dir) == NULL) {
		perror(scratch_dir);
		exit(1);
	}
	scratch_owner = getpid();
	scratch_mem = arena_new();
	atexit(scratch_remove);
	snprintf(scratch_data, sizeof scratch_data, "%s/data", scratch_dir);
	snprintf(scratch_run, sizeof scratch_run, "%s/run", scratch_dir);
	log_open("unit", LOG_ERROR);
	if (getenv("VERBOSE") == NULL && freopen("/dev/null", "w", stderr) ==
	    NULL)
		exit(1);
	crypto_open();
}

/* A file of the scratch directory; good until the next but three. */
static inline const char *
scratch_path(const char *name)
{
	static char path[4][128];
	static unsigned n;
	char *p = path[n++ % 4];

	snprintf(p, sizeof path[0], "%s/%s", scratch_dir, name);
	return p;
}

static inline struct store *
scratch_open(const struct rights *rights)
{
	const char *why = NULL;
	struct store *store;

	if (store_migrate(&scratch_conf, NULL, scratch_mem, &why) < 0 ||
	    (store = store_open(&scratch_conf, rights, 1024, scratch_mem,
	    &why)) == NULL) {
		printf("Bail out! %s\n", why);
		exit(1);
	}
	return store;
}

/* Run body in a process of its own; its exit status, or minus its signal. */
static inline int
scratch_fork(int (*body)(void *), void *arg)
{
	pid_t pid;
	int status;

	fflush(stdout);
	if ((pid = fork()) == 0)
		_exit(body(arg));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 127;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* Until n processes or threads wait for flock() on a file; false: in vain. */
static inline bool
scratch_await(const char *path, int n)
{
	char line[200], want[40];
	int waiting = 0;
	struct stat st;
	FILE *f;

	if (stat(path, &st) != 0)
		return false;
	snprintf(want, sizeof want, ":%llu ", (unsigned long long)st.st_ino);
	for (int tries = 0; tries < 10000 && waiting < n; tries++) {
		waiting = 0;
		if ((f = fopen("/proc/locks", "r")) == NULL)
			return false;
		while (fgets(line, sizeof line, f) != NULL)
			waiting += strstr(line, "-> FLOCK") != NULL &&
			    strstr(line, want) != NULL;
		fclose(f);
		usleep(1000);
	}
	return waiting >= n;
}

#endif
