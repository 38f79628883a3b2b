/*
 * client.h - clients that follow their rooms by /sync, and what each has put
 * together of all answers.
 */
#ifndef MODEL_CLIENT_H
#define MODEL_CLIENT_H

#include "filter.h"
#include "world.h"

#define CLIENTS		(2 * USERS)
#define GAPS		10
#define HEROES_MAX	600

enum section { NOWHERE, JOIN, INVITE, KNOCK, LEAVE };

/* What stands before an event of a timeline: the one before it in the room, */
enum { NO_GAP = -1, HOLE = -2 };	/* or what no token leads to. */

/* A room as the client has it.  Events are their numbers in the world. */
struct vroom {
	enum section	 section;
	short		 item[EVENTS_MAX];
	signed char	 gap[EVENTS_MAX + 1];	/* before each, and at the end */
	/* Their own from outside the room: what lies before is not known. */
	bool		 alone[EVENTS_MAX];
	int		 n;
	char		 token[GAPS][80];	/* by gap */
	int		 tokens;
	int		 state[KEYS_MAX];	/* -1: not told */
	bool		 whole;	/* it has been told how the room ended */
	receipts	 receipt;
	unsigned	 typing;
	int64_t		 data[DATA_TYPES];
	char		 heroes[HEROES_MAX];
	int		 joined, invited;	/* -1: not told */
	int		 unread, highlight;
	unsigned	 senders;	/* of the newest part of the timeline */
};

struct view {
	char		 since[256];	/* "": nothing was asked yet */
	struct vroom	 room[ROOMS];
	int64_t		 data[DATA_TYPES];
	int		 to_device;	/* so many of client.sent */
};

enum era { TODAY, STATE_AFTER, OF_2015 };

struct client {
	int		 user;
	int		 number;
	char		 token[256];
	char		 device[64];
	enum era	 era;
	struct filter	 filter;
	char		 filter_id[32];	/* "": sent with each request */
	struct view	 view;
	struct view	 saved;		/* what it begins anew from, one day */
	struct conn	 conn;
	bool		 waiting;	/* for an answer, on conn */
	int		 began[ROOMS];	/* how long rooms were then */
	int64_t		*sent;		/* messages to this device */
	int		 sents, cap;
	/* That it has them, by its token: in a request that was answered, */
	int		 confirmed;
	int		 asked;		/* and in one that may have been lost */
};

void	 client_new(struct world *, int number);
void	 client_end(struct client *);
void	 client_sent(struct client *, int64_t serial);

/* One of the things that clients do. */
void	 client_act(struct world *);
/* The same of those that listen to /events, one of each user (listen.c). */
void	 listener_new(struct world *, int user);
void	 listener_act(struct world *);
void	 listener_finish(struct world *, struct client *);
/* All that is still open comes to its end, and is compared. */
void	 client_finish(struct world *, struct client *);

/* An answer to a request that was made from where the view stands (view.c). */
void	 view_new(struct view *);
void	 view_apply(struct world *, struct client *, struct view *,
	    const cJSON *answer);
/* A new view, from an answer of /initialSync. */
void	 view_initial(struct world *, struct client *, struct view *,
	    const cJSON *answer);
/* Ask /messages for what lies in a gap of the room, or all (fill.c). */
void	 view_fill(struct world *, struct client *, struct view *, int room,
	    bool all);

/* Whatever the view holds is true, and nothing is missing (check.c). */
void	 check_view(struct world *, const struct client *,
	    const struct view *, const char *whose);
/* With what there is around the event. */
_Noreturn void wrong_event(struct world *, const struct client *, int room,
	    int event, const char *what);
/* Two views that must be the same where the world has no say. */
void	 check_same(struct world *, const struct client *,
	    const struct view *grown, const struct view *fresh);

#endif
