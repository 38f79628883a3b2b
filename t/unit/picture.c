/* picture.c - what the heads of files say of pictures, and what they do not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "matrix/picture.h"
#include "tap.h"

#define BYTES(lit)	(lit), sizeof(lit) - 1

static int fd;

static bool
reads(const char *bytes, size_t n, struct picture *p)
{
	if (ftruncate(fd, 0) == -1 || pwrite(fd, bytes, n, 0) != (ssize_t)n)
		abort();
	return picture_read(fd, p);
}

/* Whole it is so; cut off anywhere in its head it is nothing. */
static void
is_picture(const char *bytes, size_t n, const char *want, const char *name)
{
	struct picture p;
	char got[64];
	size_t least = n;

	if (!ok(reads(bytes, n, &p), "%s: is one", name))
		return;
	snprintf(got, sizeof(got), "%s %ux%u%s%s", picture_suffix(p.type),
	    p.width, p.height, p.animated ? " animated" : "",
	    p.exif ? " exif" : "");
	is_text(got, want, "%s: says so", name);
	while (least > 0 && reads(bytes, least - 1, &p))
		least--;
	ok(least > 12, "%s: needs %zu bytes", name, least);
	for (size_t cut = 0; cut < least; cut++)
		if (reads(bytes, cut, &p)) {
			ok(false, "%s: cut off at %zu", name, cut);
			return;
		}
	ok(true, "%s: cut off it is none", name);
}

static void
is_none(const char *bytes, size_t n, const char *name)
{
	struct picture p;

	ok(!reads(bytes, n, &p), "%s: is none", name);
}

/* ------------------------------------------------------------------- kinds */

#define PNG		"\x89PNG\r\n\x1a\n"
#define IHDR(size)	"\0\0\0\rIHDR" size "\x08\x02\0\0\0crc "
#define CHUNK(kind)	"\0\0\0\x03" kind "abccrc "
#define IDAT		"\0\0\0\x09IDAT"
#define SIZE		"\0\0\x01\0\0\0\0\x07"

static void
test_png(void)
{
	is_picture(BYTES(PNG IHDR(SIZE) IDAT "x"), "png 256x7", "PNG");
	is_picture(BYTES(PNG IHDR(SIZE) CHUNK("tEXt") CHUNK("eXIf") IDAT),
	    "png 256x7 exif", "PNG with Exif");
	is_picture(BYTES(PNG IHDR(SIZE) CHUNK("acTL") IDAT),
	    "png 256x7 animated", "animated PNG");
	is_none(BYTES(PNG IHDR("\0\0\0\0\0\0\0\1") IDAT), "PNG without width");
	is_none(BYTES(PNG IHDR("\0\0\0\1\0\0\0\0") IDAT), "nor height");
	is_none(BYTES(PNG IHDR("\xff\xff\xff\xff\0\0\0\1") IDAT),
	    "PNG wider than may be");
	is_none(BYTES(PNG CHUNK("tEXt") IHDR(SIZE) IDAT),
	    "PNG that begins otherwise");
	is_none(BYTES(PNG IHDR(SIZE) "\xff\xff\xff\xfftEXt" IDAT),
	    "PNG with a chunk too long");
	is_none(BYTES(PNG IHDR(SIZE) "\x7f\xff\xff\xfftEXt" IDAT),
	    "PNG with a chunk that goes on beyond the end");
}

#define SOI		"\xff\xd8"
#define FRAME(kind)	"\xff" kind "\0\x0b\x08\0\x07\x01\0\x01\x01\x11\0"
#define APP1		"\xff\xe1\0\x0a" "Exif\0\0xx"

static void
test_jpeg(void)
{
	is_picture(BYTES(SOI "\xff\xe0\0\x04xx" FRAME("\xc0")), "jpg 256x7",
	    "JPEG");
	is_picture(BYTES(SOI APP1 FRAME("\xc2")), "jpg 256x7 exif",
	    "progressive JPEG with Exif");
	is_picture(BYTES(SOI "\xff\xe1\0\x06http" "\xff\xc4\0\x02"
	    "\xff\xff\xff\x01" FRAME("\xc1")), "jpg 256x7",
	    "JPEG with fill bytes and other things");
	is_none(BYTES(SOI "\xff\xda\0\x02" FRAME("\xc0")),
	    "JPEG whose frame comes too late");
	is_none(BYTES(SOI "\xff\xe0\0\x01" FRAME("\xc0")),
	    "JPEG with a segment shorter than its length");
	is_none(BYTES(SOI "\xff\xe0\xff\xff" FRAME("\xc0")),
	    "JPEG with a segment that goes on beyond the end");
	is_none(BYTES(SOI "\xff\xe0\0\x02" "junk" FRAME("\xc0")),
	    "JPEG with something between its segments");
	is_none(BYTES(SOI "\xff\xc0\0\x0b\x08\0\0\0\x01\x01\x01\x11\0"),
	    "JPEG without height");
}

