/*
 * media-failed.c - thumbnails that could not be made, in memory for a while, so
 * that a bomb is not defused again and again.
 */
#include "media-wish.h"

#define FAILURES_MAX	64
#define FAILURE_MS	600000	/* so long it is not tried again */

static struct failure {
	int64_t		 media;
	bool		 animated;
	enum thumbnail_end end;
	int64_t		 until_ms;
} failures[FAILURES_MAX];

void
wish_failed(const struct wish *w, enum thumbnail_end end, int64_t now)
{
	static size_t next;

	failures[next++ % FAILURES_MAX] = (struct failure){ w->media,
	    w->animated, end, now + FAILURE_MS };
}

enum thumbnail_end
wish_failed_lately(const struct wish *w, int64_t now)
{
	for (size_t i = 0; i < FAILURES_MAX; i++)
		if (failures[i].media == w->media &&
		    failures[i].animated == w->animated &&
		    failures[i].until_ms > now)
			return failures[i].end;
	return THUMBNAIL_MADE;
}
