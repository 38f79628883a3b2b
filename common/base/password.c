/*
 * password.c - storing and checking passwords (libscrypt).
 *
 * The stored text is the PHC string format, so that another server's import
 * and export understand it.
 */
#include <errno.h>
#include <libscrypt.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "base/password.h"

#define SALT_LEN	16
#define HASH_LEN	32
#define LOG_N_MAX	24	/* 16 GB with r=8 */
#define FACTOR_MAX	1024

struct stored {
	struct password_cost cost;
	uint8_t	salt[SALT_LEN];
	uint8_t	hash[HASH_LEN];
};

static bool
derive(const char *password, const struct stored *stored,
    uint8_t out[HASH_LEN])
{
	const struct password_cost *cost = &stored->cost;

	return libscrypt_scrypt((const uint8_t *)password, strlen(password),
	    stored->salt, SALT_LEN, UINT64_C(1) << cost->log_n, cost->r,
	    cost->p, out, HASH_LEN) == 0;
}

static bool
cost_valid(const struct password_cost *cost)
{
	return cost->log_n >= 1 && cost->log_n <= LOG_N_MAX &&
	    cost->r >= 1 && cost->r <= FACTOR_MAX &&
	    cost->p >= 1 && cost->p <= FACTOR_MAX;
}

static bool
stored_read(struct stored *stored, const char *text)
{
	struct password_cost *cost = &stored->cost;
	const char *salt, *hash;
	int n = 0;

	if (sscanf(text, "$scrypt$ln=%2u,r=%4u,p=%4u$%n", &cost->log_n,
	    &cost->r, &cost->p, &n) != 3 || n == 0 || !cost_valid(cost))
		return false;
	salt = text + n;
	hash = strchr(salt, '$');
	if (hash == NULL)
		return false;
	return base64_decode(salt, (size_t)(hash - salt), stored->salt,
	    SALT_LEN) == SALT_LEN &&
	    base64_decode(hash + 1, strlen(hash + 1), stored->hash,
	    HASH_LEN) == HASH_LEN;
}

static void
stored_write(const struct stored *stored, char out[PASSWORD_HASH_MAX])
{
	const int variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
	char salt[sodium_base64_ENCODED_LEN(SALT_LEN, variant)];
	char hash[sodium_base64_ENCODED_LEN(HASH_LEN, variant)];

	sodium_bin2base64(salt, sizeof salt, stored->salt, SALT_LEN, variant);
	sodium_bin2base64(hash, sizeof hash, stored->hash, HASH_LEN, variant);
	snprintf(out, PASSWORD_HASH_MAX, "$scrypt$ln=%u,r=%u,p=%u$%s$%s",
	    stored->cost.log_n, stored->cost.r, stored->cost.p, salt, hash);
	sodium_memzero(hash, sizeof hash);
}

bool
password_hash(const char *password, struct password_cost cost,
    char out[PASSWORD_HASH_MAX])
{
	struct stored stored = { .cost = cost };
	bool done;

	random_bytes(stored.salt, SALT_LEN);
	done = derive(password, &stored, stored.hash);
	if (done)
		stored_write(&stored, out);
	sodium_memzero(&stored, sizeof stored);
	return done;
}

bool
password_check(const char *password, const char *hash,
    struct password_cost cost)
{
	struct stored stored = { .cost = cost };
	uint8_t made[HASH_LEN] = { 0 };
	bool known, done, same;

	known = hash != NULL && stored_read(&stored, hash);
	if (!known)
		stored.cost = cost;
	done = derive(password, &stored, made);
	same = ct_equal(made, stored.hash, HASH_LEN);
	sodium_memzero(&stored, sizeof stored);
	sodium_memzero(made, sizeof made);
	errno = done ? 0 : ENOMEM;
	return known && done && same;
}

bool
password_is_weak(const char *hash, struct password_cost cost)
{
	struct stored stored;
	bool weak;

	weak = !stored_read(&stored, hash) ||
	    stored.cost.log_n < cost.log_n || stored.cost.r < cost.r ||
	    stored.cost.p < cost.p;
	sodium_memzero(&stored, sizeof stored);
	return weak;
}
