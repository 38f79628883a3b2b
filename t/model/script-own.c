/*
 * script-own.c - what users do for themselves: account data, tags, messages to
 * devices; and how they come into being.
 */
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "script-inner.h"

#define CLIENT	"/_matrix/client/v3"
#define DATA	(DATA_TYPES - 1)	/* m.tag is that of tags */

static int64_t
put_data(struct world *w, int user, const char *where, const char *type)
{
	char body[64];
	int64_t value = ++w->serial;

	snprintf(body, sizeof(body), "{\"v\":%jd}", (intmax_t)value);
	must(w, w->user[user].token, "PUT", body,
	    CLIENT "/user/%s%s/account_data/%s",
	    encode(w, w->user[user].id), where, type);
	return value;
}

bool
own_data(struct world *w, int user)
{
	int i = (int)pick(w, DATA);

	w->user[user].data[i] = put_data(w, user, "", data_type(i));
	return true;
}

bool
own_room_data(struct world *w, struct room *room, int user)
{
	int i = (int)pick(w, DATA);
	char where[256];

	snprintf(where, sizeof(where), "/rooms/%s", encode(w, room->id));
	room->data[user][i] = put_data(w, user, where, data_type(i));
	return true;
}

/* The value of m.tag is a set of bits. */
bool
own_tag(struct world *w, struct room *room, int user)
{
	static const char *const tags[TAGS] = { "u.a", "u.b", "m.favourite" };
	int tag = (int)pick(w, TAGS);
	int64_t *value = &room->data[user][DATA];
	bool set = chance(w, 60);

	must(w, w->user[user].token, set ? "PUT" : "DELETE",
	    set ? "{\"order\":0.5}" : NULL, CLIENT "/user/%s/rooms/%s/tags/%s",
	    encode(w, w->user[user].id), encode(w, room->id), tags[tag]);
	if (*value == -1)
		*value = 0;
	*value = set ? *value | 1 << tag : *value & ~(1 << tag);
	return true;
}

/* To one device of somebody or to all. */
bool
own_to_device(struct world *w, int user)
{
	int to = (int)pick(w, CLIENTS);
	bool all = chance(w, 30);
	char body[256], path[128];
	int status;

	++w->serial;
	if (w->no_to_device)
		return false;
	snprintf(body, sizeof(body), "{\"messages\":{\"%s\":{\"%s\":"
	    "{\"n\":%jd}}}}", w->user[w->client[to].user].id,
	    all ? "*" : w->client[to].device, (intmax_t)w->serial);
	snprintf(path, sizeof(path), CLIENT "/sendToDevice/org.model.msg/m%jd",
	    (intmax_t)w->serial);
	ask(w, w->user[user].token, &status, "PUT", body, path);
	w->no_to_device = status == 404;
	if (w->no_to_device)
		return false;
	if (status != 200)
		wrong(w, "sendToDevice is refused: %d", status);
	for (int i = 0; i < CLIENTS; i++)
		if (i == to || (all && w->client[i].user == w->client[to].user))
			client_sent(&w->client[i], w->serial);
	return true;
}

/* ----------------------------------------------------------------- users */

void
script_users(struct world *w, const char *run)
{
	w->doing = "registering";
	for (int i = 0; i < USERS; i++) {
		struct user *u = &w->user[i];
		char body[256];
		cJSON *answer;

		memset(u->data, -1, sizeof(u->data));
		snprintf(u->name, sizeof(u->name), "m%s-%ju-%d", run,
		    (uintmax_t)w->seed, i);
		snprintf(body, sizeof(body), "{\"username\":\"%s\","
		    "\"password\":\"secret\",\"auth\":"
		    "{\"type\":\"m.login.dummy\"}}", u->name);
		answer = must(w, NULL, "POST", body, CLIENT "/register");
		snprintf(u->id, sizeof(u->id), "%s",
		    json_text(answer, "user_id"));
		snprintf(u->token, sizeof(u->token), "%s",
		    json_text(answer, "access_token"));
		snprintf(u->device, sizeof(u->device), "%s",
		    json_text(answer, "device_id"));
	}
}
