/*
 * picture.h - what a file says of the picture in it, without decoding that:
 * PNG, JPEG, GIF or WebP by how it begins, whatever it was called.
 *
 * The file may be anything.  No more of it is looked at than it takes, in
 * bounded time and memory, so the loop may not do this but a job can.
 */
#ifndef MXCGI_PICTURE_H
#define MXCGI_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

enum picture_type { PICTURE_PNG, PICTURE_JPEG, PICTURE_GIF, PICTURE_WEBP };

struct picture {
	enum picture_type type;
	uint32_t	 width, height;	/* as it is stored; at least 1 */
	bool		 animated;	/* or so long that it may be */
	bool		 exif;		/* so it may be shown turned */
};

/* Pixels that are decoded: 8192 times 8192; a bomb has more. */
#define PICTURE_PIXELS_MAX	(INT64_C(64) << 20)

/* False: it is none of these, is cut off in its head, or cannot be read. */
bool		 picture_read(int fd, struct picture *);
bool		 picture_too_large(const struct picture *);
const char	*picture_mime(enum picture_type);	/* image/png */
const char	*picture_suffix(enum picture_type);	/* png */

#endif
