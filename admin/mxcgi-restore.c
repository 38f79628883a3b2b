/*
 * mxcgi-restore.c - mxcgi restore: a server is again what a backup of it says.
 *
 * Nothing is touched before all of the backup has been looked through and copied
 * beside what is there; that stands beside it afterwards.
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
#include "base/crypto.h"
#include "matrix/signing.h"
#include "mxcgi-backup.h"
#include "mxcgi-order.h"
#include "mxcgi.h"
#include "store/lock.h"
#include "store/snapshot.h"
#include "store/store.h"
#include "store/volatile.h"

#define LOCK_MS		10000
#define SHARDS		256
#define STAGED		"restoring"	/* below [media] directory */

static struct keep k;
static struct conf staged;	/* whose media are being restored */
static const char *aside;	/* what the old is called: "before-TIME" */

static const char *
data_path(const char *name)
{
	return arena_printf(k.mem, "%s/%s", k.conf->data_dir, name);
}

static const char *
shard_path(const char *dir, int i)
{
	return arena_printf(k.mem, "%s/%02x", dir, i);
}

/* -------------------------------------------------------- may it be done? */

static bool
is_for_us(struct backup_note note)
{
	if (note.server_name == NULL)
		return keep_no(k.dir, "has no whole backup; one that was cut "
		    "off goes on when it is called again");
	return strcmp(note.server_name, k.conf->server_name) == 0 ||
	    keep_no(k.dir, arena_printf(k.mem, "is a backup of %s, "
	    "and %s is for %s", note.server_name, k.config,
	    k.conf->server_name));
}

static bool
is_sound(struct backup_note note)
{
	const char *why = NULL;
	int version;

	fprintf(stderr, "looking through the backup of %s\n", note.made_at);
	if (!keep_sound(&k, &version))
		return false;
	if (version > schema_version)
		return keep_no(k.dir, "was made by a newer mxcgi; install that");
	return signing_key_load(k.mem, keep_path(&k, "signing.key"), &why) !=
	    NULL || keep_no(k.dir, why);
}

static bool
is_stopped(void)
{
	const char *path = data_path("mxcgi.db");
	long pid = server_runs(k.conf);

	if (pid != 0)
		return keep_no(k.conf->run_dir, arena_printf(k.mem,
		    "process %ld runs the server; `mxcgi stop` first", pid));
	pid = snapshot_in_use(path);
	return pid == 0 || keep_no(path, arena_printf(k.mem, "process %ld has "
	    "it open; stop the server, and what calls its programs, first",
	    pid));
}

static bool
may_replace(void)
{
	return k.yes || access(data_path("mxcgi.db"), F_OK) == -1 ||
	    keep_no(data_path("mxcgi.db"), "is there; with --yes it is put "
	    "aside, with all that belongs to it");
}

/* ------------------------------------------------------- beside what is there */

static void
remove_shard(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL)
		if (media_file_path(k.mem, e->d_name) != NULL)
			unlinkat(dirfd(dir), e->d_name, 0);
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

/* What one that failed, or was cut off, has left. */
static void
remove_staged(void)
{
	for (int i = 0; i < SHARDS; i++)
		remove_shard(shard_path(staged.media_dir, i));
	rmdir(staged.media_dir);
	unlink(data_path("signing.key.new"));
	unlink(data_path("mxcgi.db.new"));
}

static bool
stage_file(const char *dir, const char *name)
{
	const char *path = arena_printf(k.mem, "%s/%s", dir, name);
	int from = keep_open(path);
	int to = from == -1 ? -1 : media_file_place(&staged, name);
	bool fine = to != -1 && keep_pour(from, to) && fsync(to) == 0;
	int error = errno;

	if (from == -1)
		return keep_no(path, strerror(error));
	close(from);
	if (to != -1)
		close(to);
	k.files++;
	keep_tell(&k, "media: %lld files", (long long)k.files);
	return fine || keep_no(arena_printf(k.mem, "%s/%s", staged.media_dir,
	    name), strerror(error));
}

static bool
stage_shard(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *e;
	bool fine = true;

	if (dir == NULL)
		return errno == ENOENT || keep_no(path, strerror(errno));
	while (fine && (e = readdir(dir)) != NULL)
		if (media_file_path(k.mem, e->d_name) != NULL)
			fine = stage_file(path, e->d_name);
	closedir(dir);
	return fine;
}

static bool
stage_media(void)
{
	bool fine = (media_dir_make(k.conf) && media_dir_make(&staged)) ||
	    keep_no(staged.media_dir, strerror(errno));

	for (int i = 0; i < SHARDS && fine; i++)
		fine = stage_shard(shard_path(keep_path(&k, "media"), i)) &&
		    keep_sync_dir(shard_path(staged.media_dir, i));
	return fine && keep_sync_dir(staged.media_dir);
}

static bool
stage_plain(const char *name)
{
	const char *from = keep_path(&k, name);

	return keep_copy(keep_open(from), from,
	    data_path(arena_printf(k.mem, "%s.new", name)));
}

static bool
stage(bool media)
{
	remove_staged();
	return (!media || stage_media()) && stage_plain("signing.key") &&
	    stage_plain("mxcgi.db");
}

/* --------------------------------------------------------------- in its place */

