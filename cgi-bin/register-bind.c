/*
 * register-bind.c - the address that was confirmed on the way is published
 * too, where the client of 2015 wants that (bind_email).
 *
 * The account comes first and stays, whatever the identity server says: else
 * somebody who is refused here would be known there by a name of another.
 */
#include <stdio.h>
#include <string.h>

#include "matrix/idserver.h"
#include "matrix/threepid.h"
#include "matrix/uia.h"
#include "register.h"

struct binding {
	struct job	 job;
	struct idserver	 ids;
	int64_t		 user;
};

static void
bind_address(struct job *job)
{
	idserver_bind(&((struct binding *)job)->ids);
}

static enum mx_err
bound(struct request *r)
{
	const struct binding *b = (const struct binding *)r->job;

	if (b->ids.said == IDSERVER_YES)
		binding_add(r->db, b->user, MEDIUM_EMAIL, b->ids.address,
		    b->ids.id_server, r->now);
	return reply_kept(r);
}

enum mx_err
register_bind(struct request *r, int64_t user, const char *user_id)
{
	struct uia_address a = uia_address(r, MEDIUM_EMAIL);
	struct binding *b;

	b = job_new(sizeof(*b));
	b->job = (struct job){ bind_address, JOB_NET };
	b->user = user;
	idserver_session(&b->ids, r->conf, a.id_server, a.id_sid,
	    a.client_secret, NULL);
	snprintf(b->ids.user_id, sizeof(b->ids.user_id), "%s", user_id);
	return later_keeping(r, &b->job, bound, TX_WRITE);
}
