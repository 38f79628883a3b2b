/*
 * buf.h - text that grows, and slices of text.
 *
 * A buffer lives in an arena.  It knows how big it may become; past that it
 * takes nothing more and buf_full() says so, to be asked once at the end.
 */
#ifndef MXCGI_BUF_H
#define MXCGI_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* A piece of text that belongs to somebody else; not NUL-terminated. */
struct span {
	const char	*s;
	size_t		 n;
};
#define SPAN(lit)	((struct span){ (lit), sizeof(lit) - 1 })
struct span	 span_of(const char *);		/* NULL gives an empty span */
bool		 span_is(struct span, const char *);

struct buf {
	struct arena	*mem;
	char		*s;		/* not NUL-terminated; see buf_str() */
	size_t		 len;
	size_t		 cap;
	size_t		 max;
	bool		 full;
};

/* max: the most bytes it takes. */
void		 buf_init(struct buf *, struct arena *, size_t max);
void		 buf_add(struct buf *, const void *, size_t);
void		 buf_span(struct buf *, struct span);
void		 buf_puts(struct buf *, const char *);
void		 buf_putc(struct buf *, char);
void		 buf_int(struct buf *, int64_t);
void		 buf_printf(struct buf *, const char *, ...)
		    __attribute__((format(printf, 2, 3), nonnull(2)));
bool		 buf_full(const struct buf *);
/* What is in it, with a NUL behind; valid until the next addition. */
const char	*buf_str(struct buf *);
struct span	 buf_content(const struct buf *);

#endif
