/*
 * visibility.c - who may see what of a room's history.
 *
 * A history is written as words, one an event, the n-th having number 10n:
 *	+N -N ?N !N ~N		N joins, leaves, is invited, banned, knocks
 *	world shared odd ...	history_visibility becomes so
 *	any other		a message
 * Reader R may see those marked 1 in a second text.
 */
#include "matrix/visibility.h"
#include "store/db-inner.h"
#include "scratch.h"
#include "tap.h"

static struct db *db;

static void
run(const char *sql)
{
	if (!db_script(db, sql)) {
		printf("Bail out! %s\n", sql);
		exit(1);
	}
}

static void
event_add(int room, int nr, const char *type, const char *state_key,
    const char *content)
{
	char sql[1000], key[64];

	snprintf(key, sizeof key, state_key ? "'%s'" : "NULL", state_key);
	snprintf(sql, sizeof sql, "INSERT INTO event (nr, event_id, room, "
	    "depth, type, state_key, sender, origin_server_ts, content_at, "
	    "content_len, pdu) VALUES (%d, '$%d', %d, %d, '%s', %s, 1, 0, 11, "
	    "%zu, '{\"content\":%s}')", nr, nr, room, nr, type, key,
	    strlen(content), content);
	run(sql);
	if (state_key == NULL)
		return;
	snprintf(sql, sizeof sql, "INSERT INTO state_history VALUES "
	    "(%d, '%s', '%s', %d, %d); INSERT INTO current_state VALUES "
	    "(%d, '%s', '%s', %d) ON CONFLICT DO UPDATE SET event = %d",
	    room, type, state_key, nr, nr, room, type, state_key, nr, nr);
	run(sql);
}

static void
member_add(int room, int nr, char sign, const char *name)
{
	const char *membership = sign == '+' ? "join" : sign == '-' ? "leave" :
	    sign == '?' ? "invite" : sign == '~' ? "knock" : "ban";
	char content[64], sql[500];

	snprintf(content, sizeof content, "{\"membership\":\"%s\"}",
	    membership);
	event_add(room, nr, "m.room.member", name, content);
	snprintf(sql, sizeof sql, "INSERT INTO member (room, user, membership, "
	    "event, pos) VALUES (%d, (SELECT nr FROM user "
	    "WHERE user_id = '%s'), '%s', %d, 1) "
	    "ON CONFLICT DO UPDATE SET membership = '%s', "
	    "event = %d", room, name, membership, nr, membership, nr);
	run(sql);
}

static bool
is_visibility(const char *word)
{
	return strcmp(word, "world") == 0 || strcmp(word, "shared") == 0 ||
	    strcmp(word, "invited") == 0 || strcmp(word, "joined") == 0 ||
	    strcmp(word, "odd") == 0;
}

/* Returns how many events there are. */
static int
room_make(int room, const char *history)
{
	char *words = arena_strdup(scratch_mem, history), *rest, sql[200];
	int nr = 1000 * room;

	snprintf(sql, sizeof sql, "INSERT INTO room (nr, room_id, version, "
	    "created_at) VALUES (%d, '!%d', '10', 0)", room, room);
	run(sql);
	for (char *word = strtok_r(words, " ", &rest); word != NULL;
	    word = strtok_r(NULL, " ", &rest)) {
		nr += 10;
		if (strchr("+-?!~", word[0]) != NULL)
			member_add(room, nr, word[0], word + 1);
		else if (is_visibility(word))
			event_add(room, nr, "m.room.history_visibility", "",
			    arena_printf(scratch_mem,
			    "{\"history_visibility\":\"%s\"}",
			    strcmp(word, "world") == 0 ? "world_readable" :
			    word));
		else
			event_add(room, nr, "m.room.message", NULL, "{}");
	}
	return (nr - 1000 * room) / 10;
}

/* From the newest back when backwards: neighbours are remembered either way. */
static const char *
seen(int room, int events, bool backwards)
{
	struct viewer *v = viewer_new(db, scratch_mem, room, 2);
	char *marks = arena_alloc(scratch_mem, (size_t)events + 1);
	struct event_row e;

	for (int i = 0; i < events; i++) {
		int at = backwards ? events - 1 - i : i;

		event_find(db, 1000 * room + 10 * (at + 1), &e);
		marks[at] = viewer_may_see(v, &e) ? '1' : '.';
	}
	return marks;
}

