/* thumbnailer.h - what the parts of the thumbnailer share. */
#ifndef MXCGI_CGI_THUMBNAILER_H
#define MXCGI_CGI_THUMBNAILER_H

#include "matrix/thumbnail.h"

/* thumbnailer-confine.c */

/*
 * From here on this process has little time and memory, and of the system only
 * what computing takes and the descriptors that are open: it opens nothing,
 * speaks with nobody and starts no program.  What a system does not have is
 * left out.  False: a limit that there is cannot be set.
 */
bool			 decoder_confine(void);

/* thumbnailer-draw.c */

/* Before decoder_confine(): what the library wants of the system.  False: it fails. */
bool			 draw_open(const char *argv0);
/* From standard input to standard output. */
enum thumbnail_end	 draw(const struct thumbnail *, const struct picture *);
/* What the library has to say of a failure, line by line. */
const char		*draw_why(void);

#endif
