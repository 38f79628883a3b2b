/*
 * register-fallback.h - what the fallback pages share: how a stage looks, and
 * what is known when its page is shown.
 */
#ifndef MXCGI_CGI_REGISTER_FALLBACK_H
#define MXCGI_CGI_REGISTER_FALLBACK_H

#include "matrix/uia.h"
#include "serve/page.h"

struct fallback;

struct look {
	const char	*type;
	const char	*title;
	const char	*button;	/* NULL: it has links instead of a form */
	/* What is asked: text, and a form with its fields, left open. */
	void		(*show)(struct page *, const struct fallback *);
	/*
	 * Make of the fields what a client would send; NULL, or what the
	 * person has to do about it.
	 */
	const char	*(*read)(struct request *, cJSON *auth);
	/*
	 * What is to be done before the stage can be tried; NULL: nothing.
	 * M_OK with prepared: go on; else it has answered.
	 */
	enum mx_err	(*prepare)(struct request *, struct fallback *);
};

struct fallback {
	const struct look *look;
	struct uia_view	 view;
	const char	*why;		/* what went wrong; NULL: nothing */
	const char	*sid;		/* of the message sent; NULL: none */
	bool		 prepared;
};

/* Which stage of which session?  Not M_OK: refused, nothing is due. */
enum mx_err	 fallback_find(struct request *, struct fallback *);
/* Its page is the answer: M_FORBIDDEN when there is a why, or M_OK. */
enum mx_err	 fallback_page(struct request *, const struct fallback *);

/* Addresses: register-fallback-address.c. */
void		 email_show(struct page *, const struct fallback *);
void		 msisdn_show(struct page *, const struct fallback *);
/* For who waits for a message: a link back to the beginning. */
void		 address_again(struct page *);
const char	*address_read(struct request *, cJSON *auth);
enum mx_err	 email_prepare(struct request *, struct fallback *);
enum mx_err	 msisdn_prepare(struct request *, struct fallback *);

#endif