static const char *
state_seen(int room)
{
	int64_t at = 0;

	switch (state_view(db, room, 2, &at)) {
	case STATE_NOW:
		return "now";
	case STATE_AT:
		return arena_printf(scratch_mem, "%d",
		    (int)(at - 1000 * room) / 10);
	case STATE_NONE:
		break;
	}
	return "none";
}

static const struct {
	const char *what, *history, *seen, *state;
} cases[] = {
	{ "never in", "+A x shared x", "....", "none" },
	{ "never in, world_readable", "+A x world x", "..11", "now" },
	{ "no longer world_readable", "+A x world x joined x", "..111.",
	    "none" },
	{ "in all the time", "+A +R x joined x invited x world x shared x",
	    "11111111111", "now" },
	{ "shared is the default", "+A x +R x", "1111", "now" },
	{ "an odd value is shared", "+A odd x +R x", "11111", "now" },
	{ "shared, said", "+A shared x +R x", "11111", "now" },
	{ "joined", "+A joined x +R x", "11.11", "now" },
	{ "joined, while invited", "+A joined x ?R x +R x", "11.1.11", "now" },
	{ "invited", "+A invited x ?R x +R x", "11.1111", "now" },
	{ "visibility at the event counts, not now",
	    "+A joined x shared x invited x +R", "11.111.1", "now" },
	{ "invited only", "+A x ?R x", "..1.", "none" },
	{ "invited only, invited", "+A invited x ?R x", "...1.", "none" },
	{ "invited only, world_readable", "+A world x ?R x", ".1111", "now" },
	{ "knocked", "+A x ~R x", "..1.", "none" },
	{ "invitation refused", "+A x ?R x -R x", "..1.1.", "none" },
	{ "banned, never in", "+A x !R x", "....", "none" },
	{ "left", "+A x +R x -R x x", "11111..", "5" },
	{ "banned", "+A x +R x !R x x", "11111..", "5" },
	{ "left, then banned", "+A +R x -R x !R x", "1111...", "4" },
	{ "left, invited again", "+A +R x -R x ?R x", "1111.1.", "4" },
	{ "left, invited again, refused", "+A +R x -R x ?R -R x",
	    "1111.11.", "4" },
	{ "left and came back", "+A +R x -R x +R x", "1111111", "now" },
	{ "left and came back, joined", "+A joined +R x -R x +R x",
	    "11111.11", "now" },
	{ "left twice, joined", "+A joined +R x -R x +R x -R x",
	    "11111.111.", "9" },
	{ "left, then world_readable", "+A +R -R x world x", "111.11",
	    "now" },
	{ "left while world_readable", "+A world +R x -R x joined x",
	    "1111111.", "5" },
	{ "hidden from who left: joined", "+A joined x x +R x -R x",
	    "11..111.", "7" },
	{ "others who come while they are at the door", "+A joined ?R +B x +R",
	    "111..1", "now" },
	{ "somebody else's membership is nothing to them",
	    "+A joined +B x -B x +R x", "11....11", "now" },
};

/* What R may see of it once they have forgotten the room. */
static const struct {
	const char *what, *history, *seen, *state;
} forgotten[] = {
	{ "left", "+A x +R x -R x", "......", "none" },
	{ "banned", "+A joined ?R +R x !R", "......", "none" },
	{ "turned it down", "+A x ?R -R", "....", "none" },
	{ "left, world_readable", "+A +R x world x -R", "...111", "now" },
	{ "left, once world_readable", "+A +R world x joined -R", "..111.",
	    "none" },
};

static void
test_forgotten(void)
{
	for (int i = 0; i < (int)(sizeof(forgotten) / sizeof(forgotten[0]));
	    i++) {
		int room = 300 + i, n = room_make(room, forgotten[i].history);

		run(arena_printf(scratch_mem, "UPDATE member SET forgotten = 1 "
		    "WHERE room = %d AND user = 2", room));
		is_text(seen(room, n, false), forgotten[i].seen,
		    "forgotten: %s: %s (security 17)", forgotten[i].what,
		    forgotten[i].history);
		is_text(state_seen(room), forgotten[i].state,
		    "forgotten: %s: state", forgotten[i].what);
	}
}

