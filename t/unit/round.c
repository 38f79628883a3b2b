/*
 * round.c - handlers in transactions: what is kept, what is answered, and what
 * a store that fails in the middle makes of both.
 */
#include <time.h>
#include <cjson/cJSON.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "matrix/account.h"
#include "matrix/session.h"
#include "serve/life.h"
#include "serve/waiters.h"
#include "store/db-inner.h"
#include "store/stream.h"
#include "tap.h"
#include "scratch.h"

static struct store *store;
static int64_t ann;
static const char *bearer;

/* ---------------------------------------------------------- the handlers */

static unsigned runs;		/* of all handlers */
static unsigned fail_at;	/* the run in which the store fails */

static int
yes(void *unused)
{
	(void)unused;
	return 1;
}

/* From here on nothing can be read or written: every step is interrupted. */
static void
break_store(bool broken)
{
	sqlite3_progress_handler(store->main->sq, broken, yes, NULL);
}

static enum mx_err
read_it(struct request *r)
{
	put_int(&r->out, "last", change_last(r->db));
	return M_OK;
}

static enum mx_err
read_broken(struct request *r)
{
	enum mx_err err;

	break_store(true);
	err = read_it(r);
	break_store(false);
	return err;
}

/*
 * The clock of this test, in place of base/clock.c: a round ends by it, so it
 * goes on only where a test says so, however busy the machine is.
 */
static int64_t mono_us = 1000000;

int64_t
clock_mono_us(void)
{
	return mono_us;
}

int64_t
clock_now_ms(void)
{
	return (int64_t)time(NULL) * 1000;
}

static enum mx_err
read_long(struct request *r)
{
	mono_us += 20000;
	return read_it(r);
}

/* The body's numbers become changes; a text in it is taken away when done. */
static enum mx_err
write_it(struct request *r)
{
	cJSON *n = json_get(r->body, "n"), *why = json_get(r->body, "refuse");

	if (n == NULL)
		return fail(r, M_BAD_JSON, "n is missing");
	change_add(r->db, CHANGE_EVENT, 0, 0, (int64_t)n->valuedouble);
	if (++runs == fail_at)
		db_script(r->db, "ROLLBACK");
	cJSON_DeleteItemFromObjectCaseSensitive(r->body, "n");
	put_int(&r->out, "run", runs);
	if (cJSON_IsTrue(why))
		return refuse_keeping(r, M_FORBIDDEN, "kept");
	return why ? fail(r, M_FORBIDDEN, "refused") : M_OK;
}

static enum mx_err
write_late(struct request *r)
{
	enum mx_err err;

	if (json_get(r->body, "x") == NULL)
		return fail(r, M_BAD_JSON, "x is missing");
	cJSON_DeleteItemFromObjectCaseSensitive(r->body, "x");
	return (err = again(r)) != M_OK ? err : write_it(r);
}

/* A reason longer than an answer has room for; the last refusal counts. */
static enum mx_err
write_why(struct request *r)
{
	char why[601];

	for (size_t i = 0; i < 600; i += 2)
		memcpy(why + i, "\u00e9", 2);
	why[600] = '\0';
	change_add(r->db, CHANGE_EVENT, 0, 0, 6);
	refuse_keeping(r, M_FORBIDDEN, "kept");
	return fail(r, M_FORBIDDEN, "%s", why);
}

/* Three changes, a transaction each: 90, 91, 92. */
static enum mx_err
write_pieces(struct request *r)
{
	static const int next[] = { 0, 1, 2 };
	const int *done = r->piece;
	int n = done == NULL ? 0 : *done + 1;

	change_add(r->db, CHANGE_EVENT, 0, 0, 90 + n);
	if (++runs == fail_at)
		db_script(r->db, "ROLLBACK");
	if (n < 2)
		return more(r, write_pieces, &next[n]);
	put_int(&r->out, "pieces", n + 1);
	return M_OK;
}

static enum mx_err
write_job(struct request *r)
{
	struct job *job = job_new(sizeof(*job));

	if (++runs == fail_at)
		db_script(r->db, "ROLLBACK");
	return later(r, job, write_it, TX_WRITE);
}

static unsigned resumed;

static enum mx_err
wait_for_it(struct request *r)
{
	return park(r, "state", 6, INT64_MAX);
}

static enum mx_err
resume(struct request *r)
{
	resumed++;
	put_text(&r->out, "state", r->wait);
	return M_OK;
}

