/*
 * thumbnailer-draw.c - pictures, with libvips.
 *
 * Nothing of a failure is told apart by text but that memory ran out; what
 * loads is one of four loaders, all others are shut.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vips/vips.h>
#include <vips/vector.h>

#include "thumbnailer.h"

#define FRAMES_MAX	300
#define QUALITY		82	/* of JPEG and of WebP that moves */
#define WHOLE		"[fail_on=truncated]"	/* half a picture is none */
#define EFFORT		2	/* of 6, for many frames */

const char *
draw_why(void)
{
	const char *why = vips_error_buffer();

	return *why != '\0' ? why : "not what it should be\n";
}

/* A broken picture has a warning for each of its lines. */
static void
say_nothing(const gchar *domain, GLogLevelFlags level, const gchar *text,
    gpointer arg)
{
	(void)domain;
	(void)level;
	(void)text;
	(void)arg;
}

/* Modules decode what nobody asks for, and take a while to load. */
bool
draw_open(const char *argv0)
{
	static const char *const loaders[] = { "VipsForeignLoadPng",
	    "VipsForeignLoadJpeg", "VipsForeignLoadNsgif",
	    "VipsForeignLoadWebp" };

	g_log_set_default_handler(say_nothing, NULL);
	setenv("VIPSHOME", "/nonexistent", 1);
	/* What is large it would put into a file. */
	setenv("VIPS_DISC_THRESHOLD", "4g", 1);
	if (VIPS_INIT(argv0) != 0)
		return false;
	vips_block_untrusted_set(TRUE);
	vips_operation_block_set("VipsForeignLoad", TRUE);
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++)
		vips_operation_block_set(loaders[i], FALSE);
	vips_concurrency_set(1);
	vips_cache_set_max(0);
	/* It makes code while it runs, which nothing here may. */
	vips_vector_set_enabled(FALSE);
	return true;
}

static enum thumbnail_end
what_failed(void)
{
	return strstr(vips_error_buffer(), "out of memory") != NULL ?
	    THUMBNAIL_TOO_LARGE : THUMBNAIL_NO_PICTURE;
}

/* ------------------------------------------------------------------ reading */

static VipsSource *
rewound(void)
{
	if (lseek(STDIN_FILENO, 0, SEEK_SET) == -1)
		vips_error("thumbnailer", "no file on standard input");
	return vips_source_new_from_descriptor(STDIN_FILENO);
}

static VipsImage *
open_picture(const char *options)
{
	VipsSource *source = rewound();
	VipsImage *in = source == NULL ? NULL :
	    vips_image_new_from_source(source, options, NULL);

	if (source != NULL)
		g_object_unref(source);
	return in;
}

static bool
is_too_large(const VipsImage *in, int frames)
{
	return (int64_t)in->Xsize * in->Ysize * frames > PICTURE_PIXELS_MAX;
}

/* The box for what is w wide and h high: smaller, so that nothing grows. */
static void
fit(const struct thumbnail *t, int w, int h, int *width, int *height)
{
	double by = 1;

	if (t->crop && (double)w / t->width < by)
		by = (double)w / t->width;
	if (t->crop && (double)h / t->height < by)
		by = (double)h / t->height;
	*width = (int)(t->width * by + 0.5);
	*height = (int)(t->height * by + 0.5);
	*width = *width < 1 ? 1 : *width;
	*height = *height < 1 ? 1 : *height;
}

/*
 * What the colours are to become.  Those without a profile are what they should
 * be already, and would only be shifted on the way.
 */
static const char *
profile_for(const VipsImage *in)
{
	return vips_image_get_typeof(in, VIPS_META_ICC_NAME) != 0 ? "srgb" :
	    NULL;
}

static VipsInteresting
interest(const struct thumbnail *t)
{
	return t->crop ? VIPS_INTERESTING_CENTRE : VIPS_INTERESTING_NONE;
}

/* ------------------------------------------------------------------ writing */

static enum thumbnail_end
put(const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(STDOUT_FILENO, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			vips_error_system(errno, "thumbnailer", "%s", "write");
			return THUMBNAIL_FAILED;
		}
		bytes += done;
		n -= (size_t)done;
	}
	return THUMBNAIL_MADE;
}

/* Is something seen through it? */
static bool
is_opaque(VipsImage *in)
{
	VipsImage *alpha;
	double least = 0;

	if (!vips_image_hasalpha(in))
		return true;
	if (vips_extract_band(in, &alpha, in->Bands - 1, NULL) != 0)
		return false;
	if (vips_min(alpha, &least, NULL) != 0)
		least = 0;
	g_object_unref(alpha);
	return least >= 255;
}

/* Takes in over. */
static VipsImage *
without_alpha(VipsImage *in)
{
	VipsImage *out = NULL;

	if (!vips_image_hasalpha(in))
		return in;
	if (vips_extract_band(in, &out, 0, "n", in->Bands - 1, NULL) != 0)
		out = NULL;
	g_object_unref(in);
	return out;
}

static enum thumbnail_end
save_still(VipsImage *in)
{
	void *bytes = NULL;
	size_t n;
	enum thumbnail_end end;
	bool opaque = is_opaque(in);
	int failed;

	if (opaque && (in = without_alpha(in)) == NULL)
		return what_failed();
	failed = opaque ?
	    vips_jpegsave_buffer(in, &bytes, &n, "Q", QUALITY, "strip", TRUE,
	    "optimize_coding", TRUE, NULL) :
	    vips_pngsave_buffer(in, &bytes, &n, "strip", TRUE, NULL);
	g_object_unref(in);
	end = failed ? what_failed() : put(bytes, n);
	g_free(bytes);
	return end;
}

/* ---------------------------------------------------------------- one frame */

