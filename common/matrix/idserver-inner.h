/*
 * idserver-inner.h - what the files of the identity service share.  For
 * idserver*.c only; everybody else includes idserver.h or idserver-invite.h.
 */
#ifndef MXCGI_IDSERVER_INNER_H
#define MXCGI_IDSERVER_INNER_H

#include "json/json.h"
#include "matrix/http.h"
#include "matrix/idserver.h"

#define IDSERVER_V1	"/_matrix/identity/api/v1"
#define IDSERVER_V2	"/_matrix/identity/v2"

/* A question on its way: all of it ends with mem. */
struct question {
	struct idserver	*id;
	struct arena	*mem;
	struct arena	*before;	/* where cJSON allocated */
	struct http	*http;
	cJSON		*answer;	/* an object, or NULL */
};

/*
 * To id_server, with the access token if there is one, which also decides the
 * version of the API that stands before path.
 */
struct question	 question_new(struct idserver *, const char *method,
		    const char *path);
/* Send this JSON text, which is no longer than HTTP_SENT_MAX. */
void		 question_send(struct question *, struct span text);
/* Ask; the answer, and in id what was said. */
void		 question_ask(struct question *);
/* It says what nobody can understand. */
void		 question_doubt(struct question *, const char *why);
void		 question_end(struct question *);

/* False: it does not fit. */
bool		 idserver_copy(char *to, size_t size, const char *from);
bool		 idserver_token_valid(const char *);

#endif
