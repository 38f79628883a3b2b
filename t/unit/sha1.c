/* sha1.c - the examples of FIPS 180, and lengths around a block. */
#include <stdlib.h>

#include "base/sha1.h"
#include "tap.h"

static const char *
hex(const void *p, size_t n)
{
	static char text[2 * SHA1_LEN + 1];
	uint8_t sum[SHA1_LEN];

	sha1(p, n, sum);
	for (size_t i = 0; i < SHA1_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", sum[i]);
	return text;
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
	return done_testing();
}
