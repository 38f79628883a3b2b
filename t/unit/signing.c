/*
 * The signing key's file, and signatures on JSON by the specification's test
 * vectors (appendices, "Cryptographic Test Vectors").
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "matrix/signing.h"

#include "tap.h"

#define SEED	"YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1"
#define SIGNED_EMPTY							\
	"K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5Q"	\
	"V/7Xg4ahLwYGYZzuHGZKM5ZAQ"
#define SIGNED_ONE_TWO							\
	"KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7"	\
	"vBZhG6kYdD13EIMJpvhJI+6Bw"

static struct arena *mem;
static char directory[] = "/tmp/mxcgi-signing.XXXXXX";

static char *
path_of(const char *name)
{
	return arena_printf(mem, "%s/%s", directory, name);
}

static const char *
file_write(const char *name, const char *text, mode_t mode)
{
	const char *path = path_of(name);
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) == EOF ||
	    chmod(path, mode) == -1)
		abort();
	return path;
}

static const char *
file_read(const char *path)
{
	char *text = arena_alloc(mem, 512);
	int fd = open(path, O_RDONLY);

	if (fd == -1 || read(fd, text, 511) == -1)
		abort();
	close(fd);
	return text;
}

static cJSON *
tree(const char *text)
{
	enum json_verdict verdict;

	return json_parse(mem, text, strlen(text), &verdict, NULL);
}

/* --------------------------------------------------------------- the file */

static void
check_make(void)
{
	const char *path = path_of("signing.key"), *why = NULL, *text;
	struct signing_key *key, *other;
	struct stat st;

	ok(signing_key_make(path, &why), "a key is made");
	ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600,
	    "its mode is 0600");
	text = file_read(path);
	ok(strncmp(text, "ed25519 a_", 10) == 0 &&
	    strchr(text, '\n') == text + strlen(text) - 1,
	    "its file is one line as Synapse writes it");
	key = signing_key_load(mem, path, &why);
	if (!ok(key != NULL, "it is loaded"))
		return;
	ok(strncmp(key->id, "ed25519:a_", 10) == 0, "its id has the algorithm");

	ok(!signing_key_make(path, &why) && strstr(why, "never") != NULL,
	    "a key is not overwritten");
	is_text(file_read(path), text, "the file is as it was");
	ok(signing_key_make(path_of("other.key"), &why), "another key is made");
	other = signing_key_load(mem, path_of("other.key"), &why);
	ok(other != NULL && strcmp(key->id, other->id) != 0 &&
	    memcmp(key->key.seed, other->key.seed, ED25519_KEY_LEN) != 0,
	    "it has another id and another seed");
	ok(!signing_key_make(path_of("none/signing.key"), &why) &&
	    strstr(why, "directory") != NULL,
	    "without its directory no key is made");
}

static void
check_modes(void)
{
	static const mode_t open_modes[] = { 0640, 0604, 0660, 0610, 0601 };
	const char *path, *why, *advice;
	char name[32];
	size_t i;

	for (i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
		snprintf(name, sizeof name, "mode%zu", i);
		path = file_write(name, "ed25519 1 " SEED "\n", open_modes[i]);
		why = "";
		advice = arena_printf(mem, "chmod 600 %s", path);
		ok(signing_key_load(mem, path, &why) == NULL &&
		    strstr(why, advice) != NULL,
		    "mode %04o is refused with what to do",
		    (unsigned)open_modes[i]);
	}
	path = file_write("mode400", "ed25519 1 " SEED "\n", 0400);
	ok(signing_key_load(mem, path, &why) != NULL, "mode 0400 will do");
	why = NULL;
	ok(signing_key_load(mem, path_of("absent"), &why) == NULL &&
	    strstr(why, "No such file") != NULL, "a file that is not there");
	ok(signing_key_load(mem, directory, &why) == NULL &&
	    strstr(why, "not a file") != NULL, "a directory is no key");
}

