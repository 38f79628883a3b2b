/* setup-place.c - where configuration and data are kept, and the key to setup. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fd.h"
#include "base/secret.h"
#include "mxcgi-web-root.h"
#include "setup.h"

#define DATA_NAME	"mxcgi-data"
#define KEY_LEN		24
#define RUN_DIR_MAX	80	/* mxcgi.conf(5), run_dir */

static struct arena *
mem(const struct setup *s)
{
	return s->r->mem;
}

bool
place_write(const struct setup *s, const char *path, mode_t mode,
    const char *text)
{
	const char *new = arena_printf(mem(s), "%s.new", path);
	int fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	bool good;

	if (fd == -1)
		return false;
	good = fd_write(fd, text, strlen(text)) && fsync(fd) == 0 &&
	    fchmod(fd, mode) == 0;
	good = close(fd) == 0 && good && rename(new, path) == 0;
	if (!good)
		unlink(new);
	return good;
}

/* ---------------------------------------------------- the private directory */

static bool
is_ours(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    st.st_uid == geteuid() && access(path, W_OK) == 0;
}

/* The folder without the path that leads to it; NULL: it is not so simple. */
static const char *
root_of_folder(const struct setup *s)
{
	const char *script = getenv("SCRIPT_NAME");
	const char *slash = script != NULL ? strrchr(script, '/') : NULL;
	size_t n = strlen(s->folder), tail;

	if (slash == NULL)
		return NULL;
	tail = (size_t)(slash - script);
	return n > tail && memcmp(s->folder + n - tail, script, tail) == 0 ?
	    arena_strndup(mem(s), s->folder, n - tail) : NULL;
}

/* /var/www may hold much besides what is shown; what one has is named for that. */
static bool
is_shown(const struct setup *s, const char *path)
{
	struct web_root root;

	return web_root_of(mem(s), NULL, path, &root) &&
	    (root.configured || is_ours(root.dir));
}

/*
 * The nearest directory above what the web server shows as this host: often that
 * is shown as another.
 */
static const char *
above_web_root(const struct setup *s)
{
	const char *root = getenv("DOCUMENT_ROOT"), *dir;
	char path[PATH_MAX], *slash;

	if (root == NULL)
		root = root_of_folder(s);
	if (root == NULL || realpath(root, path) == NULL)
		return NULL;
	while ((slash = strrchr(path, '/')) != NULL && slash != path) {
		*slash = '\0';
		if (!is_ours(path))
			return NULL;
		dir = arena_printf(mem(s), "%s/" DATA_NAME, path);
		if (!is_shown(s, dir))
			return dir;
	}
	return NULL;
}

/* In this folder they are closed by its .htaccess alone, which others ignore. */
static bool
reads_htaccess(void)
{
	const char *software = getenv("SERVER_SOFTWARE");

	return software != NULL && (strncmp(software, "Apache", 6) == 0 ||
	    strncmp(software, "LiteSpeed", 9) == 0);
}

static const char *
choose_private(const struct setup *s)
{
	const char *above = above_web_root(s);

	if (above != NULL)
		return above;
	if (reads_htaccess())
		return arena_printf(mem(s), "%s/data", s->folder);
	return NULL;
}

static const char *
failed(const struct setup *s, const char *path)
{
	return arena_printf(mem(s), "%s: %s. Put that right, and load this "
	    "page again.", path, strerror(errno));
}

static const char *
make_private(const struct setup *s, const char *link)
{
	const char *dir = choose_private(s), *why = NULL;

	if (dir == NULL)
		return "There is no place for the data here that the web "
		    "server shows to nobody. Ask the host for a directory "
		    "that belongs to you above the one which is shown.";
	if (strlen(dir) + strlen("/run") > RUN_DIR_MAX)
		return arena_printf(mem(s), "The path %s is too long for "
		    "sockets. Put the folder mxcgi higher up, and load this "
		    "page there.", dir);
	if (mkdir(dir, 0700) == -1 && errno != EEXIST)
		return failed(s, dir);
	if (!is_ours(dir))
		return arena_printf(mem(s), "%s is there, but belongs to "
		    "somebody else. Rename it, and load this page again.",
		    dir);
	chmod(dir, 0700);
	if (!fence_is_there(mem(s), dir) && !fence_make(mem(s), dir, &why))
		return arena_printf(mem(s), "%s. Put that right, and load "
		    "this page again.", why);
	return symlink(dir, link) == -1 && errno != EEXIST ?
	    failed(s, link) : NULL;
}