/* Takes in over; in memory, 8 bits of red, green and blue, or of grey. */
static VipsImage *
settle(VipsImage *in)
{
	VipsImage *plain = NULL, *out = NULL;
	VipsInterpretation space = in->Bands < 3 ? VIPS_INTERPRETATION_B_W :
	    VIPS_INTERPRETATION_sRGB;

	if (vips_colourspace(in, &plain, space, NULL) == 0)
		out = vips_image_copy_memory(plain);
	if (plain != NULL)
		g_object_unref(plain);
	g_object_unref(in);
	return out;
}

static VipsImage *
shrink(const struct thumbnail *t, int w, int h, const char *profile)
{
	VipsSource *source = rewound();
	VipsImage *out = NULL;
	int width, height;

	if (source == NULL)
		return NULL;
	fit(t, w, h, &width, &height);
	if (vips_thumbnail_source(source, &out, width, "height", height,
	    "size", VIPS_SIZE_DOWN, "crop", interest(t),
	    "export_profile", profile, "option_string", WHOLE, NULL) != 0)
		out = NULL;
	g_object_unref(source);
	return out == NULL ? NULL : settle(out);
}

static enum thumbnail_end
draw_still(const struct thumbnail *t)
{
	VipsImage *head = open_picture(WHOLE), *out;
	const char *profile;
	bool turned;
	int w, h;

	if (head == NULL)
		return what_failed();
	turned = vips_image_get_orientation_swap(head);
	w = turned ? head->Ysize : head->Xsize;
	h = turned ? head->Xsize : head->Ysize;
	profile = profile_for(head);
	if (is_too_large(head, 1)) {
		g_object_unref(head);
		return THUMBNAIL_TOO_LARGE;
	}
	g_object_unref(head);
	out = shrink(t, w, h, profile);
	return out == NULL ? what_failed() : save_still(out);
}

/* ------------------------------------------------------- frames that move */

/* The frames stand below each other. */
static VipsImage *
shrink_frame(const struct thumbnail *t, VipsImage *all, int i, int high)
{
	VipsImage *frame, *out = NULL;
	int width, height;

	if (vips_extract_area(all, &frame, 0, i * high, all->Xsize, high,
	    NULL) != 0)
		return NULL;
	fit(t, all->Xsize, high, &width, &height);
	if (vips_thumbnail_image(frame, &out, width, "height", height,
	    "size", VIPS_SIZE_DOWN, "crop", interest(t),
	    "export_profile", profile_for(all), NULL) != 0)
		out = NULL;
	g_object_unref(frame);
	return out;
}

/* Below each other again, with how long each is seen; NULL: it failed. */
static VipsImage *
shrink_all(const struct thumbnail *t, VipsImage *all, int frames)
{
	VipsImage *list[FRAMES_MAX], *joined = NULL, *out = NULL;
	int high = all->Ysize / frames, n = 0, each = 0;

	while (n < frames &&
	    (list[n] = shrink_frame(t, all, n, high)) != NULL)
		n++;
	if (n == frames && vips_arrayjoin(list, &joined, n, "across", 1,
	    NULL) == 0) {
		each = list[0]->Ysize;
		out = vips_image_copy_memory(joined);
	}
	if (joined != NULL)
		g_object_unref(joined);
	for (int i = 0; i < n; i++)
		g_object_unref(list[i]);
	if (out != NULL)
		vips_image_set_int(out, VIPS_META_PAGE_HEIGHT, each);
	return out;
}

static bool
is_needed(const char *field)
{
	static const char *const fields[] = { VIPS_META_PAGE_HEIGHT, "delay",
	    "loop" };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(field, fields[i]) == 0)
			return true;
	return false;
}

/*
 * What the file told besides its pixels.  "strip" keeps the profile here, and
 * makes Exif anew of what was read from it.
 */
static void
forget_what_else(VipsImage *in)
{
	gchar **fields = vips_image_get_fields(in);

	for (gchar **field = fields; field != NULL && *field != NULL; field++)
		if (!is_needed(*field))
			vips_image_remove(in, *field);
	g_strfreev(fields);
}

static enum thumbnail_end
save_moving(VipsImage *in)
{
	void *bytes = NULL;
	size_t n;
	enum thumbnail_end end;

	forget_what_else(in);
	end = vips_webpsave_buffer(in, &bytes, &n, "Q", QUALITY,
	    "effort", EFFORT, NULL) != 0 ? what_failed() : put(bytes, n);
	g_free(bytes);
	return end;
}

static enum thumbnail_end
draw_frames(const struct thumbnail *t, int frames)
{
	VipsImage *in = open_picture("[n=-1,fail_on=truncated]");
	VipsImage *all = in == NULL ? NULL : vips_image_copy_memory(in);
	VipsImage *out = all == NULL ? NULL : shrink_all(t, all, frames);
	enum thumbnail_end end = out == NULL ? what_failed() :
	    save_moving(out);

	if (out != NULL)
		g_object_unref(out);
	if (all != NULL)
		g_object_unref(all);
	if (in != NULL)
		g_object_unref(in);
	return end;
}

/* How many there are to show; 1: it does not move, or for too long. */
static int
count_frames(const struct picture *p)
{
	VipsImage *head;
	int frames = 1;

	if (p->type != PICTURE_GIF && p->type != PICTURE_WEBP)
		return 1;
	if ((head = open_picture(WHOLE)) == NULL)
		return 1;
	frames = vips_image_get_n_pages(head);
	if (frames > FRAMES_MAX || is_too_large(head, frames))
		frames = 1;
	g_object_unref(head);
	return frames;
}

enum thumbnail_end
draw(const struct thumbnail *t, const struct picture *p)
{
	int frames = t->animated && p->animated ? count_frames(p) : 1;

	return frames > 1 ? draw_frames(t, frames) : draw_still(t);
}
