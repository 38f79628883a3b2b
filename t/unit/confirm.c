/*
 * confirm.c - sessions of confirmation where HTTP cannot look: their ends by
 * time, and which next_link is kept.
 */
#include "matrix/confirm.h"
#include "scratch.h"
#include "serve/life.h"
#include "tap.h"

#define MINUTE	(60 * 1000)
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)
#define START	INT64_C(1767323045000)

const struct program program = { .name = "confirm" };

static struct store *store;
static struct conf conf;
static struct arena *mem;
static const char *const next_links[] = {
	"https://app.example", "https://other.example/a/", NULL
};

static enum mx_err err;
static const char *sid, *code;
static struct threepid_session session;

static struct request *
request_at(int64_t now)
{
	struct life *l = life_new(store);

	l->r.conf = &conf;
	l->r.now = now;
	db_arena(store->main, mem);
	db_arena(store->vol, mem);
	return &l->r;
}

/* What the program was given last: the number, then a code first of all. */
static const char *
last_code(void)
{
	char number[64], text[256];
	FILE *f = fopen(scratch_path("text"), "r");

	if (f == NULL)
		return NULL;
	if (fgets(number, sizeof(number), f) == NULL ||
	    fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	fclose(f);
	unlink(scratch_path("text"));
	return arena_strndup(mem, text, strcspn(text, " "));
}

/* A text is asked for: err, sid, code (NULL: none was sent). */
static void
ask(int64_t now, int attempt, const char *next_link)
{
	struct request *r = request_at(now);
	struct arena *before = json_arena(mem);

	r->body = json_parse_own(mem, span_of(arena_printf(mem,
	    "{\"client_secret\":\"secret\",\"country\":\"GB\","
	    "\"phone_number\":\"07700900001\",\"send_attempt\":%d,"
	    "\"next_link\":\"%s\"}", attempt, next_link)));
	err = confirm_request(r, FOR_ADD, MEDIUM_MSISDN);
	if (err == M_LATER) {
		r->life->job->run(r->life->job);
		r->job = r->life->job;
		r->life->job = NULL;
		err = r->life->job_next(r);
	}
	write_end(&r->out);
	sid = json_text(json_parse_own(mem, span_of(arena_strdup(mem,
	    buf_str(&r->life->body)))), "sid");
	code = last_code();
	json_arena(before);
	life_free(r->life);
}

static enum confirmed
give_in(enum tx tx, int64_t now, const char *token)
{
	struct request *r = request_at(now);
	enum confirmed c;

	r->life->tx = tx;
	c = confirm_submit(r, sid, "secret", token, &session);
	life_free(r->life);
	return c;
}

static enum confirmed
give(int64_t now, const char *token)
{
	return give_in(TX_WRITE, now, token);
}

static bool
is_confirmed(int64_t now, enum threepid_purpose purpose)
{
	return threepid_session_find(store->main, sid, "secret", purpose, now,
	    &session) && session.validated_at != 0;
}

static void
test_time(void)
{
	int64_t at = START;
	const char *first;

	ask(at, 1, "");
	is_int(err, M_OK, "a message");
	ok(code != NULL && strlen(code) == 6, "... with a code");
	is_int(give(at + HOUR - 1, "x"), CONFIRM_WRONG,
	    "within the hour the session is there");
	is_int(give_in(TX_READ, at + HOUR - 1, code), CONFIRM_WRITES,
	    "... for which a reader must become a writer");
	ok(session.sid == NULL, "... and learns nothing before");
	is_int(give_in(TX_READ, at + HOUR, code), CONFIRM_UNKNOWN,
	    "who knows no session stays a reader");
	is_int(give(at + HOUR, code), CONFIRM_UNKNOWN,
	    "after an hour the right code comes too late");
	first = sid;
	at += HOUR;
	ask(at, 1, "");
	ok(code != NULL, "the same attempt sends again");
	is_text(sid, first, "... for the same session");
	is_int(give(at + HOUR - 1, code), CONFIRMED,
	    "which can be confirmed for another hour");
	is_text(session.address, "447700900001", "... whose address it is");
	is_text(session.medium, MEDIUM_MSISDN, "... of which kind");
	is_int(session.validated_at, at + HOUR - 1, "... and since when");
	at += HOUR - 1;
	ok(is_confirmed(at + DAY - 1, FOR_ADD), "and is good for a day");
	ok(!is_confirmed(at + DAY - 1, FOR_PASSWORD),
	    "... for its purpose only (security 15)");
	is_int(give(at + HOUR, code), CONFIRMED, "once more");
	is_int(session.validated_at, at, "... changes nothing");
	ok(!is_confirmed(at + DAY, FOR_ADD), "... nor makes the day longer");

	/* The row may still be there. */
	at += DAY;
	ask(at, 1, "");
	ok(code != NULL, "a new session after the day");
	ok(!is_confirmed(at, FOR_ADD),
	    "... is not confirmed by the old one (security 15)");
	is_int(give(at, code), CONFIRMED, "... but by its code");
	ok(threepid_session_spend(store->main, sid), "it is used");
	is_int(give(at, code), CONFIRM_UNKNOWN,
	    "and then its token is worth nothing (security 22)");
	ok(!is_confirmed(at, FOR_ADD), "... and neither is the session");
}

static void
test_next_link(void)
{
	static const struct {
		const char	*link;
		bool		 kept;
	} cases[] = {
		{ "https://app.example", true },
		{ "https://app.example/", true },
		{ "https://app.example/done?a=b#c", true },
		{ "https://app.example?a", true },
		{ "https://other.example/a/b", true },
		{ "https://app.example.evil.example/", false },
		{ "https://app.example@evil.example/", false },
		{ "https://app.example:8443/", false },
		{ "https://app.example\\\\.evil.example/", false },
		{ "https://app.examples/", false },
		{ "http://app.example/", false },
		{ "HTTPS://app.example/", false },
		{ " https://app.example/", false },
		{ "https://app.example/ x", false },
		{ "https://app.example/\\r\\nX: y", false },
		{ "https://app.example/\xc3\xa4", false },
		{ "https://other.example/", false },
		{ "https://other.example/b/", false },
		{ "javascript:https://app.example/", false },
		{ "//app.example/", false },
		{ "", false }
	};
	char *link;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ask(START + 10 * DAY, (int)i, cases[i].link);
		is_int(give(START + 10 * DAY, code), CONFIRMED,
		    "next_link '%s'", cases[i].link);
		is_text(session.next_link, cases[i].kept ? cases[i].link : NULL,
		    "... is %s (security 22)", cases[i].kept ? "kept" :
		    "ignored");
		threepid_session_spend(store->main, sid);
	}
	link = arena_printf(mem, "https://app.example/%01005d", 0);
	is_int((int64_t)strlen(link), 1025, "a link of 1025 bytes");
	ask(START + 10 * DAY, 1, link);
	is_int(give(START + 10 * DAY, code), CONFIRMED, "... confirms");
	is_text(session.next_link, NULL, "... and is ignored");
	threepid_session_spend(store->main, sid);
	link[1024] = '\0';
	ask(START + 10 * DAY, 1, link);
	is_int(give(START + 10 * DAY, code), CONFIRMED, "one of 1024");
	is_text(session.next_link, link, "... is kept");
}

static void
make_program(void)
{
	const char *path = scratch_path("program");
	FILE *f = fopen(path, "w");

	if (f == NULL)
		exit(1);
	fprintf(f, "#!/bin/sh\ncat >'%s'\n", scratch_path("text"));
	fclose(f);
	chmod(path, 0700);
	conf.msisdn_command = arena_strdup(mem, path);
}

int
main(void)
{
	scratch_begin();
	mem = arena_new();
	store = scratch_open(NULL);
	conf = *store->conf;
	conf.outbound_ms = 10000;
	conf.next_links = next_links;
	make_program();
	if (!db_begin(store->main, TX_WRITE)) {
		printf("Bail out! no transaction\n");
		return 1;
	}
	test_time();
	test_next_link();
	db_rollback(store->main);
	store_close(store);
	arena_free(mem);
	return done_testing();
}
