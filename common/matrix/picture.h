/*
 * picture.h - what kind of picture some bytes are, and how large: looked up in
 * their head, nothing is decoded.  Pure.
 */
#ifndef MXCGI_PICTURE_H
#define MXCGI_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PICTURE_HEAD	12	/* so many bytes say what kind it is */

struct picture {
	const char	*type;		/* image/png, jpeg, gif, webp */
	uint32_t	 width, height;	/* pixels; both 0: it does not say */
};

/*
 * The first n bytes of a file, of which a JPEG may need some 100 KB.  False: it
 * is none of these.
 */
bool	picture_look(const uint8_t *, size_t n, struct picture *);

#endif
