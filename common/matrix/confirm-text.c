/*
 * confirm-text.c - see confirm-text.h.
 *
 * Whoever gets such a message may never have heard of this server: it says who
 * writes, why, and what to do when it was somebody else who asked.
 */
#include "base/crypto.h"
#include "matrix/confirm-text.h"

#define IGNORE	"If it was not you, you need do nothing: ignore this message."

/* A text to confirm something has two arguments, the others one: the server. */
struct wording {
	const char	*subject;
	const char	*text;		/* server, link */
	const char	*vain;		/* server */
	const char	*vain_subject;
	const char	*phone_vain;	/* server */
};

static const struct wording wordings[] = {
	[FOR_REGISTER] = {
		"Confirm your address for %s",
		"Somebody, probably you, wants to register an account on %s\n"
		"with this address.\n"
		"\n"
		"To confirm that the address is yours, open this within an "
		"hour:\n"
		"\n"
		"%s\n"
		"\n"
		"Then go on where you began.\n"
		"\n"
		IGNORE "\n",
		"Somebody, probably you, wants to register an account on %s\n"
		"with this address.  But an account there has it already.\n"
		"\n"
		"Log in to that account.  If you forgot its password, your "
		"client can\n"
		"ask for a new one.\n"
		"\n"
		IGNORE "\n",
		"You have an account on %s",
		"An account on %s has this number already. Log in to it, or "
		"ask for a new password."
	},
	[FOR_PASSWORD] = {
		"A new password on %s",
		"Somebody, probably you, wants a new password for the account "
		"on %s\n"
		"that has this address.\n"
		"\n"
		"To allow it, open this within an hour:\n"
		"\n"
		"%s\n"
		"\n"
		"Then go on where you began.\n"
		"\n"
		"If it was not you, do not open it, and ignore this message: "
		"the password\n"
		"stays as it is.\n",
		"Somebody, probably you, wants a new password for an account "
		"on %s.\n"
		"But no account there has this address.\n"
		"\n"
		"Perhaps you registered with another address, or with none.\n"
		"\n"
		IGNORE "\n",
		"No account on %s has this address",
		"No account on %s has this number. Perhaps you registered with "
		"another one."
	},
	[FOR_ADD] = {
		"Confirm your address for %s",
		"Somebody, probably you, wants to add this address to their "
		"account on\n"
		"%s.\n"
		"\n"
		"To confirm that the address is yours, open this within an "
		"hour:\n"
		"\n"
		"%s\n"
		"\n"
		"Then go on where you began.\n"
		"\n"
		"If it was not you, do not open it, and ignore this message.\n",
		"Somebody, probably you, wants to add this address to their "
		"account on\n"
		"%s.  But an account there has it already.\n"
		"\n"
		"To move it, remove it from that account first.\n"
		"\n"
		IGNORE "\n",
		"Your address on %s",
		"An account on %s has this number already. To move it, remove "
		"it from that account first."
	}
};

/* The only letter of a secret that means something in a query is =. */
static const char *
link_of(struct request *r, const struct confirmation *c)
{
	struct buf b;

	buf_init(&b, r->mem, SIZE_MAX);
	buf_printf(&b, "%s/_matrix/mxcgi/confirm?sid=%s&client_secret=",
	    server_url(r), c->sid);
	for (const char *p = c->client_secret; *p != '\0'; p++)
		if (*p == '=')
			buf_puts(&b, "%3D");
		else
			buf_putc(&b, *p);
	buf_printf(&b, "&token=%s", c->token);
	return buf_str(&b);
}

bool
confirm_mail(struct request *r, const struct confirmation *c,
    struct message *m)
{
	const struct wording *w = &wordings[c->purpose];
	const char *server = r->conf->server_name;
	struct mail mail = {
		.from = r->conf->mail_from,
		.to = c->address,
		.id = random_token(r->mem),
		.date = r->now
	};

	if (c->token != NULL) {
		mail.subject = arena_printf(r->mem, w->subject, server);
		mail.text = arena_printf(r->mem, w->text, server, link_of(r, c));
	} else {
		mail.subject = arena_printf(r->mem, w->vain_subject, server);
		mail.text = arena_printf(r->mem, w->vain, server);
	}
	return message_mail(m, r->mem, r->conf, &mail);
}

bool
confirm_text(struct request *r, const struct confirmation *c,
    struct message *m)
{
	const char *server = r->conf->server_name;
	const char *text = c->token == NULL ?
	    arena_printf(r->mem, wordings[c->purpose].phone_vain, server) :
	    arena_printf(r->mem, "%s is your code for %s, good for an hour. "
	    "Give it to nobody. Not asked for one? Ignore this.", c->token,
	    server);

	return message_text(m, r->conf, c->address, text);
}
