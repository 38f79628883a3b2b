/*
 * bell.c - waking the programs that wait.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "store/bell.h"
#include "tap.h"
#include "scratch.h"

static int
names(void)
{
	DIR *dir = opendir(scratch_path("run/bells"));
	struct dirent *entry;
	int n = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		n += entry->d_name[0] != '.';
	if (dir != NULL)
		closedir(dir);
	return n;
}

static int
listen_and_die(void *arg)
{
	return bell_listen(bell_open(arg), BELL_CHANGES) < 0;
}

static void
test_ring(struct bell *bell)
{
	struct bell *writer = bell_open(scratch_run);
	int one, two, keeper;

	bell_ring(writer, BELL_CHANGES);
	ok(true, "ringing where nobody ever listened");
	one = bell_listen(bell, BELL_CHANGES);
	ok(one >= 0, "a listener");
	ok(!bell_answer(one), "it did not ring yet");
	bell_ring(writer, BELL_CHANGES);
	ok(bell_answer(one), "it rings");
	ok(!bell_answer(one), "once");

	two = bell_listen(bell, BELL_CHANGES);
	bell_ring(writer, BELL_CHANGES);
	ok(bell_answer(one) && bell_answer(two), "who came just now hears, too");
	keeper = bell_listen(bell, BELL_HOUSEKEEPER);
	bell_ring(writer, BELL_CHANGES);
	ok(!bell_answer(keeper), "the housekeeper has a bell of its own");
	bell_ring(writer, BELL_HOUSEKEEPER);
	ok(bell_answer(keeper), "which rings");
	ok(bell_answer(one) && !bell_answer(one), "for nobody else");

	for (int i = 0; i < 1000; i++)
		bell_ring(writer, BELL_CHANGES);
	ok(bell_answer(two), "ringing never waits for who does not answer");

	is_int(names(), 3, "three names");
	bell_leave(bell, one);
	bell_leave(bell, two);
	bell_leave(bell, keeper);
	is_int(names(), 0, "who leaves takes the name away");
	bell_ring(writer, BELL_CHANGES);
	bell_close(writer);
}

static void
test_dead(struct bell *bell)
{
	struct bell *writer = bell_open(scratch_run);
	int fd;

	is_int(scratch_fork(listen_and_die, scratch_run), 0,
	    "a listener dies without leaving");
	fd = bell_listen(bell, BELL_CHANGES);
	is_int(names(), 2, "its name is still there");
	bell_ring(writer, BELL_CHANGES);
	is_int(names(), 1, "the next ring takes it away");
	ok(bell_answer(fd), "and reaches the living");
	bell_leave(bell, fd);
	bell_close(writer);
}

static void
stamp(time_t t)
{
	struct timespec times[2] = { { t, 0 }, { t, 0 } };

	utimensat(AT_FDCWD, scratch_path("run/bells"), times, 0);
}

/*
 * An old list is kept until the directory changes; one that is not old may
 * change under the same stamp, and is not kept.
 */
static void
test_list(struct bell *bell, time_t before, time_t after, const char *what)
{
	struct bell *writer = bell_open(scratch_run);
	int one = bell_listen(bell, BELL_CHANGES), two;

	stamp(before);
	bell_ring(writer, BELL_CHANGES);
	ok(bell_answer(one), "%s: found", what);
	two = bell_listen(bell, BELL_CHANGES);
	stamp(after);
	bell_ring(writer, BELL_CHANGES);
	ok(bell_answer(one) && bell_answer(two), "%s: the next one, too", what);
	bell_leave(bell, one);
	bell_leave(bell, two);
	bell_close(writer);
}

static void
test_limits(void)
{
	char path[200];

	memset(path, 'x', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	errno = 0;
	ok(bell_open(path) == NULL && errno == ENAMETOOLONG,
	    "a directory too long for a socket's name");
}

int
main(void)
{
	struct bell *bell;

	scratch_begin();
	mkdir(scratch_run, 0700);
	bell = bell_open(scratch_run);
	test_ring(bell);
	test_dead(bell);
	test_list(bell, 1000, 2000, "the directory has a new stamp");
	test_list(bell, time(NULL) + 3600, time(NULL) + 3600,
	    "changed within a tick of the clock");
	test_limits();
	bell_close(bell);
	return done_testing();
}
