/* picture.c - what the heads of pictures say. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "matrix/picture.h"
#include "tap.h"

#define BYTES(s)	(s), sizeof(s) - 1
#define PNG		"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
#define IDAT		"\0\0\0\1IDAT"

static const struct {
	const char	*bytes;
	size_t		 n;
	const char	*mime;		/* NULL: it is no picture */
	uint32_t	 width, height;
	bool		 animated, exif;
	const char	*name;
} cases[] = {
	{ BYTES(PNG "\0\0\1\0\0\0\0\x30\10\6\0\0\0crc." IDAT),
	    "image/png", 256, 48, false, false, "PNG" },
	{ BYTES(PNG "\0\0\1\0\0\0\0\x30\10\6\0\0\0crc."
	    "\0\0\0\1acTLxcrc.\0\0\0\1eXIfxcrc." IDAT),
	    "image/png", 256, 48, true, true, "PNG, animated and turned" },
	{ BYTES(PNG "\0\0\1\0\0\0\0"), NULL, 0, 0, false, false,
	    "PNG, cut off" },
	{ BYTES(PNG "\xff\xff\xff\xff\0\0\0\x30\10\6\0\0\0crc." IDAT),
	    NULL, 0, 0, false, false, "PNG wider than any" },
	{ BYTES(PNG "\0\0\0\0\0\0\0\x30\10\6\0\0\0crc." IDAT),
	    NULL, 0, 0, false, false, "PNG without width" },
	{ BYTES(PNG "\0\0\1\0\0\0\0\x30\10\6\0\0\0crc.\xff\xff\xff\xfftEXt"),
	    NULL, 0, 0, false, false, "PNG, a chunk longer than any" },
	{ BYTES("GIF89a\x10\x01\x20\x02\0\0\0;"), "image/gif", 272, 544,
	    false, false, "GIF" },
	{ BYTES("GIF87a\x10\x01\x20"), NULL, 0, 0, false, false,
	    "GIF, cut off" },
	{ BYTES("GIF88a\x10\x01\x20\x02\0\0\0;"), NULL, 0, 0, false, false,
	    "no GIF" },
	{ BYTES("\xff\xd8\xff\xe0\0\4ab\xff\xff\xc2\0\x11\x08\1\2\3\4\3"),
	    "image/jpeg", 772, 258, false, false, "JPEG, progressive" },
	{ BYTES("\xff\xd8\xff\xe1\0\10Exif\0\0\xff\xc0\0\x11\x08\0\2\0\4\3"),
	    "image/jpeg", 4, 2, false, true, "JPEG, turned" },
	{ BYTES("\xff\xd8\xff\xc4\0\4ab\xff\xc0\0\x11\x08\0\2\0\4\3"),
	    "image/jpeg", 4, 2, false, false, "JPEG, behind tables" },
	{ BYTES("\xff\xd8\xff\xc0\0\x11\x08\0\2\0\0\0"), NULL, 0, 0,
	    false, false, "JPEG without width" },
	{ BYTES("\xff\xd8\xff\xe0\xff\xff" "abcdef"), NULL, 0, 0, false,
	    false, "JPEG, a segment longer than it" },
	{ BYTES("\xff\xd8\xff\xe0\0\0\xff\xc0\0\x11\x08\0\2\0\4\3"),
	    NULL, 0, 0, false, false, "JPEG, a segment shorter than any" },
	{ BYTES("\xff\xd8\xff\xda\0\2\xff\xc0\0\x11\x08\0\2\0\4\3"),
	    NULL, 0, 0, false, false, "JPEG, its scan comes first" },
	{ BYTES("\xff\xd8\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
	    NULL, 0, 0, false, false, "JPEG, filled up to the end" },
	{ BYTES("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x10\x80\x20\x40"),
	    "image/webp", 16, 32, false, false, "WebP, lossy, with its scales" },
	{ BYTES("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x0f\xc0\x07\0\0\0\0\0\0"),
	    "image/webp", 16, 32, false, false, "WebP, lossless" },
	{ BYTES("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\x0a\0\0\0\x0f\0\0\x1f\0\0"),
	    "image/webp", 16, 32, true, true, "WebP, extended" },
	{ BYTES("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x0f\0\0\x1f\0"),
	    NULL, 0, 0, false, false, "WebP, cut off" },
	{ BYTES("RIFF\0\0\0\0WAVEfmt 0123456789"), NULL, 0, 0, false, false,
	    "another RIFF" },
	{ BYTES("<svg xmlns='http://www.w3.org/2000/svg'>"), NULL, 0, 0, false,
	    false, "SVG" },
	{ BYTES(""), NULL, 0, 0, false, false, "nothing" },
};

static bool
look(const char *bytes, size_t n, struct picture *p)
{
	int fd = memfd_create("picture", MFD_CLOEXEC);
	bool is;

	if (fd == -1 || write(fd, bytes, n) != (ssize_t)n)
		abort();
	is = picture_read(fd, p);
	close(fd);
	return is;
}

int
main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct picture p;
		bool is = look(cases[i].bytes, cases[i].n, &p);

		ok(is == (cases[i].mime != NULL), "%s", cases[i].name);
		if (!is || cases[i].mime == NULL)
			continue;
		is_text(picture_mime(p.type), cases[i].mime, "its type");
		ok(p.width == cases[i].width && p.height == cases[i].height,
		    "its size: %u x %u", p.width, p.height);
		ok(p.animated == cases[i].animated && p.exif == cases[i].exif,
		    "whether it moves, or is turned");
	}
	return done_testing();
}
