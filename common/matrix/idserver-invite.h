/*
 * idserver-invite.h - what this server asks identity servers for the sake of
 * invitations: whose is an address, keep an invitation for whoever will have
 * it, is a key still good (identity service API, "Association lookup",
 * "Invitation storage", "Key management"; 2015.md 13.5).
 *
 * These functions block, as those of idserver.h, and touch nothing but the
 * block they are given.
 */
#ifndef MXCGI_IDSERVER_INVITE_H
#define MXCGI_IDSERVER_INVITE_H

#include "matrix/http.h"
#include "matrix/idserver.h"

/* A key by which an identity server signs; an empty url: good for ever. */
struct invite_key {
	char		 public_key[64];	/* base64, as it came */
	char		 validity_url[1024];
};
#define INVITE_KEYS_MAX	8

/* Zeroed before it is filled in; owns all it has. */
struct invitation {
	struct idserver	 id;		/* conf, id_server, access_token, medium,
					 * address; and what was said */
	char		 about[HTTP_SENT_MAX];	/* what else store-invite is told:
					 * a JSON object of texts */
	/* With YES either user_id is set, or all the rest. */
	char		 user_id[256];	/* whose address it is */
	char		 token[256];
	char		 display_name[256];
	size_t		 n;
	struct invite_key key[INVITE_KEYS_MAX];
};

/*
 * Fill in who is asked about which address (canonical); token NULL: version 1.
 * False when one of them is too long or not of its grammar.
 */
bool	invitation_init(struct invitation *, const struct conf *,
	    const char *id_server, const char *access_token,
	    const char *medium, const char *address);

/* Whose is the address?  If nobody's: store-invite. */
void	idserver_invite(struct invitation *);

/* Keys that a proof is signed by, and what is asked about them. */
struct key_question {
	struct idserver	 id;		/* conf; and what was said */
	size_t		 n;
	struct invite_key key[INVITE_KEYS_MAX];
};
/* YES: one of them is good now; NO: none of them is. */
void	idserver_keys_valid(struct key_question *);

#endif
