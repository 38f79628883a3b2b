/*
 * mxcgi-backup.h - mxcgi backup, restore and verify: what they share.
 *
 * A backup is a directory:
 *
 *	mxcgi.db	the database, of one moment (store/snapshot.h)
 *	signing.key
 *	mxcgi.conf	as it was; restoring leaves the one that is there
 *	media/xx/NAME	the files of the media repository; not with --no-media
 *	BACKUP		a line "key value" each: server_name, schema, made_at,
 *			media.  Written last: without it the backup is not whole.
 *
 * Files of media never change, so a backup into a directory that has one takes
 * only what is new, and goes on where another was cut off.  All but media is
 * NAME.new until everything is there: a backup that fails leaves the one before.
 */
#ifndef MXCGI_ADMIN_BACKUP_H
#define MXCGI_ADMIN_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/conf.h"
#include "matrix/media-file.h"
#include "store/db.h"

struct keep {
	const struct conf *conf;
	const char	*config;	/* its path */
	const char	*dir;		/* of the backup; NULL: the server itself */
	bool		 media, hashes, yes, json;	/* as the options say */
	struct arena	*mem;
	int64_t		 files, bytes;	/* of media that were dealt with */
	int64_t		 there;		/* files that had been before */
	int64_t		 lost;		/* that should be and are not */
	int64_t		 told_at;	/* ms, for progress */
};

/* One file that the database speaks of. */
struct kept_file {
	char		 name[MEDIA_FILE_LEN + 1];
	int64_t		 size;
	struct span	 sha256;	/* empty: it is not known */
};

/* What stands in BACKUP. */
struct backup_note {
	const char	*server_name;	/* NULL: there is no whole backup */
	const char	*made_at;
	bool		 media;
};
struct backup_note backup_note(const struct keep *);

/*
 * options: of --no-media, --hashes and --yes those that are taken, as 'n', 'h'
 * and 'y'.  -1: go on; else the exit status, and why has been said, as where the
 * server belongs to another user.
 */
int		 keep_options(struct keep *, int argc, char **argv,
		    const char *options);
/* Says it on standard error; false. */
bool		 keep_no(const char *path, const char *why);
const char	*keep_path(const struct keep *, const char *name);
/* At most once a second, on standard error. */
void		 keep_tell(struct keep *, const char *format, ...)
		    __attribute__((format(printf, 2, 3)));

/* What restore has done, in words or as JSON. */
void		 keep_restored(const struct keep *, struct backup_note);

/* All files that db speaks of, in turn, until one of them gives false. */
typedef bool	 kept_fn(struct keep *, struct db *, const struct kept_file *);
bool		 keep_each(struct keep *, struct db *, kept_fn *);
/* Is the database of the backup sound?  *version: of its schema. */
bool		 keep_sound(const struct keep *, int *version);
/* All that it is made of, from one descriptor to the other; errno. */
bool		 keep_pour(int from, int to);
/* In the place of whatever had that name, for its owner alone; errno. */
int		 keep_create(const char *path);
/* A plain file, which is no link, in a backup; errno. */
int		 keep_open(const char *path);
/* Of `from`, which is closed, and called name, a durable file `to`. */
bool		 keep_copy(int from, const char *name, const char *to);
bool		 keep_make_dir(const char *);
/* The names in it outlive a power cut.  One that is not there does not matter. */
bool		 keep_sync_dir(const char *);

#endif
