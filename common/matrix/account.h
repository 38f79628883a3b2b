/*
 * account.h - accounts in the store, apart from their sessions (session.h)
 * and addresses (threepid.h): client-server API, "Account registration",
 * "Account management", "Account moderation".
 *
 * Everything runs in the caller's transaction; texts come from the db's arena.
 */
#ifndef MXCGI_ACCOUNT_H
#define MXCGI_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/conf.h"
#include "store/db.h"

enum account_kind { ACCOUNT_USER, ACCOUNT_GUEST, ACCOUNT_APPSERVICE };
const char	*account_kind_name(enum account_kind);

/* Times are ms since 1970; 0: it is not so. */
struct account {
	int64_t		 user;		/* user.nr; 0: there is no such account */
	const char	*user_id;
	enum account_kind kind;
	const char	*hash;		/* of the password; NULL: none */
	int64_t		 created_at;
	int64_t		 deactivated_at;
	int64_t		 locked_at;
	int64_t		 suspended_at;
	int64_t		 erased_at;
	bool		 admin;
};

/* False, and *a all zero, when there is none. */
bool		 account_find(struct db *, const char *user_id, struct account *);
bool		 account_get(struct db *, int64_t user, struct account *);
/*
 * By a name as people write it: an id or a local part, in whatever case where
 * that is not itself an id (all but historical ids are lower-case).
 */
bool		 account_named(struct db *, struct arena *, const char *server_name,
		    const char *name, struct account *);

/* What is wrong with a local part or password; NULL: nothing. */
const char	*username_fault(struct arena *, const struct conf *,
		    const char *localpart);
const char	*password_fault(struct arena *, const struct conf *,
		    const char *password);
/* Does nobody get this name ([accounts] reserved, [notices] user)? */
bool		 username_reserved(const struct conf *, const char *localpart);

/*
 * A new account; 0 when the id is taken (also by somebody at this very
 * moment: the UNIQUE constraint decides).  password_hash NULL: none.
 */
int64_t		 account_make(struct db *, const char *user_id,
		    enum account_kind, const char *password_hash, int64_t now);
/*
 * hash NULL: nobody can log in by password any more.  Tokens for a single
 * login, which were made by whoever knew the old one, are void, and so is what
 * was confirmed to set another.
 */
void		 account_set_password(struct db *, int64_t user,
		    const char *hash, int64_t now);
/* A guest becomes a user with a password; false: it was no guest. */
bool		 account_upgrade(struct db *, int64_t user, const char *hash,
		    int64_t now);
void		 account_set_admin(struct db *, int64_t user, bool);
/* at 0: not any more.  What waits with a token of a locked account ends. */
void		 account_lock(struct db *, int64_t user, int64_t at);
void		 account_suspend(struct db *, int64_t user, int64_t at);
/*
 * Nobody logs in to it ever again: sessions, password, addresses, login
 * tokens, key backups and keys for cross-signing go; a task is left that leaves
 * all rooms.  erase: what it said is shown redacted to those who come later.
 * The id stays taken.
 */
void		 account_deactivate(struct db *, int64_t user, bool erase,
		    int64_t now);

#endif
