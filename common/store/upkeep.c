/*
 * upkeep.c - what keeps the databases small.
 */
#include <time.h>

#include "base/log.h"
#include "store/lock.h"
#include "store/snapshot.h"
#include "store/stream.h"
#include "store/upkeep.h"

#define CHUNK		500
#define PAGE		4096
#define WAL_LONG	((16 << 20) / PAGE)
#define WAL_TOO_LONG	(2 * WAL_LONG)
#define READERS_MS	50		/* a checkpoint waits for them */
#define LOCK_MS		2000
#define HOUR		(60 * 60 * 1000LL)
#define ONCE_KEPT	(24 * HOUR)
/* So long a client can be told that its session ended, not just unknown. */
#define TOKEN_KEPT	(30 * 24 * HOUR)
/* Who comes back later than that begins anew. */
#define SLIDING_KEPT	(3 * 24 * HOUR)
#define COUNTED_KEPT	(24 * HOUR)	/* counts can be worked out again */
#define FREE_MANY	1024		/* pages, and a quarter of the file */

/* ------------------------------------------------------------- our turn */

static bool
take_turn(struct store *store)
{
	long pid, ms;

	if (lock_wait(store->lock, LOCK_MS))
		return true;
	pid = lock_holder(store->lock, &ms);
	log_warn("process %ld has held the lock for %ld ms", pid, ms);
	return false;
}

bool
upkeep_begin(struct store *store)
{
	if (!take_turn(store))
		return false;
	if (db_begin(store->main, TX_WRITE))
		return true;
	lock_release(store->lock);
	return false;
}

/* The gap is for those who came while we had the lock. */
bool
upkeep_commit(struct store *store)
{
	bool kept = db_commit(store->main);

	lock_release(store->lock);
	nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
	return kept;
}

/* ------------------------------------------------------------------ the WAL */

/*
 * What is moved without the lock need not be moved under it.  While writers
 * go on the WAL never begins anew by itself, as something is always left.
 * Readers who relieve each other can make us miss the moment when none needs
 * it; the longer it has become, the more patient we are.
 */
bool
upkeep_checkpoint(struct upkeep *u)
{
	struct store *store = u->store;
	unsigned pages;

	db_checkpoint(store->main, CHECKPOINT_PASSIVE, 0);
	pages = db_wal_pages(store->main);
	if (pages <= WAL_LONG || snapshot_runs(store->conf) ||
	    !take_turn(store))
		return false;
	db_checkpoint(store->main, CHECKPOINT_RESTART,
	    READERS_MS * pages / WAL_LONG);
	lock_release(store->lock);
	return false;
}

void
upkeep_relieve(struct store *store)
{
	if (db_wal_pages(store->main) > WAL_TOO_LONG &&
	    !snapshot_runs(store->conf))
		db_checkpoint(store->main, CHECKPOINT_RESTART, READERS_MS);
}

/* ------------------------------------------------------------------- expiry */

/* After that long any bucket is full again, which is what a missing one is. */
static int64_t
fill_ms(const struct conf *conf)
{
	double longest = 0;

	for (int i = 0; i < LIMIT__MAX; i++) {
		const struct conf_limit *limit = &conf->limit[i];

		if (limit->per_second > 0 &&
		    limit->burst / limit->per_second > longest)
			longest = limit->burst / limit->per_second;
	}
	return (int64_t)(longest * 1000) + 1;
}

