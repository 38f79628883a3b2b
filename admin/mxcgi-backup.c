/*
 * mxcgi-backup.c - mxcgi backup: a copy of all that a server is, made while it
 * runs.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "mxcgi-backup.h"
#include "mxcgi-order.h"
#include "mxcgi.h"
#include "store/snapshot.h"
#include "store/store.h"

static struct keep k;

/* ------------------------------------------------------------- where it goes */

static bool
is_same(const char *one, const char *other)
{
	struct stat a, b;

	return stat(one, &a) == 0 && stat(other, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* There it would replace what it is to be a copy of. */
static bool
is_elsewhere(void)
{
	const char *media = keep_path(&k, "media");

	return (!is_same(k.dir, k.conf->data_dir) &&
	    !is_same(k.dir, k.conf->media_dir) &&
	    !is_same(media, k.conf->media_dir)) ||
	    keep_no(k.dir, "is the server's own; name a directory for the "
	    "backup");
}

/* Another server's is not overwritten. */
static bool
is_ours(void)
{
	struct backup_note note = backup_note(&k);

	return note.server_name == NULL ||
	    strcmp(note.server_name, k.conf->server_name) == 0 ||
	    keep_no(k.dir, "has a backup of another server");
}

/* ------------------------------------------------------- all that is no media */

static const char *
new_path(const char *name)
{
	return arena_printf(k.mem, "%s/%s.new", k.dir, name);
}

static void
pages(int64_t done, int64_t all)
{
	keep_tell(&k, "database: %lld of %lld pages", (long long)done,
	    (long long)all);
}

static bool
take_database(void)
{
	const char *new = new_path("mxcgi.db");
	const char *why = NULL;

	if (unlink(new) == -1 && errno != ENOENT)
		return keep_no(new, strerror(errno));
	if (snapshot_take(k.conf, new, pages, k.mem, &why))
		return true;
	fprintf(stderr, "mxcgi: %s\n", why);
	return false;
}

static bool
take_file(const char *from, const char *name)
{
	return keep_copy(open(from, O_RDONLY | O_CLOEXEC), from,
	    new_path(name));
}

static bool
write_note(void)
{
	const char *new = new_path("BACKUP");
	int fd = keep_create(new);
	FILE *f = fd != -1 ? fdopen(fd, "w") : NULL;
	bool fine;

	if (f == NULL)
		return keep_no(new, strerror(errno));
	fprintf(f, "server_name %s\nschema %d\nmade_at %s\nmedia %s\n",
	    k.conf->server_name, schema_version,
	    time_text(k.mem, clock_now_ms()), k.media ? "yes" : "no");
	fine = fflush(f) == 0 && fsync(fd) == 0;
	fine = fclose(f) == 0 && fine;
	return fine || keep_no(new, strerror(errno));
}

/* ------------------------------------------------------------------- media */

/* 0, or errno. */
static int
write_media(int from, const char *path)
{
	char new[4096];
	int to, error = 0;

	snprintf(new, sizeof(new), "%s.new", path);
	if ((to = keep_create(new)) == -1)
		return errno;
	if (!keep_pour(from, to) || fsync(to) == -1)
		error = errno;
	close(to);
	if (error == 0 && rename(new, path) == -1)
		error = errno;
	if (error != 0)
		unlink(new);
	return error;
}

/* To be read from; -1: errno, and 0 when it has another size. */
static int
open_media(const struct kept_file *file)
{
	int fd = media_file_open(k.conf, file->name);
	struct stat st;

	if (fd == -1 || (fstat(fd, &st) == 0 && st.st_size == file->size))
		return fd;
	close(fd);
	errno = 0;
	return -1;
}

/* The server itself has lost it.  All others are to be saved nevertheless. */
static bool
is_lost(const struct kept_file *file, int error)
{
	k.lost++;
	keep_no(file->name, error == 0 ? "has another size" :
	    "is not among the server's media");
	return true;
}

/* Nothing that the snapshot speaks of is removed meanwhile (backup_begin()). */
static bool
save_media(struct keep *unused, struct db *db, const struct kept_file *file)
{
	struct arena *mem = arena_new();
	const char *path = arena_printf(mem, "%s/media/%.2s/%s", k.dir,
	    file->name, file->name);
	struct stat st;
	int from, error = 0;

	(void)unused;
	(void)db;
	keep_tell(&k, "media: %lld files with %lld bytes", (long long)k.files,
	    (long long)k.bytes);
	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size == file->size) {
		k.there++;
	} else if ((from = open_media(file)) != -1) {
		mkdir(arena_printf(mem, "%s/media/%.2s", k.dir, file->name),
		    0700);
		error = write_media(from, path);
		close(from);
	} else if ((error = errno) == ENOENT || error == 0) {
		arena_free(mem);
		return is_lost(file, error);
	}
	k.files++;
	k.bytes += file->size;
	if (error != 0)
		keep_no(path, strerror(error));
	arena_free(mem);
	return error == 0;
}

static const char *
shard_path(int i)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/media/%02x", k.dir, i);
	return path;
}

