/*
 * undertaking.h - what an administrator asked for that outlasts the request:
 * a task does it (store/task.h), and a row says how far it is and what came of
 * it, until a day after its end.
 *
 * Everything runs in the caller's transaction; texts and trees are in its
 * arena.
 */
#ifndef MXCGI_UNDERTAKING_H
#define MXCGI_UNDERTAKING_H

#include <stdbool.h>
#include <stdint.h>

#include "json/json.h"
#include "store/db.h"

/* Kinds, of tasks too. */
#define TASK_CLEAR_ROOM		"clear_room"
#define TASK_REDACT_USER	"redact_user"
#define TASK_PURGE_HISTORY	"purge_history"

struct undertaking {
	const char	*id;
	const char	*kind;
	const char	*subject;	/* a room's or a user's id */
	int64_t		 began_at;	/* ms since 1970 */
	int64_t		 ended_at;	/* 0: it goes on */
	const char	*error;		/* why it failed, or NULL */
	cJSON		*wish;		/* an object, by kind */
	cJSON		*result;	/* likewise, so far */
};
/*
 * Begun: the task is left.  user and room: what it is about, by number, or 0.
 * Returns the id.
 */
const char	*undertake(struct db *, struct arena *, const char *kind,
		    const char *subject, const cJSON *wish, int64_t user,
		    int64_t room, int64_t now);
/* False: there is none, or it ended long ago. */
bool		 undertaking_find(struct db *, struct arena *, const char *id,
		    struct undertaking *);
/* The id of one of that kind that goes on; NULL: none does. */
const char	*undertaking_open(struct db *, const char *kind,
		    const char *subject);
/* u->result is what came of it so far. */
void		 undertaking_note(struct db *, struct arena *,
		    const struct undertaking *);
/* It is over; error NULL: well. */
void		 undertaking_end(struct db *, struct arena *,
		    const struct undertaking *, const char *error, int64_t now);

#endif
