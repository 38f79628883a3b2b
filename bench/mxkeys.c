/*
 * mxkeys - what end-to-end encryption asks of a Matrix homeserver, any of them:
 * the keys of 200 users of three devices each, who cross-sign them, and a sync
 * for which 1,000 messages wait.
 *
 * usage: mxkeys [-s SECONDS] [-c PATTERN] [-u USERS] URL
 *
 * -c: as for mxbench.  -u: how many users' keys are asked for at once (200).
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "figures.h"
#include "http.h"
#include "world.h"

#define V3		"/_matrix/client/v3"
#define DEVICES		3	/* of a user */
#define QUEUED		1000	/* messages that wait for a device */

static double seconds = 5;
static struct arena *mem;

/* ------------------------------------------------------------- keys and texts */

static const char *
base64(const void *bytes, size_t n)
{
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	base64_encode(&b, bytes, n, false);
	return buf_str(&b);
}

struct pair {
	struct ed25519_key key;
	const char	*public;
};

static struct pair
new_pair(void)
{
	uint8_t seed[ED25519_KEY_LEN];
	struct pair p;

	random_bytes(seed, sizeof(seed));
	ed25519_from_seed(&p.key, seed);
	p.public = base64(p.key.public, sizeof(p.key.public));
	return p;
}

/* "ed25519:NAME":"signature" over a text that is canonical. */
static const char *
signature(const struct pair *p, const char *name, const char *text)
{
	uint8_t bytes[ED25519_SIG_LEN];

	ed25519_sign(&p->key, text, strlen(text), bytes);
	return arena_printf(mem, "\"ed25519:%s\":\"%s\"", name,
	    base64(bytes, sizeof(bytes)));
}

/* text, an object, with the signatures of a user. */
static const char *
with_signatures(const char *text, const struct user *u, const char *signatures)
{
	return arena_printf(mem, "%.*s,\"signatures\":{\"%s\":{%s}}}",
	    (int)strlen(text) - 1, text, u->id, signatures);
}

/* ------------------------------------------------------------------ a world */

static const char *
cross_key(const struct user *u, const struct pair *p, const char *usage)
{
	return arena_printf(mem, "{\"keys\":{\"ed25519:%s\":\"%s\"},\"usage\":"
	    "[\"%s\"],\"user_id\":\"%s\"}", p->public, p->public, usage, u->id);
}

/* Returns the key that signs the user's devices. */
static struct pair
cross_sign(const struct user *u)
{
	struct pair master = new_pair(), own = new_pair();
	const char *text = cross_key(u, &own, "self_signing");

	demand(u, "POST", V3 "/keys/device_signing/upload", arena_printf(mem,
	    "{\"master_key\":%s,\"self_signing_key\":%s}",
	    cross_key(u, &master, "master"), with_signatures(text, u,
	    signature(&master, master.public, text))));
	return own;
}

static void
add_device(const struct user *u, const struct pair *own)
{
	struct pair p = new_pair();
	struct user session;
	char id[256];
	const char *text;

	log_in(u, &session, id);
	text = arena_printf(mem, "{\"algorithms\":["
	    "\"m.olm.v1.curve25519-aes-sha2\",\"m.megolm.v1.aes-sha2\"],"
	    "\"device_id\":\"%s\",\"keys\":{\"curve25519:%s\":\"%s\","
	    "\"ed25519:%s\":\"%s\"},\"user_id\":\"%s\"}", id, id, p.public, id,
	    p.public, u->id);
	demand(&session, "POST", V3 "/keys/upload", arena_printf(mem,
	    "{\"device_keys\":%s}", with_signatures(text, u, arena_printf(mem,
	    "%s,%s", signature(&p, id, text),
	    signature(own, own->public, text)))));
}

static void
make_world(size_t n)
{
	need_users(n);
	for (size_t i = 0; i < n; i++) {
		struct pair own = cross_sign(&users[i]);

		for (int d = 0; d < DEVICES; d++)
			add_device(&users[i], &own);
	}
}

/* A body that asks for the keys of all users. */
static const char *
ask_for_all(void)
{
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	buf_puts(&b, "{\"device_keys\":{");
	for (size_t i = 0; i < user_count; i++)
		buf_puts(&b, arena_printf(mem, "%s\"%s\":[]", i ? "," : "",
		    users[i].id));
	buf_puts(&b, "}}");
	return buf_str(&b);
}

/* ----------------------------------------------------------------- the load */

static const struct user *asker;
static const char *method, *path, *body;

static void
ask(struct http *h)
{
	http_send(h, method, asker->token, body, "%s", path);
}

static void
again(struct http *h, int status, const char *answer, size_t n)
{
	(void)answer;
	(void)n;
	take(h, status);
	ask(h);
}

static void
load(const char *name)
{
	struct http *h = http_new(again, NULL);

	start_clock();
	ask(h);
	http_run(mono_us() + (int64_t)(seconds * 1e6), &stop);
	report(name);
	http_close(h);
}

static void
query(void)
{
	char name[100];

	asker = &users[0];
	method = "POST";
	path = V3 "/keys/query";
	body = ask_for_all();
	snprintf(name, sizeof(name), "keys of %zu users (should be under 10 ms)",
	    user_count);
	load(name);
}

/* A token from before them, so that each sync is told of the oldest anew. */
static void
wait_for_many(void)
{
	struct user phone;
	char id[256], since[256], name[100];

	log_in(&users[0], &phone, id);
	since_of(&phone, since);
	for (int i = 0; i < QUEUED; i++)
		demand(&users[1], "PUT", arena_printf(mem, V3
		    "/sendToDevice/m.room.encrypted/q%d", i), arena_printf(mem,
		    "{\"messages\":{\"%s\":{\"%s\":{\"algorithm\":"
		    "\"m.olm.v1.curve25519-aes-sha2\",\"ciphertext\":"
		    "\"%0800d\"}}}}", users[0].id, id, i));
	asker = &phone;
	method = "GET";
	path = arena_printf(mem, V3 "/sync?timeout=0&since=%s", since);
	body = NULL;
	snprintf(name, sizeof(name),
	    "sync, %d messages wait (should be under 20 ms)", QUEUED);
	load(name);
}

int
main(int argc, char **argv)
{
	size_t n = 200;
	int c;

	while ((c = getopt(argc, argv, "s:c:u:")) != -1)
		switch (c) {
		case 's':
			seconds = atof(optarg);
			break;
		case 'c':
			count_cpu_of(optarg);
			break;
		case 'u':
			n = (size_t)atoi(optarg);
			break;
		default:
			return 2;
		}
	if (optind + 1 != argc || n < 2)
		errx(2, "usage: mxkeys [-s SECONDS] [-c PATTERN] [-u USERS] "
		    "URL");
	crypto_open();
	mem = arena_new();
	world_open(argv[optind]);
	make_world(n);
	query();
	wait_for_many();
	arena_free(mem);
	return 0;
}
