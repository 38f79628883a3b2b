/*
 * confirm.c - a message is sent to an address (confirm-submit.c: what it says
 * comes back).
 *
 * The message goes first and the session is written afterwards, so nobody is
 * promised what was not sent: after a failure the same send_attempt sends
 * again.  Whoever repeats a request while the first one is still on its way
 * causes two messages, of which the later one counts.  So that both answers
 * name the same session, its sid follows from what it is about.
 */
#include <string.h>

#include "base/crypto.h"
#include "base/log.h"
#include "matrix/confirm-text.h"
#include "matrix/confirm.h"
#include "matrix/ids.h"

#define HOUR_MS		(60 * 60 * 1000)
#define SID_BYTES	16
#define CODES		1000000	/* six digits */
#define NEXT_LINK_MAX	1024

#define COMMON_FIELDS							\
	FIELD_STR(confirm_wish, client_secret, "client_secret", REQUIRED,	\
	    opaque_id_valid),						\
	FIELD_INT(confirm_wish, send_attempt, "send_attempt", REQUIRED),	\
	FIELD_STR(confirm_wish, next_link, "next_link", OPTIONAL, NULL),	\
	FIELD_END

static const struct field email_fields[] = {
	FIELD_STR(confirm_wish, email, "email", REQUIRED, NULL),
	COMMON_FIELDS
};

static const struct field phone_fields[] = {
	FIELD_STR(confirm_wish, country, "country", REQUIRED, NULL),
	FIELD_STR(confirm_wish, phone, "phone_number", REQUIRED, NULL),
	COMMON_FIELDS
};

static bool
is_email(const struct confirm_wish *wish)
{
	return strcmp(wish->medium, MEDIUM_EMAIL) == 0;
}

/* ------------------------------------------------------- what is wanted */

/* What it is about, as 128 bits of a hash: the parts hold no blank. */
static const char *
sid_of(struct arena *mem, const struct confirm_wish *wish)
{
	uint8_t hash[SHA256_LEN];
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	buf_printf(&b, "%s %s %s %s", threepid_purpose_name(wish->purpose),
	    wish->medium, wish->address, wish->client_secret);
	sha256(b.s, b.len, hash);
	buf_init(&b, mem, SIZE_MAX);
	base64_encode(&b, hash, SID_BYTES, true);
	return buf_str(&b);
}

static enum mx_err
find_address(struct request *r, struct confirm_wish *wish)
{
	wish->address = !is_email(wish) ?
	    phone_canonical(r->mem, wish->country, wish->phone) :
	    threepid_canonical(r->mem, MEDIUM_EMAIL, wish->email);
	if (wish->address == NULL && is_email(wish))
		return fail(r, M_INVALID_PARAM, "This is no email address");
	if (wish->address == NULL)
		return fail(r, M_INVALID_PARAM,
		    "There is no such telephone number in this country; "
		    "country is to have two capital letters");
	if (is_email(wish) && !mail_address_valid(wish->address))
		return fail(r, M_INVALID_PARAM, "This server sends mail to "
		    "addresses of ASCII characters only, at most %d of them",
		    MAIL_ADDRESS_MAX);
	return M_OK;
}

static enum mx_err
wish_read(struct request *r, struct confirm_wish *wish)
{
	return body_read(r, is_email(wish) ? email_fields : phone_fields,
	    wish);
}

/* What follows from what was said. */
static enum mx_err
complete(struct request *r, struct confirm_wish *wish)
{
	enum mx_err err;

	if ((err = find_address(r, wish)) != M_OK)
		return err;
	wish->sid = sid_of(r->mem, wish);
	return M_OK;
}

static enum mx_err
may_send(struct request *r, const struct confirm_wish *wish)
{
	if (wish->purpose == FOR_REGISTER && !r->conf->registration)
		return fail(r, M_THREEPID_DENIED,
		    "Registration is closed on this server");
	if (!is_email(wish) && r->conf->msisdn_command == NULL)
		return fail(r, M_THREEPID_DENIED,
		    "This server sends no messages to telephones");
	if (!is_email(wish) || r->conf->mail_from != NULL)
		return M_OK;
	return fail(r, wish->purpose == FOR_ADD ?
	    M_THREEPID_MEDIUM_NOT_SUPPORTED : M_THREEPID_DENIED,
	    "This server sends no mail");
}

/* Is there nothing that a confirmation could be good for? */
static bool
is_vain(struct request *r, const struct confirm_wish *wish)
{
	bool owned = threepid_owner(r->db, wish->medium, wish->address) != 0;

	return owned != (wish->purpose == FOR_PASSWORD);
}

static enum mx_err
tell(struct request *r, const struct confirm_wish *wish)
{
	if (wish->purpose == FOR_PASSWORD)
		return fail(r, M_THREEPID_NOT_FOUND,
		    "No account here has this address");
	return fail(r, M_THREEPID_IN_USE,
	    "An account here has this address already");
}

/*
 * Has this attempt, or a later one, been sent, or is all done?  The rest is
 * the same for those whom no message will help.
 */
static bool
was_sent(struct request *r, const struct confirm_wish *wish)
{
	struct rows rows = db_query(r->db, STMT_THREEPID_SESSION_SENT,
	    DB_TEXT(wish->sid), DB_INT(r->now), DB_INT(THREEPID_WRONG_MOST));
	bool sent = false;

	if (rows_next(&rows))
		sent = rows_int(&rows, 0) >= wish->send_attempt ||
		    !rows_null(&rows, 1);
	rows_done(&rows);
	return sent;
}

