/*
 * user_directory.h - users of this server as others look for them
 * (client-server API, "User Directory").
 *
 * Who has an account is listed with the words of their id and displayname, and
 * is found by words, or their beginnings.  What somebody types is taken apart
 * before the index sees it, so it is never its syntax.
 */
#ifndef MXCGI_USER_DIRECTORY_H
#define MXCGI_USER_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/db.h"
#include "store/task.h"

#define USER_WORDS	32	/* at most, of what is searched for */

/* What the user shows has changed: they are found by what it is now. */
void	 user_enlist(struct db *, int64_t user);
/* They are not found any more. */
void	 user_unlist(struct db *, int64_t user);

/*
 * May the asker know of the target?  They share a room, or the target is in one
 * that anybody may enter or read.
 */
bool	 user_visible(struct db *, int64_t asker, int64_t target);

/*
 * Users whom the term finds, one after the other: first those who have all of
 * its words, then those who have words that begin so; of either first those
 * with a name or picture.
 */
struct user_search {
	struct db	*db;
	int64_t		 asker;
	const char	*match[4];	/* what the index is asked, in turn */
	size_t		 n;		/* of match; 0: the term holds no word */
	size_t		 next;
	bool		 open;
	struct rows	 rows;
};
/* False: it has too many words. */
bool	 user_search_begin(struct user_search *, struct db *,
	    struct arena *, int64_t asker, struct span term);
/* Columns of users_matching; false: there are no more. */
bool	 user_search_next(struct user_search *);
void	 user_search_end(struct user_search *);

/* Lists who was there before there was a directory. */
#define TASK_LIST_USERS	"list_users"
enum task_end list_users(struct task *);

#endif