static void
news(struct db *db, int64_t after, int64_t upto)
{
	(void)db;
	if (upto > after)
		wake_user(ann);
}

static int64_t stir_next = -1;
static int64_t stir_wakes;

static int64_t
stir(struct store *s, int64_t now)
{
	(void)s;
	(void)now;
	if (stir_wakes != 0)
		wake_user(stir_wakes);
	stir_wakes = 0;
	return stir_next;
}

#define ROUTE(method, path, body, tx, once, handler)			\
	{ method, API_BARE, path, #handler, AUTH_USER, true, body, tx,	\
	    LIMIT_none, once, handler == wait_for_it, handler }
static const struct route routes[] = {
	ROUTE("GET", "/read", BODY_NONE, TX_READ, false, read_it),
	ROUTE("GET", "/broken", BODY_NONE, TX_READ, false, read_broken),
	ROUTE("GET", "/long", BODY_NONE, TX_READ, false, read_long),
	ROUTE("PUT", "/write", BODY_JSON, TX_WRITE, false, write_it),
	ROUTE("PUT", "/late", BODY_JSON, TX_READ, false, write_late),
	ROUTE("PUT", "/once/{txnId}", BODY_JSON, TX_WRITE, true, write_it),
	ROUTE("PUT", "/why", BODY_NONE, TX_WRITE, false, write_why),
	ROUTE("PUT", "/pieces", BODY_NONE, TX_WRITE, false, write_pieces),
	ROUTE("PUT", "/job", BODY_NONE, TX_WRITE, false, write_job),
	ROUTE("GET", "/wait", BODY_NONE, TX_READ, false, wait_for_it),
	{ .method = NULL }
};
static const struct waits waits = { .resume = resume, .news = news,
	.stir = stir };
const struct program program = {
	.name = "unit", .routes = routes, .waits = &waits
};

/* ---------------------------------------------------------- the requests */

static struct life *
ask(const char *method, const char *uri, const char *body)
{
	struct life *l = life_new(store);
	struct head head = { .method = method, .uri = uri,
	    .authorization = bearer, .address = "127.0.0.1" };

	if (!life_head(l, &head))
		printf("Bail out! %s %s is refused at once\n", method, uri);
	life_body(l, body, strlen(body));
	return l;
}

/* The answer and its end: "200 {...}". */
static const char *
told_life(struct life *l)
{
	struct span head = life_response(l);
	const char *status = memchr(head.s, ' ', head.n);
	const char *text = arena_printf(scratch_mem, "%.3s %.*s", status + 1,
	    (int)l->body.len, l->body.s);

	life_free(l);
	return text;
}

static const char *
told(struct lives *list)
{
	struct life *l = lives_take(list);

	return l ? told_life(l) : NULL;
}

/* One request through a round of reading, and one of writing if it wants. */
static const char *
through(const char *method, const char *uri, const char *body)
{
	struct lives list = { 0 };
	struct round_end end = { 0 };

	lives_add(&list, ask(method, uri, body));
	round_read(store, &list, &end);
	if (end.writers.n > 0) {
		struct lives writers = end.writers;

		end.writers = (struct lives){ 0 };
		round_write(store, &writers, &end);
	}
	return told(&end.done);
}

/* Writers through the round of reading, all at once. */
static struct lives
writers_of(size_t n, struct life *const *l)
{
	struct lives list = { 0 };
	struct round_end end = { 0 };

	for (size_t i = 0; i < n; i++)
		lives_add(&list, l[i]);
	round_read(store, &list, &end);
	is_int((int64_t)end.writers.n, (int64_t)n, "%zu want to write", n);
	return end.writers;
}

static int64_t
changes(int64_t ref)
{
	char sql[100];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM change WHERE ref = %lld",
	    (long long)ref);
	return db_pragma(store->main, sql);
}

static bool
says(const char *told, const char *what)
{
	return told != NULL && strstr(told, what) != NULL;
}

/* -------------------------------------------------------------- the tests */

