/*
 * crypto.h - random numbers, hashes, signatures, passwords.
 *
 * libsodium underneath, libscrypt for passwords.  crypto_open() comes first.
 */
#ifndef MXCGI_CRYPTO_H
#define MXCGI_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

#define SHA256_LEN	32
#define ED25519_KEY_LEN	32		/* seed, and public key */
#define ED25519_SIG_LEN	64

void	 crypto_open(void);

void	 random_bytes(void *, size_t);
/* n letters of [A-Za-z0-9], each of equal probability. */
char	*random_letters(struct arena *, size_t n);
/* 256 random bits in URL-safe base64: a token. */
char	*random_token(struct arena *);

void	 sha256(const void *, size_t, uint8_t out[SHA256_LEN]);
/* The same of what comes in pieces. */
struct sha256_pieces { uint64_t inner[14]; };
void	 sha256_begin(struct sha256_pieces *);
void	 sha256_add(struct sha256_pieces *, const void *, size_t);
void	 sha256_end(struct sha256_pieces *, uint8_t out[SHA256_LEN]);
/* Equal?  Takes as long either way. */
bool	 ct_equal(const void *, const void *, size_t);

/* Base64 without padding; url: the alphabet with - and _. */
void	 base64_encode(struct buf *, const void *, size_t, bool url);
/*
 * Accepts either alphabet, padded or not.  Returns the number of bytes, or -1
 * when it is not base64 or does not fit.
 */
long	 base64_decode(const char *, size_t, uint8_t *out, size_t max);

struct ed25519_key {
	uint8_t	seed[ED25519_KEY_LEN];
	uint8_t	public[ED25519_KEY_LEN];
	uint8_t	secret[64];		/* as libsodium wants it */
};
void	 ed25519_from_seed(struct ed25519_key *,
	    const uint8_t seed[ED25519_KEY_LEN]);
void	 ed25519_sign(const struct ed25519_key *, const void *, size_t,
	    uint8_t sig[ED25519_SIG_LEN]);
bool	 ed25519_verify(const uint8_t public[ED25519_KEY_LEN], const void *,
	    size_t, const uint8_t sig[ED25519_SIG_LEN]);

#endif
