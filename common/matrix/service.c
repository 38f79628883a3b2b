/* service.c - see service.h: a transaction, until it is taken. */
#include "matrix/service.h"

#include <string.h>

#include "base/clock.h"
#include "store/upkeep.h"

int64_t
service_pause(int64_t failures)
{
	return INT64_C(1000) << (failures < SERVICE_BACKOFF_MAX ? failures :
	    SERVICE_BACKOFF_MAX);
}

/* What stands of it in the store. */
struct standing {
	struct service_txn txn;
	const char	*epoch;
	bool		 told;		/* a transaction is there, */
	bool		 due;		/* and to be sent now */
};

/* The columns of service_get. */
enum { NR, USERS, SCANNED, POS, EPOCH, HEARD, TXN, DUE_AT, FAILURES };

static bool
stand(struct service *s, struct standing *now)
{
	struct db *db = s->store->main;
	struct rows rows;

	if (!db_begin(db, TX_READ))
		return false;
	rows = db_query(db, STMT_SERVICE_GET, DB_TEXT(s->as->id));
	if (rows_next(&rows)) {
		s->kept = rows_int(&rows, POS);
		/* As far along the stream, `heard` may have gone on alone. */
		if (s->kept > s->pos) {
			s->pos = s->kept;
			s->heard = rows_int(&rows, HEARD);
		}
		now->epoch = rows_text(&rows, EPOCH);
		now->txn.id = rows_int(&rows, TXN);
		now->txn.until = rows_int(&rows, DUE_AT);
		now->txn.failures = rows_int(&rows, FAILURES);
		rows_done(&rows);
	}
	rows = db_query(db, STMT_SERVICE_TXN_GET, DB_INT(s->nr));
	if ((now->told = rows_next(&rows))) {
		now->due = now->txn.until <= clock_now_ms();
		if (now->due)
			now->txn.body = rows_blob(&rows, 0);
		rows_done(&rows);
	}
	return db_commit(db);
}

enum service_step
service_step(struct service *s, struct service_txn *txn)
{
	struct standing now = { .epoch = "" };
	enum service_step step = s->scanned ? SERVICE_QUIET :
	    service_prepare(s);

	if (step != SERVICE_QUIET)
		return step;
	if (!stand(s, &now))
		return SERVICE_LATER;
	if (!now.told)
		return service_walk(s, now.epoch);
	*txn = now.txn;
	return now.due ? SERVICE_TELLS : SERVICE_WAITS;
}

bool
service_settle(struct service *s, bool taken)
{
	struct db *db = s->store->main;
	int64_t failures, now = clock_now_ms();
	struct rows rows;

	if (!upkeep_begin(s->store))
		return false;
	if (taken) {
		db_exec(db, STMT_SERVICE_TXN_DROP, DB_INT(s->nr));
		db_exec(db, STMT_SERVICE_REACHED, DB_INT(s->nr));
		return upkeep_commit(s->store);
	}
	rows = db_query(db, STMT_SERVICE_GET, DB_TEXT(s->as->id));
	failures = rows_next(&rows) ? rows_int(&rows, FAILURES) : 0;
	rows_done(&rows);
	db_exec(db, STMT_SERVICE_FAILED, DB_INT(now + service_pause(failures)),
	    DB_INT(s->nr));
	return upkeep_commit(s->store);
}
