/* crypto.c - hashes, base64, signatures against published vectors. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "tap.h"

static const char *
hex(struct arena *mem, const uint8_t *p, size_t n)
{
	char *s = arena_alloc(mem, 2 * n + 1);

	for (size_t i = 0; i < n; i++)
		sprintf(s + 2 * i, "%02x", p[i]);
	return s;
}

static void
unhex(uint8_t *out, const char *s)
{
	unsigned byte;

	for (; *s != '\0'; s += 2) {
		sscanf(s, "%2x", &byte);
		*out++ = (uint8_t)byte;
	}
}

/* FIPS 180-4's examples. */
static void
test_sha256(struct arena *mem)
{
	uint8_t h[SHA256_LEN];

	sha256("abc", 3, h);
	is_text(hex(mem, h, sizeof h), "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad", "SHA-256 of abc");
	sha256("", 0, h);
	is_text(hex(mem, h, sizeof h), "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855", "of nothing");
}

/* RFC 4648, section 10; appendices, "Unpadded Base64". */
static void
test_base64(struct arena *mem)
{
	static const struct {
		const char *plain, *text, *padded;
	} cases[] = {
		{ "", "", "" }, { "f", "Zg", "Zg==" }, { "fo", "Zm8", "Zm8=" },
		{ "foo", "Zm9v", "Zm9v" }, { "foob", "Zm9vYg", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "+/+/", "-_-_" },
	};
	uint8_t out[32];
	struct buf b;
	long n;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *plain = cases[i].plain, *text = cases[i].text;

		buf_init(&b, mem, 100);
		base64_encode(&b, plain, strlen(plain), false);
		is_text(buf_str(&b), text, "encode %s", text);
		n = base64_decode(text, strlen(text), out, sizeof out);
		ok(n == (long)strlen(plain) && memcmp(out, plain,
		    strlen(plain)) == 0, "decode %s", text);
		n = base64_decode(cases[i].padded, strlen(cases[i].padded),
		    out, sizeof out);
		ok(n == (long)strlen(plain) && memcmp(out, plain,
		    strlen(plain)) == 0, "decode %s", cases[i].padded);
	}
	buf_init(&b, mem, 100);
	base64_encode(&b, "\xfb\xff\xbf", 3, true);
	is_text(buf_str(&b), "-_-_", "the URL-safe alphabet");
}

static void
test_base64_bad(void)
{
	static const char *const bad[] = { "A", "AAAAA", "=", "==", "====",
	    "A===", "Zg=", "Zg===", "Z=g=", "Zg==Zg==", "Zm 9", "Zm9v\n",
	    "Zm9*", "\xc3\xa9g" };
	uint8_t out[32];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		is_int(base64_decode(bad[i], strlen(bad[i]), out, sizeof out),
		    -1, "not base64: %s", bad[i]);
	is_int(base64_decode("Z\0g=", 4, out, sizeof out), -1, "NUL");
	is_int(base64_decode("Zm9v", 4, out, 2), -1, "does not fit");
	is_int(base64_decode("Zm9v", 4, out, 3), 3, "just fits");
	is_int(base64_decode("Zh", 2, out, sizeof out), 1, "bits left over");
}

static void
test_base64_long(struct arena *mem)
{
	uint8_t in[500], out[500];
	struct buf b;

	random_bytes(in, sizeof in);
	for (size_t n = 0; n <= sizeof in; n += 7) {
		buf_init(&b, mem, 1000);
		base64_encode(&b, in, n, true);
		if (b.len != (n * 4 + 2) / 3 ||
		    base64_decode(buf_str(&b), b.len, out, n) != (long)n ||
		    memcmp(in, out, n) != 0) {
			ok(false, "%zu bytes there and back", n);
			return;
		}
	}
	ok(true, "up to %zu bytes there and back", sizeof in);
}

