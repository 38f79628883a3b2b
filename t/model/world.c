/* world.c - see world.h. */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "world.h"

#define PLACES	65536		/* a power of two, twice the events and more */

struct place {
	const struct room *room;
	int	 event;
};

/* --------------------------------------------------------------- chance */

/* splitmix64 */
static uint64_t
next_random(struct world *w)
{
	uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

unsigned
pick(struct world *w, unsigned n)
{
	return (unsigned)(next_random(w) >> 11) % n;
}

bool
chance(struct world *w, unsigned percent)
{
	return pick(w, 100) < percent;
}

/* -------------------------------------------------------------- asking */

void
note(struct world *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->log[w->logged++ % LOG_LINES], sizeof(w->log[0]), fmt, ap);
	va_end(ap);
}

/* Written at once, so that seeds that run side by side stay apart. */
_Noreturn void
wrong(struct world *w, const char *fmt, ...)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	va_list ap;

	fprintf(f, "not ok seed %ju: action %d: ", (uintmax_t)w->seed,
	    w->action);
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fprintf(f, "%s# while: %s\n", fmt[strlen(fmt) - 1] == '\n' ? "" : "\n",
	    w->doing);
	for (int i = w->logged < LOG_LINES ? 0 : w->logged - LOG_LINES;
	    i < w->logged; i++)
		fprintf(f, "# %s\n", w->log[i % LOG_LINES]);
	fclose(f);
	if (write(STDOUT_FILENO, text, n) == -1)
		err(1, "stdout");
	free(text);
	exit(1);
}

cJSON *
parse(struct world *w, const char *s, size_t n)
{
	const char *why;
	enum json_verdict verdict;
	cJSON *json = json_parse(w->mem, s, n, &verdict, &why);

	if (json == NULL)
		wrong(w, "the answer is not JSON: %s", why);
	return json;
}

cJSON *
ask(struct world *w, const char *token, int *status, const char *method,
    const char *body, const char *path)
{
	const char *text;
	size_t n;

	conn_send(&w->conn, method, path, token, body);
	if (!conn_answer(&w->conn, 60000, status, &text, &n))
		wrong(w, "%s %s: no answer", method, path);
	note(w, "%d %s %s %.200s", *status, method, path, body ? body : "");
	arena_clear(w->mem);
	return parse(w, text, n);
}

cJSON *
must(struct world *w, const char *token, const char *method, const char *body,
    const char *fmt, ...)
{
	char path[4096];
	cJSON *answer;
	const char *errcode;
	va_list ap;
	int status;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	answer = ask(w, token, &status, method, body, path);
	errcode = json_text(answer, "errcode");
	if (status != 200)
		wrong(w, "%s %s is refused: %d %s %s", method, path, status,
		    errcode ? errcode : "?", json_text(answer, "error"));
	return answer;
}

const char *
encode(struct world *w, const char *text)
{
	char *out = arena_alloc(w->mem, 3 * strlen(text) + 1), *to = out;

	for (; *text != '\0'; text++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
		    "wxyz0123456789-._~", *text) != NULL)
			*to++ = *text;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*text);
	return out;
}

/* --------------------------------------------------------- finding things */

static size_t
hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

/* Where the event stands, or a place for it. */
static struct place *
find_place(struct world *w, const char *event_id)
{
	size_t i = hash(event_id) % PLACES;

	if (w->place == NULL &&
	    (w->place = calloc(PLACES, sizeof(*w->place))) == NULL)
		err(1, NULL);
	while (w->place[i].room != NULL && strcmp(w->place[i].room->event[
	    w->place[i].event].id, event_id) != 0)
		i = (i + 1) % PLACES;
	return &w->place[i];
}

int
event_index(struct world *w, const struct room *room, const char *event_id)
{
	struct place *p = event_id == NULL ? NULL : find_place(w, event_id);

	if (p == NULL || p->room == NULL)
		wrong(w, "nobody sent the event %s",
		    event_id ? event_id : "(no id)");
	if (p->room != room)
		wrong(w, "%s is an event of another room", event_id);
	return p->event;
}

int
room_index(struct world *w, const char *room_id)
{
	for (int i = 0; i < w->rooms; i++)
		if (strcmp(w->room[i].id, room_id) == 0)
			return i;
	wrong(w, "told of a room that is nobody's: %s", room_id);
}

int
user_index(struct world *w, const char *user_id)
{
	for (int i = 0; user_id != NULL && i < USERS; i++)
		if (strcmp(w->user[i].id, user_id) == 0)
			return i;
	return -1;
}

static const char *const data_types[DATA_TYPES] = { "org.model.one",
	"org.model.two", "com.example.three", "m.tag" };

int
data_index(const char *type)
{
	for (int i = 0; i < DATA_TYPES; i++)
		if (strcmp(data_types[i], type) == 0)
			return i;
	return -1;
}

const char *
data_type(int i)
{
	return data_types[i];
}

/* ---------------------------------------------------------- what happened */

