/*
 * preview.h - what web pages say of themselves, for clients that show links
 * (client-server API, GET media/preview_url): asking them, and keeping what
 * they said.
 *
 * Pages are asked by http.h, so at public addresses only; each URL on the way
 * is judged by web_url.h.  A picture becomes media of the server itself, which
 * end with the last preview that shows them.
 */
#ifndef MXCGI_PREVIEW_H
#define MXCGI_PREVIEW_H

#include "matrix/media.h"
#include "matrix/picture.h"
#include "matrix/web_url.h"

/* Stored; 0 is what is found. */
enum preview_said {
	PREVIEW_FOUND,		/* perhaps it says nothing of itself */
	PREVIEW_UNREACHABLE,	/* nobody answers, or no 200 */
	PREVIEW_DENIED,		/* by the configuration; where it leads, too */
	PREVIEW_BAD		/* it is no URL of the web */
};

/* Zeroed before it is filled in; then it owns all it has. */
struct preview {
	const struct conf *conf;
	char		 url[WEB_URL_MAX + 1];

	enum preview_said said;
	struct arena	*mem;		/* of what follows */
	const char	*answer;	/* an object, without its picture */
	struct media_file file;		/* the picture, durable; */
	bool		 has_picture;	/* if there is one */
	bool		 kept;		/* a row speaks of it, once committed */
	struct picture	 picture;
	int64_t		 size;		/* bytes */
	uint8_t		 sha256[SHA256_LEN];
};

/* Ask the page; it blocks, so it is for a job.  Once. */
void	preview_fetch(struct preview *);
/* Always, whatever became of it: lets go of all. */
void	preview_end(struct preview *);

/*
 * The answer as it was at ts (ms since 1970), or the next one after, with its
 * picture.  False: none is known that is good enough, ask.
 */
bool	preview_answer(struct request *, const char *url, int64_t ts);
/* PREVIEW_FOUND, or why it failed just before. */
enum preview_said preview_why_not(struct request *, const char *url);
/* In a write transaction: keep it, and let the oldest go. */
void	preview_put(struct request *, struct preview *);

/* The housekeeper's piece (upkeep.h): what is too old, or too much. */
struct upkeep;
bool	preview_upkeep(struct upkeep *);

#endif
