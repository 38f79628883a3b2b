/* idserver-fail.c - see idserver-fail.h. */
#include <string.h>

#include "base/log.h"
#include "matrix/idserver-fail.h"

/* What is said inside of a network is for the administrator. */
void
idserver_note(const struct idserver *id)
{
	if (id->said != IDSERVER_YES)
		log_info("identity server %s: %d %s %s", id->id_server,
		    id->status, id->errcode, id->error);
}

/* Its own words reach the client, but none that speak of our access token. */
static enum mx_err
pass_on(struct request *r, const struct idserver *id)
{
	static const struct {
		const char	*errcode;
		enum mx_err	 err;
	} known[] = {
		{ "M_SESSION_NOT_VALIDATED", M_SESSION_NOT_VALIDATED },
		{ "M_SESSION_EXPIRED", M_SESSION_EXPIRED },
		{ "M_NO_VALID_SESSION", M_NO_VALID_SESSION },
		{ "M_TERMS_NOT_SIGNED", M_TERMS_NOT_SIGNED },
		{ "M_INVALID_PARAM", M_INVALID_PARAM },
		{ "M_MISSING_PARAM", M_MISSING_PARAM },
		{ "M_FORBIDDEN", M_FORBIDDEN }
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(id->errcode, known[i].errcode) == 0)
			return fail(r, known[i].err,
			    "The identity server says: %s", id->error);
	return fail(r, M_BAD_REQUEST, "The identity server says: %s (%s)",
	    id->error, id->errcode);
}

enum mx_err
idserver_fail(struct request *r, const struct idserver *id)
{
	if (id->said == IDSERVER_NO)
		return pass_on(r, id);
	reply_retry_after(r, 30000);
	return fail(r, M_BUSY, "The identity server does not answer; try "
	    "again later, or another one");
}
