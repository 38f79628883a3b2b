/*
 * writer.h - JSON written piece by piece, stored text spliced in.
 *
 * Commas are set by the writer.  Nesting deeper than WRITER_DEPTH, or an end
 * that does not fit its beginning, is our mistake and aborts.
 */
#ifndef MXCGI_WRITER_H
#define MXCGI_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <cjson/cJSON.h>

#include "base/buf.h"

#define WRITER_DEPTH	32

struct writer {
	struct buf	*out;
	unsigned	 depth;
	bool		 in_array[WRITER_DEPTH];
	bool		 some[WRITER_DEPTH];	/* a comma is due */
	bool		 after_key;
};

void	writer_init(struct writer *, struct buf *);

void	write_object(struct writer *);		/* { */
void	write_end(struct writer *);		/* } or ] */
void	write_array(struct writer *);		/* [ */
void	write_key(struct writer *, const char *);
void	write_key_span(struct writer *, struct span);

void	write_text(struct writer *, const char *);	/* NULL gives null */
void	write_span(struct writer *, struct span);	/* a string */
void	write_int(struct writer *, int64_t);
void	write_bool(struct writer *, bool);
void	write_null(struct writer *);
void	write_raw(struct writer *, struct span);	/* JSON as it is */
void	write_json(struct writer *, const cJSON *);

/* Members: key and value in one go. */
void	put_text(struct writer *, const char *key, const char *);
void	put_int(struct writer *, const char *key, int64_t);
void	put_bool(struct writer *, const char *key, bool);
void	put_raw(struct writer *, const char *key, struct span);
void	put_json(struct writer *, const char *key, const cJSON *);
void	put_object(struct writer *, const char *key);	/* "key":{ */
void	put_array(struct writer *, const char *key);	/* "key":[ */

#endif
