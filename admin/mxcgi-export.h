/*
 * mxcgi-export.h - what the parts of `mxcgi export` share; o->part is a struct
 * exporting.
 */
#ifndef MXCGI_ADMIN_EXPORT_H
#define MXCGI_ADMIN_EXPORT_H

#include <stdio.h>

#include "matrix/media.h"
#include "mxcgi-order.h"

#define EXPORT_MEDIA	100	/* at a time */

struct exporting {
	const char	*dir;
	FILE		*to;
	int64_t		 lines, messages, media;
	int64_t		 last;		/* event.nr when it began */
	const struct part *part;
	struct media	 list[EXPORT_MEDIA];
	size_t		 n;
};

const char	*export_path(const struct order *, const char *name);
/* errno, of that path. */
int		 export_trouble(struct order *, const char *path);
/* A new file NAME.jsonl, as x->to, and its end; status: what came of it. */
int		 export_open(struct order *, const char *name);
int		 export_close(struct order *, int status);
/* The end of a line that json_line_begin() began. */
void		 export_line(struct order *, struct json_line *);

/* mxcgi-export-sent.c: what the user has sent, and uploaded. */
int		 export_events(struct order *);
int		 export_media(struct order *);

#endif
