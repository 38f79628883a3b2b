/*
 * backup.h - keys that clients keep here, encrypted (client-server API,
 * "Server-side key backups").
 *
 * A user has versions of a backup, numbered from 1 on.  What nobody can reach
 * any more is removed by a task, since it may be much.
 */
#ifndef MXCGI_BACKUP_H
#define MXCGI_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"
#include "store/task.h"

/* Keys that one transaction changes. */
#define BACKUP_PIECE	500

struct backup {
	int64_t		 nr;
	int64_t		 version;
	int64_t		 etag;		/* another after each change of its keys */
	int64_t		 keys;		/* how many there are, */
	int64_t		 bytes;		/* and what they weigh */
};
/* Of that version; 0: the newest that is there.  False: there is none. */
bool		 backup_find(struct db *, int64_t user, int64_t version,
		    struct backup *);
/* Was there ever one of that version? */
bool		 backup_was(struct db *, int64_t user, int64_t version);
/* How many there are, and what the keys of all of them weigh. */
int64_t		 backups_total(struct db *, int64_t user, int64_t *bytes);

/* A new version, and its number; auth_data: a JSON object. */
int64_t		 backup_make(struct db *, int64_t user, const char *algorithm,
		    struct span auth_data);
/* It is gone with its keys. */
void		 backup_drop(struct db *, int64_t user, const struct backup *,
		    int64_t now);
/* It has no keys any more. */
void		 backup_empty(struct db *, int64_t user, struct backup *,
		    int64_t now);
/* All of a user's, who has none any more. */
void		 backups_drop(struct db *, int64_t user, int64_t now);

/* ------------------------------------------------------------------- keys */

struct backup_key {
	const char	*room_id;
	const char	*session_id;
	int64_t		 first_message_index;
	int64_t		 forwarded_count;
	bool		 is_verified;
	struct span	 session_data;	/* a JSON object */
};
/*
 * Keep these, but not those that are no better than what is there already:
 * verified, of an earlier message, or forwarded less often.
 */
void		 backup_put(struct db *, struct backup *,
		    const struct backup_key *, size_t);
void		 backup_drop_key(struct db *, struct backup *,
		    const char *room_id, const char *session_id);
/* BACKUP_PIECE of a room at most; true: there may be more. */
bool		 backup_drop_room(struct db *, struct backup *,
		    const char *room_id);

/* What removes keys of backups that are gone. */
#define TASK_FORGET_KEYS	"forget_keys"
extern const struct task_kind backup_tasks[];

#endif
