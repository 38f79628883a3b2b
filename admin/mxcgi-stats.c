/*
 * mxcgi-stats.c - mxcgi stats: how much there is of everything, and how much of
 * it came on which day.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/clock.h"
#include "mxcgi-room.h"
#include "mxcgi.h"
#include "store/upkeep.h"

#define DAY_MS		(24 * 60 * 60 * 1000LL)
#define DAYS		7		/* unless told otherwise */
#define DAYS_MAX	366
#define LARGEST		10
#define PAGE		20		/* rooms, of one snapshot */
#define FIGURES_MAX	7

struct day {
	int64_t	events, accounts, media;
};
struct stats {
	int64_t		 accounts[7], active[3], devices;
	int64_t		 rooms[4], media[3], derived[2];
	int64_t		 events, database, wal, unused;
	struct room_about largest[LARGEST];	/* the largest first */
	struct day	 day[DAYS_MAX];		/* the newest first */
	int64_t		 days, today;		/* the number of that day */
};

/* What is told, in this order; a group's numbers begin at offset. */
static const struct group {
	const char	*name;
	size_t		 offset;
	const char	*figure[FIGURES_MAX];
} groups[] = {
	{ "accounts", offsetof(struct stats, accounts), { "users", "guests",
	    "appservices", "admins", "deactivated", "locked", "suspended" } },
	{ "active", offsetof(struct stats, active), { "in_1_day", "in_7_days",
	    "in_30_days" } },
	{ "devices", offsetof(struct stats, devices), { "devices" } },
	{ "rooms", offsetof(struct stats, rooms), { "rooms", "joined",
	    "published", "closed" } },
	{ "events", offsetof(struct stats, events), { "events" } },
	{ "media", offsetof(struct stats, media), { "uploaded", "bytes",
	    "quarantined" } },
	{ "thumbnails", offsetof(struct stats, derived), { "files",
	    "bytes" } },
	{ "database", offsetof(struct stats, database), { "bytes",
	    "wal_bytes", "unused_bytes" } },
};
#define GROUPS	(sizeof(groups) / sizeof(*groups))

static int64_t
figure(const struct stats *s, const struct group *g, size_t i)
{
	int64_t n;

	memcpy(&n, (const char *)s + g->offset + i * sizeof(n), sizeof(n));
	return n;
}

/* --------------------------------------------------------------- counting */

static void
take_row(struct rows rows, int64_t *to, int n)
{
	if (rows_next(&rows))
		for (int i = 0; i < n; i++)
			to[i] = rows_int(&rows, i);
	rows_done(&rows);
}

/* Which of a day's numbers it is: by its place in struct day. */
static void
take_days(struct stats *s, struct rows rows, size_t offset)
{
	int64_t n, ago;

	while (rows_next(&rows)) {
		ago = s->today - rows_int(&rows, 0);
		if (ago < 0 || ago >= s->days)
			continue;
		memcpy(&n, (char *)&s->day[ago] + offset, sizeof(n));
		n += rows_int(&rows, 1);
		memcpy((char *)&s->day[ago] + offset, &n, sizeof(n));
	}
}

static int
count(struct order *o)
{
	static const int64_t active_days[] = { 1, 7, 30 };
	struct stats *s = o->part;
	int64_t since = (s->today - s->days + 1) * DAY_MS;

	take_row(db_query(o->db, STMT_STATS_ACCOUNTS), s->accounts, 7);
	for (size_t i = 0; i < 3; i++)
		s->active[i] = db_int(o->db, 0, STMT_STATS_ACTIVE,
		    DB_INT(o->now - active_days[i] * DAY_MS));
	s->devices = db_int(o->db, 0, STMT_STATS_DEVICES);
	take_row(db_query(o->db, STMT_STATS_ROOMS), s->rooms, 4);
	take_row(db_query(o->db, STMT_STATS_MEDIA), s->media, 3);
	take_row(db_query(o->db, STMT_STATS_DERIVED), s->derived, 2);
	s->unused = db_int(o->db, 0, STMT_PAGES_FREE) * 4096;
	take_days(s, db_query(o->db, STMT_STATS_ACCOUNT_DAYS, DB_INT(since),
	    DB_INT(o->now)), offsetof(struct day, accounts));
	take_days(s, db_query(o->db, STMT_STATS_MEDIA_DAYS, DB_INT(since),
	    DB_INT(o->now)), offsetof(struct day, media));
	return 0;
}

/* Among the largest, in its place. */
static void
rank(struct stats *s, const struct room_about *a)
{
	size_t at = LARGEST;

	while (at > 0 && s->largest[at - 1].events < a->events)
		at--;
	if (at == LARGEST)
		return;
	memmove(&s->largest[at + 1], &s->largest[at],
	    (LARGEST - 1 - at) * sizeof(*a));
	s->largest[at] = *a;
}

static void
count_room(struct order *o, int64_t nr)
{
	struct stats *s = o->part;
	struct room_about a;

	take_days(s, db_query(o->db, STMT_STATS_ROOM_DAYS, DB_INT(nr),
	    DB_INT((s->today - s->days + 1) * DAY_MS), DB_INT(o->now)),
	    offsetof(struct day, events));
	a = (struct room_about){ .nr = nr, .events = db_int(o->db, 0,
	    STMT_STATS_ROOM_EVENTS, DB_INT(nr)) };
	s->events += a.events;
	rank(s, &a);
}

