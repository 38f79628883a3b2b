/*
 * thumbnail.h - the thumbnailer: a program of its own, since what decodes
 * pictures of strangers may have holes (security.md 24).
 *
 *	thumbnailer [--animated] crop|scale WIDTHxHEIGHT <picture >thumbnail
 *
 * It reads PNG, JPEG, GIF and WebP.  scale: the picture as a whole, in that
 * box; crop: its middle, of the shape of that box; never larger than it was, turned
 * as it is to be shown, and without what else stood in the file.  It writes
 * JPEG; PNG where something can be seen through; with --animated WebP, where
 * the picture is a GIF or WebP that moves and is not too long.
 */
#ifndef MXCGI_THUMBNAIL_H
#define MXCGI_THUMBNAIL_H

#include <stdbool.h>

#include "matrix/picture.h"

/* The first three, its exit status. */
enum thumbnail_end {
	THUMBNAIL_MADE,
	THUMBNAIL_NO_PICTURE,	/* or broken, or of another kind */
	THUMBNAIL_TOO_LARGE,	/* it would take too much time or memory */
	THUMBNAIL_FAILED	/* the server's fault; it stands in the log */
};

struct thumbnail {
	bool		 crop;
	bool		 animated;	/* if it can be */
	unsigned	 width, height;
};

/* Was it built?  Without it none is made. */
bool			 thumbnail_can(void);
/*
 * Of the picture in `in`, at its start, into `out`, which is empty; both are
 * files.  It blocks for some 30 s at most, so it is for jobs.  THUMBNAIL_MADE:
 * made says what it is.
 */
enum thumbnail_end	 thumbnail_make(const struct thumbnail *, int in,
			    int out, struct picture *made);

#endif
