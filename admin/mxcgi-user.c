/*
 * mxcgi-user.c - mxcgi user: accounts are made, restrained and ended.
 */
#include <stddef.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "matrix/ids.h"
#include "matrix/session.h"
#include "mxcgi-order.h"
#include "mxcgi-password.h"
#include "mxcgi.h"

/* -------------------------------------------------------------- whom */

static int
find_alive(struct order *o)
{
	int status = user_find_named(o);

	if (status == 0 && o->account.deactivated_at != 0)
		return refuse(o, EX_NOUSER, "%s has been deactivated, which "
		    "is for ever", o->account.user_id);
	return status;
}

/* The account as it has become, or what was done to it. */
static void
tell(struct order *o, const char *done)
{
	struct json_line line;

	if (o->option[OPT_JSON] == NULL) {
		say(o->mem, "%s %s", o->account.user_id, done);
		return;
	}
	account_members(json_line_begin(&line, o->mem), &o->account);
	json_line_end(&line);
}

static int
write_and_tell(struct order *o, order_fn *change, const char *done,
    const char *already)
{
	int status = order_write(o, change);

	if (status == 0)
		tell(o, o->same ? already : done);
	return status;
}

/* ---------------------------------------------------------- passwords */

static int
ask_password(struct order *o, const char *whose)
{
	char password[PASSWORD_MAX + 1];
	const char *fault = password_ask(plain_text(o->mem, whose), password);
	int status = 0;

	if (fault == NULL)
		fault = password_fault(o->mem, o->conf, password);
	if (fault != NULL)
		status = refuse(o, EX_DATAERR, "%s; nothing was changed",
		    fault);
	else if (!password_hash(password, o->conf->password_cost, o->hash))
		status = refuse(o, EX_TEMPFAIL, "there is no memory to hash "
		    "the password; nothing was changed");
	explicit_bzero(password, sizeof(password));
	return status;
}

/* ---------------------------------------------------------------- add */

/*
 * o->name becomes an id; names that are reserved are the administrator's to
 * give.
 */
static int
take_name(struct order *o)
{
	const char *server_name = o->conf->server_name;
	const char *server, *fault;
	char *local;

	local = arena_strdup(o->mem, o->name + (*o->name == '@'));
	server = *o->name == '@' ? id_server(o->name) : NULL;
	if (*o->name == '@' &&
	    (server == NULL || strcmp(server, server_name) != 0))
		return refuse(o, EX_DATAERR, "%s is not of this server; its "
		    "ids end in :%s", o->name, server_name);
	if (server != NULL)
		local[server - o->name - 2] = '\0';
	if ((fault = username_fault(o->mem, o->conf, local)) != NULL)
		return refuse(o, EX_DATAERR, "%s", fault);
	o->name = arena_printf(o->mem, "@%s:%s", local, server_name);
	return 0;
}

static int
taken(struct order *o)
{
	return refuse(o, EX_CANTCREAT, "%s is taken; choose another name",
	    o->name);
}

static int
check_free(struct order *o)
{
	struct account a;

	return account_find(o->db, o->name, &a) ? taken(o) : 0;
}

static int
make(struct order *o)
{
	int64_t user = account_make(o->db, o->name, ACCOUNT_USER,
	    *o->hash != '\0' ? o->hash : NULL, o->now);

	if (user == 0)
		return taken(o);
	if (o->option[OPT_ADMIN] != NULL)
		account_set_admin(o->db, user, true);
	account_get(o->db, user, &o->account);
	return 0;
}

static int
user_add(struct order *o)
{
	int status;

	if ((status = take_name(o)) != 0 ||
	    (status = order_read(o, check_free)) != 0)
		return status;
	if (o->option[OPT_NO_PASSWORD] == NULL &&
	    (status = ask_password(o, o->name)) != 0)
		return status;
	return write_and_tell(o, make, "made", NULL);
}

/* ------------------------------------------------------------- passwd */

static int
find_for_password(struct order *o)
{
	int status = find_alive(o);

	if (status == 0 && o->account.kind != ACCOUNT_USER)
		return refuse(o, EX_DATAERR, "%s is of kind %s, which has no "
		    "password", o->account.user_id,
		    account_kind_name(o->account.kind));
	return status;
}

static int
set_password(struct order *o)
{
	int status = find_for_password(o);

	if (status != 0)
		return status;
	account_set_password(o->db, o->account.user, o->hash, o->now);
	if (o->option[OPT_KEEP_SESSIONS] == NULL) {
		session_end_others(o->db, o->account.user, 0);
		db_exec(o->db, STMT_LOGIN_TOKENS_DROP,
		    DB_INT(o->account.user));
	}
	return 0;
}

static int
user_passwd(struct order *o)
{
	int status;

	if ((status = order_read(o, find_for_password)) != 0 ||
	    (status = ask_password(o, o->account.user_id)) != 0)
		return status;
	return write_and_tell(o, set_password, "has a new password", NULL);
}

