/*
 * mxcgi-doctor-files.c - the database, its files, and the file systems that
 * they are on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "mxcgi-doctor.h"
#include "store/lock.h"

#define CACHE_KIB	1024
#define MIB		((int64_t)1 << 20)
#define SYNCS		15
#define SYNC_SLOW_MS	20
#define SYNC_BAD_MS	200
#define LOCK_LONG_MS	10000
#define BACK_MS		60000

/* -------------------------------------------------------------- database */

void
check_database(struct doctor *d)
{
	const char *why = NULL, *mend = "see above";

	d->store = store_open(d->conf, NULL, CACHE_KIB, d->mem, &why);
	if (d->store != NULL)
		return;
	if (strstr(why, "mxcgi migrate") != NULL)
		mend = "mxcgi migrate";
	else if (strstr(why, "newer mxcgi") != NULL)
		mend = "install the newer mxcgi, which made it; or restore a "
		    "backup of this version: mxcgi restore";
	else if (strstr(why, "mxcgi init") != NULL)
		mend = "mxcgi init, or data_dir in mxcgi.conf is another";
	else if (strstr(why, "belongs to") != NULL)
		mend = "name = in [server] of mxcgi.conf as it was, or another "
		    "data_dir";
	else
		mend = "mxcgi verify; and if it is damaged, mxcgi restore";
	wrong(d, why, "The programs cannot work with it, and answer with "
	    "status 503.", REMEDY(mend));
}

/* ------------------------------------------------------- owners and modes */

/* others: the permissions that nobody else may have. */
static void
look_at(struct doctor *d, const char *path, mode_t others)
{
	struct stat st;

	if (stat(path, &st) == -1) {
		if (errno != ENOENT)
			wrong(d, arena_printf(d->mem, "%s: %s", path,
			    strerror(errno)), "The programs cannot use it.",
			    REMEDY("see who owns the directories above"));
		return;
	}
	if (st.st_uid != geteuid())
		wrong(d, arena_printf(d->mem, "%s belongs to another user "
		    "(%ld)", path, (long)st.st_uid),
		    "The programs may not read or write it.",
		    REMEDY(arena_printf(d->mem, "chown %ld %s",
		    (long)geteuid(), path)));
	else if ((st.st_mode & others) != 0)
		wrong(d, arena_printf(d->mem, "%s has mode %04o", path,
		    st.st_mode & 07777), "Other users of this machine read "
		    "messages, passwords' hashes or keys.",
		    REMEDY(arena_printf(d->mem, "chmod %s %s",
		    others == 07 ? "o-rwx" : "go-rwx", path)));
	else if (access(path, S_ISDIR(st.st_mode) ? R_OK | W_OK | X_OK :
	    R_OK | W_OK) == -1)
		wrong(d, arena_printf(d->mem, "%s: %s", path, strerror(errno)),
		    "The programs cannot use it.",
		    REMEDY(arena_printf(d->mem, "chmod u+rwX %s", path)));
}

/* The web server's group passes through run_dir, and reads media it hands out. */
void
check_owners(struct doctor *d)
{
	static const char *const files[] = {
		"mxcgi.db", "mxcgi.db-wal", "mxcgi.db-shm", "mxcgi.lock",
		"signing.key", NULL
	};
	const struct conf *c = d->conf;
	bool given = c->media_handover != HANDOVER_NONE;

	look_at(d, c->path, 077);
	look_at(d, c->data_dir, given ? 066 : 077);
	for (size_t i = 0; files[i] != NULL; i++)
		look_at(d, arena_printf(d->mem, "%s/%s", c->data_dir,
		    files[i]), 077);
	look_at(d, c->run_dir, 07);
	look_at(d, c->media_dir, given ? 022 : 077);
	look_at(d, arena_printf(d->mem, "%s/volatile.db", c->run_dir), 077);
}

/* ------------------------------------------------------------ file system */

