/*
 * confirm.h - whose address is it?  This server asks by a message of its own
 * (client-server API, "requestToken"; identity service API, "Establishing
 * associations", whose part this is).
 *
 * Whoever asks for a message gets a session: for an hour it can be confirmed
 * by the token that the message holds, and is then good for a day.
 */
#ifndef MXCGI_CONFIRM_H
#define MXCGI_CONFIRM_H

#include "matrix/threepid.h"
#include "serve/serve.h"

/*
 * All of a requestToken endpoint, as a handler of tx read and of a JSON body:
 * a message is sent, the answer is sid, and submit_url of a telephone number.
 * A send_attempt that is not greater than the last one of that client_secret
 * and address sends nothing and is answered in the same way.
 *
 * What is known of the address is not told, unless the configuration says so:
 * the message tells it.  Then the session cannot be confirmed.
 *
 *   M_LATER                             return it
 *   M_OK                                it was sent before
 *   M_INVALID_PARAM                     no such address, country or secret
 *   M_THREEPID_IN_USE, M_THREEPID_NOT_FOUND  with [accounts] tell_addresses
 *   M_THREEPID_DENIED                   this server sends none of these; when
 *   M_THREEPID_MEDIUM_NOT_SUPPORTED     it is mail for an account that is there
 *   M_LIMIT_EXCEEDED                    too much for one address
 */
enum mx_err	 confirm_request(struct request *, enum threepid_purpose,
		    const char *medium);

/*
 * The same for who asks in another way than by a JSON body: what is wanted
 * (country and phone for msisdn, else email), and in sid what came of it.
 * next is the handler that runs after M_LATER, a writer; the wish being filled
 * in again, it calls confirm_sent(), which may still refuse (M_UNKNOWN: the
 * message could not be sent).
 */
struct confirm_wish {
	enum threepid_purpose purpose;
	const char	*medium;
	const char	*client_secret;	/* opaque_id_valid() */
	const char	*email;
	const char	*country;
	const char	*phone;
	const char	*next_link;	/* or NULL */
	int64_t		 send_attempt;
	const char	*address;	/* canonical, set by these functions */
	const char	*sid;		/* likewise */
};
enum mx_err	 confirm_send(struct request *, struct confirm_wish *,
		    handler_fn *next);
enum mx_err	 confirm_sent(struct request *, struct confirm_wish *);

/*
 * Somebody gives the token of a message: by its link, or by the client.  A
 * stranger who knows no session writes nothing.  CONFIRM_WRONG counts, and
 * after five of them the session of a telephone number is dead: keep what was
 * written, also when refusing (refuse_keeping).
 *
 *   CONFIRMED        now or before; *s says whose and where next_link goes
 *   CONFIRM_WRITES   in a read: return again()
 *   CONFIRM_UNKNOWN  there is no such session (any more)
 *   CONFIRM_WRONG    that is not the token of the last message
 *
 * *s is all zero unless it is CONFIRMED.
 */
enum confirmed { CONFIRMED, CONFIRM_WRITES, CONFIRM_UNKNOWN, CONFIRM_WRONG };
enum confirmed	 confirm_submit(struct request *, const char *sid,
		    const char *client_secret, const char *token,
		    struct threepid_session *s);

/*
 * Does link begin with what the configuration allows?  What names a host alone
 * must be followed by the end of that name.
 */
bool		 link_begins(const char *allowed, const char *link);

#endif