static const char *
find_private(struct setup *s)
{
	const char *link = arena_printf(mem(s), "%s/private", s->folder);
	const char *why;
	char path[PATH_MAX];

	if (realpath(link, path) == NULL) {
		if ((why = make_private(s, link)) != NULL)
			return why;
		if (realpath(link, path) == NULL)
			return failed(s, link);
	}
	if (!is_ours(path))
		return arena_printf(mem(s), "%s does not belong to the user "
		    "that programs run as here.", path);
	s->private_dir = arena_strdup(mem(s), path);
	s->conf_path = arena_printf(mem(s), "%s/mxcgi.conf", path);
	s->key_path = arena_printf(mem(s), "%s/" KEY_FILE, path);
	return NULL;
}

/* -------------------------------------------------------------- the programs */

static bool
chmod_all(const char *dir)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	bool good = d != NULL;

	while (good && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			good = fchmodat(dirfd(d), e->d_name, 0755, 0) == 0;
	if (d != NULL)
		closedir(d);
	return good;
}

/* By FTP they came as files that nobody may run, or by text mode broken. */
static const char *
wake_programs(const struct setup *s)
{
	const char *dir = arena_printf(mem(s), "%s/programs", s->folder);
	const char *door = arena_printf(mem(s), "%s/matrix.cgi", s->folder);

	if (!chmod_all(dir))
		return failed(s, dir);
	return chmod(door, 0755) == -1 ? failed(s, door) : NULL;
}

static const char *
look_at_folder(const struct setup *s)
{
	return is_ours(s->folder) ? NULL : arena_printf(mem(s), "The folder %s "
	    "does not belong to the user that programs run as here, so what "
	    "they write would not be yours. mxcgi needs a host that runs "
	    "programs as their owner (suEXEC); ask yours to do so.",
	    s->folder);
}

/*
 * What closes the folder but for its two doors; files with such a name get lost on
 * the way easily.
 */
static const char *
close_folder(const struct setup *s)
{
	const char *path = arena_printf(mem(s), "%s/.htaccess", s->folder);
	const char *from = arena_printf(mem(s), "%s/htaccess.txt", s->folder);
	char text[4096];
	ssize_t n;
	int fd;

	if (access(path, F_OK) == 0)
		return NULL;
	if ((fd = open(from, O_RDONLY | O_CLOEXEC)) == -1)
		return failed(s, from);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0 && place_write(s, path, 0644, text) ? NULL :
	    failed(s, path);
}

/* ------------------------------------------------------------------ the key */

static const char *
make_key(const struct setup *s)
{
	return place_write(s, s->key_path, 0600,
	    random_letters(mem(s), KEY_LEN)) ? NULL : failed(s, s->key_path);
}

bool
place_is_done(const struct setup *s)
{
	return access(s->conf_path, F_OK) == 0 &&
	    access(s->key_path, F_OK) == -1;
}

bool
place_key_matches(const struct setup *s)
{
	const char *key = s->wish.key;
	char want[KEY_LEN + 2];

	return secret_read(s->key_path, want, sizeof(want)) == NULL &&
	    strlen(key) == strlen(want) && ct_equal(key, want, strlen(want));
}

void
place_lock(const struct setup *s)
{
	int fd = open(s->key_path, O_RDONLY | O_CLOEXEC);

	if (fd != -1)
		flock(fd, LOCK_EX);
}

const char *
place_find(struct setup *s)
{
	const char *why;

	if (!folder_find(s->folder))
		return "This page does not find the folder that it stands in: "
		    "there is no /proc, and no SCRIPT_FILENAME.";
	if ((why = look_at_folder(s)) != NULL ||
	    (why = close_folder(s)) != NULL ||
	    (why = find_private(s)) != NULL || place_is_done(s))
		return why;
	if (access(s->key_path, F_OK) == -1 && (why = make_key(s)) != NULL)
		return why;
	return wake_programs(s);
}