static bool
does(sqlite3 *sq, const char *sql)
{
	return sqlite3_exec(sq, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static int
is_it_wal(void *found, int columns, char **values, char **names)
{
	(void)names;
	*(bool *)found = columns == 1 && values[0] != NULL &&
	    strcmp(values[0], "wal") == 0;
	return 0;
}

/* The second sees what the first wrote, by shared memory.  NULL: all is well. */
static const char *
try_wal(const char *path, sqlite3 **one, sqlite3 **two)
{
	bool is_wal = false;

	if (sqlite3_open(path, one) != SQLITE_OK || sqlite3_exec(*one,
	    "PRAGMA journal_mode=WAL", is_it_wal, &is_wal, NULL) != SQLITE_OK)
		return "SQLite cannot make a database there";
	if (!is_wal || !does(*one, "CREATE TABLE t (n)"))
		return "SQLite's WAL mode does not work there";
	if (sqlite3_open(path, two) != SQLITE_OK ||
	    !does(*two, "INSERT INTO t VALUES (1)") ||
	    !does(*one, "INSERT INTO t VALUES (2)"))
		return "two programs do not see each other's changes there";
	return NULL;
}

static void
remove_trial(struct doctor *d, const char *path)
{
	unlink(path);
	unlink(arena_printf(d->mem, "%s-wal", path));
	unlink(arena_printf(d->mem, "%s-shm", path));
	unlink(arena_printf(d->mem, "%s-journal", path));
}

static void
wal_in(struct doctor *d, const char *key, const char *dir)
{
	const char *path = arena_printf(d->mem, "%s/doctor.db", dir), *fault;
	sqlite3 *one = NULL, *two = NULL;

	remove_trial(d, path);
	fault = try_wal(path, &one, &two);
	sqlite3_close(two);
	sqlite3_close(one);
	if (fault != NULL)
		wrong(d, arena_printf(d->mem, "%s %s: %s", key, dir, fault),
		    "The programs cannot share their databases.",
		    REMEDY(arena_printf(d->mem, "put %s on a disk of this "
		    "machine with free space: no network file system, no "
		    "FAT", key)));
	remove_trial(d, path);
}

void
check_wal(struct doctor *d)
{
	wal_in(d, "data_dir", d->conf->data_dir);
	wal_in(d, "run_dir", d->conf->run_dir);
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The middle of some; -1: it does not go at all. */
static int64_t
sync_us(const char *path)
{
	static const char page[4096];
	int64_t took[SYNCS];
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good = fd != -1;

	for (int i = 0; i < SYNCS && good; i++) {
		int64_t began = clock_mono_us();

		good = pwrite(fd, page, sizeof(page), i * 4096) ==
		    (ssize_t)sizeof(page) && fdatasync(fd) == 0;
		took[i] = clock_mono_us() - began;
	}
	if (fd != -1) {
		close(fd);
		unlink(path);
	}
	if (!good)
		return -1;
	qsort(took, SYNCS, sizeof(took[0]), by_size);
	return took[SYNCS / 2];
}

void
check_sync(struct doctor *d)
{
	const char *path = arena_printf(d->mem, "%s/doctor.db-sync-wal",
	    d->conf->data_dir), *what;
	int64_t us;

	unlink(path);
	if (d->conf->durability != DURABLE_POWER) {
		skip(d, "durability = process: commits do not wait");
		return;
	}
	if ((us = sync_us(path)) == -1) {
		wrong(d, arena_printf(d->mem, "data_dir %s cannot be written: "
		    "%s", d->conf->data_dir, strerror(errno)),
		    "Nothing can be sent.", REMEDY("free space, or a disk that "
		    "works (dmesg(1))"));
		return;
	}
	what = arena_printf(d->mem, "a commit takes %lld ms: %lld a second at "
	    "most", (long long)us / 1000, 1000000 / (long long)(us + 1));
	if (us > SYNC_BAD_MS * 1000)
		wrong(d, what, "Sending is slow for everybody.", REMEDY(
		    "another disk; or durability = process in [store] of "
		    "mxcgi.conf, with which a power cut loses the last "
		    "seconds"));
	else if (us > SYNC_SLOW_MS * 1000)
		warn(d, what, "Sending is slow when many do.", REMEDY("a disk "
		    "with a faster cache, such as an SSD"));
}

/* ------------------------------------------------------------- free space */

static int64_t
size_of(const struct doctor *d)
{
	struct stat st;

	return stat(arena_printf(d->mem, "%s/mxcgi.db", d->conf->data_dir),
	    &st) == 0 ? st.st_size : 0;
}

static void
space_in(struct doctor *d, const char *key, const char *dir, int64_t wants)
{
	struct statvfs fs;
	int64_t left;

	if (statvfs(dir, &fs) == -1)
		return;
	left = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	if (left < wants / 8)
		wrong(d, arena_printf(d->mem, "%s %s: %lld MiB are left", key,
		    dir, (long long)(left / MIB)), "Soon nothing can be sent "
		    "(status 507).", REMEDY("make space: delete what is not "
		    "needed there, mxcgi media purge --older 1y"));
	else if (left < wants)
		warn(d, arena_printf(d->mem, "%s %s: %lld MiB are left", key,
		    dir, (long long)(left / MIB)), "It will be full one day, and "
		    "migrations keep a copy of the database.", REMEDY(
		    "make space, or move it to a larger disk"));
	if (fs.f_files > 0 && fs.f_favail < 1000)
		warn(d, arena_printf(d->mem, "%s %s: %lld files can be made",
		    key, dir, (long long)fs.f_favail), "Uploads will fail.",
		    REMEDY("remove files, or use a file system with more "
		    "inodes"));
}

void
check_space(struct doctor *d)
{
	int64_t wants = 512 * MIB + size_of(d);

	space_in(d, "data_dir", d->conf->data_dir, wants);
	space_in(d, "[media] directory", d->conf->media_dir, 512 * MIB);
	space_in(d, "run_dir", d->conf->run_dir, 32 * MIB);
}

/* ---------------------------------------------------------- time and lock */

void
check_time(struct doctor *d)
{
	struct db *db;
	int64_t newest, ahead;

	if (d->store == NULL || !db_begin(db = d->store->main, TX_READ)) {
		skip(d, "the database cannot be used");
		return;
	}
	newest = db_int_(db, 0, STMT_DOCTOR_NEWEST, NULL, 0);
	db_commit(db);
	ahead = newest - clock_now_ms();
	if (ahead > BACK_MS)
		wrong(d, arena_printf(d->mem, "something was done %lld s from "
		    "now: the clock was set back, or was wrong", (long long)
		    ahead / 1000), "New messages are dated before old ones, and "
		    "tokens live too long.", REMEDY("set the clock right "
		    "(timedatectl set-ntp true); if it is, this passes with "
		    "time"));
}

void
check_lock(struct doctor *d)
{
	long pid, ms = 0;

	if (d->store == NULL) {
		skip(d, "the database cannot be used");
		return;
	}
	pid = lock_holder(d->store->lock, &ms);
	if (pid != 0 && ms > LOCK_LONG_MS)
		wrong(d, arena_printf(d->mem, "process %ld has been writing for "
		    "%ld s", pid, ms / 1000), "Nobody else can send meanwhile.",
		    REMEDY(arena_printf(d->mem, "if it does not end by itself: "
		    "kill %ld; nothing that was acknowledged is lost", pid)));
}
