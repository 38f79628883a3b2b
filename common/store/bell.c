/*
 * bell.c - waking the programs that wait.
 *
 * Listeners are found by reading the directory; the list is kept until the
 * directory changes, so that a ring costs one stat and a datagram each.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/crypto.h"
#include "store/bell.h"

#define NAME_LEN	48		/* kind.pid.random */
#define SETTLED_NS	(50 * 1000000LL)

struct bell {
	int		 fd;		/* to ring with; -1 before the first ring */
	struct timespec	 seen;		/* mtime of dir when it was read */
	bool		 settled;	/* it cannot have changed unseen since */
	char		(*name)[NAME_LEN];
	size_t		 names;
	size_t		 room;
	char		 dir[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

static const char *const prefix[] = {
	[BELL_CHANGES] = "changes.",
	[BELL_SOON] = "soon.",
	[BELL_HOUSEKEEPER] = "housekeeper.",
	[BELL_TASKS] = "tasks.",
	[BELL_PUSHES] = "pushes.",
};

struct bell *
bell_open(const char *run_dir)
{
	struct bell *bell;

	if (strlen(run_dir) + sizeof "/bells/" + NAME_LEN > sizeof bell->dir) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if ((bell = calloc(1, sizeof *bell)) == NULL)
		return NULL;
	bell->fd = -1;
	snprintf(bell->dir, sizeof bell->dir, "%s/bells", run_dir);
	return bell;
}

void
bell_close(struct bell *bell)
{
	if (bell == NULL)
		return;
	if (bell->fd >= 0)
		close(bell->fd);
	free(bell->name);
	free(bell);
}

static struct sockaddr_un
address(const struct bell *bell, const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t n = strlen(bell->dir);

	memcpy(un.sun_path, bell->dir, n);
	un.sun_path[n] = '/';
	memcpy(un.sun_path + n + 1, name, strlen(name) + 1);
	return un;
}

/* ---------------------------------------------------------------- ringing */

static void
remember(struct bell *bell, const char *name)
{
	size_t n = strlen(name);

	if (n >= NAME_LEN)
		return;
	if (bell->names == bell->room) {
		size_t room = bell->room * 2 + 8;
		void *bigger = realloc(bell->name, room * NAME_LEN);

		if (bigger == NULL)
			abort();
		bell->name = bigger;
		bell->room = room;
	}
	memcpy(bell->name[bell->names++], name, n + 1);
}

/*
 * A file system stamps with the time of the last tick of the clock: a
 * directory that changed just now may change again under the same stamp, so
 * its list must not be kept.
 */
static bool
is_settled(const struct timespec *mtime)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (now.tv_sec - mtime->tv_sec) * 1000000000LL + now.tv_nsec -
	    mtime->tv_nsec > SETTLED_NS;
}

static void
look(struct bell *bell)
{
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	if (stat(bell->dir, &st) != 0) {
		bell->names = 0;
		return;
	}
	if (bell->settled && st.st_mtim.tv_sec == bell->seen.tv_sec &&
	    st.st_mtim.tv_nsec == bell->seen.tv_nsec)
		return;
	bell->names = 0;
	bell->seen = st.st_mtim;
	bell->settled = is_settled(&st.st_mtim);
	if ((dir = opendir(bell->dir)) == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			remember(bell, entry->d_name);
	closedir(dir);
}

/* Its process died without bell_leave(). */
static void
bury(const struct sockaddr_un *un)
{
	unlink(un->sun_path);
}

void
bell_ring(struct bell *bell, enum bell_kind kind)
{
	size_t n = strlen(prefix[kind]);

	if (bell->fd < 0)
		bell->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	look(bell);
	for (size_t i = 0; i < bell->names; i++) {
		struct sockaddr_un un = address(bell, bell->name[i]);

		if (strncmp(bell->name[i], prefix[kind], n) != 0)
			continue;
		if (sendto(bell->fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL,
		    (struct sockaddr *)&un, sizeof un) < 0 &&
		    errno == ECONNREFUSED)
			bury(&un);
	}
}

/* -------------------------------------------------------------- listening */

int
bell_listen(struct bell *bell, enum bell_kind kind)
{
	struct sockaddr_un un;
	char name[NAME_LEN];
	unsigned random;
	int fd;

	random_bytes(&random, sizeof random);
	snprintf(name, sizeof name, "%s%ld.%08x", prefix[kind],
	    (long)getpid(), random);
	un = address(bell, name);
	if (mkdir(bell->dir, 0700) != 0 && errno != EEXIST)
		return -1;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&un, sizeof un) != 0) {
		int err = errno;

		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

bool
bell_answer(int fd)
{
	bool rang = false;
	char byte;

	while (recv(fd, &byte, 1, MSG_DONTWAIT) >= 0)
		rang = true;
	return rang;
}

void
bell_leave(struct bell *bell, int fd)
{
	struct sockaddr_un un;
	socklen_t len = sizeof un;

	(void)bell;
	if (getsockname(fd, (struct sockaddr *)&un, &len) == 0)
		unlink(un.sun_path);
	close(fd);
}
