/* sha1.c - SHA-1 and HMAC; names as in FIPS 180-4, 6.1, and RFC 2104. */
#include <string.h>

#include "base/arena.h"
#include "base/sha1.h"

#define BLOCK	64

static uint32_t
rotl(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static void
schedule(uint32_t w[80], const uint8_t *m)
{
	unsigned t;

	for (t = 0; t < 16; t++, m += 4)
		w[t] = (uint32_t)m[0] << 24 | (uint32_t)m[1] << 16 |
		    (uint32_t)m[2] << 8 | m[3];
	for (; t < 80; t++)
		w[t] = rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
}

/* f of the standard, with the constant of its round. */
static uint32_t
f(unsigned t, uint32_t b, uint32_t c, uint32_t d)
{
	switch (t / 20) {
	case 0:
		return ((b & c) ^ (~b & d)) + 0x5a827999u;
	case 1:
		return (b ^ c ^ d) + 0x6ed9eba1u;
	case 2:
		return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdcu;
	default:
		return (b ^ c ^ d) + 0xca62c1d6u;
	}
}

static void
take_block(uint32_t h[5], const uint8_t *m)
{
	uint32_t w[80], v[5], temp;
	unsigned t;

	schedule(w, m);
	memcpy(v, h, sizeof v);
	for (t = 0; t < 80; t++) {
		temp = rotl(v[0], 5) + f(t, v[1], v[2], v[3]) + v[4] + w[t];
		v[4] = v[3];
		v[3] = v[2];
		v[2] = rotl(v[1], 30);
		v[1] = v[0];
		v[0] = temp;
	}
	for (t = 0; t < 5; t++)
		h[t] += v[t];
}

/* What is left of the text, a bit, zeros, and the length in bits. */
static void
take_end(uint32_t h[5], const uint8_t *rest, size_t n, uint64_t bits)
{
	uint8_t end[2 * BLOCK] = { 0 };
	const size_t size = n < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	unsigned i;

	memcpy(end, rest, n);
	end[n] = 0x80;
	for (i = 0; i < 8; i++)
		end[size - 1 - i] = (uint8_t)(bits >> (8 * i));
	take_block(h, end);
	if (size > BLOCK)
		take_block(h, end + BLOCK);
}

void
sha1(const void *p, size_t n, uint8_t out[SHA1_LEN])
{
	uint32_t h[5] = { 0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u,
	    0xc3d2e1f0u };
	const uint8_t *m = p;
	size_t left;
	unsigned i;

	for (left = n; left >= BLOCK; left -= BLOCK, m += BLOCK)
		take_block(h, m);
	take_end(h, m, left, (uint64_t)n * 8);
	for (i = 0; i < SHA1_LEN; i++)
		out[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

/* H(key XOR pad, text) */
static void
keyed(struct arena *mem, const uint8_t key[BLOCK], uint8_t pad,
    const void *text, size_t n, uint8_t out[SHA1_LEN])
{
	uint8_t *p = arena_alloc(mem, BLOCK + n);

	for (size_t i = 0; i < BLOCK; i++)
		p[i] = key[i] ^ pad;
	if (n > 0)
		memcpy(p + BLOCK, text, n);
	sha1(p, BLOCK + n, out);
	explicit_bzero(p, BLOCK);
}

void
hmac_sha1(struct arena *mem, const void *key, size_t key_len, const void *text,
    size_t n, uint8_t out[SHA1_LEN])
{
	uint8_t block[BLOCK] = { 0 }, inner[SHA1_LEN];

	if (key_len > BLOCK)
		sha1(key, key_len, block);
	else if (key_len > 0)
		memcpy(block, key, key_len);
	keyed(mem, block, 0x36, text, n, inner);
	keyed(mem, block, 0x5c, inner, sizeof(inner), out);
	explicit_bzero(block, sizeof(block));
}