/* RFC 8032, section 7.1, tests 1 to 3. */
static void
test_ed25519(struct arena *mem)
{
	static const struct {
		const char *seed, *public, *message, *sig;
	} cases[] = {
		{ "9d61b19deffd5a60ba844af492ec2cc4"
		  "4449c5697b326919703bac031cae7f60",
		  "d75a980182b10ab7d54bfed3c964073a"
		  "0ee172f3daa62325af021a68f707511a", "",
		  "e5564300c360ac729086e2cc806e828a"
		  "84877f1eb8e5d974d873e06522490155"
		  "5fb8821590a33bacc61e39701cf9b46b"
		  "d25bf5f0595bbe24655141438e7a100b" },
		{ "4ccd089b28ff96da9db6c346ec114e0f"
		  "5b8a319f35aba624da8cf6ed4fb8a6fb",
		  "3d4017c3e843895a92b70aa74d1b7ebc"
		  "9c982ccf2ec4968cc0cd55f12af4660c", "72",
		  "92a009a9f0d4cab8720e820b5f642540"
		  "a2b27b5416503f8fb3762223ebdb69da"
		  "085ac1e43e15996e458f3613d0f11d8c"
		  "387b2eaeb4302aeeb00d291612bb0c00" },
		{ "c5aa8df43f9f837bedb7442f31dcb7b1"
		  "66d38535076f094b85ce3a2e0b4458f7",
		  "fc51cd8e6218a1a38da47ed00230f058"
		  "0816ed13ba3303ac5deb911548908025", "af82",
		  "6291d657deec24024827e69c3abe01a3"
		  "0ce548a284743a445e3680d7db5ac3ac"
		  "18ff9b538d16f290ae67f760984dc659"
		  "4a7c15e9716ed28dc027beceea1ec40a" },
	};
	uint8_t seed[ED25519_KEY_LEN], message[8], sig[ED25519_SIG_LEN];
	struct ed25519_key key;
	size_t n;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unhex(seed, cases[i].seed);
		unhex(message, cases[i].message);
		n = strlen(cases[i].message) / 2;
		ed25519_from_seed(&key, seed);
		is_text(hex(mem, key.seed, sizeof key.seed), cases[i].seed,
		    "test %zu: the seed is kept", i + 1);
		is_text(hex(mem, key.public, sizeof key.public),
		    cases[i].public, "its public key");
		ed25519_sign(&key, message, n, sig);
		is_text(hex(mem, sig, sizeof sig), cases[i].sig, "signature");
		ok(ed25519_verify(key.public, message, n, sig), "verifies");
		sig[3] ^= 1;
		ok(!ed25519_verify(key.public, message, n, sig), "changed");
		sig[3] ^= 1;
		ok(!ed25519_verify(key.public, "other", 5, sig), "other text");
		key.public[0] ^= 1;
		ok(!ed25519_verify(key.public, message, n, sig), "other key");
	}
}

static void
test_random(struct arena *mem)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789";
	const size_t n = 62000;
	unsigned count[256] = { 0 }, least = (unsigned)n, most = 0;
	char *s = random_letters(mem, n), *t;

	is_int((int64_t)strlen(s), (int64_t)n, "as many letters as asked for");
	is_int((int64_t)strspn(s, set), (int64_t)n, "letters and digits only");
	for (size_t i = 0; i < n; i++)
		count[(unsigned char)s[i]]++;
	for (const char *c = set; *c != '\0'; c++) {
		unsigned times = count[(unsigned char)*c];

		least = times < least ? times : least;
		most = times > most ? times : most;
	}
	/* 1000 expected, deviation 31; a bias of modulo would add 250. */
	ok(least > 800 && most < 1200, "each as often: %u to %u in 1000",
	    least, most);
	is_text(random_letters(mem, 0), "", "none");

	s = random_token(mem);
	t = random_token(mem);
	is_int((int64_t)strlen(s), 43, "a token has 256 bits");
	ok(strpbrk(s, "+/=") == NULL, "in letters fit for a URL");
	ok(strcmp(s, t) != 0, "the next is another");
}

int
main(void)
{
	struct arena *mem = arena_new();

	crypto_open();
	crypto_open();
	test_sha256(mem);
	test_base64(mem);
	test_base64_bad();
	test_base64_long(mem);
	test_ed25519(mem);
	test_random(mem);
	ok(ct_equal("abc", "abc", 3) && !ct_equal("abc", "abd", 3) &&
	    ct_equal("", "x", 0), "ct_equal");
	arena_free(mem);
	return done_testing();
}