bool
upkeep_expire(struct upkeep *u)
{
	struct store *store = u->store;
	struct db *vol = store->vol;
	int gone = 0;

	if (upkeep_begin(store)) {
		gone += db_exec(store->main, STMT_ONCE_EXPIRE, DB_INT(CHUNK),
		    DB_INT(u->now - ONCE_KEPT));
		gone += db_exec(store->main, STMT_TOKEN_EXPIRE,
		    DB_INT(u->now - TOKEN_KEPT), DB_INT(CHUNK));
		gone += db_exec(store->main, STMT_LOGIN_TOKEN_EXPIRE,
		    DB_INT(u->now), DB_INT(CHUNK));
		gone += db_exec(store->main, STMT_CONFIRMATION_USED_EXPIRE,
		    DB_INT(u->now), DB_INT(CHUNK));
		gone += db_exec(store->main, STMT_THREEPID_SESSION_EXPIRE,
		    DB_INT(u->now), DB_INT(CHUNK));
		gone += db_exec(store->main, STMT_MAIL_TOKEN_EXPIRE,
		    DB_INT(u->now), DB_INT(CHUNK));
		if (!upkeep_commit(store))
			return false;
	}
	gone += db_exec(vol, STMT_TYPING_OVER, DB_INT(u->now),
	    DB_INT(CHUNK));
	gone += db_exec(vol, STMT_UIA_SESSION_EXPIRE, DB_INT(u->now),
	    DB_INT(CHUNK));
	gone += db_exec(vol, STMT_SSO_SESSION_EXPIRE, DB_INT(u->now),
	    DB_INT(CHUNK));
	gone += db_exec(vol, STMT_OPENID_TOKEN_EXPIRE, DB_INT(u->now),
	    DB_INT(CHUNK));
	gone += db_exec(vol, STMT_SLIDING_EXPIRE,
	    DB_INT(u->now - SLIDING_KEPT), DB_INT(CHUNK));
	gone += db_exec(vol, STMT_COUNTED_EXPIRE,
	    DB_INT(u->now - COUNTED_KEPT), DB_INT(CHUNK));
	gone += db_exec(vol, STMT_BUCKET_EXPIRE,
	    DB_INT(u->now - fill_ms(store->conf)), DB_INT(CHUNK));
	return gone > 0;
}

/* --------------------------------------------------------------- the stream */

bool
upkeep_thin(struct upkeep *u)
{
	struct db *db = u->store->main;
	int64_t last, looked, end;

	if (!upkeep_begin(u->store))
		return false;
	last = change_last(db) - u->kept;
	looked = db_int(db, last, STMT_PUSH_UPTO_OF_USE);
	if (looked < last)
		last = looked;
	looked = db_int(db, last, STMT_SERVICE_UPTO);
	if (looked < last)
		last = looked;
	end = db_int(db, last, STMT_CHANGE_CHUNK, DB_INT(u->thinned),
	    DB_INT(last), DB_INT(CHUNK - 1));
	db_exec(db, STMT_CHANGE_THIN, DB_INT(u->thinned), DB_INT(end),
	    DB_INT(CHANGE_EVENT), DB_INT(CHANGE_RECEIPT));
	if (!upkeep_commit(u->store))
		return false;
	u->thinned = end < last ? end : 0;
	return end < last;
}

/* --------------------------------------------------------------- free pages */

bool
upkeep_shrink(struct upkeep *u)
{
	struct db *db = u->store->main;
	int64_t free_pages;
	bool more;

	if (snapshot_runs(u->store->conf) || !upkeep_begin(u->store))
		return false;
	free_pages = db_int(db, 0, STMT_PAGES_FREE);
	more = free_pages > FREE_MANY &&
	    free_pages > db_int(db, 0, STMT_PAGES_ALL) / 4;
	if (more)
		db_exec(db, STMT_PAGES_GIVE_BACK);
	return upkeep_commit(u->store) && more;
}

/* ---------------------------------------------------- when devices were seen */

struct seen {
	int64_t		 device, at;
	const char	*address, *agent;
};

static size_t
read_seen(struct db *vol, struct seen *seen)
{
	struct rows rows = db_query(vol, STMT_SEEN_SOME, DB_INT(CHUNK));
	size_t n = 0;

	while (n < CHUNK && rows_next(&rows))
		seen[n++] = (struct seen){ rows_int(&rows, 0),
		    rows_int(&rows, 1), rows_text(&rows, 2),
		    rows_text(&rows, 3) };
	rows_done(&rows);
	return n;
}

static bool
keep_seen(struct store *store, const struct seen *seen, size_t n)
{
	if (n == 0 || !upkeep_begin(store))
		return false;
	for (size_t i = 0; i < n; i++)
		db_exec(store->main, STMT_DEVICE_SEEN, DB_INT(seen[i].at),
		    DB_TEXT(seen[i].address), DB_TEXT(seen[i].agent),
		    DB_INT(seen[i].device));
	if (!upkeep_commit(store))
		return false;
	for (size_t i = 0; i < n; i++)
		db_exec(store->vol, STMT_SEEN_DROP, DB_INT(seen[i].device),
		    DB_INT(seen[i].at));
	return n == CHUNK;
}

bool
upkeep_seen(struct upkeep *u)
{
	struct arena *mem = arena_new();
	struct arena *before = db_arena(u->store->vol, mem);
	struct seen seen[CHUNK];
	bool more = keep_seen(u->store, seen, read_seen(u->store->vol, seen));

	db_arena(u->store->vol, before);
	arena_free(mem);
	return more;
}
