/*
 * fcgi_in.h - the receiving half of a FastCGI connection: bytes in, one
 * request at a time out.  Pure: no descriptor, no clock.
 *
 * The peer is not trusted.  Every length is checked against what is there,
 * parameters and body have bounds, and a request that does not fit the
 * protocol ends the connection.  Requests are not multiplexed: a second one
 * begun before the first has ended is answered CANT_MPX_CONN.
 */
#ifndef MXCGI_FCGI_IN_H
#define MXCGI_FCGI_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FCGI_PARAMS_MAX	65536

enum fcgi_step {
	FCGI_STEP_MORE,		/* all bytes taken, nothing complete */
	FCGI_STEP_PARAMS,	/* the parameters are here: set body_max, or discard */
	FCGI_STEP_BODY,		/* the body is here: the request is complete */
	FCGI_STEP_ABORT,	/* the web server gave it up */
	FCGI_STEP_REFUSE,	/* request `refused` cannot run beside this one */
	FCGI_STEP_VALUES,	/* FCGI_GET_VALUES: answer that there are none */
	FCGI_STEP_UNKNOWN,	/* management record of type `unknown` */
	FCGI_STEP_TOO_LARGE,	/* the body passed body_max; the rest is discarded */
	FCGI_STEP_BAD		/* close the connection */
};

struct fcgi_in {
	/* The record being read. */
	uint8_t		 head[8];
	uint8_t		 begin[8];	/* body of BEGIN_REQUEST */
	uint16_t	 head_len;
	uint16_t	 begin_len;
	uint16_t	 left;		/* content still to come */
	uint16_t	 size;		/* content in all */
	uint8_t		 padding;

	/* The request being read. */
	bool		 active;
	bool		 keep;		/* the connection outlives it */
	bool		 params_done;
	bool		 body_done;
	bool		 discard;	/* the body is not wanted */
	uint16_t	 id;
	uint16_t	 refused;
	uint8_t		 unknown;
	char		*params;	/* malloc'd */
	size_t		 params_len, params_cap;
	char		*body;		/* malloc'd */
	size_t		 body_len, body_cap;
	size_t		 body_max;
};

/*
 * Take bytes from *p until something is complete; *p and *n move on.  Call
 * again, after acting on the step, until FCGI_STEP_MORE or _BAD.
 */
enum fcgi_step	 fcgi_feed(struct fcgi_in *, const uint8_t **p, size_t *n);
/* The request is over: forget it and what it holds. */
void		 fcgi_in_reset(struct fcgi_in *);
/* Free params and body, keep the protocol state: they have been read. */
void		 fcgi_in_release(struct fcgi_in *);
/* Bytes held. */
size_t		 fcgi_in_held(const struct fcgi_in *);

/*
 * Name-value pairs.  *at walks from 0; false at the end or at a length that
 * does not fit (*bad is set then).
 */
struct fcgi_pair { const char *name, *value; size_t name_len, value_len; };
bool		 fcgi_pair_next(const char *params, size_t len, size_t *at,
		    struct fcgi_pair *, bool *bad);

#endif
