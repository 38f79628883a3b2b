/* media-file.c - files below [media] directory; see media-file.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/fd.h"
#include "matrix/media-file.h"

#define UNFINISHED	"unfinished"
#define DIR_FLAGS	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define FILE_FLAGS	(O_NOFOLLOW | O_CLOEXEC)
#define TRIES		3

/* ----------------------------------------------------------------- names */

static bool
name_valid(const char *name)
{
	return strspn(name, "0123456789abcdef") == MEDIA_FILE_LEN &&
	    name[MEDIA_FILE_LEN] == '\0';
}

static void
make_name(char name[MEDIA_FILE_LEN + 1])
{
	unsigned char some[MEDIA_FILE_LEN / 2];

	random_bytes(some, sizeof(some));
	for (size_t i = 0; i < sizeof(some); i++)
		snprintf(name + 2 * i, 3, "%02x", some[i]);
}

/* The directory of a name. */
struct shard {
	char	name[3];
};
static struct shard
shard_of(const char *name)
{
	return (struct shard){ { name[0], name[1], '\0' } };
}

const char *
media_file_path(struct arena *mem, const char *name)
{
	return name_valid(name) ? arena_printf(mem, "%s/%s",
	    shard_of(name).name, name) : NULL;
}

/* ----------------------------------------------------------- directories */

/* Whoever hands files over has to get at them, by their group. */
static bool
is_shared(const struct conf *conf)
{
	return conf->media_handover != HANDOVER_NONE;
}

/* What the group may is not for the umask to say. */
static bool
make_dir(const struct conf *conf, int at, const char *name)
{
	return fd_make_dir(at, name, is_shared(conf) ? 0750 : 0700);
}

bool
media_dir_make(const struct conf *conf)
{
	return make_dir(conf, AT_FDCWD, conf->media_dir);
}

/* The directory itself may be a link: who configured it says so. */
static int
open_root(const struct conf *conf)
{
	return open(conf->media_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* A directory below; -1: errno says why.  root is closed. */
static int
open_below(int root, const char *name)
{
	int fd = root == -1 ? -1 : openat(root, name, DIR_FLAGS);
	int error = errno;

	if (root != -1)
		close(root);
	errno = error;
	return fd;
}

static int
open_dir(const struct conf *conf, const char *name)
{
	return open_below(open_root(conf), name);
}

/* The same, made where it is missing. */
static int
make_and_open_dir(const struct conf *conf, const char *name)
{
	int root;

	if (!media_dir_make(conf))
		return -1;
	root = open_root(conf);
	if (root != -1 && !make_dir(conf, root, name)) {
		int error = errno;

		close(root);
		errno = error;
		return -1;
	}
	return open_below(root, name);
}

static void
unlink_in(const struct conf *conf, const char *dir, const char *name)
{
	int fd = open_dir(conf, dir);

	if (fd == -1)
		return;
	unlinkat(fd, name, 0);
	close(fd);
}

/* ------------------------------------------------------------- beginning */

/*
 * Locked, and still there: between its making and its lock the housekeeper may
 * have taken it for one that was left.
 */
static int
lock_mark(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | FILE_FLAGS, 0600);
	struct stat st;

	if (fd == -1)
		return -1;
	if (flock(fd, LOCK_EX) == 0 && fstat(fd, &st) == 0 && st.st_nlink > 0)
		return fd;
	close(fd);
	errno = EEXIST;
	return -1;
}

static int
make_mark(struct media_file *f)
{
	int dir = make_and_open_dir(f->conf, UNFINISHED);
	int mark = -1;

	if (dir == -1)
		return -1;
	for (int i = 0; i < TRIES && mark == -1; i++) {
		make_name(f->name);
		mark = lock_mark(dir, f->name);
		if (mark == -1 && errno != EEXIST)
			break;
	}
	close(dir);
	return mark;
}

int
media_file_place(const struct conf *conf, const char *name)
{
	int dir = name_valid(name) ?
	    make_and_open_dir(conf, shard_of(name).name) : -1;
	int fd;

	if (dir == -1)
		return -1;
	fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | FILE_FLAGS, 0600);
	if (fd != -1 && is_shared(conf))
		fchmod(fd, 0640);
	close(dir);
	return fd;
}

