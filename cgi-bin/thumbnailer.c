/* thumbnailer.c - main() of the thumbnailer; see matrix/thumbnail.h. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "thumbnailer.h"

#define EDGE_MAX	1000000	/* no picture is larger, so this is any size */

static int
usage(int status)
{
	fprintf(status == 0 ? stdout : stderr,
	    "usage: thumbnailer [--animated] crop|scale WIDTHxHEIGHT"
	    " <picture >thumbnail\n\n"
	    "Part of mxcgi, a Matrix homeserver; `media` starts it.\n"
	    "Status 1: no picture that it reads; 2: it is too large.\n");
	return status;
}

static bool
read_edge(const char **text, unsigned *edge, char end)
{
	char *behind;
	unsigned long n = strtoul(*text, &behind, 10);

	if (**text < '0' || **text > '9' || *behind != end || n == 0 ||
	    n > EDGE_MAX)
		return false;
	*edge = (unsigned)n;
	*text = behind + 1;
	return true;
}

static bool
read_wish(struct thumbnail *t, const char *method, const char *size)
{
	t->crop = strcmp(method, "crop") == 0;
	return (t->crop || strcmp(method, "scale") == 0) &&
	    read_edge(&size, &t->width, 'x') &&
	    read_edge(&size, &t->height, '\0');
}

static bool
read_options(struct thumbnail *t, int argc, char **argv)
{
	static const struct option options[] = {
		{ "animated", no_argument, NULL, 'a' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (opt) {
		case 'a':
			t->animated = true;
			break;
		case 'v':
			printf("mxcgi %s\n", PACKAGE_VERSION);
			exit(0);
		case 'h':
			exit(usage(0));
		default:
			return false;
		}
	return argc - optind == 2 &&
	    read_wish(t, argv[optind], argv[optind + 1]);
}

static int
say(enum thumbnail_end end)
{
	switch (end) {
	case THUMBNAIL_MADE:
		break;
	case THUMBNAIL_NO_PICTURE:
		fprintf(stderr, "thumbnailer: this is no picture, or a broken "
		    "one: %s", draw_why());
		break;
	case THUMBNAIL_TOO_LARGE:
		fprintf(stderr, "thumbnailer: this picture is too large: %s",
		    draw_why());
		break;
	case THUMBNAIL_FAILED:
		fprintf(stderr, "thumbnailer: it cannot be made: %s",
		    draw_why());
		break;
	}
	return (int)end;
}

/* Nothing that came from outside is looked at before decoder_confine(). */
int
main(int argc, char **argv)
{
	struct thumbnail t = { .crop = false };
	struct picture p;

	if (!read_options(&t, argc, argv))
		return usage(EX_USAGE);
	close_range(STDERR_FILENO + 1, ~0u, 0);
	if (!draw_open(argv[0]) || !decoder_confine())
		_exit(say(THUMBNAIL_FAILED));
	if (!picture_read(STDIN_FILENO, &p))
		_exit(say(THUMBNAIL_NO_PICTURE));
	if (picture_too_large(&p))
		_exit(say(THUMBNAIL_TOO_LARGE));
	/* At once: what libraries do at exit may not be allowed. */
	_exit(say(draw(&t, &p)));
}
