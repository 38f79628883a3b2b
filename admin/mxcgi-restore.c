/*
 * mxcgi-restore.c - mxcgi restore: a server is again what a backup of it says.
 *
 * Nothing is touched before the backup has been looked through, and what was
 * there stands beside it afterwards.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "mxcgi-backup.h"
#include "mxcgi-order.h"
#include "mxcgi.h"
#include "store/snapshot.h"
#include "store/lock.h"
#include "store/store.h"

#define LOCK_MS		10000

static struct keep k;
static const char *aside;	/* what the old is called: ".before-TIME" */

static const char *
data_path(const char *name)
{
	return arena_printf(k.mem, "%s/%s", k.conf->data_dir, name);
}

/* -------------------------------------------------------- may it be done? */

static bool
is_for_us(struct backup_note note)
{
	if (note.server_name == NULL)
		return keep_no(k.dir, "has no whole backup; one that was cut "
		    "off goes on when it is called again");
	if (strcmp(note.server_name, k.conf->server_name) != 0)
		return keep_no(k.dir, arena_printf(k.mem, "is a backup of %s, "
		    "and %s is for %s", note.server_name, k.config,
		    k.conf->server_name));
	if (note.schema > schema_version)
		return keep_no(k.dir, "was made by a newer mxcgi; install that");
	return true;
}

static bool
is_sound(struct backup_note note)
{
	const char *why = NULL;
	int version;

	fprintf(stderr, "looking through the backup of %s\n", note.made_at);
	return snapshot_check(keep_path(&k, "mxcgi.db"), &version, k.mem, &why) ||
	    keep_no(k.dir, why);
}

static bool
may_replace(void)
{
	long pid = server_runs(k.conf);

	if (pid != 0)
		return keep_no(k.conf->run_dir, arena_printf(k.mem, "process "
		    "%ld runs the server; `mxcgi stop` first", pid));
	if (access(data_path("mxcgi.db"), F_OK) == -1 || k.yes)
		return true;
	return keep_no(data_path("mxcgi.db"), "is there; with --yes it is put "
	    "aside, with all that belongs to it");
}

/* --------------------------------------------------------------- replacing */

static bool
put_aside(const char *path)
{
	const char *to = arena_printf(k.mem, "%s%s", path, aside);

	if (access(to, F_OK) == 0)
		return keep_no(to, "is there; call this again in a second");
	return rename(path, to) == 0 || errno == ENOENT ||
	    keep_no(path, strerror(errno));
}

/* Media first: they may be a file system of their own, which cannot be moved. */
static bool
put_all_aside(bool media)
{
	return (!media || put_aside(k.conf->media_dir)) &&
	    put_aside(data_path("mxcgi.db")) &&
	    put_aside(data_path("mxcgi.db-wal")) &&
	    put_aside(data_path("mxcgi.db-shm")) &&
	    put_aside(data_path("signing.key"));
}

static bool
place_file(const char *dir, const char *name)
{
	const char *path = arena_printf(k.mem, "%s/%s", dir, name);
	int from = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int to = from == -1 ? -1 : media_file_place(k.conf, name);
	bool fine = to != -1 && keep_pour(from, to) && fsync(to) == 0;
	int error = errno;

	if (from != -1)
		close(from);
	if (to != -1)
		close(to);
	k.files++;
	keep_tell(&k, "media: %lld files", (long long)k.files);
	return fine || keep_no(path, strerror(error));
}

static bool
place_dir(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *e;
	bool fine = true;

	if (dir == NULL)
		return errno == ENOENT || keep_no(path, strerror(errno));
	while (fine && (e = readdir(dir)) != NULL)
		if (media_file_path(k.mem, e->d_name) != NULL)
			fine = place_file(path, e->d_name);
	closedir(dir);
	return fine;
}

static bool
place_media(void)
{
	bool fine = true;

	for (int i = 0; i < 256 && fine; i++)
		fine = place_dir(arena_printf(k.mem, "%s/media/%02x", k.dir, i));
	return fine;
}

static bool
bring_up(void)
{
	const char *why = NULL;
	int before = store_migrate(k.conf, NULL, k.mem, &why);

	if (before == -1) {
		fprintf(stderr, "mxcgi: %s\n", why);
		return false;
	}
	if (before != schema_version)
		printf("brought from schema %d to %d\n", before, schema_version);
	return true;
}

/* The database last: it speaks of the rest. */
static bool
replace(bool media)
{
	return put_all_aside(media) && (!media || place_media()) &&
	    keep_copy(keep_path(&k, "signing.key"), data_path("signing.key")) &&
	    keep_copy(keep_path(&k, "mxcgi.db"), data_path("mxcgi.db.new")) &&
	    (rename(data_path("mxcgi.db.new"), data_path("mxcgi.db")) == 0 ||
	    keep_no(data_path("mxcgi.db"), strerror(errno)));
}

/* With the lock of those who write, as CGI programs do without `mxcgi run`. */
static bool
restore(void)
{
	struct backup_note note = backup_note(&k);
	struct lock *lock;
	bool fine;

	if (!is_for_us(note) || !may_replace() || !is_sound(note) ||
	    !keep_make_dir(k.conf->data_dir))
		return false;
	unlink(data_path("mxcgi.db.new"));
	lock = lock_open(data_path("mxcgi.lock"));
	if (lock == NULL || !lock_wait(lock, LOCK_MS)) {
		lock_close(lock);
		return keep_no(data_path("mxcgi.lock"), "somebody holds it");
	}
	fine = replace(note.media);
	lock_close(lock);
	if (!fine || !bring_up())
		return keep_no(k.dir, arena_printf(k.mem, "is not restored; "
		    "what was there has %s behind its names: put it back, or "
		    "call this again", aside));
	printf("%s is again what it was at %s", k.conf->server_name,
	    note.made_at);
	if (note.media)
		printf(", with %lld files of media", (long long)k.files);
	printf("\n");
	return true;
}

int
cmd_restore(int argc, char **argv)
{
	bool fine;
	int status;

	if ((status = keep_options(&k, argc, argv, "y")) != -1)
		return status;
	crypto_open();
	aside = arena_printf(k.mem, ".before-%s",
	    time_text(k.mem, clock_now_ms()));
	fine = restore();
	arena_free(k.mem);
	return fine ? 0 : 1;
}
