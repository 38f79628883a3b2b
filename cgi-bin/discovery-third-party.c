/*
 * discovery-third-party.c - other networks (client-server API, "Third-party
 * Networks").  Application services bring them: they are asked, and what they
 * say is put together.
 */
#include <string.h>

#include "discovery-lookup.h"
#include "discovery.routes.h"
#include "matrix/http.h"
#include "matrix/ids.h"
#include "matrix/service_ask.h"

/* Behind what, and with what of the query; NULL: too long. */
static const char *
path_of(struct request *r, const char *kind, const char *protocol)
{
	char path[SERVICE_PATH_MAX];
	const char *query = req_query_rest(r);
	size_t n = strlen(kind);

	memcpy(path, kind, n);
	if (protocol != NULL && !http_encode(path, &n, sizeof(path), protocol))
		return NULL;
	return arena_printf(r->mem, "%.*s%s%s", (int)n, path,
	    *query != '\0' ? "?" : "", query);
}

/* Those who reach the network; its name as they have it. */
static const char *
protocol_of(const struct appservice *as, const char *name)
{
	for (const char *const *p = as->protocols; *p != NULL; p++)
		if (strcmp(*p, name) == 0)
			return *p;
	return NULL;
}

static struct lookup *
ask_network(struct request *r, const char *kind, const char *name)
{
	const struct appservice *as = r->conf->appservices;
	const char *path = path_of(r, kind, name), *protocol;
	struct lookup *l = NULL;

	for (; as != NULL && path != NULL; as = as->next) {
		protocol = protocol_of(as, name);
		if (as->url == NULL || protocol == NULL)
			continue;
		if (l == NULL)
			l = lookup_new(r);
		lookup_add(l, as, protocol, path);
	}
	return l;
}

static enum mx_err
no_network(struct request *r)
{
	return fail(r, M_NOT_FOUND,
	    "This server reaches no network of that name");
}

/* -------------------------------------------------------------- protocols */

static bool
same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void
write_members(struct writer *w, const cJSON *object, const char *but)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, object)
		if (!same(item->string, but))
			put_json(w, item->string, item);
}

/* Each has a name that no other on this server has. */
static void
write_instances(struct request *r, struct writer *w,
    const struct lookup_answer *a)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json_get(a->answer, "instances")) {
		const char *network = json_text(item, "network_id");

		if (!cJSON_IsObject(item))
			continue;
		write_object(w);
		write_members(w, item, "instance_id");
		if (network != NULL)
			put_text(w, "instance_id", arena_printf(r->mem,
			    "%s|%s", a->as->id, network));
		write_end(w);
	}
}

/*
 * Into an open object: what the first says of it, and the instances of all.
 * False: nobody says anything.
 */
static bool
write_protocol(struct request *r, struct writer *w, const char *protocol)
{
	struct lookup_answer a;
	bool any = false;

	for (size_t i = 0; !any && lookup_answer(r, i, &a); i++) {
		any = same(a.protocol, protocol) && cJSON_IsObject(a.answer);
		if (any)
			write_members(w, a.answer, "instances");
	}
	if (!any)
		return false;
	put_array(w, "instances");
	for (size_t i = 0; lookup_answer(r, i, &a); i++)
		if (same(a.protocol, protocol))
			write_instances(r, w, &a);
	write_end(w);
	return true;
}

/* Does an answer before tell of it? */
static bool
is_known(struct request *r, size_t before, const char *protocol)
{
	struct lookup_answer a;

	for (size_t i = 0; i < before && lookup_answer(r, i, &a); i++)
		if (same(a.protocol, protocol) && cJSON_IsObject(a.answer))
			return true;
	return false;
}

static enum mx_err
write_all(struct request *r)
{
	struct lookup_answer a;

	for (size_t i = 0; lookup_answer(r, i, &a); i++) {
		if (!cJSON_IsObject(a.answer) || is_known(r, i, a.protocol))
			continue;
		put_object(&r->out, a.protocol);
		write_protocol(r, &r->out, a.protocol);
		write_end(&r->out);
	}
	return M_OK;
}

