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
	bool		 whole;		/* nothing but the original is as large */
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

#endif