/* o->number: the last room; -1: that was all. */
static int
count_rooms(struct order *o)
{
	struct rows rows = db_query(o->db, STMT_ROOM_PAGE, DB_INT(o->number),
	    DB_INT(PAGE));
	int64_t nr[PAGE];
	size_t n = 0;

	while (n < PAGE && rows_next(&rows))
		nr[n++] = rows_int(&rows, 0);
	rows_done(&rows);
	for (size_t i = 0; i < n; i++)
		count_room(o, nr[i]);
	o->number = n == PAGE ? nr[n - 1] : -1;
	return 0;
}

static int
look_at_largest(struct order *o)
{
	struct stats *s = o->part;

	for (size_t i = 0; i < LARGEST && s->largest[i].events > 0; i++) {
		int64_t events = s->largest[i].events;

		/* One that has just gone has no id any more. */
		room_look(o, o->mem, s->largest[i].nr, &s->largest[i]);
		s->largest[i].events = events;
	}
	return 0;
}

static int64_t
size_of(const struct order *o, const char *name)
{
	struct stat st;

	return stat(arena_printf(o->mem, "%s/%s", o->conf->data_dir, name),
	    &st) == 0 ? (int64_t)st.st_size : 0;
}

/* When devices were seen is known late otherwise. */
static void
note_seen(struct order *o)
{
	struct upkeep upkeep = { .store = o->store };

	while (upkeep_seen(&upkeep))
		continue;
}

static int
count_all(struct order *o)
{
	struct stats *s = o->part;
	int status;

	note_seen(o);
	if ((status = order_read(o, count)) != 0)
		return status;
	while (status == 0 && o->number != -1) {
		status = order_read(o, count_rooms);
		order_tell("%lld events", (long long)s->events);
	}
	s->database = size_of(o, "mxcgi.db");
	s->wal = size_of(o, "mxcgi.db-wal");
	return status != 0 ? status : order_read(o, look_at_largest);
}

/* ---------------------------------------------------------------- telling */

static const char *
day_text(struct arena *mem, int64_t day)
{
	return arena_strndup(mem, time_text(mem, day * DAY_MS), 10);
}

static void
put_room(struct writer *w, const struct room_about *a)
{
	write_object(w);
	put_text(w, "room_id", a->room_id);
	put_text(w, "name", a->name);
	put_int(w, "joined_members", a->members);
	put_int(w, "events", a->events);
	write_end(w);
}

static void
put_days(struct order *o, struct writer *w)
{
	const struct stats *s = o->part;

	put_array(w, "days");
	for (int64_t i = 0; i < s->days; i++) {
		write_object(w);
		put_text(w, "day", day_text(o->mem, s->today - i));
		put_int(w, "events", s->day[i].events);
		put_int(w, "accounts", s->day[i].accounts);
		put_int(w, "media", s->day[i].media);
		write_end(w);
	}
	write_end(w);
}

static void
tell_json(struct order *o)
{
	const struct stats *s = o->part;
	struct json_line line;
	struct writer *w = json_line_begin(&line, o->mem);

	put_int(w, "at", o->now);
	for (const struct group *g = groups; g < groups + GROUPS; g++) {
		put_object(w, g->name);
		for (size_t i = 0; i < FIGURES_MAX && g->figure[i] != NULL; i++)
			put_int(w, g->figure[i], figure(s, g, i));
		write_end(w);
	}
	put_array(w, "largest_rooms");
	for (size_t i = 0; i < LARGEST && s->largest[i].events > 0; i++)
		put_room(w, &s->largest[i]);
	write_end(w);
	put_days(o, w);
	json_line_end(&line);
}

static void
tell_words(struct order *o)
{
	const struct stats *s = o->part;

	for (const struct group *g = groups; g < groups + GROUPS; g++)
		for (size_t i = 0; i < FIGURES_MAX && g->figure[i] != NULL; i++)
			say(o->mem, "%-10s %-13s %14lld", g->name,
			    g->figure[i], (long long)figure(s, g, i));
	putchar('\n');
	say(o->mem, "%8s %10s  %-45s %s", "MEMBERS", "EVENTS", "ROOM", "NAME");
	for (size_t i = 0; i < LARGEST && s->largest[i].events > 0; i++)
		say(o->mem, "%8lld %10lld  %-45s %s",
		    (long long)s->largest[i].members,
		    (long long)s->largest[i].events, s->largest[i].room_id !=
		    NULL ? s->largest[i].room_id : "-", s->largest[i].name !=
		    NULL ? s->largest[i].name : "-");
	putchar('\n');
	say(o->mem, "%-10s %10s %10s %10s", "DAY", "EVENTS", "ACCOUNTS",
	    "MEDIA");
	for (int64_t i = 0; i < s->days; i++)
		say(o->mem, "%-10s %10lld %10lld %10lld", day_text(o->mem,
		    s->today - i), (long long)s->day[i].events,
		    (long long)s->day[i].accounts, (long long)s->day[i].media);
}

static int
stats(struct order *o)
{
	const char *days = o->option[OPT_DAYS];
	struct stats *s = arena_alloc(o->mem, sizeof(*s));
	int status;

	o->part = s;
	s->days = DAYS;
	s->today = clock_now_ms() / DAY_MS;
	if (days != NULL && !read_number(days, DAYS_MAX, &s->days))
		return refuse(o, EX_USAGE, "--days is a number from 1 to %d",
		    DAYS_MAX);
	if ((status = count_all(o)) != 0)
		return status;
	if (o->option[OPT_JSON] != NULL)
		tell_json(o);
	else
		tell_words(o);
	return 0;
}

static const struct verb verb = {
	"", stats, OPT(DAYS), NO_ARGUMENT, "[--days N]",
	"show how many accounts, rooms, events and media there are, and how many "
	"came on each of the last days"
};

int
cmd_stats(int argc, char **argv)
{
	return order_run_alone(&verb, argc, argv);
}
