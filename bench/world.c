/* world.c - see world.h. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"
#include "world.h"

bool stop;
char *last;
static int last_status;

static void
keep_answer(struct http *h, int status, const char *body, size_t n)
{
	(void)h;
	free(last);
	last = strndup(body, n);
	last_status = status;
	stop = true;
}

/* The text value of a key, wherever it first stands; exits when it is not there. */
void
text_of(const char *key, char *out, size_t size)
{
	char quoted[64], *p;
	size_t n;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	if ((p = strstr(last, quoted)) == NULL)
		errx(1, "no %s in: %.300s", key, last);
	p += strlen(quoted);
	p += strspn(p, " \"");
	n = strcspn(p, "\"");
	if (n >= size)
		errx(1, "%s is too long", key);
	memcpy(out, p, n);
	out[n] = '\0';
}

#define ask(h, ...) do {						\
	http_send(h, __VA_ARGS__);					\
	stop = false;							\
	http_run(mono_us() + 60000000, &stop);				\
	stop = false;							\
} while (0)

static struct http *one;	/* for such requests */

struct user users[USERS_MAX];
size_t user_count;

static void
register_user(struct user *u)
{
	char body[400], session[256];
	static unsigned n;
	int len = snprintf(body, sizeof(body),
	    "{\"username\":\"bench%ld-%u\",\"password\":\"a bench secret\"",
	    (long)getpid(), n++);

	snprintf(body + len, sizeof(body) - (size_t)len,
	    ",\"auth\":{\"type\":\"m.login.dummy\"}}");
	ask(one, "POST", NULL, body, "/_matrix/client/v3/register");
	if (last_status == 401) {
		text_of("session", session, sizeof(session));
		snprintf(body + len, sizeof(body) - (size_t)len,
		    ",\"auth\":{\"type\":\"m.login.dummy\",\"session\":\"%s\"}}",
		    session);
		ask(one, "POST", NULL, body, "/_matrix/client/v3/register");
	}
	if (last_status != 200)
		errx(1, "cannot register: %s", last);
	text_of("user_id", u->id, sizeof(u->id));
	text_of("access_token", u->token, sizeof(u->token));
}

void
need_users(size_t n)
{
	if (n > USERS_MAX)
		errx(2, "at most %d users", USERS_MAX);
	while (user_count < n)
		register_user(&users[user_count++]);
}

void
log_in(const struct user *u, struct user *session, char device[256])
{
	char body[400];

	snprintf(body, sizeof(body), "{\"type\":\"m.login.password\","
	    "\"identifier\":{\"type\":\"m.id.user\",\"user\":\"%s\"},"
	    "\"password\":\"a bench secret\"}", u->id);
	ask(one, "POST", NULL, body, "/_matrix/client/v3/login");
	if (last_status != 200)
		errx(1, "cannot log in: %s", last);
	*session = *u;
	text_of("access_token", session->token, sizeof(session->token));
	text_of("device_id", device, 256);
}

void
demand(const struct user *u, const char *method, const char *path,
    const char *body)
{
	ask(one, method, u->token, body, "%s", path);
	if (last_status != 200)
		errx(1, "%s %s is refused: %s", method, path, last);
}

void
new_room(const struct user *u, const char *preset, char room[256])
{
	char body[100];

	snprintf(body, sizeof(body), "{\"preset\":\"%s\"}", preset);
	ask(one, "POST", u->token, body, "/_matrix/client/v3/createRoom");
	text_of("room_id", room, 256);
}

void
join(const struct user *u, const char *room)
{
	ask(one, "POST", u->token, "{}", "/_matrix/client/v3/join/%s", room);
	if (last_status != 200)
		errx(1, "cannot join: %s", last);
}

void
say(const struct user *u, const char *room)
{
	static unsigned txn;

	ask(one, "PUT", u->token, "{\"msgtype\":\"m.text\",\"body\":\"Hello\"}",
	    "/_matrix/client/v3/rooms/%s/send/m.room.message/s%ld.%u", room,
	    (long)getpid(), txn++);
	if (last_status != 200)
		errx(1, "cannot send: %s", last);
}

void
put_rule(const struct user *u, const char *rule, const char *body)
{
	ask(one, "PUT", u->token, body,
	    "/_matrix/client/v3/pushrules/global/%s", rule);
	if (last_status != 200)
		errx(1, "cannot make a push rule: %s", last);
}

/* Where a first sync ends. */
void
since_of(const struct user *u, char since[256])
{
	ask(one, "GET", u->token, NULL, "/_matrix/client/v3/sync?timeout=0");
	text_of("next_batch", since, 256);
}

void
since_now(const struct user *u, char since[256])
{
	ask(one, "GET", u->token, NULL, "/_matrix/client/v3/sync?timeout=0"
	    "&filter=%%7B%%22room%%22:%%7B%%22rooms%%22:%%5B%%5D%%7D%%7D");
	text_of("next_batch", since, 256);
}

void
world_open(const char *url)
{
	http_open(url);
	one = http_new(keep_answer, NULL);
}
