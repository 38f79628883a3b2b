/* service_scan.c - see service.h: an application service is new, or another. */
#include <string.h>

#include "base/clock.h"
#include "matrix/account.h"
#include "matrix/room.h"
#include "matrix/service.h"
#include "store/stream.h"
#include "store/upkeep.h"

#define ACCOUNTS_AT_ONCE	100
#define MEMBERS_AT_ONCE		1000
#define ROOMS_AT_ONCE		500
#define SCAN_US			20000	/* others wait for the lock */

/* Of all that says which users are its own. */
static void
hash_users(const struct appservice *as, uint8_t hash[SHA256_LEN])
{
	const struct space_pattern *p = as->space[SPACE_USERS];
	struct sha256_pieces pieces;

	sha256_begin(&pieces);
	sha256_add(&pieces, as->sender_id, strlen(as->sender_id) + 1);
	for (; p != NULL; p = p->next)
		sha256_add(&pieces, p->regex, strlen(p->regex) + 1);
	sha256_end(&pieces, hash);
}

/*
 * It is told what happens from now on.  Transaction ids begin with the time, so
 * that those of a database before this one are none of them.
 */
static void
add(struct service *s, struct db_arg users, int64_t now)
{
	struct db *db = s->store->main;

	db_exec(db, STMT_SERVICE_ADD, DB_TEXT(s->as->id), users,
	    DB_INT(change_last(db)), DB_TEXT(s->store->epoch),
	    DB_INT(db_int(s->store->vol, 0, STMT_VOLATILE_LAST)), DB_INT(now));
	s->nr = db_last_rowid(db);
	account_make(db, s->as->sender_id, ACCOUNT_APPSERVICE, NULL, now);
}

/* Users with rooms that were joined before; *after: how far it came. */
static bool
scan(struct service *s, int64_t *after)
{
	struct db *db = s->store->main;
	struct rows rows = db_query(db, STMT_SERVICE_ACCOUNTS, DB_INT(*after),
	    DB_INT(ACCOUNTS_AT_ONCE));
	int64_t stop_us = clock_mono_us() + SCAN_US;
	int n;

	for (n = 0; rows_next(&rows); n++) {
		if (n > 0 && clock_mono_us() >= stop_us) {
			rows_done(&rows);
			return true;
		}
		*after = rows_int(&rows, 0);
		if (appservice_has(s->as, s->store->conf, SPACE_USERS,
		    rows_text(&rows, 1)))
			db_exec(db, STMT_SERVICE_MEMBERS_OF, DB_INT(s->nr),
			    DB_INT(*after));
	}
	return n == ACCOUNTS_AT_ONCE;
}

static void
go_on(struct service *s, int64_t scanned)
{
	struct db *db = s->store->main;
	bool more;

	if (scanned == -1) {
		more = db_exec(db, STMT_SERVICE_MEMBERS_DROP, DB_INT(s->nr),
		    DB_INT(MEMBERS_AT_ONCE)) > 0;
		db_exec(db, STMT_SERVICE_SCANNED, DB_INT(more ? -1 : 0),
		    DB_INT(s->nr));
		return;
	}
	more = scan(s, &scanned);
	db_exec(db, STMT_SERVICE_SCANNED, more ? DB_INT(scanned) : DB_NULL,
	    DB_INT(s->nr));
}

/* The columns of service_get. */
enum { NR, USERS, SCANNED };

/* What is there of it. */
struct kept {
	bool		 known;
	bool		 same;		/* it has the same users as then */
	int64_t		 scanned;	/* as in the table; INT64_MAX: all */
};

static void
find(struct service *s, const uint8_t hash[SHA256_LEN], struct kept *kept)
{
	struct rows rows = db_query(s->store->main, STMT_SERVICE_GET,
	    DB_TEXT(s->as->id));
	struct span users;

	if (!(kept->known = rows_next(&rows)))
		return;
	s->nr = rows_int(&rows, NR);
	users = rows_blob(&rows, USERS);
	kept->same = users.n == SHA256_LEN &&
	    memcmp(users.s, hash, SHA256_LEN) == 0;
	kept->scanned = rows_null(&rows, SCANNED) ? INT64_MAX :
	    rows_int(&rows, SCANNED);
	rows_done(&rows);
}

