/* mxcgi-keep.c - what backup, restore and verify share; see mxcgi-backup.h. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "mxcgi-backup.h"
#include "mxcgi-order.h"
#include "mxcgi.h"
#include "store/snapshot.h"

#define PAGE		500
#define PIECE		((size_t)1 << 17)
#define TELL_MS		1000

/* --------------------------------------------------------------- the call */

static int
usage(FILE *to, const char *name, const char *options, bool may_lack)
{
	fprintf(to, "usage: mxcgi %s%s%s%s [--json] [--config FILE] %s\n", name,
	    strchr(options, 'n') ? " [--no-media]" : "",
	    strchr(options, 'h') ? " [--hashes]" : "",
	    strchr(options, 'y') ? " [--yes]" : "",
	    may_lack ? "[DIRECTORY]" : "DIRECTORY");
	return to == stdout ? 0 : EX_USAGE;
}

/* What we make there is of no use to a server of somebody else. */
static int
check_owner(const struct keep *k)
{
	const char *why = NULL;
	int status;

	if (access(k->conf->data_dir, F_OK) == -1 && errno == ENOENT)
		return -1;
	if ((status = owner_trouble(k->conf, k->mem, &why)) == 0)
		return -1;
	fprintf(stderr, "mxcgi: %s\n", why);
	return status;
}

/* Only verify does without a directory. */
int
keep_options(struct keep *k, int argc, char **argv, const char *takes)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "no-media", no_argument, NULL, 'n' },
		{ "hashes", no_argument, NULL, 'h' },
		{ "yes", no_argument, NULL, 'y' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, '!' },
		{ NULL, 0, NULL, 0 }
	};
	bool may_lack = strcmp(argv[0], "verify") == 0;
	const char *config = NULL;
	int opt;

	*k = (struct keep){ .media = true, .mem = arena_new() };
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == '!')
			return usage(stdout, argv[0], takes, may_lack);
		if (opt != 'c' && opt != 'j' && strchr(takes, opt) == NULL)
			return usage(stderr, argv[0], takes, may_lack);
		switch (opt) {
		case 'c': config = optarg; break;
		case 'n': k->media = false; break;
		case 'h': k->hashes = true; break;
		case 'y': k->yes = true; break;
		case 'j': k->json = true; break;
		}
	}
	if (argc - optind > 1 || (argc == optind && !may_lack))
		return usage(stderr, argv[0], takes, may_lack);
	k->dir = argc > optind ? argv[optind] : NULL;
	k->config = config_path(config);
	k->conf = conf_load(k->config);
	umask(077);
	return may_lack && k->dir != NULL ? -1 : check_owner(k);
}

/* ------------------------------------------------------------ what is said */

bool
keep_no(const char *path, const char *why)
{
	fprintf(stderr, "mxcgi: %s: %s\n", path, why);
	return false;
}

void
keep_tell(struct keep *k, const char *format, ...)
{
	int64_t now = clock_mono_us() / 1000;
	va_list ap;

	if (now - k->told_at < TELL_MS)
		return;
	k->told_at = now;
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* ------------------------------------------------------------------- files */

const char *
keep_path(const struct keep *k, const char *name)
{
	return arena_printf(k->mem, "%s/%s", k->dir, name);
}

bool
keep_make_dir(const char *path)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST ||
	    keep_no(path, strerror(errno));
}

bool
keep_sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool fine = fd != -1 ? fsync(fd) == 0 : errno == ENOENT;
	int error = errno;

	if (fd != -1)
		close(fd);
	return fine || keep_no(path, strerror(error));
}

bool
keep_pour(int from, int to)
{
	static char piece[PIECE];
	ssize_t n;

	while ((n = read(from, piece, sizeof(piece))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || !fd_write(to, piece, (size_t)n))
			return false;
	}
	return true;
}

