/* picture.c - see picture.h. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "matrix/picture.h"

#define PIECE		4096
#define STEPS_MAX	200000	/* chunks, segments, blocks that are gone through */

struct source {
	int		 fd;
	off_t		 at;		/* of the first byte in piece */
	size_t		 n;		/* that many are there */
	off_t		 next;		/* to be taken */
	unsigned	 steps;
	unsigned char	 piece[PIECE];
};

/* ------------------------------------------------------------------ bytes */

static bool
fill(struct source *s)
{
	ssize_t got;

	do
		got = pread(s->fd, s->piece, sizeof(s->piece), s->next);
	while (got < 0 && errno == EINTR);
	s->at = s->next;
	s->n = got > 0 ? (size_t)got : 0;
	return got > 0;
}

/* The next n bytes, as they stand; false: there are not so many. */
static bool
take(struct source *s, unsigned char *to, size_t n)
{
	for (size_t i = 0; i < n; i++, s->next++) {
		if ((s->next < s->at || s->next >= s->at + (off_t)s->n) &&
		    !fill(s))
			return false;
		to[i] = s->piece[s->next - s->at];
	}
	return true;
}

static void
skip(struct source *s, uint32_t n)
{
	s->next += n;
}

static bool
step(struct source *s)
{
	return ++s->steps <= STEPS_MAX;
}

static uint32_t
big16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t
big32(const unsigned char *p)
{
	return big16(p) << 16 | big16(p + 2);
}

static uint32_t
little16(const unsigned char *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}

static uint32_t
little24(const unsigned char *p)
{
	return (uint32_t)p[2] << 16 | little16(p);
}

/* -------------------------------------------------------------------- PNG */

/* From the first chunk on: those before the pixels. */
static bool
read_png(struct source *s, struct picture *p)
{
	unsigned char head[8], size[8];

	if (!take(s, head, 8) || memcmp(head, "\0\0\0\rIHDR", 8) != 0 ||
	    !take(s, size, 8))
		return false;
	p->type = PICTURE_PNG;
	p->width = big32(size);
	p->height = big32(size + 4);
	skip(s, 5 + 4);
	while (step(s) && take(s, head, 8)) {
		if (memcmp(head + 4, "IDAT", 4) == 0)
			return p->width <= INT32_MAX && p->height <= INT32_MAX;
		p->animated |= memcmp(head + 4, "acTL", 4) == 0;
		p->exif |= memcmp(head + 4, "eXIf", 4) == 0;
		if (big32(head) > INT32_MAX)
			break;
		skip(s, big32(head) + 4);
	}
	return false;
}

/* ------------------------------------------------------------------- JPEG */

/* The next marker, or 0: there is none. */
static unsigned char
take_marker(struct source *s)
{
	unsigned char byte;

	if (!take(s, &byte, 1) || byte != 0xff)
		return 0;
	while (step(s) && take(s, &byte, 1))
		if (byte != 0xff)
			return byte;
	return 0;
}

static bool
is_frame(unsigned char marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
	    marker != 0xc8 && marker != 0xcc;
}

static bool
starts_exif(struct source *s, uint32_t n)
{
	off_t here = s->next;
	unsigned char name[4];
	bool found = n >= 4 && take(s, name, 4) &&
	    memcmp(name, "Exif", 4) == 0;

	s->next = here;
	return found;
}

static bool
read_jpeg(struct source *s, struct picture *p)
{
	unsigned char marker, size[2], frame[5];

	p->type = PICTURE_JPEG;
	while (step(s) && (marker = take_marker(s)) != 0) {
		if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7))
			continue;	/* nothing stands behind these */
		if (marker >= 0xd8 && marker <= 0xda)
			return false;	/* pixels, or the end, without a frame */
		if (!take(s, size, 2) || big16(size) < 2)
			return false;
		if (is_frame(marker)) {
			if (!take(s, frame, 5))
				return false;
			p->height = big16(frame + 1);
			p->width = big16(frame + 3);
			return true;
		}
		if (marker == 0xe1)
			p->exif |= starts_exif(s, big16(size) - 2);
		skip(s, big16(size) - 2);
	}
	return false;
}

/* -------------------------------------------------------------------- GIF */

