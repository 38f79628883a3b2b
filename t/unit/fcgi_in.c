/* fcgi_in.c - the FastCGI record parser, fed by friends and by strangers. */
#include <fastcgi.h>
#include <stdlib.h>
#include <string.h>

#include "serve/fcgi_in.h"
#include "tap.h"

static uint8_t bytes[400000];
static size_t len;

static void
record(unsigned type, unsigned id, const void *content, size_t n,
    size_t padding)
{
	uint8_t *p = bytes + len;

	p[0] = FCGI_VERSION_1;
	p[1] = (uint8_t)type;
	p[2] = (uint8_t)(id >> 8);
	p[3] = (uint8_t)id;
	p[4] = (uint8_t)(n >> 8);
	p[5] = (uint8_t)n;
	p[6] = (uint8_t)padding;
	p[7] = 0;
	if (n > 0)
		memcpy(p + 8, content, n);
	memset(p + 8 + n, 0xee, padding);
	len += 8 + n + padding;
}

static void
begin(unsigned id, unsigned role, unsigned flags)
{
	uint8_t body[8] = { (uint8_t)(role >> 8), (uint8_t)role, (uint8_t)flags };

	record(FCGI_BEGIN_REQUEST, id, body, sizeof(body), 0);
}

/* A whole request; what it is, padded here and there. */
static void
request(unsigned id, unsigned flags, const char *params, size_t n,
    const char *body)
{
	begin(id, FCGI_RESPONDER, flags);
	record(FCGI_PARAMS, id, params, n, 3);
	record(FCGI_PARAMS, id, NULL, 0, 0);
	if (*body != '\0')
		record(FCGI_STDIN, id, body, strlen(body), 7);
	record(FCGI_STDIN, id, NULL, 0, 0);
}

/* Feed all in pieces of at most `piece`; the steps as letters. */
static const char *
feed(struct fcgi_in *in, size_t piece, size_t body_max)
{
	static const char letters[] = "-PBAFVUTX";
	static char steps[64];
	size_t at = 0, k = 0;

	while (at < len && k < sizeof(steps) - 1) {
		const uint8_t *p = bytes + at;
		size_t n = len - at < piece ? len - at : piece, before = n;
		enum fcgi_step step;

		do {
			step = fcgi_feed(in, &p, &n);
			if (step != FCGI_STEP_MORE)
				steps[k++] = letters[step];
			if (step == FCGI_STEP_PARAMS)
				in->body_max = body_max;
		} while (step != FCGI_STEP_MORE && step != FCGI_STEP_BAD);
		at += before;
		if (step == FCGI_STEP_BAD)
			break;
	}
	steps[k] = '\0';
	len = 0;
	return steps;
}

/* The steps of what was recorded, on a fresh connection. */
static const char *
steps(size_t body_max)
{
	struct fcgi_in in = { 0 };
	const char *out = feed(&in, SIZE_MAX, body_max);

	fcgi_in_reset(&in);
	return out;
}

static void
test_request(void)
{
	for (size_t piece = 1; piece < 40; piece++) {
		struct fcgi_in in = { 0 };

		request(7, FCGI_KEEP_CONN, "\1\2ab!", 5, "hello");
		is_text(feed(&in, piece, 100), "PB", "in pieces of %zu", piece);
		ok(in.id == 7 && in.keep, "id and keep");
		ok(in.params_len == 5 && memcmp(in.params, "\1\2ab!", 5) == 0,
		    "parameters");
		ok(in.body_len == 5 && memcmp(in.body, "hello", 5) == 0, "body");
		fcgi_in_reset(&in);
		is_int((int64_t)fcgi_in_held(&in), 0, "nothing held after reset");
	}
}

static void
test_second_request(void)
{
	struct fcgi_in in = { 0 };

	begin(1, FCGI_RESPONDER, 0);
	record(FCGI_PARAMS, 1, NULL, 0, 0);
	begin(2, FCGI_RESPONDER, 0);
	record(FCGI_PARAMS, 2, "x", 1, 0);
	record(FCGI_STDIN, 1, NULL, 0, 0);
	is_text(feed(&in, SIZE_MAX, 0), "PFB",
	    "a request beside one that runs is refused, and disturbs nothing");
	is_int(in.refused, 2, "and named");
	fcgi_in_reset(&in);
}

