/* sha1.c - the examples of FIPS 180, lengths around a block, and HMAC. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/sha1.h"
#include "tap.h"

static const char *
digits(const uint8_t sum[SHA1_LEN])
{
	static char text[2 * SHA1_LEN + 1];

	for (size_t i = 0; i < SHA1_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", sum[i]);
	return text;
}

static const char *
hex(const void *p, size_t n)
{
	uint8_t sum[SHA1_LEN];

	sha1(p, n, sum);
	return digits(sum);
}

/* RFC 2202 */
static void
test_hmac(void)
{
	struct arena *mem = arena_new();
	uint8_t key[80], out[SHA1_LEN];

	memset(key, 0x0b, sizeof(key));
	hmac_sha1(mem, key, 20, "Hi There", 8, out);
	is_text(digits(out), "b617318655057264e28bc0b6fb378c8ef146be00",
	    "HMAC, a key of 20 bytes");
	hmac_sha1(mem, "Jefe", 4, "what do ya want for nothing?", 28, out);
	is_text(digits(out), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
	    "HMAC, a short key");
	memset(key, 0xaa, sizeof(key));
	hmac_sha1(mem, key, sizeof(key),
	    "Test Using Larger Than Block-Size Key - Hash Key First", 54, out);
	is_text(digits(out), "aa4ae5e15272d00e95705637ce8a3b55ed402112",
	    "HMAC, a key longer than a block");
	hmac_sha1(mem, "", 0, "", 0, out);
	is_text(digits(out), "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d",
	    "HMAC, nothing of nothing");
	arena_free(mem);
}

static void
test_length(size_t n, const char *want)
{
	char *p = malloc(n);

	if (p == NULL)
		abort();
	memset(p, 'a', n);
	is_text(hex(p, n), want, "%zu times a", n);
	free(p);
}

int
main(void)
{
	is_text(hex("abc", 3), "a9993e364706816aba3e25717850c26c9cd0d89d",
	    "abc");
	is_text(hex("", 0), "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	    "nothing");
	is_text(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    56), "84983e441c3bd26ebaae4aa1f95129e5e54670f1", "two blocks");
	test_length(55,
	    "c1c8bbdc22796e28c0e15163d20899b65621d65a");
	test_length(56,
	    "c2db330f6083854c99d4b5bfb6e8f29f201be699");
	test_length(64,
	    "0098ba824b5c16427bd7a1122a5a442a25ec644d");
	test_length(1000000,
	    "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	test_hmac();
	return done_testing();
}
