/*
 * http.h - one HTTP/1.1 connection that is kept: a request, then its answer,
 * which may be a long time coming.  Exits when the server cannot be reached.
 */
#ifndef MODEL_HTTP_H
#define MODEL_HTTP_H

#include <stdbool.h>
#include <stddef.h>

struct conn {
	int	 fd;		/* -1: not connected */
	char	*in;
	size_t	 n, cap;
	bool	 last;		/* the server ends it with this answer */
};

/* "http://127.0.0.1:8008" */
void	 http_server(const char *url);
void	 conn_init(struct conn *);
/* Closes it: the server is left with an answer that nobody takes. */
void	 conn_close(struct conn *);
/* body NULL: none. */
void	 conn_send(struct conn *, const char *method, const char *path,
	    const char *token, const char *body);
/*
 * Wait so long (ms; -1: as long as it takes) for the answer.  False: it is not
 * there yet.  *body is valid until the next call.
 */
bool	 conn_answer(struct conn *, int wait_ms, int *status,
	    const char **body, size_t *n);

#endif