static bool
move(const char *from, const char *to)
{
	return rename(from, to) == 0 || errno == ENOENT ||
	    keep_no(from, strerror(errno));
}

static bool
put_aside(const char *name)
{
	return move(data_path(name), data_path(arena_printf(k.mem, "%s.%s",
	    name, aside)));
}

/* What media are in may be a link, or a file system of its own: it stays. */
static bool
put_media(void)
{
	const char *old = arena_printf(k.mem, "%s/%s", k.conf->media_dir,
	    aside);
	bool fine = keep_make_dir(old);

	for (int i = 0; i < SHARDS && fine; i++) {
		const char *now = shard_path(k.conf->media_dir, i);

		fine = move(now, shard_path(old, i)) &&
		    move(shard_path(staged.media_dir, i), now);
	}
	rmdir(staged.media_dir);
	rmdir(old);
	return fine && keep_sync_dir(k.conf->media_dir);
}

/* The database last: it speaks of the rest. */
static bool
put_all(bool media)
{
	return (!media || put_media()) && put_aside("mxcgi.db") &&
	    put_aside("mxcgi.db-wal") && put_aside("mxcgi.db-shm") &&
	    put_aside("signing.key") &&
	    move(data_path("signing.key.new"), data_path("signing.key")) &&
	    keep_sync_dir(k.conf->data_dir) &&
	    move(data_path("mxcgi.db.new"), data_path("mxcgi.db")) &&
	    keep_sync_dir(k.conf->data_dir);
}

/* With the lock of those who write, as CGI programs do without `mxcgi run`. */
static bool
replace(bool media)
{
	struct lock *lock = lock_open(data_path("mxcgi.lock"));
	bool fine;

	if (lock == NULL || !lock_wait(lock, LOCK_MS)) {
		lock_close(lock);
		remove_staged();
		return keep_no(data_path("mxcgi.lock"), "somebody holds it; "
		    "nothing was changed");
	}
	if (!is_stopped()) {
		lock_close(lock);
		remove_staged();
		return false;
	}
	fine = put_all(media);
	lock_close(lock);
	return fine || keep_no(k.dir, arena_printf(k.mem, "is not restored; "
	    "what was there has %s in its names: call this again, or put it "
	    "back", aside));
}

/* Another restoration may have been cut off in the same second. */
static const char *
aside_name(void)
{
	const char *first = arena_printf(k.mem, "before-%s",
	    time_text(k.mem, clock_now_ms())), *name = first;

	for (int i = 2; access(data_path(arena_printf(k.mem, "mxcgi.db.%s",
	    name)), F_OK) == 0 || access(data_path(arena_printf(k.mem,
	    "signing.key.%s", name)), F_OK) == 0 || access(arena_printf(k.mem,
	    "%s/%s", k.conf->media_dir, name), F_OK) == 0; i++)
		name = arena_printf(k.mem, "%s-%d", first, i);
	return name;
}

/* ------------------------------------------------------------- and goes on */

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
		fprintf(k.json ? stderr : stdout, "brought from schema %d to "
		    "%d\n", before, schema_version);
	return true;
}

static bool
is_there(struct keep *unused, struct db *db, const struct kept_file *file)
{
	int fd = media_file_open(k.conf, file->name);

	(void)unused;
	(void)db;
	if (fd != -1) {
		close(fd);
	} else {
		k.lost++;
		keep_no(file->name, "is not in the backup");
	}
	return true;
}

static bool
go_on(bool media)
{
	const char *path = data_path("mxcgi.db"), *why = NULL;
	struct db *db;
	bool fine;

	volatile_forget(k.conf, k.mem);
	if (!bring_up())
		return false;
	if ((db = snapshot_open(path, k.mem, &why)) == NULL)
		return keep_no(path, why);
	fine = (snapshot_leap(db, clock_now_ms()) ||
	    keep_no(path, "cannot be written to")) &&
	    (!media || keep_each(&k, db, is_there));
	snapshot_close(db);
	return fine;
}

static bool
restore(void)
{
	struct backup_note note = backup_note(&k);

	if (!is_for_us(note) || !is_stopped() || !may_replace() ||
	    !is_sound(note))
		return false;
	if (!stage(note.media)) {
		remove_staged();
		return keep_no(k.dir, "is not restored; nothing was changed");
	}
	if (!replace(note.media) || !go_on(note.media))
		return false;
	keep_restored(&k, note);
	return k.lost == 0;
}

int
cmd_restore(int argc, char **argv)
{
	const char *why = NULL;
	int status, mark;
	bool fine;

	if ((status = keep_options(&k, argc, argv, "y")) != -1)
		return status;
	if (!keep_make_dir(k.conf->data_dir))
		return 1;
	/* A backup would change what is read here, or be of what changes. */
	if ((mark = backup_begin(k.conf, k.mem, &why)) == -1) {
		fprintf(stderr, "mxcgi: %s\n", why);
		return EX_TEMPFAIL;
	}
	crypto_open();
	staged = *k.conf;
	staged.media_dir = arena_printf(k.mem, "%s/" STAGED,
	    k.conf->media_dir);
	aside = aside_name();
	fine = restore();
	close(mark);
	arena_free(k.mem);
	return fine ? 0 : 1;
}
