/*
 * picture.c - see picture.h.  PNG: W3C, "Portable Network Graphics"; JPEG: ITU
 * T.81, annex B; GIF: version 89a; WebP: RFC 9649.
 */
#include "matrix/picture.h"

#include <string.h>

static uint32_t
little(const uint8_t *p, unsigned bytes)
{
	uint32_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | p[bytes];
	return n;
}

static uint32_t
big(const uint8_t *p, unsigned bytes)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < bytes; i++)
		n = n << 8 | p[i];
	return n;
}

static bool
begins(const uint8_t *p, size_t n, const char *with, size_t len)
{
	return n >= len && memcmp(p, with, len) == 0;
}
#define BEGINS(p, n, with)	begins(p, n, with, sizeof(with) - 1)

static void
read_png(const uint8_t *p, size_t n, struct picture *picture)
{
	if (n < 24 || !BEGINS(p + 12, n - 12, "IHDR"))
		return;
	picture->width = big(p + 16, 4);
	picture->height = big(p + 20, 4);
}

static void
read_gif(const uint8_t *p, size_t n, struct picture *picture)
{
	if (n < 10)
		return;
	picture->width = little(p + 6, 2);
	picture->height = little(p + 8, 2);
}

/* Start of a frame, of whatever process; not DHT, JPG and DAC. */
static bool
is_frame(uint8_t marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
	    marker != 0xc8 && marker != 0xcc;
}

/* Segments, each with its length, up to the frame; all of it moves on. */
static void
read_jpeg(const uint8_t *p, size_t n, struct picture *picture)
{
	size_t at = 2;

	while (n - at >= 4 && p[at] == 0xff) {
		uint8_t marker = p[at + 1];

		if (marker == 0xff) {		/* a byte to fill up */
			at++;
			continue;
		}
		if (marker == 0xd9 || marker == 0xda)
			return;			/* the end, or the scan */
		if (is_frame(marker) && n - at >= 9) {
			picture->height = big(p + at + 5, 2);
			picture->width = big(p + at + 7, 2);
			return;
		}
		if (2 + (size_t)big(p + at + 2, 2) > n - at)
			return;
		at += 2 + (size_t)big(p + at + 2, 2);
	}
}

static void
read_webp(const uint8_t *p, size_t n, struct picture *picture)
{
	if (n < 30)
		return;
	if (BEGINS(p + 12, n - 12, "VP8 ") &&
	    BEGINS(p + 23, n - 23, "\x9d\x01\x2a")) {
		picture->width = little(p + 26, 2) & 0x3fff;
		picture->height = little(p + 28, 2) & 0x3fff;
	} else if (BEGINS(p + 12, n - 12, "VP8L") && p[20] == 0x2f) {
		uint32_t bits = little(p + 21, 4);

		picture->width = (bits & 0x3fff) + 1;
		picture->height = (bits >> 14 & 0x3fff) + 1;
	} else if (BEGINS(p + 12, n - 12, "VP8X")) {
		picture->width = little(p + 24, 3) + 1;
		picture->height = little(p + 27, 3) + 1;
	}
}

static bool
look(const uint8_t *p, size_t n, struct picture *picture)
{
	if (BEGINS(p, n, "\x89PNG\r\n\x1a\n")) {
		picture->type = "image/png";
		read_png(p, n, picture);
	} else if (BEGINS(p, n, "GIF87a") || BEGINS(p, n, "GIF89a")) {
		picture->type = "image/gif";
		read_gif(p, n, picture);
	} else if (BEGINS(p, n, "\xff\xd8\xff")) {
		picture->type = "image/jpeg";
		read_jpeg(p, n, picture);
	} else if (BEGINS(p, n, "RIFF") && n >= 12 &&
	    BEGINS(p + 8, n - 8, "WEBP")) {
		picture->type = "image/webp";
		read_webp(p, n, picture);
	}
	return picture->type != NULL;
}

bool
picture_look(const uint8_t *p, size_t n, struct picture *picture)
{
	*picture = (struct picture){ .type = NULL };
	if (!look(p, n, picture))
		return false;
	/* What has no area, or more than any format has, says nothing. */
	if (picture->width == 0 || picture->height == 0 ||
	    picture->width > INT32_MAX || picture->height > INT32_MAX)
		picture->width = picture->height = 0;
	return true;
}
