/*
 * world.h - what is true: the users and rooms of one seed, and what the server
 * has acknowledged of them.  Nothing here was learnt from what clients are
 * told of; only how a room was made is read from /messages.
 */
#ifndef MODEL_WORLD_H
#define MODEL_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http.h"
#include "json/json.h"

#define USERS		8
#define ROOMS		12
#define EVENTS_MAX	2000		/* of a room */
#define KEYS_MAX	40		/* pieces of state of a room */
#define ID_MAX		96
#define DATA_TYPES	4		/* of account data; the last is m.tag */
#define TAGS		3
#define RECEIPT_KINDS	2		/* m.read, m.read.private */
#define RECEIPT_THREADS	2		/* none, main */
#define LOG_LINES	30

enum member { OUT, INVITED, KNOCKED, IN, LEFT, BANNED };
enum visible { SHARED, JOINED, INVITED_ON, WORLD };

struct event {
	char		 id[ID_MAX];
	const char	*type;
	int		 key;		/* of state; -1: none */
	int		 sender;
	int		 target;	/* whose membership; -1: nobody's */
	bool		 has_url;
	bool		 redacted;
	int64_t		 serial;	/* in content, n; 0: none */
	int		 order;		/* among the events of all rooms */
	/* As it was just behind the event: */
	unsigned char	 member[USERS];
	unsigned char	 visible;
};

struct key {
	const char	*type;
	const char	*state_key;
	int		 event;		/* now */
};

typedef int receipts[RECEIPT_KINDS][RECEIPT_THREADS][USERS];

struct room {
	char		 id[ID_MAX];
	int		 creator;
	bool		 is_public;
	struct event	*event;
	int		 n;
	struct key	 key[KEYS_MAX];
	int		 keys;
	receipts	 receipt;	/* an event; -1: none */
	int64_t		 data[USERS][DATA_TYPES];	/* -1: none */
};

struct user {
	char		 id[ID_MAX];
	char		 name[64];
	char		 token[256];
	char		 device[64];
	int64_t		 data[DATA_TYPES];
};

struct client;
struct place;
struct world {
	uint64_t	 seed;
	uint64_t	 random;
	int		 action;
	int		 actions;
	int		 syncs, compared;
	int64_t		 serial;
	int		 events;
	struct user	 user[USERS];
	struct room	 room[ROOMS];
	int		 rooms;
	struct client	*client;
	struct client	*listener;
	struct arena	*mem;		/* of one answer */
	struct arena	*kept;
	struct conn	 conn;
	struct place	*place;		/* of events by their ids */
	bool		 no_to_device;	/* the server has no such thing */
	const char	*doing;
	char		 log[LOG_LINES][512];
	int		 logged;
};

/* Below n; the script asks in an order that no answer has a say in. */
unsigned	 pick(struct world *, unsigned n);
bool		 chance(struct world *, unsigned percent);

/* Say what is wrong, with what led to it, and end this seed. */
_Noreturn void	 wrong(struct world *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));

/*
 * Ask on the connection of the script.  The answer lives until the next
 * request.  ask: whatever the status; must: anything but 200 is wrong.
 */
cJSON		*ask(struct world *, const char *token, int *status,
		    const char *method, const char *body, const char *path);
cJSON		*must(struct world *, const char *token, const char *method,
		    const char *body, const char *fmt, ...)
		    __attribute__((format(printf, 5, 6)));
void		 note(struct world *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));
cJSON		*parse(struct world *, const char *, size_t);
/* Percent-encoded, in w->mem. */
const char	*encode(struct world *, const char *);

/* The server acknowledged it; twice is once. */
void		 room_add(struct world *, struct room *, const char *event_id,
		    const char *type, const char *state_key, int sender,
		    const cJSON *content);
int		 room_index(struct world *, const char *room_id);
int		 user_index(struct world *, const char *user_id);
int		 data_index(const char *type);
const char	*data_type(int);
/* Its number in the room; wrong when it is no event of this room. */
int		 event_index(struct world *, const struct room *,
		    const char *event_id);
enum member	 member_of(const char *membership);
enum member	 member_at(const struct room *, int user, int event);
enum member	 member_now(const struct room *, int user);
/* The event that ended the last time they were in; n: they are; -1: never. */
int		 ended_at(const struct room *, int user);
/* Of the specification: "Room history visibility". */
bool		 may_see(const struct room *, int user, int event);
/* Their own membership, neither coming in nor from within. */
bool		 at_the_door(const struct room *, int user, int event);
/* state[key]: the event that held behind an event; -1: none. */
void		 state_at(const struct room *, int event, int state[KEYS_MAX]);
void		 world_end(struct world *);

#endif