static enum mx_err
answer(struct request *r, const struct confirm_wish *wish)
{
	put_text(&r->out, "sid", wish->sid);
	if (!is_email(wish))
		put_text(&r->out, "submit_url", arena_printf(r->mem,
		    "%s/_matrix/mxcgi/submit_token", server_url(r)));
	return M_OK;
}

/* --------------------------------------------------------- what is sent */

struct sending {
	struct job	 job;
	struct message	 message;
	enum threepid_purpose purpose;
	const char	*medium;		/* a constant */
	uint8_t		 token[SHA256_LEN];	/* as it is kept */
};

static void
send_mail(struct job *job)
{
	message_send_mail(&((struct sending *)job)->message);
}

static void
send_text(struct job *job)
{
	message_send_text(&((struct sending *)job)->message);
}

/* Six digits, each number of equal probability. */
static const char *
random_code(struct arena *mem)
{
	uint32_t n;

	do
		random_bytes(&n, sizeof(n));
	while (n >= UINT32_MAX - UINT32_MAX % CODES);
	return arena_printf(mem, "%06u", (unsigned)(n % CODES));
}

/* ---------------------------------------------------------- who may be led */

bool
link_begins(const char *allowed, const char *link)
{
	size_t n = strlen(allowed);
	const char *host = strstr(allowed, "://");

	if (strncmp(allowed, link, n) != 0)
		return false;
	if (host != NULL && host[3 + strcspn(host + 3, "/?#")] != '\0')
		return true;
	return strchr("/?#", link[n]) != NULL;
}

/* next_link when the administrator allows it, or NULL. */
static const char *
allowed_link(const struct request *r, const char *link)
{
	if (link == NULL || strlen(link) > NEXT_LINK_MAX ||
	    (strncmp(link, "https://", 8) != 0 &&
	    strncmp(link, "http://", 7) != 0))
		return NULL;
	for (const char *p = link; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || *p == '\\')
			return NULL;
	for (const char *const *p = r->conf->next_links; *p != NULL; p++)
		if (link_begins(*p, link))
			return link;
	return NULL;
}

/* ------------------------------------------------------------- the request */

static enum mx_err
not_sent(struct request *r, const char *why)
{
	log_warn("a message to confirm an address was not sent: %s", why);
	return fail(r, M_UNKNOWN, "The message could not be sent; try again "
	    "later, or tell the administrator of this server");
}

enum mx_err
confirm_sent(struct request *r, struct confirm_wish *wish)
{
	const struct sending *s = (const struct sending *)r->job;
	enum mx_err err;

	if (!s->message.sent)
		return not_sent(r, s->message.why);
	if ((err = complete(r, wish)) != M_OK)
		return err;
	db_exec(r->db, STMT_THREEPID_SESSION_SEND, DB_TEXT(wish->sid),
	    DB_TEXT(wish->client_secret),
	    DB_TEXT(threepid_purpose_name(wish->purpose)),
	    DB_TEXT(wish->medium), DB_TEXT(wish->address),
	    DB_BLOB(s->token, sizeof(s->token)), DB_INT(wish->send_attempt),
	    DB_TEXT(allowed_link(r, wish->next_link)), DB_INT(r->now),
	    DB_INT(r->now + HOUR_MS));
	return M_OK;
}

/* A vain session has a token too, which nobody is told. */
static enum mx_err
send_later(struct request *r, const struct confirm_wish *wish, bool vain,
    handler_fn *next)
{
	const char *token = is_email(wish) ? random_token(r->mem) :
	    random_code(r->mem);
	struct confirmation about = {
		.purpose = wish->purpose,
		.address = wish->address,
		.sid = wish->sid,
		.client_secret = wish->client_secret,
		.token = vain ? NULL : token
	};
	struct message *m = arena_alloc(r->mem, sizeof(*m));
	struct sending *s;

	if (!(is_email(wish) ? confirm_mail : confirm_text)(r, &about, m))
		return not_sent(r, "it cannot be composed; "
		    "is [mail] from an address?");
	s = job_new(sizeof(*s));
	s->job = (struct job){ is_email(wish) ? send_mail : send_text,
	    JOB_MAIL };
	s->message = *m;
	s->purpose = wish->purpose;
	s->medium = wish->medium;
	threepid_token_hash(r->mem, wish->sid,
	    vain ? random_token(r->mem) : token, s->token);
	return later(r, &s->job, next, TX_WRITE);
}

enum mx_err
confirm_send(struct request *r, struct confirm_wish *wish, handler_fn *next)
{
	enum mx_err err;
	bool vain;

	if ((err = may_send(r, wish)) != M_OK ||
	    (err = complete(r, wish)) != M_OK)
		return err;
	vain = is_vain(r, wish);
	if (vain && r->conf->tell_addresses)
		return tell(r, wish);
	if (was_sent(r, wish))
		return M_OK;
	if ((err = rate_take(r, LIMIT_mail_address, wish->address)) != M_OK)
		return err;
	return send_later(r, wish, vain, next);
}

static enum mx_err
requested(struct request *r)
{
	const struct sending *s = (const struct sending *)r->job;
	struct confirm_wish wish = { .purpose = s->purpose,
	    .medium = s->medium };
	enum mx_err err;

	if ((err = wish_read(r, &wish)) != M_OK ||
	    (err = confirm_sent(r, &wish)) != M_OK)
		return err;
	return answer(r, &wish);
}

enum mx_err
confirm_request(struct request *r, enum threepid_purpose purpose,
    const char *medium)
{
	struct confirm_wish wish = { .purpose = purpose, .medium = medium };
	enum mx_err err;

	if ((err = may_send(r, &wish)) != M_OK ||
	    (err = wish_read(r, &wish)) != M_OK ||
	    (err = confirm_send(r, &wish, requested)) != M_OK)
		return err;
	return answer(r, &wish);
}
