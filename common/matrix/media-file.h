/*
 * media-file.h - the files of the media repository, below [media] directory.
 *
 *	unfinished/NAME		an empty file: whoever works on NAME holds a lock
 *				on it
 *	xx/NAME			the content; xx are the first two digits of NAME
 *
 * NAME is 32 hexadecimal digits made up here; nothing that comes from outside
 * is part of a path.  All is opened below a descriptor of the directory, and no
 * symbolic link is followed there (security.md 23).
 *
 * A mark without a lock was left by somebody who died: the housekeeper looks
 * whether a row speaks of the file, and removes it if not.
 *
 * The web server has to read the files where it hands them over ([media]
 * handover): then they have the group of the directory and are readable for it.
 */
#ifndef MXCGI_MEDIA_FILE_H
#define MXCGI_MEDIA_FILE_H

#include <stdbool.h>

#include "base/conf.h"

struct arena;

#define MEDIA_FILE_LEN	32

/* A file that is being made. */
struct media_file {
	const struct conf *conf;
	char		 name[MEDIA_FILE_LEN + 1];
	int		 fd;		/* to write to, and read; -1: none */
	int		 mark;		/* locked */
};

/* False: it cannot be made; errno says why.  Its directories are made. */
bool		 media_file_begin(const struct conf *, struct media_file *);
/*
 * Now it outlives a power cut, as [store] durability says.  By name alone, so
 * that a thread may do it whose client has left.  False: errno says why.
 */
bool		 media_file_sync(const struct conf *, const char *name);
/* How it ends.  Once for each that was begun; the descriptors are closed. */
enum media_file_fate {
	MEDIA_FILE_KEPT,	/* a row that is committed speaks of it */
	MEDIA_FILE_DROPPED,	/* none does: it is removed */
	MEDIA_FILE_UNSURE	/* the housekeeper finds out */
};
void		 media_file_end(struct media_file *, enum media_file_fate);

/* [media] directory is there.  False: errno says why. */
bool		 media_dir_make(const struct conf *);
/*
 * A new file of that name, to be written to, without a mark: what comes back
 * from a backup.  -1: errno says why.
 */
int		 media_file_place(const struct conf *, const char *name);
/* For reading; -1: errno says why.  The name is looked at first. */
int		 media_file_open(const struct conf *, const char *name);
/* True: it is not there any more. */
bool		 media_file_remove(const struct conf *, const char *name);
/* xx/NAME, in mem; NULL: it is no such name. */
const char	*media_file_path(struct arena *, const char *name);
/*
 * Marks that nobody holds, up to max of them, each with the file's name: for
 * each until it returns false.  Then media_file_settle() says what becomes of
 * it.
 */
size_t		 media_files_left(const struct conf *,
		    char (*names)[MEDIA_FILE_LEN + 1], size_t max);
void		 media_file_settle(const struct conf *, const char *name,
		    bool keep);

#endif
