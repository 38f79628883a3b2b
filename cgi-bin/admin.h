/*
 * admin.h - what the handlers of `admin` share.  Those under /_synapse/admin/
 * take and give what Synapse's Admin API does, so that its tools work here;
 * who may call them says routes.tab.
 */
#ifndef MXCGI_CGI_ADMIN_H
#define MXCGI_CGI_ADMIN_H

#include "matrix/account.h"
#include "serve/serve.h"

#define LIST_MAX	1000	/* entries of a page, whatever is asked for */

/* The account of this server in {userId}, alive or not; or refused. */
enum mx_err	 account_meant(struct request *, struct account *);
/* The same, and it is not deactivated. */
enum mx_err	 account_alive(struct request *, struct account *);

/* A page of a list: from, limit, order_by and dir of the query. */
struct paging {
	int64_t		 from;		/* so many are passed over */
	int64_t		 limit;
	const char	*order;
	bool		 backwards;
};
/*
 * orders: the words that order_by may be, NULL behind the last; the first is
 * what it is when it is not given.  dir is f then, unless newest is set.
 */
enum mx_err	 paging_read(struct request *, const char *const *orders,
		    bool newest, struct paging *);
/* next_token, where there is more behind the n that were written; and total. */
void		 put_paging(struct request *, const struct paging *, int64_t n,
		    int64_t total);

/* true or false in the query, as 1 or 0; NULL when it is not there. */
enum mx_err	 query_bool(struct request *, const char *name,
		    struct db_arg *);

/* A column that holds JSON, or null. */
void		 put_column(struct writer *, const char *key,
		    const struct rows *, int column);
/* A time in ms, or null for 0. */
void		 put_time(struct writer *, const char *key, int64_t);

/* admin-media.c: which of a user's media are meant, and a page of them. */
enum mx_err	 media_paging_read(struct request *, struct paging *);
struct rows	 user_media(struct request *, int64_t user,
		    const struct paging *);

/* admin-users.c: all that is known of an account, into r->out. */
enum mx_err	 user_write(struct request *, int64_t user);

/* admin-user.c: set a field of what the account shows; "": it goes. */
enum mx_err	 profile_change(struct request *, int64_t user,
		    const char *field, const char *value);
/* Their password, and unless kept all their sessions. */
void		 password_change(struct request *, int64_t user,
		    const char *hash, bool keep_sessions);

#endif