enum service_step
service_prepare(struct service *s)
{
	struct db *db = s->store->main;
	uint8_t hash[SHA256_LEN];
	struct db_arg users = DB_BLOB(hash, sizeof(hash));
	struct kept kept;

	hash_users(s->as, hash);
	if (!db_begin(db, TX_READ))
		return SERVICE_LATER;
	find(s, hash, &kept);
	if (!db_commit(db))
		return SERVICE_LATER;
	if (kept.known && kept.same && kept.scanned == INT64_MAX) {
		s->scanned = true;
		return SERVICE_QUIET;
	}
	/* Nobody else writes it. */
	if (!upkeep_begin(s->store))
		return SERVICE_LATER;
	if (!kept.known)
		add(s, users, clock_now_ms());
	else if (!kept.same)
		db_exec(db, STMT_SERVICE_USERS_SET, users, DB_INT(s->nr));
	else
		go_on(s, kept.scanned);
	return upkeep_commit(s->store) ? SERVICE_AGAIN : SERVICE_LATER;
}

/* ------------------------------------------------------------- the others */

static bool
is_registered(const struct conf *conf, const char *id)
{
	const struct appservice *as = appservice_by_id(conf, id);

	return as != NULL && as->url != NULL;
}

static int64_t
find_other(struct store *store)
{
	struct rows rows = db_query(store->main, STMT_SERVICE_OTHERS);
	int64_t other = 0;

	while (other == 0 && rows_next(&rows))
		if (!is_registered(store->conf, rows_text(&rows, 1)))
			other = rows_int(&rows, 0);
	rows_done(&rows);
	return other;
}

/* Does a network belong to one of them?  Its name is "ID|NETWORK". */
static bool
is_theirs(const struct conf *conf, const char *network)
{
	const struct appservice *as = conf->appservices;
	size_t n;

	for (; as != NULL; as = as->next) {
		n = strlen(as->id);
		if (strncmp(network, as->id, n) == 0 && network[n] == '|')
			return true;
	}
	return false;
}

/* The first that belongs to nobody, in the db's arena; NULL: there is none. */
static const char *
find_network(struct store *store)
{
	const char *network = "";
	struct rows rows;

	do {
		rows = db_query(store->main, STMT_SERVICE_NETWORK_NEXT,
		    DB_TEXT(network));
		network = rows_next(&rows) ? rows_text(&rows, 0) : NULL;
		rows_done(&rows);
	} while (network != NULL && is_theirs(store->conf, network));
	return network;
}

static void
drop_network(struct db *db, const char *network)
{
	struct rows rows = db_query(db, STMT_SERVICE_NETWORK_DROP,
	    DB_TEXT(network), DB_INT(ROOMS_AT_ONCE));
	int64_t room[ROOMS_AT_ONCE];
	size_t n = 0;

	while (rows_next(&rows))
		if (n < ROOMS_AT_ONCE)
			room[n++] = rows_int(&rows, 0);
	rows_done(&rows);
	for (size_t i = 0; i < n; i++)
		db_exec(db, STMT_ROOM_NETWORKS, DB_INT(room[i]));
}

static void
drop_other(struct db *db, int64_t other)
{
	if (db_exec(db, STMT_SERVICE_MEMBERS_DROP, DB_INT(other),
	    DB_INT(MEMBERS_AT_ONCE)) > 0)
		return;
	db_exec(db, STMT_SERVICE_TXN_DROP, DB_INT(other));
	db_exec(db, STMT_SERVICE_DROP, DB_INT(other));
}

enum service_step
services_tidy(struct store *store)
{
	struct db *db = store->main;
	const char *network;
	int64_t other;

	if (!db_begin(db, TX_READ))
		return SERVICE_LATER;
	other = find_other(store);
	network = find_network(store);
	if (!db_commit(db))
		return SERVICE_LATER;
	if (other == 0 && network == NULL)
		return SERVICE_QUIET;
	if (!upkeep_begin(store))
		return SERVICE_LATER;
	if (network != NULL)
		drop_network(db, network);
	else
		drop_other(db, other);
	return upkeep_commit(store) ? SERVICE_AGAIN : SERVICE_LATER;
}
