/*
 * media-file.c - files of the media repository: what becomes of them, and that
 * nothing leads out of their directory.
 */
#include <errno.h>
#include <fcntl.h>

#include "matrix/media-file.h"
#include "tap.h"
#include "scratch.h"

static char dir[128];

static const char *
at(const char *format, const char *name)
{
	static char path[256];

	snprintf(path, sizeof path, format, dir, name[0], name[1], name);
	return path;
}
#define FILE_AT		"%s/%c%c/%s"

static bool
is_there(const char *name)
{
	return access(at(FILE_AT, name), F_OK) == 0;
}

static bool
is_marked(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/unfinished/%s", dir, name);
	return access(path, F_OK) == 0;
}

static unsigned
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static size_t
left(void)
{
	char names[8][MEDIA_FILE_LEN + 1];

	return media_files_left(&scratch_conf, names, 8);
}

static void
test_kept(void)
{
	struct media_file f;
	char text[10] = "";
	int fd;

	is_int((int64_t)left(), 0, "nothing is left where nothing was");
	ok(media_file_begin(&scratch_conf, &f), "a file begins");
	ok(strspn(f.name, "0123456789abcdef") == MEDIA_FILE_LEN,
	    "under a name of our own");
	ok(is_there(f.name) && is_marked(f.name), "is there, and marked");
	is_int((int64_t)left(), 0, "and is not taken for one that was left");
	ok(write(f.fd, "text", 4) == 4, "is written");
	ok(media_file_sync(&scratch_conf, f.name), "is synced");
	media_file_end(&f, MEDIA_FILE_KEPT);
	ok(is_there(f.name) && !is_marked(f.name), "and kept");
	fd = media_file_open(&scratch_conf, f.name);
	ok(read(fd, text, sizeof text) == 4 && strcmp(text, "text") == 0,
	    "is read");
	close(fd);
	ok(media_file_remove(&scratch_conf, f.name) && !is_there(f.name),
	    "is removed");
	ok(media_file_remove(&scratch_conf, f.name), "once more is no fault");
	fd = media_file_open(&scratch_conf, f.name);
	ok(fd == -1 && errno == ENOENT, "and is gone");
	media_file_end(&f, MEDIA_FILE_DROPPED);
	ok(f.fd == -1, "it ends once");
}

static void
test_dropped(void)
{
	struct media_file f;

	media_file_begin(&scratch_conf, &f);
	media_file_end(&f, MEDIA_FILE_DROPPED);
	ok(!is_there(f.name) && !is_marked(f.name), "what is dropped is gone");
}

static void
test_unsure(void)
{
	char names[8][MEDIA_FILE_LEN + 1];
	struct media_file f;

	media_file_begin(&scratch_conf, &f);
	media_file_end(&f, MEDIA_FILE_UNSURE);
	ok(is_there(f.name) && is_marked(f.name), "who is unsure leaves both");
	is_int((int64_t)media_files_left(&scratch_conf, names, 8), 1,
	    "which is found");
	is_text(names[0], f.name, "by its name");
	media_file_settle(&scratch_conf, f.name, true);
	ok(is_there(f.name) && !is_marked(f.name), "a row speaks of it: kept");
	media_file_remove(&scratch_conf, f.name);
	media_file_begin(&scratch_conf, &f);
	media_file_end(&f, MEDIA_FILE_UNSURE);
	media_file_settle(&scratch_conf, f.name, false);
	ok(!is_there(f.name) && !is_marked(f.name), "none does: removed");
}

static void
test_modes(void)
{
	struct media_file f;

	umask(0);
	media_file_begin(&scratch_conf, &f);
	is_int(mode_of(dir), 0700, "the directory is ours alone");
	is_int(mode_of(at(FILE_AT, f.name)), 0600, "and so is a file");
	media_file_end(&f, MEDIA_FILE_DROPPED);
	umask(077);
	chmod(dir, 02750);
	scratch_conf.media_handover = HANDOVER_NGINX;
	do {
		media_file_begin(&scratch_conf, &f);
		media_file_end(&f, MEDIA_FILE_UNSURE);
	} while (mode_of(at("%s/%c%c", f.name)) != 02750 &&
	    media_file_remove(&scratch_conf, f.name));
	is_int(mode_of(at(FILE_AT, f.name)), 0640,
	    "the web server may read what it hands over");
	scratch_conf.media_handover = HANDOVER_NONE;
}

/* security 23 */
static void
test_names(void)
{
	static const char *const bad[] = {
		"", "..", "../../../../etc/passwd", "/etc/passwd",
		"0123456789abcdef0123456789abcde",
		"0123456789abcdef0123456789abcdef0",
		"0123456789ABCDEF0123456789ABCDEF",
		"../3456789abcdef0123456789abcdef0",
		"0123456789abcdef/123456789abcdef", NULL
	};

	for (int i = 0; bad[i] != NULL; i++) {
		ok(media_file_open(&scratch_conf, bad[i]) == -1 &&
		    errno == EINVAL, "%s is no name (security 23)", bad[i]);
		ok(media_file_path(scratch_mem, bad[i]) == NULL,
		    "and has no path (security 23)");
		ok(media_file_remove(&scratch_conf, bad[i]),
		    "nor anything to remove (security 23)");
	}
}

/* security 23 */
static void
test_links(void)
{
	static const char name[] = "00000000000000000000000000000001";
	char path[256];

	snprintf(path, sizeof path, "%s/secret", scratch_dir);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	mkdir(at("%s/%c%c", name), 0700);
	if (symlink(path, at(FILE_AT, name)) != 0)
		printf("# %s\n", strerror(errno));
	ok(media_file_open(&scratch_conf, name) == -1 && errno == ELOOP,
	    "a link is not followed (security 23)");
	media_file_remove(&scratch_conf, name);
	ok(!is_there(name) && access(path, F_OK) == 0,
	    "to remove it removes the link (security 23)");
	rmdir(at("%s/%c%c", name));
	if (symlink("..", at("%s/%c%c", name)) != 0)
		printf("# %s\n", strerror(errno));
	ok(media_file_open(&scratch_conf, name) == -1 &&
	    (errno == ELOOP || errno == ENOTDIR),
	    "nor is one in the place of a directory (security 23)");
	unlink(at("%s/%c%c", name));
}

static void
test_trouble(void)
{
	struct media_file f;

	scratch_conf.media_dir = "/proc/nothing/media";
	ok(!media_file_begin(&scratch_conf, &f) && errno == ENOENT,
	    "no directory, no file");
	ok(f.fd == -1, "and nothing to end");
	media_file_end(&f, MEDIA_FILE_DROPPED);
	is_int((int64_t)left(), 0, "nothing is left there");
	scratch_conf.media_dir = dir;
}

int
main(void)
{
	scratch_begin();
	snprintf(dir, sizeof dir, "%s/media", scratch_dir);
	scratch_conf.media_dir = dir;
	scratch_conf.durability = DURABLE_POWER;
	test_kept();
	test_dropped();
	test_unsure();
	test_names();
	test_links();
	test_trouble();
	test_modes();
	return done_testing();
}