static void
check_lines(void)
{
	static const struct {
		const char *line, *id;
	} lines[] = {
		{ "ed25519 1 " SEED "\n", "ed25519:1" },
		{ "ed25519 a_Xyz1 " SEED, "ed25519:a_Xyz1" },
		{ "ed25519 1 " SEED "=\r\n", "ed25519:1" },
		{ "", NULL },
		{ "\n", NULL },
		{ "ed25519\n", NULL },
		{ "ed25519 1\n", NULL },
		{ "ed25519 " SEED "\n", NULL },
		{ "rsa 1 " SEED "\n", NULL },
		{ "ed25519 a:b " SEED "\n", NULL },
		{ "ed25519 1 " SEED " more\n", NULL },
		{ "ed25519 1 " SEED "\ned25519 2 " SEED "\n", NULL },
		{ "ed25519 1 Zm9v\n", NULL },
		{ "ed25519 1 " SEED "AAAA\n", NULL },
		{ "ed25519 1 %%%%\n", NULL },
		{ "ed25519 1 " SEED SEED SEED SEED SEED SEED SEED SEED, NULL },
	};
	struct signing_key *key;
	const char *path, *why;
	char name[32];
	size_t i;

	for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		snprintf(name, sizeof name, "line%zu", i);
		path = file_write(name, lines[i].line, 0600);
		why = NULL;
		key = signing_key_load(mem, path, &why);
		is_text(key == NULL ? NULL : key->id, lines[i].id,
		    "a file of: %s", lines[i].line);
		ok(key != NULL || strstr(why, path) != NULL,
		    "the reason, if any, names the file");
	}
}

/* ------------------------------------------------------------- signatures */

static void
check_vectors(const struct signing_key *key)
{
	static const struct {
		const char *object, *text, *signature;
	} vectors[] = {
		{ "{}", "{}", SIGNED_EMPTY },
		{ "{\"two\": \"Two\", \"one\": 1}",
		  "{\"one\":1,\"two\":\"Two\"}", SIGNED_ONE_TWO },
		{ "{\"two\":\"Two\",\"signatures\":{\"x\":{\"y\":\"z\"}},"
		  "\"one\":1,\"unsigned\":{\"age_ts\":0.5}}",
		  "{\"one\":1,\"two\":\"Two\"}", SIGNED_ONE_TWO },
	};
	struct span text;
	size_t i;

	for (i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		text = signed_text(mem, tree(vectors[i].object));
		ok(span_is(text, vectors[i].text), "what is signed of %s",
		    vectors[i].object);
		is_text(sign_text(mem, key, text), vectors[i].signature,
		    "the signature on %s", vectors[i].object);
		ok(signature_valid(text, vectors[i].signature, key->key.public),
		    "it is valid");
	}
	ok(signed_text(mem, tree("{\"one\":1.5}")).s == NULL,
	    "a float cannot be signed");
}

static void
check_forgeries(const struct signing_key *key)
{
	static const char *const malformed[] = {
		"", "x", "Zm9v", "%%%%", SIGNED_EMPTY "AAAA", SIGNED_ONE_TWO
	};
	const struct span text = SPAN("{}");
	uint8_t public[ED25519_KEY_LEN];
	size_t i;

	for (i = 0; i < sizeof malformed / sizeof malformed[0]; i++)
		ok(!signature_valid(text, malformed[i], key->key.public),
		    "not a signature on {}: %s", malformed[i]);
	ok(!signature_valid(SPAN("{ }"), SIGNED_EMPTY, key->key.public),
	    "nor one on another text");
	memcpy(public, key->key.public, sizeof public);
	public[0] ^= 1;
	ok(!signature_valid(text, SIGNED_EMPTY, public), "nor by another key");
	ok(signature_valid(text, SIGNED_EMPTY "==", key->key.public),
	    "padding does no harm");
}

static void
check_object_without(void)
{
	static const char *const names[] = { "a", "c", NULL };
	struct arena *before = json_arena(mem);
	cJSON *object = tree("{\"a\":1,\"b\":[1,{\"a\":2}],\"c\":3,\"A\":4}");
	struct buf out;

	buf_init(&out, mem, 1000);
	json_print(&out, object_without(object, names));
	is_text(buf_str(&out), "{\"b\":[1,{\"a\":2}],\"A\":4}",
	    "members are left out by their exact names, at the top only");
	buf_init(&out, mem, 1000);
	json_print(&out, object);
	is_text(buf_str(&out), "{\"a\":1,\"b\":[1,{\"a\":2}],\"c\":3,\"A\":4}",
	    "the object itself stays whole");
	json_arena(before);
}

int
main(void)
{
	const char *why;
	struct signing_key *key;

	crypto_open();
	mem = arena_new();
	if (mkdtemp(directory) == NULL) {
		puts("Bail out! no temporary directory");
		return 1;
	}
	check_make();
	check_modes();
	check_lines();
	key = signing_key_load(mem, file_write("vector", "ed25519 1 " SEED,
	    0600), &why);
	check_vectors(key);
	check_forgeries(key);
	check_object_without();
	if (system(arena_printf(mem, "rm -rf %s", directory)) != 0)
		puts("# the temporary directory stays");
	arena_free(mem);
	return done_testing();
}
