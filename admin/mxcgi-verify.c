/*
 * mxcgi-verify.c - mxcgi verify: is the database of a server, or of a backup,
 * sound, and are the files there that it speaks of?
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "matrix/signing.h"
#include "mxcgi-backup.h"
#include "mxcgi-order.h"
#include "mxcgi.h"
#include "store/snapshot.h"
#include "store/store.h"

static struct keep k;
static int64_t bad;

static int
open_file(const char *name)
{
	char path[4096];

	if (k.dir == NULL)
		return media_file_open(k.conf, name);
	snprintf(path, sizeof(path), "%s/media/%.2s/%s", k.dir, name, name);
	return keep_open(path);
}

static bool
hash_is(int fd, struct span sha256)
{
	uint8_t found[SHA256_LEN];
	static char piece[1 << 16];
	struct sha256_pieces h;
	ssize_t n;

	sha256_begin(&h);
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		sha256_add(&h, piece, (size_t)n);
	sha256_end(&h, found);
	return n == 0 && sha256.n == sizeof(found) &&
	    memcmp(found, sha256.s, sizeof(found)) == 0;
}

/* NULL: nothing is. */
static const char *
wrong_with(int fd, const struct kept_file *file)
{
	struct stat st;

	if (fd == -1)
		return strerror(errno);
	if (fstat(fd, &st) == -1)
		return strerror(errno);
	if (st.st_size != file->size)
		return "has another size";
	if (k.hashes && file->sha256.n > 0 && !hash_is(fd, file->sha256))
		return "has another content";
	return NULL;
}

/* In a server that runs media may be deleted while we look. */
static bool
look_at(struct keep *unused, struct db *db, const struct kept_file *file)
{
	int fd = open_file(file->name);
	const char *wrong = wrong_with(fd, file);

	(void)unused;
	keep_tell(&k, "media: %lld files", (long long)k.files);
	if (fd != -1)
		close(fd);
	k.files++;
	k.bytes += file->size;
	if (wrong != NULL && db_int(db, 0, STMT_MEDIA_FILE_KNOWN,
	    DB_TEXT(file->name)) != 0) {
		bad++;
		keep_no(file->name, wrong);
	}
	return true;
}

static bool
look_at_media(const char *path)
{
	const char *why = NULL;
	struct db *db = snapshot_open(path, k.mem, &why);
	bool fine;

	if (db == NULL) {
		fprintf(stderr, "mxcgi: %s\n", why);
		return false;
	}
	fine = keep_each(&k, db, look_at);
	snapshot_close(db);
	return fine && bad == 0;
}

/* Who loses it cannot speak for the server any more. */
static bool
look_at_key(void)
{
	const char *path = k.dir != NULL ? keep_path(&k, "signing.key") :
	    arena_printf(k.mem, "%s/signing.key", k.conf->data_dir);
	const char *why = NULL;

	if (signing_key_load(k.mem, path, &why) != NULL)
		return true;
	fprintf(stderr, "mxcgi: %s\n", why);
	return false;
}

static bool
look_at_database(const char *path, int *version)
{
	const char *why = NULL;

	if (k.dir != NULL)
		return keep_sound(&k, version);
	if (snapshot_check(k.conf, path, version, k.mem, &why))
		return true;
	fprintf(stderr, "mxcgi: %s\n", why);
	return false;
}

static void
tell_json(const char *path, int version, bool media)
{
	struct json_line line;
	struct writer *w = json_line_begin(&line, k.mem);

	put_text(w, "path", path);
	put_int(w, "schema", version);
	put_bool(w, "with_media", media);
	put_int(w, "media", k.files);
	put_int(w, "bytes", k.bytes);
	put_int(w, "wrong", bad);
	json_line_end(&line);
}

static void
tell_words(const char *path, int version, bool media)
{
	printf("%s is sound, of schema %d\n", path, version);
	if (media && bad == 0)
		printf("%lld files of media with %lld bytes are there\n",
		    (long long)k.files, (long long)k.bytes);
}

static bool
verify(void)
{
	struct backup_note note = k.dir != NULL ? backup_note(&k) :
	    (struct backup_note){ .server_name = k.conf->server_name,
	    .media = true };
	const char *path = k.dir != NULL ? keep_path(&k, "mxcgi.db") :
	    arena_printf(k.mem, "%s/mxcgi.db", k.conf->data_dir);
	bool media = note.media, fine = true;
	int version;

	if (note.server_name == NULL)
		return keep_no(k.dir, "has no whole backup");
	if (!look_at_key() || !look_at_database(path, &version))
		return false;
	if (media && version != schema_version) {
		fprintf(stderr, "mxcgi: media are not looked at: this mxcgi has "
		    "schema %d, the database %d\n", schema_version, version);
		media = false;
	}
	if (media)
		fine = look_at_media(path);
	if (fine || bad > 0)
		(k.json ? tell_json : tell_words)(path, version, media);
	return fine;
}

int
cmd_verify(int argc, char **argv)
{
	bool fine;
	int status;

	if ((status = keep_options(&k, argc, argv, "h")) != -1)
		return status;
	crypto_open();
	fine = verify();
	if (bad > 0)
		fprintf(stderr, "mxcgi: %lld files of media are not what they "
		    "should be\n", (long long)bad);
	arena_free(k.mem);
	return fine ? 0 : 1;
}
