/*
 * round.c - handlers in transactions (design sections 4 and 6).
 *
 * A round first reads: all that is ready, in one snapshot.  Then it writes:
 * one BEGIN IMMEDIATE, a SAVEPOINT for each request, one COMMIT, so that many
 * requests share one fsync.  No answer leaves before that COMMIT.
 *
 * FULL, IOERR and NOMEM may take the whole transaction with them inside one
 * request, and COMMIT itself may fail.  Then nothing of the round happened:
 * every request runs once more, alone, and only what fails alone is refused.
 */
#include "base/clock.h"
#include "base/log.h"
#include "serve/jobs.h"
#include "serve/life.h"
#include "serve/waiters.h"
#include "store/snapshot.h"
#include "store/stream.h"
#include "store/upkeep.h"

#define ROUND_MAX_US	5000	/* a round closes after that */
#define REFUSED_MAX	200	/* waiting requests refused in a round */
#define WAL_FULL_PAGES	65536	/* 256 MiB: no more until it can be emptied */
#define WAL_BACKUP_PAGES	1048576	/* 4 GiB: the same while a backup reads */

static int64_t told;		/* the stream as far as `news` has heard of it */
static int64_t stir_at = -1;	/* what `stir` said last */

/* What the database's trouble means to the client. */
static enum mx_err
judge_fault(struct life *l, enum db_fault fault)
{
	switch (fault) {
	case DB_LOCKED:
	case DB_MOVED:
		reply_retry_after(&l->r, 1000);
		return fail(&l->r, M_BUSY, "The server is busy; try again");
	case DB_FULL:
		return fail(&l->r, M_STORE_FULL,
		    "The server has no space left; tell its administrator");
	default:
		return fail(&l->r, M_UNKNOWN,
		    "The server's store failed; tell its administrator");
	}
}

static void
refuse(struct life *l, enum db_fault fault)
{
	life_prepare(l);
	l->err = judge_fault(l, fault);
}

/* Every answer of the list becomes that refusal. */
static void
refuse_all(struct lives *list, enum db_fault fault, struct round_end *end)
{
	struct life *l;

	while ((l = lives_take(list)) != NULL) {
		refuse(l, fault);
		lives_add(&end->done, l);
	}
	end->moved |= fault == DB_MOVED;
}

/* Where a life goes after its run. */
static void
sort_out(struct life *l, struct round_end *end)
{
	switch (l->err) {
	case M_AGAIN:
		l->tx = TX_WRITE;
		life_shelve(l);
		lives_add(&end->writers, l);
		break;
	case M_READ:
		l->tx = l->r.route->tx;
		lives_add(&end->readers, l);
		break;
	case M_LATER:
		l->committed |= l->keep;
		lives_add(&end->jobs, l);
		break;
	case M_MORE:
		life_more(l);
		lives_add(&end->pieces, l);
		break;
	case M_PARKED:
		lives_add(&end->parked, l);
		break;
	default:
		lives_add(&end->done, l);
	}
}

/* ------------------------------------------------------------- reading */

/*
 * A fault makes queries find nothing, which looks like an unknown token and
 * the like: whatever was said after one is not to be believed.
 */
static void
read_one(struct store *store, struct life *l, struct round_end *end)
{
	db_arena(store->main, l->r.mem);
	db_arena(store->vol, l->r.mem);
	life_prepare(l);
	l->writing = false;
	if (life_admit(l)) {
		if (l->tx == TX_WRITE)
			l->err = M_AGAIN;
		else
			life_run(l);
	}
	if (db_fault(store->main) != DB_FINE)
		refuse(l, db_fault(store->main));
	db_rollback(store->vol);	/* what it left open holds a snapshot */
	sort_out(l, end);
}

/* Who waits for what came into the stream since last time? */
static void
hear_news(struct store *store, struct round_end *end)
{
	struct arena *mem = arena_new();
	int64_t last;

	db_arena(store->main, mem);
	last = change_last(store->main);
	if (last > told && waiters_count() > 0)
		program.waits->news(store->main, told, last);
	if (db_fault(store->main) == DB_FINE)
		told = last;
	else
		end->deaf = true;
	db_arena(store->main, NULL);
	arena_free(mem);
}

/* What is volatile has no news to lose: it is looked at in every round. */
static void
stir(struct store *store)
{
	if (program.waits->stir == NULL)
		return;
	stir_at = program.waits->stir(store, clock_now_ms());
	db_rollback(store->vol);
}

int64_t
round_stir_at(void)
{
	return stir_at;
}

void
round_stir_soon(void)
{
	int64_t at = program.waits->hush();

	if (stir_at == -1 || at < stir_at)
		stir_at = at;
}

/* A fault lasts as long as its transaction. */
static bool
begin_after_fault(struct store *store)
{
	if (db_fault(store->main) == DB_FINE)
		return true;
	db_rollback(store->main);
	return db_begin(store->main, TX_READ);
}

/* In turn one of list and one who was woken, who is small until then. */
static struct life *
next_reader(struct store *store, struct lives *list, bool woken)
{
	struct lives one = { 0 };

	if (woken || list->n == 0)
		waiters_take(store, 1, &one);
	return one.n > 0 ? one.first : lives_take(list);
}

