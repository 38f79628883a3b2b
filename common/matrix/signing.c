/*
 * signing.c - this server's signing key, and signatures on JSON.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "matrix/signing.h"

#define KEY_FILE_MAX	256
#define ALGORITHM	"ed25519"
/* What key versions are made of ("Publishing Keys"). */
#define VERSION_LETTERS	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
			"0123456789_"

/* ------------------------------------------------------------- the file */

/* The text of path, or NULL and *why. */
static char *
key_file_read(struct arena *mem, const char *path, const char **why)
{
	char *text = arena_alloc(mem, KEY_FILE_MAX + 1);
	struct stat st;
	ssize_t n = -1;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1 || fstat(fd, &st) == -1)
		*why = arena_printf(mem, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		*why = arena_printf(mem, "%s is not a file", path);
	else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		*why = arena_printf(mem, "Others than its owner may use the "
		    "signing key; run: chmod 600 %s", path);
	else if ((n = read(fd, text, KEY_FILE_MAX)) == -1)
		*why = arena_printf(mem, "%s: %s", path, strerror(errno));
	if (fd != -1)
		close(fd);
	return n == -1 ? NULL : text;
}

/* "ed25519 VERSION BASE64SEED", and a newline or none. */
static bool
key_line_parse(struct arena *mem, char *line, struct signing_key *key)
{
	uint8_t seed[ED25519_KEY_LEN];
	char *algorithm, *version, *base64, *save;

	algorithm = strtok_r(line, " \t\r\n", &save);
	version = strtok_r(NULL, " \t\r\n", &save);
	base64 = strtok_r(NULL, " \t\r\n", &save);
	if (base64 == NULL || strtok_r(NULL, " \t\r\n", &save) != NULL ||
	    strcmp(algorithm, ALGORITHM) != 0 ||
	    version[strspn(version, VERSION_LETTERS)] != '\0' ||
	    base64_decode(base64, strlen(base64), seed, sizeof seed) !=
	    (long)sizeof seed)
		return false;
	key->id = arena_printf(mem, "%s:%s", ALGORITHM, version);
	ed25519_from_seed(&key->key, seed);
	explicit_bzero(seed, sizeof seed);
	return true;
}

struct signing_key *
signing_key_load(struct arena *mem, const char *path, const char **why)
{
	struct signing_key *key = arena_alloc(mem, sizeof *key);
	char *text = key_file_read(mem, path, why);
	bool ok;

	if (text == NULL)
		return NULL;
	ok = key_line_parse(mem, text, key);
	explicit_bzero(text, KEY_FILE_MAX);
	if (!ok)
		*why = arena_printf(mem, "%s is not a signing key, which is "
		    "one line: ed25519 VERSION BASE64; restore it from a "
		    "backup", path);
	return ok ? key : NULL;
}

/* The entry in the directory must survive a power cut as the file does. */
static bool
directory_sync(struct arena *mem, const char *path)
{
	int fd = open(dirname(arena_strdup(mem, path)),
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd != -1 && fsync(fd) == 0;

	if (fd != -1)
		close(fd);
	return ok;
}

static bool
key_file_write(struct arena *mem, const char *path, const char *line)
{
	const ssize_t n = (ssize_t)strlen(line);
	int fd, error;
	bool ok;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return false;
	ok = write(fd, line, (size_t)n) == n && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	if (ok && directory_sync(mem, path))
		return true;
	error = errno;
	unlink(path);
	errno = error;
	return false;
}

const struct signing_key *
signing_key_ours(const struct conf *conf, const char **why)
{
	static const struct signing_key *key;
	static struct arena *mem;

	if (key != NULL)
		return key;
	if (mem == NULL)
		mem = arena_new();
	arena_clear(mem);
	key = signing_key_load(mem, arena_printf(mem, "%s/signing.key",
	    conf->data_dir), why);
	return key;
}

bool
signing_key_make(const char *path, const char **why)
{
	struct arena *mem = arena_new();
	uint8_t seed[ED25519_KEY_LEN];
	struct buf line;
	bool ok;

	random_bytes(seed, sizeof seed);
	buf_init(&line, mem, KEY_FILE_MAX);
	/* A version that no other key of this server name ever had. */
	buf_printf(&line, ALGORITHM " a_%s ", random_letters(mem, 6));
	base64_encode(&line, seed, sizeof seed, false);
	buf_putc(&line, '\n');
	ok = key_file_write(mem, path, buf_str(&line));
	if (!ok)
		*why = errno == EEXIST ? "There is a file of this name "
		    "already; a signing key is never overwritten" :
		    strerror(errno);
	explicit_bzero(seed, sizeof seed);
	explicit_bzero(line.s, line.len);
	arena_free(mem);
	return ok;
}

/* ----------------------------------------------------------- signatures */

const char *
sign_text(struct arena *mem, const struct signing_key *key, struct span text)
{
	uint8_t signature[ED25519_SIG_LEN];
	struct buf out;

	ed25519_sign(&key->key, text.s, text.n, signature);
	buf_init(&out, mem, 2 * sizeof signature);
	base64_encode(&out, signature, sizeof signature, false);
	return buf_str(&out);
}

cJSON *
object_without(const cJSON *object, const char *const *names)
{
	cJSON *copy = cJSON_CreateObject();
	const char *const *name;
	cJSON *item;

	cJSON_ArrayForEach(item, object) {
		name = names;
		while (*name != NULL && strcmp(item->string, *name) != 0)
			name++;
		if (*name == NULL)
			cJSON_AddItemReferenceToObject(copy, item->string,
			    item);
	}
	return copy;
}

struct span
signed_text(struct arena *mem, const cJSON *object)
{
	static const char *const not_signed[] = {
		"signatures", "unsigned", NULL
	};
	struct arena *before = json_arena(mem);
	struct buf text;
	bool canonical;

	buf_init(&text, mem, SIZE_MAX / 4);
	canonical = json_canonical(&text, object_without(object, not_signed));
	json_arena(before);
	return canonical ? buf_content(&text) : (struct span){ NULL, 0 };
}

bool
signature_valid(struct span text, const char *signature,
    const uint8_t public_key[ED25519_KEY_LEN])
{
	uint8_t bytes[ED25519_SIG_LEN];
	long n = base64_decode(signature, strlen(signature), bytes,
	    sizeof bytes);

	return n == ED25519_SIG_LEN &&
	    ed25519_verify(public_key, text.s, text.n, bytes);
}
