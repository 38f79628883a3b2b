/* push-unsubscribe.c - where the link in mails of notifications leads. */
#include "matrix/push_mail.h"
#include "serve/page.h"
#include "push.routes.h"

static enum mx_err
find(struct request *r, struct push_mail_link *link)
{
	const char *token = req_query(r, "token");

	if (token == NULL)
		return fail(r, M_MISSING_PARAM, "This link is not whole. "
		    "Please copy all of it from the mail.");
	if (!push_mail_link(r->db, token, r->now, link))
		return fail(r, M_NOT_FOUND, "These mails have ended already, "
		    "or the link is too old. Your client can end them, too: "
		    "look at its settings for notifications.");
	return M_OK;
}

/*
 * GET /_matrix/mxcgi/unsubscribe
 *
 * Asks whether it was meant, and changes nothing: programs follow the links in
 * mails before people do.
 */
enum mx_err
unsubscribe_show(struct request *r)
{
	struct push_mail_link link;
	enum mx_err err;
	struct page p;

	if ((err = find(r, &link)) != M_OK)
		return err;
	page_begin(&p, r, "Mails of notifications");
	page_text(&p, "What %s has not read is written to this address:",
	    link.user_id);
	page_value(&p, link.address);
	page_text(&p, "You can have no more of these mails. Your client can "
	    "ask for them again.");
	page_form(&p);
	page_form_end(&p, "No more mails");
	return page_end(&p, M_OK);
}

/*
 * POST /_matrix/mxcgi/unsubscribe
 *
 * It was meant, by the button of that page or of a mail program (RFC 8058): the
 * pusher goes, and with it all its links.
 */
enum mx_err
unsubscribe(struct request *r)
{
	struct push_mail_link link;
	enum mx_err err;
	struct page p;

	if ((err = find(r, &link)) != M_OK || (err = again(r)) != M_OK)
		return err;
	push_mail_end(r->db, &link);
	page_begin(&p, r, "No more mails");
	page_value(&p, link.address);
	page_text(&p, "No more notifications are written to this address.");
	return page_end(&p, M_OK);
}