int
keep_create(const char *path)
{
	if (unlink(path) == -1 && errno != ENOENT)
		return -1;
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

/* It may come from anywhere: nothing in it makes us wait, or leads elsewhere. */
int
keep_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd == -1 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

bool
keep_copy(int from, const char *name, const char *to)
{
	int error = errno, out = from == -1 ? -1 : keep_create(to);
	bool fine = out != -1 && keep_pour(from, out) && fsync(out) == 0;

	if (from == -1)
		return keep_no(name, strerror(error));
	error = errno;
	close(from);
	if (out != -1)
		close(out);
	return fine || keep_no(to, strerror(error));
}

/* --------------------------------------------------- what there should be */

static size_t
take_page(struct db *db, enum stmt which, const char *after,
    struct kept_file *list)
{
	struct rows rows = db_query(db, which, DB_TEXT(after), DB_INT(PAGE));
	size_t n = 0;

	while (n < PAGE && rows_next(&rows)) {
		snprintf(list[n].name, sizeof(list[n].name), "%s",
		    rows_text(&rows, 0));
		list[n].size = rows_int(&rows, 1);
		list[n++].sha256 = rows_blob(&rows, 2);
	}
	rows_done(&rows);
	return n;
}

static bool
each_of(struct keep *k, struct db *db, enum stmt which, kept_fn *fn)
{
	struct kept_file list[PAGE];
	char after[MEDIA_FILE_LEN + 1] = "";
	bool fine = true;
	size_t n;

	do {
		struct arena *mem = arena_new();
		struct arena *before = db_arena(db, mem);

		n = take_page(db, which, after, list);
		for (size_t i = 0; i < n && fine; i++)
			fine = fn(k, db, &list[i]);
		if (n > 0)
			memcpy(after, list[n - 1].name, sizeof(after));
		db_arena(db, before);
		arena_free(mem);
	} while (fine && n == PAGE);
	return fine && (db_fault(db) == DB_FINE ||
	    keep_no("mxcgi.db", "it cannot be read"));
}

bool
keep_each(struct keep *k, struct db *db, kept_fn *fn)
{
	return each_of(k, db, STMT_SNAPSHOT_MEDIA, fn) &&
	    each_of(k, db, STMT_SNAPSHOT_DERIVED, fn);
}

bool
keep_sound(const struct keep *k, int *version)
{
	const char *path = keep_path(k, "mxcgi.db"), *why = NULL;
	int fd = keep_open(path);

	if (fd == -1)
		return keep_no(path, strerror(errno));
	close(fd);
	if (snapshot_check(NULL, path, version, k->mem, &why))
		return true;
	fprintf(stderr, "mxcgi: %s\n", why);
	return false;
}

/* ------------------------------------------------------------------ BACKUP */

static void
take_note(struct arena *mem, struct backup_note *note, char *line)
{
	char *value = strchr(line, ' ');

	line[strcspn(line, "\n")] = '\0';
	if (value == NULL)
		return;
	*value++ = '\0';
	if (strcmp(line, "server_name") == 0)
		note->server_name = plain_text(mem, value);
	else if (strcmp(line, "made_at") == 0)
		note->made_at = plain_text(mem, value);
	else if (strcmp(line, "media") == 0)
		note->media = strcmp(value, "yes") == 0;
}

struct backup_note
backup_note(const struct keep *k)
{
	struct backup_note note = { .made_at = "?" };
	FILE *f = fopen(keep_path(k, "BACKUP"), "re");
	char line[1024];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		take_note(k->mem, &note, line);
	if (f != NULL)
		fclose(f);
	return note;
}

/* ------------------------------------------------------- what was restored */

static void
restored_json(const struct keep *k, struct backup_note note)
{
	struct json_line line;
	struct writer *w = json_line_begin(&line, k->mem);

	put_text(w, "server_name", k->conf->server_name);
	put_text(w, "made_at", note.made_at);
	put_bool(w, "with_media", note.media);
	put_int(w, "media", k->files);
	put_int(w, "lost", k->lost);
	json_line_end(&line);
}

static void
restored_words(const struct keep *k, struct backup_note note)
{
	printf("%s is again what it was at %s", k->conf->server_name,
	    note.made_at);
	if (note.media)
		printf(", with %lld files of media", (long long)k->files);
	printf("\n");
}

void
keep_restored(const struct keep *k, struct backup_note note)
{
	(k->json ? restored_json : restored_words)(k, note);
	if (k->lost > 0)
		fprintf(stderr, "mxcgi: %lld files of media are missing\n",
		    (long long)k->lost);
}