bool
media_file_begin(const struct conf *conf, struct media_file *f)
{
	int error;

	*f = (struct media_file){ .conf = conf, .fd = -1, .mark = -1 };
	if ((f->mark = make_mark(f)) == -1)
		return false;
	if ((f->fd = media_file_place(conf, f->name)) != -1)
		return true;
	error = errno;
	media_file_end(f, MEDIA_FILE_DROPPED);
	errno = error;
	return false;
}

/* ---------------------------------------------------------------- the end */

/* With the directory, or its name may be lost. */
static bool
sync_in(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | FILE_FLAGS);
	bool fine = fd != -1 && fsync(fd) == 0 && fsync(dir) == 0;
	int error = errno;

	if (fd != -1)
		close(fd);
	errno = error;
	return fine;
}

/* The directory of the directory, too, for it may be new. */
bool
media_file_sync(const struct conf *conf, const char *name)
{
	int root, dir;
	bool fine;

	if (conf->durability == DURABLE_PROCESS)
		return true;
	if ((root = open_root(conf)) == -1)
		return false;
	dir = openat(root, shard_of(name).name, DIR_FLAGS);
	fine = dir != -1 && sync_in(dir, name) && fsync(root) == 0;
	if (dir != -1)
		close(dir);
	close(root);
	return fine;
}

void
media_file_end(struct media_file *f, enum media_file_fate fate)
{
	if (f->mark == -1)
		return;
	if (fate != MEDIA_FILE_UNSURE)
		media_file_settle(f->conf, f->name, fate == MEDIA_FILE_KEPT);
	if (f->fd != -1)
		close(f->fd);
	close(f->mark);
	f->fd = f->mark = -1;
}

/* ------------------------------------------------------ what is there now */

int
media_file_open(const struct conf *conf, const char *name)
{
	int dir, fd;

	if (!name_valid(name)) {
		errno = EINVAL;
		return -1;
	}
	if ((dir = open_dir(conf, shard_of(name).name)) == -1)
		return -1;
	fd = openat(dir, name, O_RDONLY | O_NONBLOCK | FILE_FLAGS);
	close(dir);
	return fd;
}

bool
media_file_remove(const struct conf *conf, const char *name)
{
	int dir = name_valid(name) ? open_dir(conf, shard_of(name).name) : -1;
	bool gone;

	if (dir == -1)
		return !name_valid(name) || errno == ENOENT;
	gone = unlinkat(dir, name, 0) == 0 || errno == ENOENT;
	close(dir);
	return gone;
}

/* The mark goes last: until then it says what there is to do. */
void
media_file_settle(const struct conf *conf, const char *name, bool keep)
{
	if (keep || media_file_remove(conf, name))
		unlink_in(conf, UNFINISHED, name);
}

static bool
is_held(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDWR | FILE_FLAGS);
	bool held = fd == -1 || flock(fd, LOCK_EX | LOCK_NB) == -1;

	if (fd != -1)
		close(fd);
	return held;
}

size_t
media_files_left(const struct conf *conf, char (*names)[MEDIA_FILE_LEN + 1],
    size_t max)
{
	int fd = open_dir(conf, UNFINISHED);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	size_t n = 0;

	while (dir != NULL && n < max && (entry = readdir(dir)) != NULL)
		if (name_valid(entry->d_name) && !is_held(fd, entry->d_name))
			memcpy(names[n++], entry->d_name, MEDIA_FILE_LEN + 1);
	if (dir != NULL)
		closedir(dir);
	else if (fd != -1)
		close(fd);
	return n;
}