static void
test_keeping(void)
{
	static char large[9000] = "{\"n\":5,\"x\":[0";
	const char *why;
	struct round_end end = { 0 };
	struct lives list = writers_of(3, (struct life *[]){
	    ask("PUT", "/write", "{\"n\":1}"),
	    ask("PUT", "/write", "{\"n\":2,\"refuse\":false}"),
	    ask("PUT", "/write", "{\"n\":3,\"refuse\":true}") });

	for (size_t n = strlen(large); n < sizeof(large) - 3; n += 2)
		memcpy(large + n, n < sizeof(large) - 5 ? ",0" : "]}", 2);
	round_write(store, &list, &end);
	ok(says(told(&end.done), "200 {"), "the first is answered");
	ok(says(told(&end.done), "403 "), "the second is refused");
	ok(says(told(&end.done), "403 "), "the third is refused");
	is_int(changes(1), 1, "the first wrote");
	is_int(changes(2), 0, "what the second wrote is undone");
	is_int(changes(3), 1, "what the third wrote is kept");

	ok(says(through("PUT", "/late", "{\"n\":4,\"x\":1}"), "200 {"),
	    "a reader found that it must write");
	is_int(changes(4), 1, "and wrote");
	ok(says(through("PUT", "/write", large), "200 {"), "a large body");
	is_int(changes(5), 1, "is read twice");

	why = through("PUT", "/why", "");
	ok(says(why, "403 ") && utf8_valid(why, strlen(why)) &&
	    strlen(why) > 500, "a long reason is cut between two letters");
	is_int(changes(6), 0, "a refusal keeps nothing, whatever was before");
}

static void
test_once(void)
{
	struct round_end end = { 0 };
	struct lives list = writers_of(2, (struct life *[]){
	    ask("PUT", "/once/t", "{\"n\":10}"),
	    ask("PUT", "/once/t", "{\"n\":10}") });
	const char *first;

	round_write(store, &list, &end);
	first = told(&end.done);
	ok(says(first, "200 {"), "once: answered");
	is_text(told(&end.done), first, "twice in a round: the same answer");
	is_text(through("PUT", "/once/t", "{\"n\":10}"), first,
	    "later: the same");
	is_int(changes(10), 1, "done once");
	ok(says(through("PUT", "/once/u", "{\"n\":10,\"refuse\":false}"),
	    "403 "), "a refusal");
	ok(says(through("PUT", "/once/u", "{\"n\":10}"), "200 "),
	    "is not remembered");
}

static void
test_pieces(void)
{
	struct lives list = writers_of(2, (struct life *[]){
	    ask("PUT", "/pieces", ""), ask("PUT", "/write", "{\"n\":89}") });
	struct round_end end = { 0 };

	round_write(store, &list, &end);
	ok(says(told(&end.done), "200 {"), "who comes behind a piece is "
	    "answered");
	is_int((int64_t)end.pieces.n, 1, "there is more to do");
	is_int(changes(90), 1, "the first piece is kept");

	/* The store fails in the second, which then runs once more. */
	fail_at = runs + 1;
	list = end.pieces;
	end.pieces = (struct lives){ 0 };
	round_write(store, &list, &end);
	is_int((int64_t)end.pieces.n, 1, "still more");
	is_int(changes(91), 1, "a piece that was lost is done again");
	is_int(changes(90), 1, "and those before it are not");

	list = end.pieces;
	end.pieces = (struct lives){ 0 };
	round_write(store, &list, &end);
	ok(says(told(&end.done), "200 {\"pieces\":3}"), "the last answers");
	is_int(changes(92), 1, "and is kept");
}

/* A token that could not be looked up is not an unknown token. */
static void
test_broken_store(void)
{
	struct lives list = { 0 };
	struct round_end end = { 0 };
	const char *text;

	lives_add(&list, ask("GET", "/read", ""));
	lives_add(&list, ask("PUT", "/write", "{\"n\":20}"));
	break_store(true);
	round_read(store, &list, &end);
	is_int((int64_t)end.done.n, 2, "broken: all are answered");
	while ((text = told(&end.done)) != NULL)
		ok(says(text, "500 {\"errcode\":\"M_UNKNOWN\""),
		    "broken in reading: %s", text);
	break_store(false);

	list = writers_of(1, (struct life *[]){
	    ask("PUT", "/write", "{\"n\":20}") });
	break_store(true);
	round_write(store, &list, &end);
	break_store(false);
	ok(says(told(&end.done), "500 {\"errcode\":\"M_UNKNOWN\""),
	    "broken in writing");
	is_int(changes(20), 0, "nothing is written");
	ok(says(through("PUT", "/write", "{\"n\":20}"), "200 "), "whole again");
}

