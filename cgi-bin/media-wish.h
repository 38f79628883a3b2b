/* media-wish.h - which thumbnail a client wishes for. */
#ifndef MXCGI_CGI_MEDIA_WISH_H
#define MXCGI_CGI_MEDIA_WISH_H

#include "matrix/thumbnail.h"
#include "media.h"

struct wish {
	int64_t		 media;		/* media.nr */
	int64_t		 until_ms;	/* how long to wait for their content */
	bool		 crop;
	bool		 animated;
	unsigned	 width, height;	/* as they were asked for */
	bool		 whole;		/* only the original is as large */
	struct thumbnail size;		/* what is made; without `animated` */
};

/* Of the query; refused if it makes no sense.  media and until_ms are 0. */
enum mx_err	 wish_take(struct request *, struct wish *);
/* Its name among what is made of the media (media_derived), in mem. */
const char	*wish_kind(struct arena *mem, const struct wish *);
/* Is the original what is to be handed out? */
bool		 wish_is_met(const struct wish *, const struct picture *);
/* Can thumbnails of it move? */
bool		 wish_may_move(const struct picture *);

/*
 * media-failed.c: no thumbnail can be made of these media, as they move or as
 * they stand; and was that so of late?  THUMBNAIL_MADE: it may be tried.
 */
void		 wish_failed(const struct wish *, enum thumbnail_end,
		    int64_t now);
enum thumbnail_end wish_failed_lately(const struct wish *, int64_t now);

#endif
