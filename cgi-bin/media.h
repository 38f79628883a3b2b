/* media.h - what the parts of the media repository share. */
#ifndef MXCGI_CGI_MEDIA_H
#define MXCGI_CGI_MEDIA_H

#include "matrix/media.h"

/* The mxc:// URI of media of this server, as a member of the answer. */
void		 put_uri(struct request *, const char *media_id);
/*
 * A name for people, from a query or a path (NULL or empty: none, *name is
 * NULL): M_OK, or refused.
 */
enum mx_err	 take_name(struct request *, const char *text,
		    const char **name);

/* timeout_ms of the query: until when to wait for content, maybe not at all. */
enum mx_err	 take_timeout(struct request *, int64_t *until_ms);
/* Refused: there is no content yet. */
enum mx_err	 not_yet(struct request *);

/* Who waits for content, or for a thumbnail (waits.resume). */
handler_fn	 download_resume;
handler_fn	 thumbnail_resume;
/* media-preview.c: who waits for a page that is being fetched. */
handler_fn	 preview_resume;

#endif
