/*
 * discovery-third-party.c - other networks (client-server API, "Third-party
 * Networks").  Application services would bring them, and this server has none
 * of those: so there is no protocol, and nothing leads anywhere.
 */
#include "matrix/ids.h"
#include "serve/serve.h"
#include "discovery.routes.h"

/* GET /thirdparty/protocols */
enum mx_err
third_party_protocols(struct request *r)
{
	(void)r;
	return M_OK;
}

/*
 * GET /thirdparty/protocol/{protocol}, and of location and user those with
 * {protocol}
 */
enum mx_err
third_party_protocol(struct request *r)
{
	return fail(r, M_NOT_FOUND,
	    "This server reaches no network of that name");
}

static enum mx_err
look_up(struct request *r, const char *name, bool (*valid)(const char *))
{
	const char *id = req_query(r, name);

	if (id == NULL)
		return fail(r, M_MISSING_PARAM, "%s is missing", name);
	if (!valid(id))
		return fail(r, M_INVALID_PARAM, "%s is not valid", name);
	return fail(r, M_NOT_FOUND, "This leads to no other network");
}

/* GET /thirdparty/location */
enum mx_err
third_party_location(struct request *r)
{
	return look_up(r, "alias", room_alias_valid);
}

/* GET /thirdparty/user */
enum mx_err
third_party_user(struct request *r)
{
	return look_up(r, "userid", user_id_valid);
}