static void
test_hostile(void)
{
	static char big[65535];

	begin(0, FCGI_RESPONDER, 0);
	is_text(steps(9), "X", "request id 0");
	begin(1, FCGI_AUTHORIZER, 0);
	is_text(steps(9), "X", "a role we do not have");
	record(FCGI_BEGIN_REQUEST, 1, "\0\1\0", 3, 0);
	is_text(steps(9), "X", "a short BEGIN_REQUEST");

	bytes[0] = 2;
	len = 8;
	is_text(steps(9), "X", "another version of the protocol");

	begin(1, FCGI_RESPONDER, 0);
	record(FCGI_STDIN, 1, "x", 1, 0);
	is_text(steps(9), "X", "a body before the parameters have ended");

	request(1, 0, "\0\0", 2, "12345");
	is_text(steps(5), "PB", "a body of just the bound");
	request(1, 0, "\0\0", 2, "123456");
	is_text(steps(5), "PTB", "one byte over: said once, the rest is dropped");

	begin(1, FCGI_RESPONDER, 0);
	record(FCGI_PARAMS, 1, big, 65535, 255);
	record(FCGI_PARAMS, 1, "ab", 2, 0);
	is_text(steps(5), "X", "more parameters than the bound");

	request(1, 0, "\0\0", 2, "");
	record(FCGI_STDIN, 1, "x", 1, 0);
	is_text(steps(5), "PBX", "a body after its end");
	request(1, 0, "\0\0", 2, "");
	record(FCGI_PARAMS, 1, NULL, 0, 0);
	is_text(steps(5), "PBX", "parameters that end twice");

	record(FCGI_STDIN, 9, "x", 1, 0);
	record(FCGI_PARAMS, 9, "x", 1, 0);
	record(FCGI_ABORT_REQUEST, 9, NULL, 0, 0);
	is_text(steps(5), "", "records of no request are passed over");

	request(1, 0, "\0\0", 2, "");
	record(FCGI_ABORT_REQUEST, 1, NULL, 0, 0);
	is_text(steps(5), "PBA", "abort");
	record(FCGI_GET_VALUES, 0, NULL, 0, 0);
	record(99, 0, "abc", 3, 5);
	is_text(steps(5), "VU", "management records");
}

static void
test_pairs(void)
{
	struct fcgi_pair pair;
	size_t at = 0;
	bool bad = false;

	ok(fcgi_pair_next("\3\0abc\200\0\0\1\2xyz", 13, &at, &pair, &bad) &&
	    pair.name_len == 3 && pair.value_len == 0, "a short pair");
	ok(fcgi_pair_next("\3\0abc\200\0\0\1\2xyz", 13, &at, &pair, &bad) &&
	    pair.name_len == 1 && pair.value_len == 2 &&
	    memcmp(pair.value, "yz", 2) == 0, "a length of four bytes");
	ok(!fcgi_pair_next("\3\0abc\200\0\0\1\2xyz", 13, &at, &pair, &bad) &&
	    !bad, "the end");

	at = 0;
	ok(!fcgi_pair_next("\377\377\377\376\377\377\377\376AAAA", 12, &at,
	    &pair, &bad) && bad, "lengths that would wrap around");
	at = 0, bad = false;
	ok(!fcgi_pair_next("\3\5abcd", 6, &at, &pair, &bad) && bad,
	    "a value beyond the end");
	at = 0, bad = false;
	ok(!fcgi_pair_next("\200\0", 2, &at, &pair, &bad) && bad,
	    "a length cut short");
	at = 0, bad = false;
	ok(!fcgi_pair_next("\3", 1, &at, &pair, &bad) && bad, "no second length");
}

int
main(void)
{
	test_request();
	test_second_request();
	test_hostile();
	test_pairs();
	return done_testing();
}