/* ------------------------------------------ lock, suspend, and back */

static const struct restraint {
	const char	*verb;
	size_t		 since;		/* in struct account */
	void		(*set)(struct db *, int64_t user, int64_t at);
	bool		 on;
	const char	*done;
	const char	*already;
} restraints[] = {
	{ "lock", offsetof(struct account, locked_at), account_lock, true,
	    "is locked", "was locked already" },
	{ "unlock", offsetof(struct account, locked_at), account_lock, false,
	    "is not locked any more", "was not locked" },
	{ "suspend", offsetof(struct account, suspended_at), account_suspend,
	    true, "is suspended", "was suspended already" },
	{ "unsuspend", offsetof(struct account, suspended_at),
	    account_suspend, false, "is not suspended any more",
	    "was not suspended" },
};

static const struct restraint *
restraint_of(const struct order *o)
{
	const struct restraint *it = restraints;

	while (strcmp(it->verb, o->verb->name) != 0)
		it++;
	return it;
}

static int
restrain(struct order *o)
{
	const struct restraint *it = restraint_of(o);
	int status = find_alive(o);
	int64_t since;

	if (status != 0)
		return status;
	memcpy(&since, (const char *)&o->account + it->since, sizeof(since));
	o->same = (since != 0) == it->on;
	if (!o->same)
		it->set(o->db, o->account.user, it->on ? o->now : 0);
	return user_find_named(o);
}

static int
user_restrain(struct order *o)
{
	const struct restraint *it = restraint_of(o);

	return write_and_tell(o, restrain, it->done, it->already);
}

/* ---------------------------------------------------------- deactivate */

/* Erasing is all that can be added to an account that has ended. */
static int
deactivate(struct order *o)
{
	bool erase = o->option[OPT_ERASE] != NULL;
	int status = user_find_named(o);
	const struct account *a = &o->account;

	if (status != 0)
		return status;
	o->same = a->deactivated_at != 0 && (!erase || a->erased_at != 0);
	if (a->deactivated_at == 0)
		account_deactivate(o->db, a->user, erase, o->now);
	else if (!o->same)
		db_exec(o->db, STMT_ACCOUNT_ERASE, DB_INT(o->now),
		    DB_INT(a->user));
	return user_find_named(o);
}

static int
be_sure(struct order *o)
{
	if (o->option[OPT_YES] != NULL)
		return 0;
	if (!isatty(STDIN_FILENO))
		return refuse(o, EX_USAGE, "deactivating is for ever; say "
		    "--yes if you mean it");
	if (!confirm(arena_printf(o->mem, "%s will never be used again.",
	    plain_text(o->mem, o->account.user_id))))
		return refuse(o, 1, "nothing was changed");
	return 0;
}

static int
user_deactivate(struct order *o)
{
	int status;

	if ((status = order_read(o, user_find_named)) != 0 ||
	    (status = be_sure(o)) != 0)
		return status;
	return write_and_tell(o, deactivate, o->option[OPT_ERASE] != NULL ?
	    "is deactivated and erased" : "is deactivated",
	    "was deactivated already");
}

/* ------------------------------------------------------------ the verbs */

static const struct verb verbs[] = {
	{ "add", user_add, OPT(ADMIN) | OPT(NO_PASSWORD), ONE_ARGUMENT,
	    "NAME [--admin] [--no-password]",
	    "make an account; its password is asked for, or a line of standard "
	    "input" },
	{ "passwd", user_passwd, OPT(KEEP_SESSIONS), ONE_ARGUMENT,
	    "USER [--keep-sessions]",
	    "set a new password, and end the sessions of the account" },
	{ "lock", user_restrain, 0, ONE_ARGUMENT, "USER",
	    "refuse all that the account asks for; its sessions stay" },
	{ "unlock", user_restrain, 0, ONE_ARGUMENT, "USER",
	    "let it go on" },
	{ "suspend", user_restrain, 0, ONE_ARGUMENT, "USER",
	    "let the account read, leave rooms, and do little else" },
	{ "unsuspend", user_restrain, 0, ONE_ARGUMENT, "USER",
	    "let it do everything again" },
	{ "deactivate", user_deactivate, OPT(ERASE) | OPT(YES), ONE_ARGUMENT,
	    "USER [--erase] [--yes]",
	    "end the account for ever; nobody gets its name again" },
	{ "list", user_list, OPT(ADMINS) | OPT(GUESTS) | OPT(LOCKED) |
	    OPT(SUSPENDED) | OPT(DEACTIVATED), NO_ARGUMENT,
	    "[--admins] [--guests] [--locked] [--suspended] [--deactivated]",
	    "show all accounts, or those that are all of what is named" },
	{ "show", user_show, 0, ONE_ARGUMENT, "USER",
	    "show what is known of an account, but no secrets" },
	{ .name = NULL }
};

int
cmd_user(int argc, char **argv)
{
	return order_run(verbs, argc, argv);
}