#define SCREEN		"GIF89a" "\0\1\7\0\0\0\0"
#define IMAGE		",\0\0\0\0\1\0\1\0\0\2\2\x4c\1\0"
#define EXTENSION	"!\xf9\4\0\0\0\0\0"

static void
test_gif(void)
{
	is_picture(BYTES(SCREEN IMAGE ";"), "gif 256x7", "GIF");
	is_picture(BYTES(SCREEN EXTENSION IMAGE EXTENSION IMAGE ";"),
	    "gif 256x7 animated", "GIF of two frames");
	is_picture(BYTES("GIF87a" "\1\0\1\0\x80\0\0rgbrgb" IMAGE IMAGE),
	    "gif 1x1 animated", "GIF with colours and without end");
	is_picture(BYTES(SCREEN IMAGE "junk" IMAGE), "gif 256x7",
	    "GIF with something behind it");
	is_none(BYTES("GIF89a" "\0\0\7\0\0\0\0" IMAGE), "GIF without width");
	is_none(BYTES("GIF88a" "\1\0\1\0\0\0\0" IMAGE), "GIF of no year");
}

/* More blocks than anybody goes through; then it may be animated. */
static void
test_long_gif(void)
{
	size_t n = 1000000;
	char *bytes = malloc(n);
	struct picture p;

	memset(bytes, 1, n);
	memcpy(bytes, SCREEN, 13);
	memcpy(bytes + 13, IMAGE, 11);
	ok(reads(bytes, n, &p) && p.animated, "a GIF of a million bytes");
	free(bytes);
}

#define RIFF(chunk)	"RIFF\x22\0\0\0WEBP" chunk

static void
test_webp(void)
{
	is_picture(BYTES(RIFF("VP8 \x16\0\0\0" "\x30\1\0\x9d\1\x2a"
	    "\0\x41\7\x80")), "webp 256x7", "WebP");
	is_picture(BYTES(RIFF("VP8L\x16\0\0\0" "\x2f\xff\x80\x01\0xxxxx")),
	    "webp 256x7", "lossless WebP");
	is_picture(BYTES(RIFF("VP8X\x0a\0\0\0" "\0\0\0\0" "\xff\0\0" "\6\0\0")),
	    "webp 256x7", "extended WebP");
	is_picture(BYTES(RIFF("VP8X\x0a\0\0\0" "\x0a\0\0\0" "\xff\0\0"
	    "\6\0\0")), "webp 256x7 animated exif", "animated WebP");
	is_none(BYTES(RIFF("VP8 \x16\0\0\0" "\x30\1\0\x9d\1\x2b"
	    "\0\x41\7\x80")), "WebP with another start code");
	is_none(BYTES(RIFF("VP9 \x16\0\0\0" "\x30\1\0\x9d\1\x2a"
	    "\0\1\7\0")), "WebP of another kind");
	is_none(BYTES("RIFF\x22\0\0\0WAVEVP8X\x0a\0\0\0" "\0\0\0\0"
	    "\xff\0\0" "\6\0\0"), "a sound");
}

/* -------------------------------------------------------------- the others */

static void
test_none(void)
{
	struct picture p;

	is_none("", 0, "nothing");
	is_none(BYTES("<svg xmlns='http://www.w3.org/2000/svg'/>"), "SVG");
	is_none(BYTES("BM" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "BMP");
	is_none(BYTES("II*\0" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "TIFF");
	ok(!picture_read(-1, &p), "no file");
}

static void
test_size(void)
{
	struct picture p = { .width = 8192, .height = 8192 };

	ok(!picture_too_large(&p), "8192 times 8192 can be decoded");
	p.height++;
	ok(picture_too_large(&p), "not one line more");
	p.width = p.height = INT32_MAX;
	ok(picture_too_large(&p), "nor the largest of all");
}

int
main(void)
{
	if ((fd = memfd_create("picture", MFD_CLOEXEC)) == -1)
		return 1;
	test_png();
	test_jpeg();
	test_gif();
	test_long_gif();
	test_webp();
	test_none();
	test_size();
	return done_testing();
}
