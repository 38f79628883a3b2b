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
#include <unistd.h>

#include "base/clock.h"
#include "mxcgi-backup.h"
#include "mxcgi-order.h"
#include "mxcgi.h"
#include "store/snapshot.h"
#include "store/store.h"

static struct keep k;

/* ------------------------------------------------------------ the database */

static void
pages(int64_t done, int64_t all)
{
	keep_tell(&k, "database: %lld of %lld pages", (long long)done,
	    (long long)all);
}

/* Beside the last one, until it is whole. */
static bool
save_database(void)
{
	const char *new = keep_path(&k, "mxcgi.db.new");
	const char *path = keep_path(&k, "mxcgi.db");
	const char *why = NULL;

	if (unlink(new) == -1 && errno != ENOENT)
		return keep_no(new, strerror(errno));
	if (!snapshot_take(k.conf, new, pages, k.mem, &why)) {
		fprintf(stderr, "mxcgi: %s\n", why);
		return false;
	}
	return rename(new, path) == 0 || keep_no(path, strerror(errno));
}

static bool
save_file(const char *from, const char *name)
{
	const char *new = arena_printf(k.mem, "%s/%s.new", k.dir, name);
	const char *path = keep_path(&k, name);

	if (unlink(new) == -1 && errno != ENOENT)
		return keep_no(new, strerror(errno));
	return keep_copy(from, new) && (rename(new, path) == 0 ||
	    keep_no(path, strerror(errno)));
}

/* ------------------------------------------------------------------- media */

/* 0, or errno. */
static int
write_media(int from, const char *path)
{
	char new[4096];
	int to, error = 0;

	snprintf(new, sizeof(new), "%s.new", path);
	if ((to = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600)) == -1)
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

/* What is deleted while we work is no loss: nothing shows it any more. */
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
	if (stat(path, &st) == 0 && st.st_size == file->size)
		k.there++;
	else if ((from = media_file_open(k.conf, file->name)) != -1) {
		mkdir(arena_printf(mem, "%s/media/%.2s", k.dir, file->name),
		    0700);
		error = write_media(from, path);
		close(from);
	} else if (errno != ENOENT)
		error = errno;
	k.files++;
	k.bytes += file->size;
	if (error != 0)
		keep_no(path, strerror(error));
	arena_free(mem);
	return error == 0;
}

/* What the last backup had and this one has not. */
static void
prune_dir(struct db *db, const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.' && db_int(db, 1, STMT_MEDIA_FILE_KNOWN,
		    DB_TEXT(e->d_name)) == 0)
			unlinkat(dirfd(dir), e->d_name, 0);
	if (dir != NULL)
		closedir(dir);
}

static void
prune(struct db *db)
{
	for (int i = 0; i < 256; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/media/%02x", k.dir, i);
		prune_dir(db, path);
	}
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
	db = snapshot_open(keep_path(&k, "mxcgi.db"), k.mem, &why);
	if (db == NULL)
		return keep_no("mxcgi.db", why);
	fine = keep_each(&k, db, save_media);
	if (fine)
		prune(db);
	snapshot_close(db);
	return fine;
}

/* -------------------------------------------------------------- the whole */

static bool
write_note(void)
{
	const char *new = keep_path(&k, "BACKUP.new");
	const char *path = keep_path(&k, "BACKUP");
	FILE *f = fopen(new, "we");
	bool fine;

	if (f == NULL)
		return keep_no(new, strerror(errno));
	fprintf(f, "server_name %s\nschema %d\nmade_at %s\nmedia %s\n",
	    k.conf->server_name, schema_version,
	    time_text(k.mem, clock_now_ms()), k.media ? "yes" : "no");
	fine = fflush(f) == 0 && fsync(fileno(f)) == 0;
	fine = fclose(f) == 0 && fine && rename(new, path) == 0;
	return fine || keep_no(path, strerror(errno));
}

/* The names in it, too, outlive a power cut. */
static void
sync_dir(void)
{
	int fd = open(k.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return;
	fsync(fd);
	close(fd);
}

/* Another server's is not overwritten. */
static bool
is_ours(void)
{
	struct backup_note note = backup_note(&k);
	const char *path = keep_path(&k, "BACKUP");

	if (note.server_name != NULL &&
	    strcmp(note.server_name, k.conf->server_name) != 0)
		return keep_no(k.dir, "has a backup of another server");
	if (unlink(path) == -1 && errno != ENOENT)
		return keep_no(path, strerror(errno));
	return true;
}

static bool
save(void)
{
	return keep_make_dir(k.dir) && is_ours() && save_database() &&
	    save_file(arena_printf(k.mem, "%s/signing.key", k.conf->data_dir),
	    "signing.key") && save_file(k.config, "mxcgi.conf") &&
	    save_all_media() && write_note();
}

int
cmd_backup(int argc, char **argv)
{
	int status;

	if ((status = keep_options(&k, argc, argv, "n")) != -1)
		return status;
	if (!save())
		return 1;
	sync_dir();
	printf("%s has a backup of %s", k.dir, k.conf->server_name);
	if (k.media)
		printf(", with %lld files of media (%lld bytes; %lld were "
		    "there already)", (long long)k.files, (long long)k.bytes,
		    (long long)k.there);
	putchar('\n');
	arena_free(k.mem);
	return 0;
}