/* Blocks up to an empty one; false: there is none. */
static bool
skip_blocks(struct source *s)
{
	unsigned char n;

	while (step(s) && take(s, &n, 1)) {
		if (n == 0)
			return true;
		skip(s, n);
	}
	return false;
}

static void
skip_colours(struct source *s, unsigned char flags)
{
	if (flags & 0x80)
		skip(s, 3u << ((flags & 7) + 1));
}

static bool
skip_frame(struct source *s)
{
	unsigned char frame[9];

	if (!take(s, frame, 9))
		return false;
	skip_colours(s, frame[8]);
	skip(s, 1);
	return skip_blocks(s);
}

/* Is there a second frame, or are there so many bytes that one may be? */
static bool
gif_is_animated(struct source *s)
{
	unsigned frames = 0;
	unsigned char kind;

	while (take(s, &kind, 1)) {
		if (kind == ',' && ++frames == 2)
			return true;
		if (kind == '!')
			skip(s, 1);
		if (!(kind == ',' ? skip_frame(s) :
		    kind == '!' && skip_blocks(s)))
			break;
	}
	return s->steps > STEPS_MAX;
}

static bool
read_gif(struct source *s, struct picture *p)
{
	unsigned char screen[7];

	if (!take(s, screen, 7))
		return false;
	p->type = PICTURE_GIF;
	p->width = little16(screen);
	p->height = little16(screen + 2);
	skip_colours(s, screen[4]);
	p->animated = gif_is_animated(s);
	return true;
}

/* ------------------------------------------------------------------- WebP */

/* From the first chunk on, which says it all. */
static bool
read_webp(struct source *s, struct picture *p)
{
	unsigned char chunk[8], b[10];

	if (!take(s, chunk, 8) || !take(s, b, 10))
		return false;
	p->type = PICTURE_WEBP;
	if (memcmp(chunk, "VP8X", 4) == 0) {
		p->animated = (b[0] & 0x02) != 0;
		p->exif = (b[0] & 0x08) != 0;
		p->width = little24(b + 4) + 1;
		p->height = little24(b + 7) + 1;
		return true;
	}
	if (memcmp(chunk, "VP8L", 4) == 0 && b[0] == 0x2f) {
		p->width = (little16(b + 1) & 0x3fff) + 1;
		p->height = (little24(b + 2) >> 6 & 0x3fff) + 1;
		return true;
	}
	p->width = little16(b + 6) & 0x3fff;
	p->height = little16(b + 8) & 0x3fff;
	return memcmp(chunk, "VP8 ", 4) == 0 &&
	    memcmp(b + 3, "\x9d\x01\x2a", 3) == 0;
}

/* -------------------------------------------------------------------- all */

static bool
read_any(struct source *s, struct picture *p)
{
	unsigned char head[12];

	if (!take(s, head, 12))
		return false;
	if (memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0) {
		s->next = 8;
		return read_png(s, p);
	}
	if (memcmp(head, "\xff\xd8\xff", 3) == 0) {
		s->next = 2;
		return read_jpeg(s, p);
	}
	if (memcmp(head, "GIF87a", 6) == 0 || memcmp(head, "GIF89a", 6) == 0) {
		s->next = 6;
		return read_gif(s, p);
	}
	return memcmp(head, "RIFF", 4) == 0 &&
	    memcmp(head + 8, "WEBP", 4) == 0 && read_webp(s, p);
}

bool
picture_read(int fd, struct picture *p)
{
	struct source s = { .fd = fd };

	*p = (struct picture){ .width = 0 };
	return read_any(&s, p) && p->width > 0 && p->height > 0;
}

bool
picture_too_large(const struct picture *p)
{
	return (uint64_t)p->width * p->height > (uint64_t)PICTURE_PIXELS_MAX;
}

const char *
picture_mime(enum picture_type type)
{
	static const char *const mimes[] = {
		[PICTURE_PNG] = "image/png", [PICTURE_JPEG] = "image/jpeg",
		[PICTURE_GIF] = "image/gif", [PICTURE_WEBP] = "image/webp"
	};

	return mimes[type];
}

const char *
picture_suffix(enum picture_type type)
{
	static const char *const suffixes[] = {
		[PICTURE_PNG] = "png", [PICTURE_JPEG] = "jpg",
		[PICTURE_GIF] = "gif", [PICTURE_WEBP] = "webp"
	};

	return suffixes[type];
}
