/*
 * register-fallback-address.c - the pages that have an address confirmed: they
 * ask for it, have a message sent, and ask for what came of that.  The fields
 * sid and client_secret are what a client would remember.
 */
#include <string.h>

#include "base/crypto.h"
#include "matrix/confirm.h"
#include "matrix/ids.h"
#include "register-fallback.h"

static const char *
filled_in(struct request *r, const char *name)
{
	const char *text = req_form(r, name);

	return text != NULL && *text != '\0' ? text : NULL;
}

/* ------------------------------------------------------------ the forms */

static bool
is_registration(const struct fallback *f)
{
	return f->view.flows == FLOWS_register;
}

void
address_again(struct page *p)
{
	page_markup(p, "<p><a href=\"?session=");
	page_escaped(p, req_query(p->r, "session"));
	page_markup(p, "\">Take another address, or have another message "
	    "sent</a></p>\n");
}

/* A page that is opened anew has a new secret, so a message is sent anew. */
static void
begin_asking(struct page *p)
{
	page_form(p);
	page_hidden(p, "client_secret", random_token(p->r->mem));
}

static void
begin_waiting(struct page *p, const struct fallback *f, const char *address)
{
	page_form(p);
	page_hidden(p, "address", address);
	page_hidden(p, "sid", f->sid);
	page_hidden(p, "client_secret", req_form(p->r, "client_secret"));
}

void
email_show(struct page *p, const struct fallback *f)
{
	const char *address = filled_in(p->r, "address");

	if (f->sid == NULL) {
		page_text(p, is_registration(f) ?
		    "Which email address shall your account have? You will "
		    "get a mail with a link." :
		    "Please enter the email address of your account. You will "
		    "get a mail with a link.");
		begin_asking(p);
		page_input(p, &(struct page_input){ "Email address", "address",
		    "email", address, "email" });
		return;
	}
	page_text(p, "A mail is on its way to");
	page_value(p, address ? address : "you");
	page_text(p, "Open the link in it, then come back to this page and "
	    "press the button.");
	begin_waiting(p, f, address ? address : "");
}

void
msisdn_show(struct page *p, const struct fallback *f)
{
	const char *address = filled_in(p->r, "address");

	if (f->sid == NULL) {
		page_text(p, "You will get a text message with a code. Begin "
		    "the number with + and the code of its country, such as "
		    "+44 7700 900123.");
		begin_asking(p);
		page_input(p, &(struct page_input){ "Telephone number",
		    "address", "tel", address, "tel" });
		return;
	}
	page_text(p, "A text message with a code is on its way to");
	page_value(p, address ? address : "you");
	begin_waiting(p, f, address ? address : "");
	page_input(p, &(struct page_input){ "Code of the message", "code",
	    "text", NULL, "one-time-code" });
}

const char *
address_read(struct request *r, cJSON *auth)
{
	cJSON *creds = cJSON_AddObjectToObject(auth, "threepid_creds");

	cJSON_AddStringToObject(creds, "sid", req_form(r, "sid"));
	cJSON_AddStringToObject(creds, "client_secret",
	    req_form(r, "client_secret"));
	return NULL;
}

/* ---------------------------------------------------------- the message */

/* Not M_OK: that is no page of ours that was filled in. */
static enum mx_err
check_secret(struct request *r)
{
	const char *secret = req_form(r, "client_secret");

	return secret != NULL && opaque_id_valid(secret) ? M_OK :
	    fail(r, M_INVALID_PARAM, "This form is not whole. Please open the "
	    "page from your application once more.");
}

/* A number with its country's code means the same in all countries. */
static struct confirm_wish
wish_of(struct request *r, const struct fallback *f, const char *medium)
{
	const char *address = filled_in(r, "address");
	bool is_email = strcmp(medium, MEDIUM_EMAIL) == 0;

	return (struct confirm_wish){
		.purpose = is_registration(f) ? FOR_REGISTER : FOR_PASSWORD,
		.medium = medium,
		.client_secret = req_form(r, "client_secret"),
		.email = is_email ? address : NULL,
		.country = "GB",
		.phone = is_email ? NULL : address,
		.send_attempt = 1
	};
}