static bool
read_all(struct store *store, struct lives *list, struct round_end *end)
{
	int64_t stop = clock_mono_us() + ROUND_MAX_US;
	bool woken = false;
	struct life *l;

	do {
		if (!begin_after_fault(store))
			return false;
		if ((l = next_reader(store, list, woken)) == NULL)
			break;
		read_one(store, l, end);
		woken = !woken;
	} while (clock_mono_us() < stop);
	return true;
}

void
round_read(struct store *store, struct lives *list, struct round_end *end)
{
	bool good = db_begin(store->main, TX_READ);

	if (good && program.waits != NULL) {
		hear_news(store, end);
		stir(store);
	}
	end->deaf |= !good;
	if (good && read_all(store, list, end)) {
		db_commit(store->main);
		return;
	}
	/* Those who were woken hear of it, or they would be woken for ever. */
	waiters_take(store, REFUSED_MAX, list);
	refuse_all(list, db_fault(store->main), end);
}

bool
round_gate(struct store *store, struct life *l)
{
	if (!db_begin(store->main, TX_READ)) {
		refuse(l, db_fault(store->main));
		return false;
	}
	db_arena(store->main, l->r.mem);
	db_arena(store->vol, l->r.mem);
	life_prepare(l);
	l->writing = false;
	/* M_AGAIN: who it is stands; the first use of a token is written later. */
	if (life_admit(l) || l->err == M_AGAIN)
		l->err = life_receive(l);
	if (db_fault(store->main) != DB_FINE)
		refuse(l, db_fault(store->main));
	db_rollback(store->vol);
	db_commit(store->main);
	return l->err == M_OK;
}

/* ------------------------------------------------------------- writing */

/* False: the transaction is lost, and with it the round. */
static bool
write_one(struct store *store, struct life *l)
{
	db_arena(store->main, l->r.mem);
	db_arena(store->vol, l->r.mem);
	life_prepare(l);
	l->writing = true;
	if (!db_savepoint(store->main))
		return false;
	if (life_admit(l) && l->settled) {
		/* That stays, whatever becomes of the request itself. */
		l->settled = false;
		l->err = M_READ;
	} else if (l->err == M_OK && !(l->r.route->once && once_replay(l))) {
		life_run(l);
		if (l->err == M_OK && l->r.route->once)
			once_remember(l);
	}
	db_rollback(store->vol);
	if (db_fault(store->main) != DB_FINE)
		return false;
	if (l->err != M_OK && l->err != M_READ && !l->keep)
		db_undo(store->main);
	else if (!db_release(store->main))
		return false;
	return !db_lost(store->main);
}

/*
 * Run list in one transaction.  DB_FINE: it is committed, and ran holds those
 * that were in it; else ran holds those that must run again.
 */
static enum db_fault
write_all(struct store *store, struct lives *list, struct lives *ran)
{
	int64_t stop = clock_mono_us() + ROUND_MAX_US;
	enum db_fault fault;
	struct life *l;

	if (!db_begin(store->main, TX_WRITE))
		return db_fault(store->main);
	while (ran->n == 0 || clock_mono_us() < stop) {
		if ((l = lives_take(list)) == NULL)
			break;
		lives_add(ran, l);
		if (!write_one(store, l))
			goto lost;
	}
	if (db_commit(store->main))
		return DB_FINE;
lost:
	fault = db_fault(store->main);
	db_rollback(store->main);
	return fault != DB_FINE ? fault : DB_BROKEN;
}

/* After a COMMIT. */
static void
committed(struct store *store, struct round_end *end)
{
	end->bells |= store_bells(store);
	upkeep_relieve(store);
}

static void
sort_out_all(struct lives *ran, struct round_end *end)
{
	struct life *l;

	while ((l = lives_take(ran)) != NULL)
		sort_out(l, end);
}

static void
write_alone(struct store *store, struct lives *lost, struct round_end *end)
{
	struct life *l;

	while ((l = lives_take(lost)) != NULL) {
		struct lives one = { 0 }, ran = { 0 };
		enum db_fault fault;

		lives_add(&one, l);
		fault = write_all(store, &one, &ran);
		if (fault == DB_FINE) {
			committed(store, end);
			sort_out_all(&ran, end);
		} else {
			lives_join(&ran, &one);
			refuse_all(&ran, fault, end);
		}
	}
}

/* Somebody reads without end, and the WAL cannot begin anew under them. */
static bool
wal_is_full(struct store *store)
{
	unsigned pages = db_wal_pages(store->main);

	if (pages <= WAL_FULL_PAGES ||
	    (pages <= WAL_BACKUP_PAGES && snapshot_runs(store->conf)))
		return false;
	return !db_checkpoint(store->main, CHECKPOINT_PASSIVE, 0);
}

void
round_write(struct store *store, struct lives *list, struct round_end *end)
{
	struct lives ran = { 0 };
	enum db_fault fault = wal_is_full(store) ? DB_LOCKED :
	    write_all(store, list, &ran);

	if (fault == DB_FINE) {
		committed(store, end);
		sort_out_all(&ran, end);
	} else if (fault == DB_LOCKED || fault == DB_MOVED) {
		lives_join(&ran, list);
		refuse_all(&ran, fault, end);
	} else {
		log_warn("a round of writes was lost; each runs again alone");
		lives_join(&ran, list);
		write_alone(store, &ran, end);
	}
	/* What the 5 ms did not reach. */
	lives_join(&end->writers, list);
}
