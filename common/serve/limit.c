/*
 * limit.c - token buckets (design section 4): charged before any transaction
 * and never given back.
 *
 * A resident program keeps them in memory, in a table that grows up to a
 * bound; as CGI they are rows of the volatile store.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sodium.h>

#include "base/crypto.h"
#include "serve/life.h"

#define SLOTS_MIN	256
#define SLOTS_MAX	65536

struct bucket {
	uint64_t	 key;		/* 0: free */
	double		 level;
	int64_t		 at;		/* ms, when level was right */
	uint8_t		 limit;
};

static bool resident;
static struct bucket *buckets;
static size_t bucket_slots, bucket_used;
static unsigned char secret[crypto_shorthash_KEYBYTES];

void
limit_resident(void)
{
	resident = true;
	random_bytes(secret, sizeof(secret));
}

/* Tokens in the bucket now. */
static double
level_now(const struct conf_limit *c, double level, int64_t at, int64_t now)
{
	if (now > at)
		level += (double)(now - at) / 1000 * c->per_second;
	return level < c->burst ? level : c->burst;
}

static bool
take(const struct conf_limit *c, double *level, int64_t *wait_ms)
{
	if (*level >= 1) {
		*level -= 1;
		return true;
	}
	*wait_ms = c->per_second > 0 ?
	    (int64_t)((1 - *level) / c->per_second * 1000) + 1 : 60000;
	return false;
}

/* -------------------------------------------------------------- in memory */

/* Keyed, so that nobody can choose names that fall together. */
static uint64_t
bucket_key(enum limit limit, const char *key)
{
	uint64_t h;

	crypto_shorthash((unsigned char *)&h, (const unsigned char *)key,
	    strlen(key), secret);
	h ^= (uint64_t)limit << 56;
	return h ? h : 1;
}

static struct bucket *
bucket_slot(uint64_t key)
{
	size_t i = key & (bucket_slots - 1);

	while (buckets[i].key != 0 && buckets[i].key != key)
		i = (i + 1) & (bucket_slots - 1);
	return &buckets[i];
}

/* One that is full again. */
static bool
says_nothing(const struct bucket *b, const struct conf *conf, int64_t now)
{
	const struct conf_limit *c = &conf->limit[b->limit];

	return b->key == 0 || level_now(c, b->level, b->at, now) >= c->burst;
}

/*
 * Make room.  Where the table may not grow and is still more than half full,
 * every other bucket is forgotten, by a bit of its key that chance names: room
 * for a single one would cost a look at all of them each time.
 */
static void
buckets_grow(const struct conf *conf, int64_t now)
{
	struct bucket *old = buckets;
	size_t count = bucket_slots, left = 0;
	unsigned char bit;

	for (size_t i = 0; i < count; i++)
		left += !says_nothing(&old[i], conf, now);
	bucket_slots = count == 0 ? SLOTS_MIN :
	    count < SLOTS_MAX ? 2 * count : count;
	if ((buckets = calloc(bucket_slots, sizeof(*buckets))) == NULL)
		abort();
	bucket_used = 0;
	random_bytes(&bit, 1);
	for (size_t i = 0; i < count; i++) {
		if (says_nothing(&old[i], conf, now) ||
		    (left > bucket_slots / 2 &&
		    (old[i].key >> (16 + bit % 32) & 1)))
			continue;
		*bucket_slot(old[i].key) = old[i];
		bucket_used++;
	}
	free(old);
}

static bool
take_resident(const struct conf *conf, enum limit limit, const char *key,
    int64_t now, int64_t *wait_ms)
{
	const struct conf_limit *c = &conf->limit[limit];
	uint64_t k = bucket_key(limit, key);
	struct bucket *b;

	if (bucket_used >= bucket_slots / 4 * 3)
		buckets_grow(conf, now);
	b = bucket_slot(k);
	if (b->key == 0) {
		*b = (struct bucket){ k, c->burst, now, (uint8_t)limit };
		bucket_used++;
	}
	b->level = level_now(c, b->level, b->at, now);
	b->at = now;
	return take(c, &b->level, wait_ms);
}

/* --------------------------------------------------- in the volatile store */

/* A bucket of the volatile store, in a transaction. */
struct stored {
	struct store	*store;
	struct arena	*mem;
	const struct conf_limit *limit;
	const char	*key;
	double		 level;
	int64_t		 now;
};

/* A limit that cannot be kept is not a reason to refuse. */
static bool
stored_begin(struct stored *s, struct store *store, enum limit limit,
    const char *key, int64_t now)
{
	static const char *const names[LIMIT__MAX] = {
#define X(name) #name,
		LIMITS(X)
#undef X
	};
	uint8_t hash[SHA256_LEN];
	struct rows rows;
	struct buf b;

	if (!db_begin(store->vol, TX_WRITE))
		return false;
	*s = (struct stored){ .store = store, .mem = arena_new(),
	    .limit = &store->conf->limit[limit], .now = now };
	/* Whatever length a stranger gives to a name. */
	sha256(key, strlen(key), hash);
	buf_init(&b, s->mem, SIZE_MAX);
	buf_printf(&b, "%s ", names[limit]);
	base64_encode(&b, hash, sizeof(hash), true);
	s->key = buf_str(&b);
	s->level = s->limit->burst;
	rows = db_query(store->vol, STMT_BUCKET_GET, DB_TEXT(s->key));
	if (rows_next(&rows)) {
		s->level = level_now(s->limit, rows_real(&rows, 0),
		    rows_int(&rows, 1), now);
		rows_done(&rows);
	}
	return true;
}

static void
stored_end(struct stored *s, bool changed)
{
	if (changed)
		db_exec(s->store->vol, STMT_BUCKET_SET, DB_TEXT(s->key),
		    DB_REAL(s->level), DB_INT(s->now));
	db_commit(s->store->vol);
	arena_free(s->mem);
}

bool
limit_shared(struct store *store, enum limit limit, const char *key,
    bool charge, int64_t now, int64_t *wait_ms)
{
	struct stored s;
	bool ok;

	if (!stored_begin(&s, store, limit, key, now))
		return true;
	ok = take(s.limit, &s.level, wait_ms);
	stored_end(&s, charge);
	return ok;
}

void
limit_owe(struct store *store, enum limit limit, const char *key, int64_t now)
{
	struct stored s;

	if (!stored_begin(&s, store, limit, key, now))
		return;
	s.level -= 1;
	stored_end(&s, true);
}

bool
is_limited(const struct request *r)
{
	const struct appservice *as = r->who.appservice;

	/* To register and to log in it asks as itself. */
	if (as == NULL && r->who.user == 0 && req_appservice(r) != NULL)
		return false;
	return r->conf->limits && (as == NULL || (as->rate_limited &&
	    strcmp(r->who.user_id, as->sender_id) != 0));
}

const char *
limit_address(struct arena *mem, const char *address)
{
	struct in6_addr in;
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET6, address, &in) != 1 || IN6_IS_ADDR_V4MAPPED(&in))
		return address;
	memset(in.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &in, text, sizeof(text));
	return arena_strdup(mem, text);
}

bool
limit_take(struct store *store, enum limit limit, const char *key,
    int64_t now, int64_t *wait_ms)
{
	return resident ?
	    take_resident(store->conf, limit, key, now, wait_ms) :
	    limit_shared(store, limit, key, true, now, wait_ms);
}