/* What the person can mend is said above the form. */
static enum mx_err
show_outcome(struct request *r, struct fallback *f,
    const struct confirm_wish *wish, enum mx_err err)
{
	if (err == M_OK)
		f->sid = wish->sid;
	else if (err == M_INVALID_PARAM && wish->email == NULL)
		f->why = "There is no such telephone number.";
	else if (err == M_INVALID_PARAM || err == M_THREEPID_IN_USE ||
	    err == M_THREEPID_NOT_FOUND)
		f->why = refusal_text(r);
	else
		return err;
	return fallback_page(r, f);
}

static enum mx_err
message_sent(struct request *r, const char *medium)
{
	struct fallback f;
	struct confirm_wish wish;
	enum mx_err err;

	if ((err = fallback_find(r, &f)) != M_OK)
		return err;
	wish = wish_of(r, &f, medium);
	return show_outcome(r, &f, &wish, confirm_sent(r, &wish));
}

static enum mx_err
email_sent(struct request *r)
{
	return message_sent(r, MEDIUM_EMAIL);
}

static enum mx_err
msisdn_sent(struct request *r)
{
	return message_sent(r, MEDIUM_MSISDN);
}

static enum mx_err
send_message(struct request *r, struct fallback *f, const char *medium,
    handler_fn *next)
{
	struct confirm_wish wish = wish_of(r, f, medium);
	enum mx_err err;

	if (wish.email == NULL && wish.phone == NULL)
		f->why = "Please fill in the form.";
	else if (wish.phone != NULL && *wish.phone != '+')
		f->why = "Please begin the number with + and the code of its "
		    "country.";
	if (f->why != NULL)
		return fallback_page(r, f);
	if ((err = rate_take(r, LIMIT_mail, rate_address(r))) != M_OK)
		return err;
	return show_outcome(r, f, &wish, confirm_send(r, &wish, next));
}

enum mx_err
email_prepare(struct request *r, struct fallback *f)
{
	enum mx_err err;

	if ((err = check_secret(r)) != M_OK)
		return err;
	f->sid = filled_in(r, "sid");
	if (f->sid == NULL)
		return send_message(r, f, MEDIUM_EMAIL, email_sent);
	f->prepared = true;
	return M_OK;
}

/* ------------------------------------------------------------- the code */

static enum mx_err
take_code(struct request *r, struct fallback *f, const char *code)
{
	struct threepid_session s;

	switch (confirm_submit(r, f->sid, req_form(r, "client_secret"), code,
	    &s)) {
	case CONFIRMED:
		f->prepared = true;
		return M_OK;
	case CONFIRM_WRONG:
		f->why = "That is not the code of the last message. Please "
		    "look again.";
		break;
	case CONFIRM_WRITES:
		return again(r);
	case CONFIRM_UNKNOWN:
		f->why = "This code is not good any more. Please have another "
		    "message sent.";
		f->sid = NULL;
		break;
	}
	/* A wrong code counts, whatever is answered. */
	refuse_keeping(r, M_FORBIDDEN, "%s", f->why);
	return fallback_page(r, f);
}

enum mx_err
msisdn_prepare(struct request *r, struct fallback *f)
{
	const char *code = filled_in(r, "code");
	enum mx_err err;

	if ((err = check_secret(r)) != M_OK)
		return err;
	f->sid = filled_in(r, "sid");
	if (f->sid == NULL)
		return send_message(r, f, MEDIUM_MSISDN, msisdn_sent);
	if (code == NULL) {
		f->why = "Please enter the code of the message.";
		return fallback_page(r, f);
	}
	return take_code(r, f, code);
}
