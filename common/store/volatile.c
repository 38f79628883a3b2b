/*
 * volatile.c - the volatile store.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "store/db-inner.h"
#include "store/schema.h"
#include "store/volatile.h"

#define EPOCH_LEN	8

static const struct db_options options = {
	.is_volatile = true, .cache_kib = 256
};

static uint32_t
fnv1a(uint32_t h, const char *s)
{
	for (; *s != '\0'; s++)
		h = (h ^ (uint8_t)*s) * 16777619;
	return h;
}

/*
 * What a store that we can use bears as its user_version: it was made for
 * this schema, and since the machine started.  It is never synced, so a power
 * cut may have left half of it where run_dir is on a disk.
 */
static int32_t
fingerprint(void)
{
	uint32_t h = fnv1a(2166136261, volatile_schema);
	char boot[64] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (read(fd, boot, sizeof boot - 1) < 0)
			boot[0] = '\0';
		close(fd);
	}
	return (int32_t)(fnv1a(h, boot) >> 1);
}

/* Reading the epoch also opens the WAL, while its name is still ours. */
static struct db *
open_usable(const char *path, struct arena *mem, const char **epoch,
    const char **why)
{
	struct db *db = db_open(path, &options, mem, why);
	struct rows rows;

	if (db == NULL)
		return NULL;
	if (db_pragma(db, "PRAGMA user_version") == fingerprint()) {
		rows = db_query(db, STMT_EPOCH_GET);
		*epoch = rows_next(&rows) ? rows_text(&rows, 0) : NULL;
		rows_done(&rows);
		if (*epoch != NULL)
			return db;
	}
	*why = arena_printf(mem, "%s cannot be used; remove it", path);
	db_close(db);
	return NULL;
}

static bool
fill(struct db *db, struct arena *mem)
{
	return db_script(db, "PRAGMA journal_mode=WAL; BEGIN EXCLUSIVE") &&
	    db_script(db, volatile_schema) &&
	    db_exec(db, STMT_EPOCH_SET,
	    DB_TEXT(random_letters(mem, EPOCH_LEN))) == 1 &&
	    db_script(db, arena_printf(mem, "PRAGMA user_version=%ld; COMMIT",
	    (long)fingerprint()));
}

static void
remove_files(const char *path, struct arena *mem)
{
	static const char *const suffix[] = { "", "-wal", "-shm", "-journal" };

	for (size_t i = 0; i < sizeof suffix / sizeof suffix[0]; i++)
		unlink(arena_printf(mem, "%s%s", path, suffix[i]));
}

/* Who has the old one open keeps it: all the files are new ones. */
static bool
make(const char *path, struct arena *mem, const char **why)
{
	struct db *db;
	bool made;
	int fd;

	remove_files(path, mem);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		*why = arena_printf(mem, "%s: %s", path, strerror(errno));
		return false;
	}
	close(fd);
	if ((db = db_open(path, &options, mem, why)) == NULL)
		return false;
	if (!(made = fill(db, mem)))
		*why = arena_printf(mem, "%s: %s", path,
		    sqlite3_errmsg(db->sq));
	db_close(db);
	return made;
}

static void
lock_file(int fd, int how)
{
	while (flock(fd, how) != 0 && errno == EINTR)
		continue;
}

static struct db *
open_or_make(int lock, const char *path, struct arena *mem,
    const char **epoch, const char **why)
{
	struct db *db;

	lock_file(lock, LOCK_SH);
	if ((db = open_usable(path, mem, epoch, why)) != NULL)
		return db;
	/* Somebody else may have made it while we waited for this. */
	lock_file(lock, LOCK_EX);
	if ((db = open_usable(path, mem, epoch, why)) != NULL)
		return db;
	if (!make(path, mem, why))
		return NULL;
	return open_usable(path, mem, epoch, why);
}

static const char *
path_of(const struct conf *conf, struct arena *mem)
{
	return arena_printf(mem, "%s/volatile.db", conf->run_dir);
}

struct db *
volatile_open(const struct conf *conf, struct arena *mem, const char **epoch,
    const char **why)
{
	const char *path = path_of(conf, mem);
	const char *name = arena_printf(mem, "%s/volatile.lock", conf->run_dir);
	int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct db *db;

	/* /run is empty after each start of the machine. */
	if (lock < 0 && errno == ENOENT && mkdir(conf->run_dir, 0700) == 0)
		lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock < 0) {
		*why = arena_printf(mem, "%s: %s", name, strerror(errno));
		return NULL;
	}
	db = open_or_make(lock, path, mem, epoch, why);
	close(lock);
	return db;
}

void
volatile_forget(const struct conf *conf, struct arena *mem)
{
	const char *name = arena_printf(mem, "%s/volatile.lock", conf->run_dir);
	int lock = open(name, O_RDWR | O_CLOEXEC);

	if (lock < 0)
		return;
	lock_file(lock, LOCK_EX);
	remove_files(path_of(conf, mem), mem);
	close(lock);
}