static int
deny(void *table, int action, const char *what, const char *column,
    const char *schema, const char *trigger)
{
	(void)column;
	(void)schema;
	(void)trigger;
	return action == SQLITE_READ && strcmp(what, table) == 0 ?
	    SQLITE_DENY : SQLITE_OK;
}

/* One table cannot be read, by a statement that reads it; NULL: it can. */
static void
break_table(const char *table, enum stmt id)
{
	sqlite3_finalize(store->main->slot[id].st);
	store->main->slot[id].st = NULL;
	sqlite3_set_authorizer(store->main->sq, table ? deny : NULL,
	    (void *)(uintptr_t)table);
}

static void
test_broken_token(void)
{
	struct lives list = { 0 };
	struct round_end end = { 0 };
	const char *text;

	lives_add(&list, ask("GET", "/read", ""));
	lives_add(&list, ask("GET", "/read", ""));
	break_table("token", STMT_SESSION_FIND);
	round_read(store, &list, &end);
	break_table(NULL, STMT_SESSION_FIND);
	is_int((int64_t)end.done.n, 2, "both are answered");
	while ((text = told(&end.done)) != NULL)
		ok(says(text, "500 {\"errcode\":\"M_UNKNOWN\""),
		    "a token that cannot be read: %s", text);

	list = writers_of(2, (struct life *[]){
	    ask("PUT", "/write", "{\"n\":21}"),
	    ask("PUT", "/write", "{\"n\":21}") });
	break_table("token", STMT_SESSION_AGAIN);
	round_write(store, &list, &end);
	break_table(NULL, STMT_SESSION_AGAIN);
	is_int((int64_t)end.done.n, 2, "both writers are answered");
	while ((text = told(&end.done)) != NULL)
		ok(says(text, "500 {\"errcode\":\"M_UNKNOWN\""),
		    "nor when it writes: %s", text);

	lives_add(&list, ask("GET", "/broken", ""));
	lives_add(&list, ask("GET", "/read", ""));
	round_read(store, &list, &end);
	ok(says(told(&end.done), "500 "), "a fault in one request");
	ok(says(told(&end.done), "200 "), "is none of the next");
}

/* The round is lost in its second request: each runs again, alone. */
static void
test_lost(void)
{
	struct round_end end = { 0 };
	struct lives list = writers_of(3, (struct life *[]){
	    ask("PUT", "/write", "{\"n\":30}"),
	    ask("PUT", "/late", "{\"n\":31,\"x\":1}"),
	    ask("PUT", "/once/l", "{\"n\":32}") });

	fail_at = runs + 2;
	round_write(store, &list, &end);
	for (int i = 0; i < 3; i++) {
		ok(says(told(&end.done), "200 "), "lost: number %d runs again", i);
		is_int(changes(30 + i), 1, "lost: it wrote once");
	}

	/* Number 2 fails again when it is alone. */
	list = writers_of(2, (struct life *[]){
	    ask("PUT", "/write", "{\"n\":33}"),
	    ask("PUT", "/write", "{\"n\":34}") });
	fail_at = runs + 1;
	sqlite3_commit_hook(store->main->sq, yes, NULL);
	round_write(store, &list, &end);
	sqlite3_commit_hook(store->main->sq, NULL, NULL);
	ok(says(told(&end.done), "500 "), "it cannot be committed");
	ok(says(told(&end.done), "500 "), "nor can the other");
	is_int(changes(33) + changes(34), 0, "nothing was written");

	list = writers_of(1, (struct life *[]){ ask("PUT", "/job", "") });
	fail_at = runs + 1;
	round_write(store, &list, &end);
	is_int((int64_t)end.jobs.n, 1, "lost at its job: it has one");
	life_free(lives_take(&end.jobs));
	fail_at = 0;
}

static void
do_park(void)
{
	struct lives list = { 0 };
	struct round_end end = { 0 };
	struct life *l;

	lives_add(&list, ask("GET", "/wait", ""));
	round_read(store, &list, &end);
	l = lives_take(&end.parked);
	waiter_add(l);
	life_free(l);
}