static int
state_key_index(struct world *w, struct room *room, const char *type,
    const char *state_key)
{
	int i;

	for (i = 0; i < room->keys; i++)
		if (strcmp(room->key[i].type, type) == 0 &&
		    strcmp(room->key[i].state_key, state_key) == 0)
			return i;
	if (i == KEYS_MAX)
		errx(1, "KEYS_MAX is too small");
	room->key[room->keys++] = (struct key){ arena_strdup(w->kept, type),
	    arena_strdup(w->kept, state_key), -1 };
	return i;
}

enum member
member_of(const char *membership)
{
	static const char *const names[] = { [INVITED] = "invite",
	    [KNOCKED] = "knock", [IN] = "join", [LEFT] = "leave",
	    [BANNED] = "ban" };

	for (int i = INVITED; i <= BANNED; i++)
		if (membership != NULL && strcmp(names[i], membership) == 0)
			return (enum member)i;
	return OUT;
}

static enum visible
visible_of(const char *text)
{
	if (text != NULL && strcmp(text, "joined") == 0)
		return JOINED;
	if (text != NULL && strcmp(text, "invited") == 0)
		return INVITED_ON;
	return text != NULL && strcmp(text, "world_readable") == 0 ? WORLD :
	    SHARED;
}

/* What the event changes of that by which others are seen. */
static void
take_effect(struct world *w, struct room *room, struct event *e,
    const char *state_key, const cJSON *content)
{
	const struct event *before = e - 1;

	e->visible = SHARED;
	if (room->n > 0) {
		memcpy(e->member, before->member, sizeof(e->member));
		e->visible = before->visible;
	}
	if (strcmp(e->type, "m.room.history_visibility") == 0)
		e->visible = visible_of(json_text(content,
		    "history_visibility"));
	if (strcmp(e->type, "m.room.member") == 0) {
		e->target = user_index(w, state_key);
		e->member[e->target] = member_of(json_text(content,
		    "membership"));
	}
}

void
room_add(struct world *w, struct room *room, const char *event_id,
    const char *type, const char *state_key, int sender, const cJSON *content)
{
	struct place *place = find_place(w, event_id);
	struct event *e;

	if (place->room != NULL)
		return;
	if (room->event == NULL && (room->event = calloc(EVENTS_MAX,
	    sizeof(*room->event))) == NULL)
		err(1, NULL);
	if (room->n == EVENTS_MAX)
		errx(1, "EVENTS_MAX is too small");
	e = &room->event[room->n];
	*e = (struct event){ .order = ++w->events,
	    .type = arena_strdup(w->kept, type), .key = -1, .sender = sender, .target = -1,
	    .has_url = json_get(content, "url") != NULL };
	snprintf(e->id, sizeof(e->id), "%s", event_id);
	json_int(content, "n", &e->serial);
	if (state_key != NULL) {
		e->key = state_key_index(w, room, type, state_key);
		room->key[e->key].event = room->n;
		take_effect(w, room, e, state_key, content);
	} else
		take_effect(w, room, e, "", content);
	*place = (struct place){ room, room->n++ };
}

/* --------------------------------------------------------- what is visible */

enum member
member_at(const struct room *room, int user, int event)
{
	return event < 0 ? OUT : (enum member)room->event[event].member[user];
}

enum member
member_now(const struct room *room, int user)
{
	return member_at(room, user, room->n - 1);
}

int
ended_at(const struct room *room, int user)
{
	int i = room->n;

	while (i > 0 && member_at(room, user, i - 1) != IN)
		i--;
	return i == 0 ? -1 : i;
}

static bool
state_allows(const struct room *room, int user, int event)
{
	enum member member = member_at(room, user, event);
	enum visible visible = event < 0 ? SHARED :
	    (enum visible)room->event[event].visible;
	bool later = event < ended_at(room, user);

	return visible == WORLD || member == IN ||
	    (visible == SHARED && later) ||
	    (visible == INVITED_ON && member == INVITED && later);
}

bool
at_the_door(const struct room *room, int user, int event)
{
	return room->event[event].target == user &&
	    member_at(room, user, event) != IN &&
	    member_at(room, user, event - 1) != IN;
}

static bool
is_at_door(enum member m)
{
	return m == INVITED || m == KNOCKED;
}

/*
 * "For m.room.history_visibility events themselves, the user should be allowed
 * to see the event if the history_visibility before or after the event would
 * allow them to see it.  Likewise, for the user's own m.room.member events".
 * Their own invitation they were shown anyway.
 */
bool
may_see(const struct room *room, int user, int event)
{
	const struct event *e = &room->event[event];

	if (state_allows(room, user, event))
		return true;
	if (e->target == user)
		return state_allows(room, user, event - 1) ||
		    is_at_door(member_at(room, user, event)) ||
		    is_at_door(member_at(room, user, event - 1));
	return strcmp(e->type, "m.room.history_visibility") == 0 &&
	    state_allows(room, user, event - 1);
}

void
state_at(const struct room *room, int event, int state[KEYS_MAX])
{
	for (int i = 0; i < KEYS_MAX; i++)
		state[i] = -1;
	for (int i = 0; i <= event; i++)
		if (room->event[i].key != -1)
			state[room->event[i].key] = i;
}

void
world_end(struct world *w)
{
	for (int i = 0; i < w->rooms; i++)
		free(w->room[i].event);
	free(w->place);
	conn_close(&w->conn);
	arena_free(w->mem);
	arena_free(w->kept);
}
