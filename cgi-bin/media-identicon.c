/*
 * media-identicon.c - a picture for who has none, as the servers of 2015 made
 * them: five by five squares, alike on the left and on the right, and a colour,
 * which follow from a text such as a user id.
 *
 * It is a PNG (RFC 2083) of one bit a pixel and two colours.  So little need not
 * be packed: zlib's blocks are stored as they are (RFC 1950, 1951).
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fd.h"
#include "base/log.h"
#include "media.routes.h"
#include "serve/serve.h"

#define SIZE		64
#define SIZE_MAX_	512
#define CELLS		5
#define HALVES		(2 * (CELLS + 1))	/* with half a cell around */
#define STORED_MAX	65535			/* bytes of a stored block */

struct identicon {
	unsigned	 width;
	unsigned	 height;
	bool		 cell[CELLS][CELLS];	/* [y][x]: in the colour */
	uint8_t		 palette[2][3];		/* behind it, and the colour */
};
_Static_assert(((SIZE_MAX_ + 7) / 8 + 1) * SIZE_MAX_ <= STORED_MAX,
    "the picture is one block");

/* ------------------------------------------------------------- the picture */

/* One of the six kinds of colours, not too light on what is behind it. */
static void
set_colour(uint8_t colour[3], const uint8_t hash[SHA256_LEN])
{
	static const uint8_t strong[6][3] = {
		{ 1, 0, 0 }, { 1, 1, 0 }, { 0, 1, 0 }, { 0, 1, 1 }, { 0, 0, 1 },
		{ 1, 0, 1 }
	};
	const uint8_t *kind = strong[hash[2] % 6];

	for (int i = 0; i < 3; i++)
		colour[i] = (uint8_t)(kind[i] * 120 + 40 + hash[3 + i] % 40);
}

static void
draw(struct identicon *icon, const char *ident)
{
	uint8_t hash[SHA256_LEN];
	unsigned bits;

	sha256(ident, strlen(ident), hash);
	bits = hash[0] | (unsigned)hash[1] << 8;
	for (int x = 0; x < (CELLS + 1) / 2; x++)
		for (int y = 0; y < CELLS; y++, bits >>= 1)
			icon->cell[y][x] = icon->cell[y][CELLS - 1 - x] =
			    bits & 1;
	memset(icon->palette[0], 0xf0, sizeof icon->palette[0]);
	set_colour(icon->palette[1], hash);
}

static bool
is_set(const struct identicon *icon, unsigned x, unsigned y)
{
	unsigned across = x * HALVES / icon->width;
	unsigned down = y * HALVES / icon->height;

	return across > 0 && across < HALVES - 1 && down > 0 &&
	    down < HALVES - 1 && icon->cell[(down - 1) / 2][(across - 1) / 2];
}

/* ----------------------------------------------------------------- the PNG */

static void
put_number(struct buf *out, uint32_t n)
{
	const uint8_t bytes[] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
	    (uint8_t)(n >> 8), (uint8_t)n };

	buf_add(out, bytes, sizeof bytes);
}

static uint32_t
crc(const char *s, size_t n)
{
	uint32_t sum = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		sum ^= (uint8_t)s[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? UINT32_C(0xedb88320) : 0);
	}
	return ~sum;
}

static uint32_t
adler(struct span data)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < data.n; i++) {
		a = (a + (uint8_t)data.s[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static void
put_chunk(struct buf *out, const char *type, struct span data)
{
	size_t from;

	put_number(out, (uint32_t)data.n);
	from = out->len;
	buf_puts(out, type);
	buf_span(out, data);
	put_number(out, crc(out->s + from, out->len - from));
}

/* The lines, each with the number of its filter: none. */
static struct span
pixels(struct arena *mem, const struct identicon *icon)
{
	struct buf out;

	buf_init(&out, mem, STORED_MAX);
	for (unsigned y = 0; y < icon->height; y++) {
		buf_putc(&out, 0);
		for (unsigned x = 0; x < icon->width; x += 8) {
			uint8_t byte = 0;

			for (unsigned i = 0; i < 8 && x + i < icon->width; i++)
				if (is_set(icon, x + i, y))
					byte |= (uint8_t)(0x80 >> i);
			buf_putc(&out, (char)byte);
		}
	}
	return buf_content(&out);
}

static struct span
stored(struct arena *mem, struct span data)
{
	const uint8_t head[] = { 0x78, 0x01, 1, (uint8_t)data.n,
	    (uint8_t)(data.n >> 8), (uint8_t)~data.n,
	    (uint8_t)(~data.n >> 8) };
	struct buf out;

	buf_init(&out, mem, SIZE_MAX);
	buf_add(&out, head, sizeof head);
	buf_span(&out, data);
	put_number(&out, adler(data));
	return buf_content(&out);
}

static struct span
encode(struct arena *mem, const struct identicon *icon)
{
	static const uint8_t signature[] = { 0x89, 'P', 'N', 'G', 0x0d, 0x0a,
	    0x1a, 0x0a };
	/* A bit a pixel, of a palette; nothing else is special. */
	static const uint8_t kind[] = { 1, 3, 0, 0, 0 };
	struct buf head, out;

	buf_init(&head, mem, SIZE_MAX);
	put_number(&head, icon->width);
	put_number(&head, icon->height);
	buf_add(&head, kind, sizeof kind);
	buf_init(&out, mem, SIZE_MAX);
	buf_add(&out, signature, sizeof signature);
	put_chunk(&out, "IHDR", buf_content(&head));
	put_chunk(&out, "PLTE", (struct span){ (const char *)icon->palette,
	    sizeof icon->palette });
	put_chunk(&out, "IDAT", stored(mem, pixels(mem, icon)));
	put_chunk(&out, "IEND", SPAN(""));
	return buf_content(&out);
}

/* --------------------------------------------------------------- the answer */

static enum mx_err
take_size(struct request *r, const char *name, unsigned *size)
{
	int64_t n = SIZE;

	if (!req_query_int(r, name, 1, INT64_MAX, &n))
		return fail(r, M_INVALID_PARAM, "%s is a number of pixels",
		    name);
	*size = n > SIZE_MAX_ ? SIZE_MAX_ : (unsigned)n;
	return M_OK;
}

/* A file in memory, which ends with its descriptor; -1: there is none. */
static int
file_of(struct span data)
{
	int fd = fd_memory("identicon");

	if (fd != -1 && write(fd, data.s, data.n) == (ssize_t)data.n)
		return fd;
	log_error("no picture in memory: %s", strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}

/*
 * GET /_matrix/media/v1/identicon/{ident}
 *
 * The picture of ident, for ever the same; width and height in pixels, 64 by
 * default and 512 at most.
 */
enum mx_err
identicon(struct request *r)
{
	const char *ident = req_arg(r, "ident");
	struct identicon icon;
	struct span png;
	enum mx_err err;
	int fd;

	if ((err = take_size(r, "width", &icon.width)) != M_OK ||
	    (err = take_size(r, "height", &icon.height)) != M_OK)
		return err;
	draw(&icon, ident);
	png = encode(r->mem, &icon);
	if ((fd = file_of(png)) == -1)
		return fail(r, M_UNKNOWN, "The picture could not be made");
	reply_file(r, &(struct reply_file){
		.fd = fd,
		.size = (int64_t)png.n,
		.type = "image/png",
		.disposition = "inline",
		.etag = arena_printf(r->mem, "\"%08x-%ux%u\"",
		    (unsigned)crc(png.s, png.n), icon.width, icon.height),
		.cache = "public, max-age=31536000, immutable",
	});
	return M_OK;
}
