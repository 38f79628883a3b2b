/* password.c - stored passwords. */
#include <errno.h>
#include <sys/resource.h>

#include "base/crypto.h"
#include "base/password.h"
#include "tap.h"

/* As little work as scrypt allows, so that the test costs nothing. */
static const struct password_cost cheap = { .log_n = 4, .r = 8, .p = 1 };

static void
test_there_and_back(void)
{
	static const char *const passwords[] = { "secret", "", "p\xc3\xa4ss",
	    " a b ", "$scrypt$" };
	char a[PASSWORD_HASH_MAX], b[PASSWORD_HASH_MAX];

	for (size_t i = 0; i < sizeof passwords / sizeof passwords[0]; i++) {
		ok(password_hash(passwords[i], cheap, a), "hash %s",
		    passwords[i]);
		ok(strncmp(a, "$scrypt$ln=4,r=8,p=1$", 21) == 0 &&
		    strlen(a) == 21 + 22 + 1 + 43, "its form: %s", a);
		ok(password_check(passwords[i], a, cheap), "the password");
		ok(!password_check("other", a, cheap), "another");
	}
	password_hash("secret", cheap, a);
	password_hash("secret", cheap, b);
	ok(strcmp(a, b) != 0, "salted: the same password, another hash");
	ok(!password_check("secre", a, cheap), "a part of it");
	ok(!password_check("secrett", a, cheap), "more than it");
	ok(!password_check("Secret", a, cheap), "in capitals");
}

/* RFC 7914's vectors have other lengths; this is Python's hashlib.scrypt. */
static void
test_known(void)
{
	static const char known[] = "$scrypt$ln=10,r=8,p=2$"
	    "AAECAwQFBgcICQoLDA0ODw$"
	    "RBjCXYboo4yjHH0P1K75vrL4xGciLt6io+o2v0yqSlo";

	ok(password_check("correct horse", known, cheap),
	    "made elsewhere, with costs of its own");
	ok(!password_check("battery staple", known, cheap), "another");
}

static void
test_refused(void)
{
	static const char *const bad[] = { "", "secret", "$2b$12$abc",
	    "$scrypt$ln=4,r=8,p=1$", "$scrypt$ln=4,r=8,p=1$AAAA$AAAA",
	    "$scrypt$ln=0,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "$scrypt$ln=99,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "$scrypt$ln=4,r=0,p=1$AAECAwQFBgcICQoLDA0ODw$"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "$scrypt$ln=4,r=8,p=1$AAECAwQFBgcICQoLDA0ODw" };

	errno = EINVAL;
	ok(!password_check("secret", NULL, cheap), "nobody has no password");
	is_int(errno, 0, "which is no lack of memory");
	ok(!password_check("", NULL, cheap), "not even an empty one");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ok(!password_check("secret", bad[i], cheap), "not a hash: %s",
		    bad[i]);
		ok(password_is_weak(bad[i], cheap), "so it is weak");
	}
}

static void
test_weak(void)
{
	struct password_cost more = cheap;
	char hash[PASSWORD_HASH_MAX];

	password_hash("secret", cheap, hash);
	ok(!password_is_weak(hash, cheap), "strong enough");
	more.log_n++;
	ok(password_is_weak(hash, more), "N rose");
	more = cheap;
	more.r++;
	ok(password_is_weak(hash, more), "r rose");
	more = cheap;
	more.p++;
	ok(password_is_weak(hash, more), "p rose");
	more = cheap;
	more.log_n--;
	ok(!password_is_weak(hash, more), "N fell: it stays");
}

/* Small costs, but no mapping is to be had. */
static void
test_no_memory(void)
{
	static const char want[] = "nothing";
	char hash[PASSWORD_HASH_MAX], out[PASSWORD_HASH_MAX] = "nothing";
	struct rlimit before, none;

	password_hash("secret", cheap, hash);
	getrlimit(RLIMIT_AS, &before);
	none = (struct rlimit){ 4096, before.rlim_max };
	setrlimit(RLIMIT_AS, &none);
	bool hashed = password_hash("secret", cheap, out);
	bool right = password_check("secret", hash, cheap);
	int error = errno;
	setrlimit(RLIMIT_AS, &before);

	ok(!hashed, "no memory, no hash");
	is_text(out, want, "and nothing that looks like one");
	ok(!right, "nor a check");
	is_int(error, ENOMEM, "which says why");
	ok(password_check("secret", hash, cheap), "with memory it is right");
}

int
main(void)
{
	crypto_open();
	test_there_and_back();
	test_known();
	test_refused();
	test_weak();
	test_no_memory();
	return done_testing();
}
