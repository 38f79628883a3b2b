/* confirm-text.h - the messages that ask people for an address. */
#ifndef MXCGI_CONFIRM_TEXT_H
#define MXCGI_CONFIRM_TEXT_H

#include "matrix/mail.h"
#include "matrix/threepid.h"
#include "serve/serve.h"

struct confirmation {
	enum threepid_purpose purpose;
	const char	*address;	/* or number */
	const char	*sid;
	const char	*client_secret;
	/*
	 * NULL: there is nothing to confirm, because somebody has the address
	 * already, or, for a password, because nobody has.
	 */
	const char	*token;
};
/* False: it cannot be composed. */
bool	confirm_mail(struct request *, const struct confirmation *,
	    struct message *);
bool	confirm_text(struct request *, const struct confirmation *,
	    struct message *);

#endif