/*
 * GET /thirdparty/protocols
 *
 * The networks that application services reach, by their names.
 */
enum mx_err
third_party_protocols(struct request *r)
{
	const struct appservice *as = r->conf->appservices;
	struct lookup *l = NULL;

	for (; as != NULL; as = as->next)
		for (const char *const *p = as->protocols; as->url != NULL &&
		    *p != NULL; p++) {
			if (l == NULL)
				l = lookup_new(r);
			lookup_add(l, as, *p, path_of(r,
			    "/thirdparty/protocol/", *p));
		}
	return l == NULL ? M_OK : lookup_go(r, l, write_all);
}

static enum mx_err
write_one(struct request *r)
{
	return write_protocol(r, &r->out, req_arg(r, "protocol")) ? M_OK :
	    no_network(r);
}

/*
 * GET /thirdparty/protocol/{protocol}
 *
 * One of them.
 */
enum mx_err
third_party_protocol(struct request *r)
{
	struct lookup *l = ask_network(r, "/thirdparty/protocol/",
	    req_arg(r, "protocol"));

	return l == NULL ? no_network(r) : lookup_go(r, l, write_one);
}

/* ------------------------------------------------------- places and people */

static bool
answers_any(struct request *r)
{
	struct lookup_answer a;

	for (size_t i = 0; lookup_answer(r, i, &a); i++)
		if (cJSON_IsArray(a.answer) &&
		    cJSON_GetArraySize(a.answer) > 0)
			return true;
	return false;
}

/* What each found, one behind the other. */
static enum mx_err
write_found(struct request *r)
{
	struct lookup_answer a;
	const cJSON *item;

	if (!answers_any(r))
		return fail(r, M_NOT_FOUND, "Nothing is known of it");
	reply_array(r);
	for (size_t i = 0; lookup_answer(r, i, &a); i++) {
		if (!cJSON_IsArray(a.answer))
			continue;
		cJSON_ArrayForEach(item, a.answer)
			if (cJSON_IsObject(item))
				write_json(&r->out, item);
	}
	return M_OK;
}

static enum mx_err
look_in(struct request *r, const char *kind)
{
	struct lookup *l = ask_network(r, kind, req_arg(r, "protocol"));

	return l == NULL ? no_network(r) : lookup_go(r, l, write_found);
}

/*
 * GET /thirdparty/location/{protocol}, GET /thirdparty/user/{protocol}
 *
 * Rooms that lead to places of a network, and users who stand for people there.
 * What the query says is for who reaches it.
 */
enum mx_err
third_party_locations(struct request *r)
{
	return look_in(r, "/thirdparty/location/");
}

enum mx_err
third_party_users(struct request *r)
{
	return look_in(r, "/thirdparty/user/");
}

static enum mx_err
look_up(struct request *r, const char *name, bool (*valid)(const char *),
    const char *kind)
{
	const struct appservice *as = r->conf->appservices;
	const char *id = req_query(r, name);
	struct lookup *l = NULL;

	if (id == NULL)
		return fail(r, M_MISSING_PARAM, "%s is missing", name);
	if (!valid(id))
		return fail(r, M_INVALID_PARAM, "%s is not valid", name);
	for (; as != NULL; as = as->next) {
		if (as->url == NULL || *as->protocols == NULL)
			continue;
		if (l == NULL)
			l = lookup_new(r);
		lookup_add(l, as, NULL, path_of(r, kind, NULL));
	}
	return l == NULL ? fail(r, M_NOT_FOUND,
	    "This leads to no other network") : lookup_go(r, l, write_found);
}

/*
 * GET /thirdparty/location
 *
 * The places that an alias leads to.
 */
enum mx_err
third_party_location(struct request *r)
{
	return look_up(r, "alias", room_alias_valid, "/thirdparty/location");
}

/*
 * GET /thirdparty/user
 *
 * The people for whom a user stands.
 */
enum mx_err
third_party_user(struct request *r)
{
	return look_up(r, "userid", user_id_valid, "/thirdparty/user");
}