static void
test_membership(void)
{
	static const enum membership want[] = { MEMBERSHIP_NONE,
	    MEMBERSHIP_INVITE, MEMBERSHIP_INVITE, MEMBERSHIP_JOIN,
	    MEMBERSHIP_JOIN, MEMBERSHIP_LEAVE, MEMBERSHIP_BAN };
	struct viewer *v;

	room_make(99, "+A ?R x +R x -R !R");
	v = viewer_new(db, scratch_mem, 99, 2);
	for (int i = 0; i < 7; i++)
		is_text(membership_name(viewer_membership(v, 99010 + 10 * i)),
		    membership_name(want[i]), "membership at event %d", i + 1);
}

/* A, who sends all events, is erased after the n-th; R sees those with 1 whole. */
static const struct {
	const char *what, *history;
	int n;
	const char *whole;
} erasures[] = {
	{ "in when it was said", "+A +R x x", 4, "1111" },
	{ "came before the erasure", "+A x +R x", 4, "1111" },
	{ "came after it", "+A x x +R x", 3, "...11" },
	{ "came and went before it", "+A x +R x -R x", 6, "11111." },
	{ "came back after it", "+A +R x -R x +R x", 5, "1111.11" },
	{ "was put out", "+A +R x !R x", 5, "1111." },
	{ "at the door again and again", "+A x ?R -R ?R +R -R !R x", 9,
	    "1111111.." },
	{ "only invited", "+A x ?R x", 4, "...." },
	{ "never in, world_readable", "+A world x", 3, "..." },
};

static const char *
whole(int room, int events, bool backwards)
{
	struct viewer *v = viewer_new(db, scratch_mem, room, 2);
	char *marks = arena_alloc(scratch_mem, (size_t)events + 1);
	struct event_row e;

	for (int i = 0; i < events; i++) {
		int at = backwards ? events - 1 - i : i;

		event_find(db, 1000 * room + 10 * (at + 1), &e);
		marks[at] = viewer_sees_whole(v, &e) ? '1' : '.';
	}
	return marks;
}

static void
erase(int user, int nr)
{
	run(arena_printf(scratch_mem, "UPDATE account SET erased_nr = NULL; "
	    "UPDATE account SET erased_nr = %d WHERE user = %d", nr, user));
}

static void
test_erasures(void)
{
	struct event_row e;

	run("INSERT INTO account (user, kind, created_at) VALUES "
	    "(1, 'user', 0), (3, 'user', 0)");
	for (int i = 0; i < (int)(sizeof(erasures) / sizeof(erasures[0]));
	    i++) {
		int room = 200 + i, n = room_make(room, erasures[i].history);

		erase(0, 0);
		is_int((int)strspn(whole(room, n, false), "1"), n,
		    "nobody is erased: %s", erasures[i].history);
		erase(3, 1000 * room + 10 * erasures[i].n);
		is_int((int)strspn(whole(room, n, false), "1"), n,
		    "somebody else is");
		erase(1, 1000 * room + 10 * erasures[i].n);
		is_text(whole(room, n, false), erasures[i].whole,
		    "%s: %s (security 18)", erasures[i].what,
		    erasures[i].history);
		is_text(whole(room, n, true), erasures[i].whole,
		    "%s, from the end", erasures[i].what);
	}
	event_find(db, 200010, &e);
	ok(!stranger_sees_whole(db, &e), "a stranger never was in");
	erase(0, 0);
	ok(stranger_sees_whole(db, &e), "and sees what is not erased");
}

int
main(void)
{
	struct store *store;

	scratch_begin();
	store = scratch_open(NULL);
	db = store->main;
	db_arena(db, scratch_mem);
	run("INSERT INTO user VALUES (1, 'A'), (2, 'R'), (3, 'B')");
	for (int i = 0; i < (int)(sizeof(cases) / sizeof(cases[0])); i++) {
		int room = i + 1, n = room_make(room, cases[i].history);

		is_text(seen(room, n, false), cases[i].seen, "%s: %s",
		    cases[i].what, cases[i].history);
		is_text(seen(room, n, true), cases[i].seen,
		    "%s, from the end", cases[i].what);
		is_text(state_seen(room), cases[i].state, "%s: state",
		    cases[i].what);
	}
	test_membership();
	test_forgotten();
	test_erasures();
	store_close(store);
	return done_testing();
}
