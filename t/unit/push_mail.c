/*
 * push_mail.c - mails of notifications: when they are due, how the pauses between
 * them grow, and what ends them.
 */
#include "matrix/push_mail.h"
#include "pushing.h"

#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)

static int64_t
mail_due(void)
{
	return due_at(PUSHER_MAIL_GATEWAY);
}

/* Something is said at once, and told as soon as it may be: how long is that? */
static int64_t
next_mail(void)
{
	int64_t sent = now;

	now = clock_now_ms() + scratch_conf.notify_after_ms;
	if (now < sent)
		now = sent;
	say(1);
	walk();
	now = mail_due();
	is_int(compose(), PUSH_ASKED, "a mail is due");
	settle(PUSH_TOLD);
	return (now - sent + MINUTE / 2) / MINUTE;
}

static void
test_mail(void)
{
	int64_t before = clock_now_ms();

	scratch_conf.mail_from = "matrix@example.org";
	scratch_conf.mail_command = "/bin/false";
	scratch_conf.notify_after_ms = 10 * MINUTE;
	scratch_conf.notify_pause_ms = 10 * MINUTE;
	scratch_conf.notify_pause_max_ms = 24 * HOUR;
	now = before;
	set_pusher(true);
	say(2);
	walk();
	ok(mail_due() >= before + 10 * MINUTE && mail_due() <= clock_now_ms() +
	    10 * MINUTE, "a mail waits for who reads");
	is_int(compose(), PUSH_LATER, "and is not made before");
	settle(PUSH_LATER);
	is_int(told.due_at, mail_due(), "nor any other time is set");
	now = mail_due();
	is_int(compose(), PUSH_ASKED, "then it is");
	is_int((int64_t)told.rooms, 1, "of one room");
	settle(PUSH_FAILED);
	is_int(mail_due(), now + SECOND, "one that fails is sent again");
	now = mail_due();
	is_int(compose(), PUSH_ASKED, "with the same");
	settle(PUSH_TOLD);
	is_int(mail_due(), 0, "and then no more");
}

static void
test_pauses(void)
{
	static const int minutes[] = { 10, 60, 360, 1440, 1440 };

	for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
		is_int(next_mail(), minutes[i],
		    "a room that goes on is told of ever more seldom");
}

/* What the account lost, and what its owner does not want any more. */
static void
test_no_mail(void)
{
	struct push_mail_link link;

	say(1);
	walk();
	now = clock_now_ms() + PUSH_MAIL_KEPT_MS + HOUR;
	is_int(compose(), PUSH_VOID, "after three days nothing is told");
	settle(PUSH_VOID);
	is_int(mail_due(), 0, "and it is forgotten");
	now = clock_now_ms();
	say(1);
	walk();
	scratch_conf.mail_from = NULL;
	is_int(compose(), PUSH_VOID, "nor where no mail is sent any more");
	settle(PUSH_VOID);
	scratch_conf.mail_from = "matrix@example.org";
	ok(!push_mail_link(db, "guess", now, &link),
	    "no link is guessed (security 22)");
	db_begin(db, TX_WRITE);
	account_lock(db, bob.user, now);
	db_commit(db);
	say(1);
	walk();
	is_int(mail_due(), 0, "who is locked out is told nothing");
	db_begin(db, TX_WRITE);
	account_lock(db, bob.user, 0);
	ok(threepid_drop(db, bob.user, MEDIUM_EMAIL, ADDRESS) && db_commit(db),
	    "an address leaves the account");
	is_int(db_int(db, 0, STMT_PUSHER_COUNT, DB_INT(bob.user)), 0,
	    "and with it its pusher");
	is_int(compose(), PUSH_QUIET, "which tells nothing");
}

int
main(void)
{
	world_begin();
	test_mail();
	test_pauses();
	test_no_mail();
	return world_end();
}
