/*
 * devices - devices, their keys, and what they send each other.  Here: messages
 * from device to device (client-server API, "Send-to-Device messaging").
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "devices.h"
#include "devices.routes.h"
#include "matrix/device.h"
#include "matrix/ids.h"
#include "matrix/room.h"
#include "store/stream.h"

#define DIGITS_MAX	18
#define TYPE_MAX	255		/* bytes of an event's type, */
#define CONTENT_MAX	65536		/* of its content, */
#define BYTES_MAX	(4 << 20)	/* and of all content of a request */
#define BYTES_CHARGED	65536		/* so many count as one request more */

/* ------------------------------------------------------------------- shared */

enum mx_err
may_reach(struct request *r, const char *user_id)
{
	if (r->who.suspended && strcmp(user_id, r->who.user_id) != 0)
		return fail(r, M_USER_SUSPENDED, "Your account is suspended; "
		    "you have to do with your own devices alone");
	return M_OK;
}

bool
is_local(struct request *r, const char *user_id)
{
	const char *server = id_server(user_id);

	return server != NULL && strcmp(server, r->conf->server_name) == 0;
}

int64_t
local_user(struct request *r, const char *user_id)
{
	return is_local(r, user_id) ? user_find(r->db, user_id) : 0;
}

void
put_failures(struct request *r, const cJSON *users)
{
	struct table *seen = table_new(r->mem);
	const cJSON *user;

	put_object(&r->out, "failures");
	cJSON_ArrayForEach(user, users) {
		const char *server = id_server(user->string);
		void **at;

		if (is_local(r, user->string) || server == NULL ||
		    !server_name_valid(server) ||
		    *(at = table_at(seen, server, NULL)) != NULL)
			continue;
		*at = seen;
		put_object(&r->out, server);
		put_int(&r->out, "status", 503);
		put_text(&r->out, "message", "This server asks no other");
		write_end(&r->out);
	}
	write_end(&r->out);
}

void
put_number(struct writer *w, const char *key, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, n);
	put_text(w, key, text);
}

int64_t
number_read(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n == 0 || n > DIGITS_MAX || text[n] != '\0' ||
	    (*text == '0' && n > 1) ? -1 : strtoll(text, NULL, 10);
}

enum mx_err
read_object(struct request *r, const char *what, const cJSON *object,
    size_t most, struct span *text)
{
	struct buf b;

	if (!cJSON_IsObject(object))
		return fail(r, M_BAD_JSON, "%s is a JSON object", what);
	buf_init(&b, r->mem, SIZE_MAX);
	json_print(&b, object);
	*text = buf_content(&b);
	if (text->n > most)
		return fail(r, M_TOO_LARGE, "%s has %zu bytes at most", what,
		    most);
	return M_OK;
}

/* ----------------------------------------------------------------- messages */

struct parcel {
	struct request	*r;
	const char	*type;
	size_t		 n;		/* messages, */
	size_t		 bytes;		/* and their content */
};

static enum mx_err
too_much(struct request *r)
{
	return fail(r, M_TOO_LARGE, "A request sends %d messages of %d bytes "
	    "together at most; send several", DEVICES_MAX, BYTES_MAX);
}

static enum mx_err
enqueue(struct parcel *p, int64_t device, struct span content)
{
	size_t charged = p->bytes / BYTES_CHARGED;
	enum mx_err err;

	p->bytes += content.n;
	if (++p->n > DEVICES_MAX || p->bytes > BYTES_MAX)
		return too_much(p->r);
	if (p->bytes / BYTES_CHARGED > charged && (err = rate_take_class(p->r,
	    LIMIT_to_device)) != M_OK)
		return err;
	to_device_add(p->r->db, device, p->r->who.user, p->type, content,
	    p->r->conf->to_device_max);
	return M_OK;
}

static enum mx_err
send_to_all(struct parcel *p, int64_t user, struct span content)
{
	struct rows rows = db_query(p->r->db, STMT_DEVICES_OF, DB_INT(user));
	enum mx_err err = M_OK;

	while (err == M_OK && rows_next(&rows))
		err = enqueue(p, rows_int(&rows, 0), content);
	rows_done(&rows);
	return err;
}

/* A device that is not there gets nothing. */
static enum mx_err
send_to_one(struct parcel *p, int64_t user, const cJSON *message,
    bool by_name)
{
	struct request *r = p->r;
	struct span content;
	enum mx_err err = read_object(r, "A message",
	    message, CONTENT_MAX, &content);
	int64_t device;

	if (err != M_OK || user == 0)
		return err;
	if (!by_name)
		return send_to_all(p, user, content);
	device = db_int(r->db, 0, STMT_DEVICE_FIND, DB_INT(user),
	    DB_TEXT(message->string));
	return device == 0 ? M_OK : enqueue(p, device, content);
}

/* A device gets one message of a request: what is for all goes before. */
static enum mx_err
send_to_user(struct parcel *p, const cJSON *messages)
{
	struct request *r = p->r;
	int64_t user = local_user(r, messages->string);
	const cJSON *all = json_get(messages, "*"), *message;
	size_t before = p->n;
	enum mx_err err;

	if (!cJSON_IsObject(messages))
		return fail(r, M_BAD_JSON,
		    "messages has an object of devices for each user");
	if ((err = may_reach(r, messages->string)) != M_OK)
		return err;
	if (all != NULL && (err = send_to_one(p, user, all, false)) != M_OK)
		return err;
	cJSON_ArrayForEach(message, messages)
		if (message != all && (err = send_to_one(p, all ? 0 : user,
		    message, true)) != M_OK)
			return err;
	if (p->n > before)
		change_add(r->db, CHANGE_TO_DEVICE, 0, user, 0);
	return M_OK;
}

/*
 * PUT /sendToDevice/{eventType}/{txnId}
 *
 * Leave a message for each device that is named, or for all of a user ("*"):
 * each gets it with /sync until it says that it has it.  Users and devices
 * that are not there get none, nor do those of other servers.
 */
enum mx_err
send_to_device(struct request *r)
{
	struct parcel p = { .r = r, .type = req_arg(r, "eventType") };
	const cJSON *messages = json_get(r->body, "messages"), *user;
	enum mx_err err;

	if (strlen(p.type) > TYPE_MAX)
		return fail(r, M_INVALID_PARAM,
		    "The type of an event has %d bytes at most", TYPE_MAX);
	if (messages == NULL)
		return fail(r, M_MISSING_PARAM, "messages is missing");
	if (!cJSON_IsObject(messages))
		return fail(r, M_BAD_JSON, "messages is not an object");
	if (cJSON_GetArraySize(messages) > DEVICES_MAX)
		return too_much(r);
	cJSON_ArrayForEach(user, messages)
		if ((err = send_to_user(&p, user)) != M_OK)
			return err;
	return M_OK;
}
