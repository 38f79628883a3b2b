/* picture.c - what the heads of pictures say. */
#include "matrix/picture.h"
#include "tap.h"

#define BYTES(s)	(const uint8_t *)(s), sizeof(s) - 1

static const struct {
	const uint8_t	*bytes;
	size_t		 n;
	const char	*type;		/* NULL: it is no picture */
	uint32_t	 width, height;
	const char	*name;
} cases[] = {
	{ BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\0\x30\x08\6"),
	    "image/png", 256, 48, "PNG" },
	{ BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\0"),
	    "image/png", 0, 0, "PNG, cut off" },
	{ BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIDAT\0\0\1\0\0\0\0\x30\x08\6"),
	    "image/png", 0, 0, "PNG without IHDR" },
	{ BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\0\0\0\x30\x08"),
	    "image/png", 0, 0, "PNG wider than any" },
	{ BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\x30\x08"),
	    "image/png", 0, 0, "PNG without width" },
	{ BYTES("\x89PNG\n"), NULL, 0, 0, "PNG spoilt on the way" },
	{ BYTES("GIF89a\x10\x01\x20\x02"), "image/gif", 272, 544, "GIF" },
	{ BYTES("GIF87a\x10\x01\x20"), "image/gif", 0, 0, "GIF, cut off" },
	{ BYTES("GIF88a\x10\x01\x20\x02"), NULL, 0, 0, "no GIF" },
	{ BYTES("\xff\xd8\xff\xe0\0\4ab\xff\xff\xc2\0\x11\x08\1\2\3\4\3"),
	    "image/jpeg", 772, 258, "JPEG, progressive, behind a segment" },
	{ BYTES("\xff\xd8\xff\xc4\0\4ab\xff\xc0\0\x11\x08\0\2\0\4\3"),
	    "image/jpeg", 4, 2, "JPEG, behind tables" },
	{ BYTES("\xff\xd8\xff\xc0\0\x11\x08\0\2\0"), "image/jpeg", 0, 0,
	    "JPEG, cut off" },
	{ BYTES("\xff\xd8\xff\xe0\xff\xff" "ab"), "image/jpeg", 0, 0,
	    "JPEG, a segment longer than it" },
	{ BYTES("\xff\xd8\xff\xe0\0\0\xff\xc0\0\x11\x08\0\2\0\4\3"),
	    "image/jpeg", 0, 0, "JPEG, a segment without its own length" },
	{ BYTES("\xff\xd8\xff\xda\0\2\xff\xc0\0\x11\x08\0\2\0\4\3"),
	    "image/jpeg", 0, 0, "JPEG, its scan comes first" },
	{ BYTES("\xff\xd8\xff\xff\xff\xff\xff\xff"), "image/jpeg", 0, 0,
	    "JPEG, filled up to the end" },
	{ BYTES("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x10\x80\x20\x40"),
	    "image/webp", 16, 32, "WebP, lossy, with its scales" },
	{ BYTES("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x0f\xc0\x07\0\0\0\0\0\0"),
	    "image/webp", 16, 32, "WebP, lossless" },
	{ BYTES("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x0f\0\0\x1f\0\0"),
	    "image/webp", 16, 32, "WebP, extended" },
	{ BYTES("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x0f\0\0\x1f\0"),
	    "image/webp", 0, 0, "WebP, cut off" },
	{ BYTES("RIFF\0\0\0\0WAVEfmt "), NULL, 0, 0, "another RIFF" },
	{ BYTES("<svg xmlns='http://www.w3.org/2000/svg'>"), NULL, 0, 0, "SVG" },
	{ BYTES(""), NULL, 0, 0, "nothing" },
};

int
main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct picture p;
		bool is = picture_look(cases[i].bytes, cases[i].n, &p);

		ok(is == (cases[i].type != NULL) && (!is ||
		    (strcmp(p.type, cases[i].type) == 0 &&
		    p.width == cases[i].width && p.height == cases[i].height)),
		    "%s", cases[i].name);
		if (is && (p.width != cases[i].width ||
		    p.height != cases[i].height))
			printf("# %s, %u x %u\n", p.type, p.width, p.height);
	}
	return done_testing();
}