static bool
sync_media(void)
{
	for (int i = 0; i < 256; i++)
		if (!keep_sync_dir(shard_path(i)))
			return false;
	return keep_sync_dir(keep_path(&k, "media"));
}

static bool
save_all_media(void)
{
	const char *why = NULL;
	struct db *db;
	bool fine;

	if (!k.media)
		return true;
	if (!keep_make_dir(keep_path(&k, "media")))
		return false;
	db = snapshot_open(new_path("mxcgi.db"), k.mem, &why);
	if (db == NULL)
		return keep_no("mxcgi.db", why);
	fine = keep_each(&k, db, save_media);
	snapshot_close(db);
	return fine && sync_media();
}

/* A file of media, or half of one. */
static bool
is_media(const char *name)
{
	size_t n = strspn(name, "0123456789abcdef");

	return n == MEDIA_FILE_LEN && (name[n] == '\0' ||
	    strcmp(name + n, ".new") == 0);
}

/* What the last backup had and this one has not. */
static void
prune_dir(struct db *db, const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL)
		if (is_media(e->d_name) && db_int(db, 1,
		    STMT_MEDIA_FILE_KNOWN, DB_TEXT(e->d_name)) == 0)
			unlinkat(dirfd(dir), e->d_name, 0);
	if (dir != NULL)
		closedir(dir);
}

static void
prune(void)
{
	const char *why = NULL;
	struct db *db = k.media ? snapshot_open(keep_path(&k, "mxcgi.db"),
	    k.mem, &why) : NULL;

	for (int i = 0; db != NULL && i < 256; i++)
		prune_dir(db, shard_path(i));
	snapshot_close(db);
}

/* -------------------------------------------------------------- the whole */

static const char *const names[] = { "mxcgi.db", "signing.key", "mxcgi.conf",
    "BACKUP" };
#define NAMES	(sizeof(names) / sizeof(*names))

/* Of media what is there need not be copied again; all else only takes space. */
static void
give_up(void)
{
	for (size_t i = 0; i < NAMES; i++)
		unlink(new_path(names[i]));
}

/*
 * The last backup is one up to here.  What comes now needs no space, and is soon
 * done; half of each is none.
 */
static bool
put_in_place(void)
{
	const char *note = keep_path(&k, "BACKUP");

	if (unlink(note) == -1 && errno != ENOENT)
		return keep_no(note, strerror(errno));
	if (!keep_sync_dir(k.dir))
		return false;
	for (size_t i = 0; i < NAMES; i++)
		if (rename(new_path(names[i]), keep_path(&k, names[i])) == -1)
			return keep_no(keep_path(&k, names[i]),
			    strerror(errno));
	return keep_sync_dir(k.dir);
}

static bool
save(void)
{
	const char *key = arena_printf(k.mem, "%s/signing.key",
	    k.conf->data_dir);

	return take_database() && take_file(key, "signing.key") &&
	    take_file(k.config, "mxcgi.conf") && save_all_media() &&
	    write_note() && put_in_place();
}

static void
tell_json(void)
{
	struct json_line line;
	struct writer *w = json_line_begin(&line, k.mem);

	put_text(w, "directory", k.dir);
	put_text(w, "server_name", k.conf->server_name);
	put_bool(w, "with_media", k.media);
	put_int(w, "media", k.files);
	put_int(w, "bytes", k.bytes);
	put_int(w, "there_already", k.there);
	put_int(w, "lost", k.lost);
	json_line_end(&line);
}

static void
tell_words(void)
{
	printf("%s has a backup of %s", k.dir, k.conf->server_name);
	if (k.media)
		printf(", with %lld files of media (%lld bytes; %lld were "
		    "there already)", (long long)k.files, (long long)k.bytes,
		    (long long)k.there);
	putchar('\n');
}

static int
tell(void)
{
	(k.json ? tell_json : tell_words)();
	if (k.lost == 0)
		return 0;
	fprintf(stderr, "mxcgi: %lld files of media are lost; what is left is "
	    "in the backup\n", (long long)k.lost);
	return 1;
}

int
cmd_backup(int argc, char **argv)
{
	const char *why = NULL;
	int status, mark;

	if ((status = keep_options(&k, argc, argv, "n")) != -1)
		return status;
	if ((mark = backup_begin(k.conf, k.mem, &why)) == -1) {
		fprintf(stderr, "mxcgi: %s\n", why);
		return EX_TEMPFAIL;
	}
	if (!keep_make_dir(k.dir) || !is_elsewhere() || !is_ours()) {
		status = 1;
	} else if (!save()) {
		give_up();
		status = 1;
	} else {
		prune();
		status = tell();
	}
	close(mark);
	arena_free(k.mem);
	return status;
}
