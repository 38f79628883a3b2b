/*
 * media-wish.c - which thumbnail is wished for, and which there are: a few
 * sizes, to which wishes are rounded up, so that nobody can fill the disk with
 * others (client-server API, "Thumbnails").
 */
#include <string.h>

#include "media-wish.h"

#define EDGE_MAX	1000000

/*
 * Those that the specification names, and more of `crop`, whose shape should be
 * that of the wish.
 */
static const struct thumbnail sizes[] = {
	{ .width = 320, .height = 240 },
	{ .width = 640, .height = 480 },
	{ .width = 800, .height = 600 },
	{ .crop = true, .width = 32, .height = 32 },
	{ .crop = true, .width = 96, .height = 96 },
	{ .crop = true, .width = 320, .height = 320 },
	{ .crop = true, .width = 640, .height = 640 },
	{ .crop = true, .width = 800, .height = 800 },
	{ .crop = true, .width = 320, .height = 240 },
	{ .crop = true, .width = 640, .height = 480 },
	{ .crop = true, .width = 800, .height = 600 },
	{ .crop = true, .width = 240, .height = 320 },
	{ .crop = true, .width = 480, .height = 640 },
	{ .crop = true, .width = 600, .height = 800 },
};

/* ---------------------------------------------------------------- rounding */

/* How far its shape is from the one wished for: 1 is not at all. */
static double
distance(const struct thumbnail *size, const struct wish *w)
{
	double a = (double)size->width * (double)w->height;
	double b = (double)size->height * (double)w->width;

	return a > b ? a / b : b / a;
}

static bool
is_better(const struct thumbnail *a, const struct thumbnail *b,
    const struct wish *w)
{
	double da = distance(a, w), db = distance(b, w);

	if (a->crop && (da < db || da > db))
		return da < db;
	return a->width * a->height < b->width * b->height;
}

/* Where no size is large enough, as large as the picture is. */
static void
round_up(struct wish *w)
{
	const struct thumbnail *best = NULL;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (sizes[i].crop == w->crop && sizes[i].width >= w->width &&
		    sizes[i].height >= w->height &&
		    (best == NULL || is_better(&sizes[i], best, w)))
			best = &sizes[i];
	w->whole = best == NULL;
	w->size = best != NULL ? *best :
	    (struct thumbnail){ .width = EDGE_MAX, .height = EDGE_MAX };
}

/* --------------------------------------------------------------- the query */

static enum mx_err
take_edge(struct request *r, const char *name, unsigned otherwise,
    unsigned *edge)
{
	int64_t n = otherwise;

	/* Only 2015 has them optional. */
	if (req_query(r, name) == NULL && r->api != API_MEDIA_V1)
		return fail(r, M_MISSING_PARAM, "%s is missing", name);
	if (!req_query_int(r, name, 1, INT64_MAX, &n))
		return fail(r, M_BAD_REQUEST, "%s must be a number of pixels",
		    name);
	*edge = n > EDGE_MAX ? EDGE_MAX : (unsigned)n;
	return M_OK;
}

static enum mx_err
take_method(struct request *r, bool *crop)
{
	const char *method = req_query(r, "method");

	*crop = method != NULL && strcmp(method, "crop") == 0;
	if (method != NULL && !*crop && strcmp(method, "scale") != 0)
		return fail(r, M_BAD_REQUEST, "method is crop or scale");
	return M_OK;
}

static enum mx_err
take_animated(struct request *r, bool *animated)
{
	const char *text = req_query(r, "animated");

	*animated = text != NULL && strcmp(text, "true") == 0;
	if (text != NULL && !*animated && strcmp(text, "false") != 0)
		return fail(r, M_BAD_REQUEST, "animated is true or false");
	return M_OK;
}

enum mx_err
wish_take(struct request *r, struct wish *w)
{
	enum mx_err err;

	*w = (struct wish){ .media = 0 };
	if ((err = take_edge(r, "width", 320, &w->width)) != M_OK ||
	    (err = take_edge(r, "height", 240, &w->height)) != M_OK ||
	    (err = take_method(r, &w->crop)) != M_OK ||
	    (err = take_animated(r, &w->animated)) != M_OK)
		return err;
	round_up(w);
	return M_OK;
}

/* ------------------------------------------------------------ what it means */

const char *
wish_kind(struct arena *mem, const struct wish *w)
{
	const char *moves = w->animated ? "-animated" : "";

	if (w->whole)
		return arena_printf(mem, "whole%s", moves);
	return arena_printf(mem, "%s-%ux%u%s", w->crop ? "crop" : "scale",
	    w->size.width, w->size.height, moves);
}

static bool
is_within(const struct picture *p, unsigned width, unsigned height)
{
	return p->width <= width && p->height <= height &&
	    (!p->exif || (p->width <= height && p->height <= width));
}

static bool
has_shape(const struct picture *p, const struct thumbnail *size)
{
	return (int64_t)p->width * size->height ==
	    (int64_t)p->height * size->width;
}

bool
wish_is_met(const struct wish *w, const struct picture *p)
{
	if (p->animated && !w->animated)
		return false;
	return w->whole || is_within(p, w->width, w->height) ||
	    (is_within(p, w->size.width, w->size.height) &&
	    (!w->crop || has_shape(p, &w->size)));
}

bool
wish_may_move(const struct picture *p)
{
	return p->animated &&
	    (p->type == PICTURE_GIF || p->type == PICTURE_WEBP);
}
