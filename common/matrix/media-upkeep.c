/*
 * media-upkeep.c - the housekeeper's work on media: ids that got no content,
 * files that no row speaks of any more, and what was left by who died.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "matrix/media.h"
#include "store/snapshot.h"
#include "store/upkeep.h"

#define CHUNK	50

typedef char name[MEDIA_FILE_LEN + 1];

static bool
expire(struct upkeep *u)
{
	int gone;

	if (!upkeep_begin(u->store))
		return false;
	gone = db_exec(u->store->main, STMT_MEDIA_EXPIRE, DB_INT(u->now),
	    DB_INT(CHUNK));
	return upkeep_commit(u->store) && gone == CHUNK;
}

/* ------------------------------------------------------ files that are gone */

static size_t
find_gone(struct store *store, name *names)
{
	struct rows rows;
	size_t n = 0;

	if (!db_begin(store->main, TX_READ))
		return 0;
	rows = db_query(store->main, STMT_MEDIA_GONE_NEXT, DB_INT(CHUNK));
	while (n < CHUNK && rows_next(&rows)) {
		struct span file = rows_span(&rows, 0);

		if (file.n == MEDIA_FILE_LEN) {
			memcpy(names[n], file.s, file.n);
			names[n++][MEDIA_FILE_LEN] = '\0';
		}
	}
	rows_done(&rows);
	db_commit(store->main);
	return n;
}

/* Those of names whose files are not there any more, in the front. */
static size_t
remove_files(const struct conf *conf, name *names, size_t n)
{
	size_t gone = 0;

	for (size_t i = 0; i < n; i++)
		if (media_file_remove(conf, names[i]))
			memmove(names[gone++], names[i], sizeof(name));
		else
			log_warn("%s: file %s cannot be removed: %s",
			    conf->media_dir, names[i], strerror(errno));
	return gone;
}

/*
 * The files first, without the lock: who dies between has left a row.  A backup
 * that is being made may have to copy them yet.
 */
bool
media_remove_gone(struct store *store)
{
	name names[CHUNK];
	size_t n = find_gone(store, names), gone;

	if (n == 0 || backup_runs(store->conf))
		return false;
	gone = remove_files(store->conf, names, n);
	if (gone == 0 || !upkeep_begin(store))
		return false;
	for (size_t i = 0; i < gone; i++)
		db_exec(store->main, STMT_MEDIA_GONE_DONE, DB_TEXT(names[i]));
	return upkeep_commit(store) && gone == CHUNK;
}

/* ----------------------------------------------------------- what was left */

static bool
settle_left(struct store *store)
{
	name names[CHUNK];
	bool known[CHUNK];
	size_t n = media_files_left(store->conf, names, CHUNK);

	if (n == 0 || !db_begin(store->main, TX_READ))
		return false;
	for (size_t i = 0; i < n; i++)
		known[i] = db_int(store->main, 1, STMT_MEDIA_FILE_KNOWN,
		    DB_TEXT(names[i])) != 0;
	if (!db_commit(store->main))
		return false;
	for (size_t i = 0; i < n; i++)
		media_file_settle(store->conf, names[i], known[i]);
	return n == CHUNK;
}

bool
media_upkeep(struct upkeep *u)
{
	bool more = expire(u);

	more |= media_remove_gone(u->store);
	more |= settle_left(u->store);
	return more;
}