static void
test_time(void)
{
	struct lives list = { 0 };
	struct round_end end = { 0 };

	lives_add(&list, ask("GET", "/long", ""));
	lives_add(&list, ask("GET", "/read", ""));
	round_read(store, &list, &end);
	is_int((int64_t)end.done.n, 1, "a round ends after a long request");
	is_int((int64_t)list.n, 1, "the others come next");
	round_read(store, &list, &end);
	ok(says(told(&end.done), "200 ") && says(told(&end.done), "200 "),
	    "all are answered");

	do_park();
	do_park();
	do_park();
	lives_add(&list, ask("GET", "/long", ""));
	lives_add(&list, ask("GET", "/long", ""));
	waiters_expire(INT64_MAX);
	round_read(store, &list, &end);
	is_int((int64_t)end.done.n, 1, "many who wait: a round ends as well");
	is_int((int64_t)list.n, 1, "who came is answered before");
	is_int((int64_t)waiters_count(), 3, "and they wait on");
	do
		round_read(store, &list, &end);
	while (list.n > 0 || waiters_woken());
	is_int((int64_t)end.done.n, 5, "until all are answered");
	while (end.done.n > 0)
		told(&end.done);
}

static void
test_waiting(void)
{
	struct lives none = { 0 };
	struct round_end end = { 0 };

	do_park();
	round_read(store, &none, &end);
	is_int((int64_t)end.done.n, 0, "no news: it waits");
	through("PUT", "/write", "{\"n\":40}");
	round_read(store, &none, &end);
	is_text(told(&end.done), "200 {\"state\":\"state\"}",
	    "a change resumes who waits");

	/* What is volatile is looked at in every round. */
	do_park();
	stir_next = 12345;
	round_read(store, &none, &end);
	is_int((int64_t)end.done.n, 0, "nothing volatile has changed: it waits");
	is_int(round_stir_at(), 12345, "until something is over");
	stir_wakes = ann;
	stir_next = -1;
	round_read(store, &none, &end);
	is_text(told(&end.done), "200 {\"state\":\"state\"}",
	    "which resumes who waits");
	is_int(round_stir_at(), -1, "and then nothing will be");

	/* Committed after its snapshot, before it was parked. */
	{
		struct lives list = { 0 };
		struct life *l;

		lives_add(&list, ask("GET", "/wait", ""));
		round_read(store, &list, &end);
		l = lives_take(&end.parked);
		through("PUT", "/write", "{\"n\":41}");
		waiter_add(l);
		life_free(l);
	}
	db_script(store->main, "INSERT INTO change (kind, ref) VALUES (1, 42)");
	round_read(store, &none, &end);
	ok(says(told(&end.done), "200 "), "what came meanwhile is heard");

	/* The news cannot be read, and then they can. */
	do_park();
	through("GET", "/read", "");
	db_script(store->main, "INSERT INTO change (kind, ref) VALUES (1, 43)");
	break_table("change", STMT_CHANGE_LAST);
	round_read(store, &none, &end);
	break_table(NULL, STMT_CHANGE_LAST);
	ok(end.deaf, "news that cannot be read: to be read again");
	is_int((int64_t)end.done.n, 0, "and nobody is answered");
	round_read(store, &none, &end);
	ok(says(told(&end.done), "200 "), "they come later");

	/* Who is woken while nothing can be read is told so. */
	do_park();
	waiters_expire(INT64_MAX);
	break_store(true);
	round_read(store, &none, &end);
	break_store(false);
	ok(says(told(&end.done), "500 "), "woken, and refused");
	ok(!waiters_woken(), "nobody is left over");
}

int
main(void)
{
	struct session session;

	scratch_begin();
	scratch_conf.body_max = 1 << 20;
	scratch_conf.user_waiters = 100;
	store = scratch_open(NULL);
	db_arena(store->main, scratch_mem);
	db_begin(store->main, TX_WRITE);
	ann = account_make(store->main, "@ann:example.org", ACCOUNT_USER, NULL,
	    clock_now_ms());
	session = session_begin(store->main, scratch_mem, store->conf, ann,
	    &(struct session_wish){ 0 }, 2016, clock_now_ms());
	db_commit(store->main);
	bearer = arena_printf(scratch_mem, "Bearer %s", session.access_token);

	ok(says(through("GET", "/read", ""), "200 {\"last\":"), "a reader");
	bearer = "Bearer nobodys";
	ok(says(through("GET", "/read", ""), "401 {\"errcode\":\"M_UNKNOWN_TOKEN\""),
	    "a stranger");
	bearer = arena_printf(scratch_mem, "Bearer %s", session.access_token);

	test_keeping();
	test_once();
	test_pieces();
	test_broken_store();
	test_broken_token();
	test_lost();
	test_time();
	test_waiting();
	store_close(store);
	return done_testing();
}
