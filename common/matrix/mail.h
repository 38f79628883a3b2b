/*
 * mail.h - messages to people: mail (RFC 5322, MIME) and texts to telephones.
 *
 * A message is composed in a request and sent by a job (serve.h), so it stands
 * in a block of fixed size and nothing of it must be freed.
 */
#ifndef MXCGI_MAIL_H
#define MXCGI_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/conf.h"

#define MESSAGE_MAX	16384	/* bytes, composed */
#define MAIL_ADDRESS_MAX 254	/* RFC 5321, as amended */

/* Can it be written to?  Only ASCII goes everywhere. */
bool		 mail_address_valid(const char *);

/*
 * subject and text are UTF-8; lines of the text end with \n, an empty one
 * separates paragraphs, and one that is a URL is a link.  id: what no other
 * message has, of [A-Za-z0-9_-], 64 characters at most.
 */
struct mail {
	const char	*from;		/* ADDRESS, or NAME <ADDRESS> */
	const char	*to;		/* an address */
	const char	*subject;
	const char	*text;
	const char	*id;
	int64_t		 date;		/* ms since 1970 */
	/* A URL, to which a POST ends such mails (RFC 8058); or NULL. */
	const char	*unsubscribe;
};
/*
 * The message with all its headers: text as it is, and the same as HTML, in
 * lines of 76 characters (an address or URL may be longer) that end with \r\n.
 * False, and nothing to rely on in out, when an address is none, a header would
 * hold a control character, or it does not fit.
 */
bool		 mail_compose(struct buf *out, const struct mail *);
/* The address in a from of struct mail; NULL: there is none. */
const char	*mail_from_address(struct arena *, const char *from);

/* ------------------------------------------------------------- the way */

/* What is sent; conf is that of the program, for all its time. */
struct message {
	const struct conf *conf;
	char		 from[MAIL_ADDRESS_MAX + 1];
	char		 to[MAIL_ADDRESS_MAX + 1];
	size_t		 len;
	char		 body[MESSAGE_MAX];
	bool		 sent;
	char		 why[256];	/* not: for the log */
};
/* False: it cannot be composed, or conf sends none. */
bool		 message_mail(struct message *, struct arena *,
		    const struct conf *, const struct mail *);
/* number: with its country code. */
bool		 message_text(struct message *, const struct conf *,
		    const char *number, const char *text);
/*
 * These block, conf->outbound_ms at most, and set sent or why: mail by [mail]
 * command or smtp, a text by [msisdn] command.
 */
void		 message_send_mail(struct message *);
void		 message_send_text(struct message *);
/* Would [mail] smtp take mail from us?  Nothing is sent; of m only conf is set. */
void		 message_try_smtp(struct message *);

#endif
