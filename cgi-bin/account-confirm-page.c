/* account-confirm-page.c - where the link in a mail leads. */
#include "matrix/confirm.h"
#include "serve/page.h"
#include "account.routes.h"

struct link {
	const char	*sid;
	const char	*client_secret;
	const char	*token;
};

static enum mx_err
link_read(struct request *r, struct link *link)
{
	link->sid = req_query(r, "sid");
	link->client_secret = req_query(r, "client_secret");
	link->token = req_query(r, "token");
	if (link->sid == NULL || link->client_secret == NULL ||
	    link->token == NULL)
		return fail(r, M_MISSING_PARAM, "This link is not whole. "
		    "Please copy all of it from the mail.");
	return M_OK;
}

static enum mx_err
expired(struct request *r)
{
	return fail(r, M_NOT_FOUND, "This link has expired. Please have "
	    "another mail sent.");
}

/* The link does not tell what for the mail was sent. */
static bool
find_session(struct request *r, const struct link *link,
    struct threepid_session *s)
{
	static const enum threepid_purpose all[] = {
		FOR_REGISTER, FOR_PASSWORD, FOR_ADD
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (threepid_session_find(r->db, link->sid,
		    link->client_secret, all[i], r->now, s))
			return true;
	return false;
}

/*
 * GET /_matrix/mxcgi/confirm
 *
 * Asks whether it was meant, and changes nothing: programs follow the links in
 * mails before people do.
 */
enum mx_err
confirm_show(struct request *r)
{
	struct threepid_session s;
	struct link link;
	enum mx_err err;
	struct page p;

	if ((err = link_read(r, &link)) != M_OK)
		return err;
	if (!find_session(r, &link, &s))
		return expired(r);
	page_begin(&p, r, "Confirm your address");
	page_text(&p, "Is this your address?");
	page_value(&p, s.address);
	page_text(&p, "Confirm it only if it was you who asked %s for the mail "
	    "that led you here: whoever asked for it goes on in your name "
	    "then. If it was not you, close this page, and nothing happens.",
	    r->conf->server_name);
	page_form(&p);
	page_form_end(&p, "Confirm");
	if (s.next_link != NULL)
		p.reply.target = page_origin(r->mem, s.next_link);
	return page_end(&p, M_OK);
}

/* next_link was looked at when it came, and is of an allowed place. */
static enum mx_err
show_confirmed(struct request *r, const struct threepid_session *s)
{
	struct page p;

	page_begin(&p, r, "Confirmed");
	page_value(&p, s->address);
	page_text(&p, "This address is confirmed. You can close this page and "
	    "go on where you were.");
	if (s->next_link != NULL && page_origin(r->mem, s->next_link) != NULL) {
		page_link(&p, s->next_link, "Continue");
		reply_redirect(r, s->next_link);
	}
	return page_end(&p, M_OK);
}

/*
 * POST /_matrix/mxcgi/confirm
 *
 * It was meant: the address is confirmed, and the person is led to next_link.
 */
enum mx_err
confirm_do(struct request *r)
{
	struct threepid_session s;
	struct link link;
	enum mx_err err;

	if ((err = link_read(r, &link)) != M_OK)
		return err;
	switch (confirm_submit(r, link.sid, link.client_secret, link.token,
	    &s)) {
	case CONFIRMED:
		break;
	case CONFIRM_WRITES:
		return again(r);
	case CONFIRM_UNKNOWN:
		return expired(r);
	case CONFIRM_WRONG:
		return refuse_keeping(r, M_FORBIDDEN, "This link is not that "
		    "of the last mail. Please look for a later one.");
	}
	return show_confirmed(r, &s);
}
