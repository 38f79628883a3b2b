/* crypto.c - random numbers, hashes, signatures, base64 (libsodium). */
#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/log.h"

#define TOKEN_BYTES	32

void
crypto_open(void)
{
	if (sodium_init() < 0)
		log_fatal("The cryptographic library does not start; "
		    "is /dev/urandom there?");
}

void
random_bytes(void *p, size_t n)
{
	randombytes_buf(p, n);
}

char *
random_letters(struct arena *mem, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789";
	const unsigned count = sizeof letters - 1;
	char *s = arena_alloc(mem, n + 1);
	uint8_t some[64];
	size_t i = 0, k;

	while (i < n) {
		random_bytes(some, sizeof some);
		/* 256 is no multiple of 62: the rest would favour some. */
		for (k = 0; k < sizeof some && i < n; k++)
			if (some[k] < 256 - 256 % count)
				s[i++] = letters[some[k] % count];
	}
	return s;
}

char *
random_token(struct arena *mem)
{
	uint8_t some[TOKEN_BYTES];
	struct buf b;

	random_bytes(some, sizeof some);
	buf_init(&b, mem, 2 * sizeof some);
	base64_encode(&b, some, sizeof some, true);
	return arena_strdup(mem, buf_str(&b));
}

void
sha256(const void *p, size_t n, uint8_t out[SHA256_LEN])
{
	crypto_hash_sha256(out, p, n);
}

/* What crypto.h makes room for without libsodium's header. */
_Static_assert(sizeof(crypto_hash_sha256_state) <=
    sizeof(struct sha256_pieces) &&
    _Alignof(crypto_hash_sha256_state) <= _Alignof(struct sha256_pieces),
    "room for the state");

static crypto_hash_sha256_state *
state_of(struct sha256_pieces *p)
{
	return (crypto_hash_sha256_state *)(void *)p->inner;
}

void
sha256_begin(struct sha256_pieces *p)
{
	crypto_hash_sha256_init(state_of(p));
}

void
sha256_add(struct sha256_pieces *p, const void *piece, size_t n)
{
	crypto_hash_sha256_update(state_of(p), piece, n);
}

void
sha256_end(struct sha256_pieces *p, uint8_t out[SHA256_LEN])
{
	crypto_hash_sha256_final(state_of(p), out);
}

bool
ct_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

void
base64_encode(struct buf *out, const void *p, size_t n, bool url)
{
	const int variant = url ? sodium_base64_VARIANT_URLSAFE_NO_PADDING :
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
	const uint8_t *s = p;
	char piece[65];
	size_t len;

	/* 48 bytes give 64 letters and no rest, so pieces join. */
	for (; n > 0; s += len, n -= len) {
		len = n < 48 ? n : 48;
		sodium_bin2base64(piece, sizeof piece, s, len, variant);
		buf_puts(out, piece);
	}
}

static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/*
 * libsodium's decoder wants one alphabet and refuses bits left over; other
 * servers send both.
 */
long
base64_decode(const char *s, size_t n, uint8_t *out, size_t max)
{
	uint32_t bits = 0;
	size_t i, len = 0;
	unsigned have = 0;
	int six;

	if (n > 0 && n % 4 == 0 && s[n - 1] == '=')
		n -= s[n - 2] == '=' ? 2 : 1;
	if (n % 4 == 1)
		return -1;
	for (i = 0; i < n; i++) {
		if ((six = sextet(s[i])) < 0)
			return -1;
		bits = bits << 6 | (uint32_t)six;
		have += 6;
		if (have < 8)
			continue;
		if (len == max)
			return -1;
		have -= 8;
		out[len++] = (uint8_t)(bits >> have);
	}
	return (long)len;
}

_Static_assert(SHA256_LEN == crypto_hash_sha256_BYTES, "SHA-256");
_Static_assert(ED25519_KEY_LEN == crypto_sign_SEEDBYTES &&
    ED25519_KEY_LEN == crypto_sign_PUBLICKEYBYTES &&
    ED25519_SIG_LEN == crypto_sign_BYTES &&
    sizeof(((struct ed25519_key *)0)->secret) == crypto_sign_SECRETKEYBYTES,
    "Ed25519");

void
ed25519_from_seed(struct ed25519_key *key, const uint8_t seed[ED25519_KEY_LEN])
{
	memcpy(key->seed, seed, sizeof key->seed);
	crypto_sign_seed_keypair(key->public, key->secret, key->seed);
}

void
ed25519_sign(const struct ed25519_key *key, const void *p, size_t n,
    uint8_t sig[ED25519_SIG_LEN])
{
	crypto_sign_detached(sig, NULL, p, n, key->secret);
}

bool
ed25519_verify(const uint8_t public[ED25519_KEY_LEN], const void *p, size_t n,
    const uint8_t sig[ED25519_SIG_LEN])
{
	return crypto_sign_verify_detached(sig, p, n, public) == 0;
}
