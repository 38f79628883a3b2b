/* command.c - another program is given a text, and what becomes of it. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/command.h"
#include "scratch.h"
#include "tap.h"

static char why[256];

/* A script of the scratch directory. */
static const char *
script(const char *body)
{
	const char *path = scratch_path("script");
	FILE *f;

	unlink(path);
	if ((f = fopen(path, "w")) == NULL)
		exit(1);
	fprintf(f, "#!/bin/sh\n%s\n", body);
	fclose(f);
	chmod(path, 0700);
	return path;
}

static bool
run(const char *command, const char *input, unsigned ms)
{
	return command_run(command, input, strlen(input), ms, why,
	    sizeof(why));
}

static const char *
content(const char *path)
{
	static char text[4096];
	FILE *f = fopen(path, "r");
	size_t n = 0;

	if (f != NULL) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	return text;
}

static void
test_input(void)
{
	const char *out = scratch_path("out");
	static char big[200000];
	char command[COMMAND_MAX];

	snprintf(command, sizeof(command), "%s  a\tb  *",
	    script("cat >\"${0%/*}/out\"; printf '[%s]' \"$@\" "
	    ">>\"${0%/*}/out\"; env | grep -c SECRET >>\"${0%/*}/out\""));
	setenv("SECRET", "x", 1);
	/* grep finds nothing, which is its failure. */
	ok(!run(command, "text\n", 10000), "its status counts");
	is_text(content(out), "text\n[a][b][*]0\n",
	    "it has its words, unchanged, its input, and no other environment");
	ok(run(script("exit 0"), "text", 10000), "it need not read");
	memset(big, 'x', sizeof(big) - 1);
	ok(run(script("exit 0"), big, 10000), "however much there is");
	ok(run(script("test $(wc -c) = 199999"), big, 10000),
	    "who reads has all of it");
	ok(run(script("trap : PIPE; kill -PIPE $$"), "", 10000),
	    "signals are as usual");
}

static void
test_failure(void)
{
	char line[COMMAND_MAX + 10];

	ok(!run(script("exit 3"), "", 10000), "a status");
	is_text(why, "it ended with status 3", "which is told");
	ok(!run(script("echo first >&2; echo 'not today' >&2; exit 1"), "",
	    10000), "a complaint");
	is_text(why, "first not today ", "is told instead");
	ok(!run(script("yes | head -c 100000 >&2; echo end >&2; exit 1"), "",
	    10000), "a long one");
	is_int((int64_t)strlen(why), sizeof(why) - 1, "fills what there is");
	is_text(why + sizeof(why) - 5, "end ", "with its end");
	ok(!run(script("kill -KILL $$"), "", 10000), "a signal");
	is_text(why, "killed by signal 9", "is told");
	ok(!run("/nonexistent/program", "", 10000), "no such program");
	ok(strstr(why, "cannot be started") != NULL, "is told: %s", why);
	ok(!run("", "", 10000), "no command");
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	ok(!run(line, "", 10000), "a long command");
	ok(!run("/bin/true 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 "
	    "21 22 23 24 25 26 27 28 29 30 31 32", "", 10000), "many words");
}

/* Neither its children nor what it leaves open keep us. */
static void
test_time(void)
{
	ok(!run(script("sleep 1000"), "", 50), "who takes too long is killed");
	is_text(why, "it took longer than 50 ms", "which is told");
	ok(run(script("sleep 20 & exit 0"), "", 10000),
	    "who leaves something behind has ended all the same");
}

/* A program of ours: words as they are, files for input and output. */
static int
run_own(const char *body, int in, int out)
{
	char path[128];
	char *words[] = { path, (char[]){ "two words" }, NULL };

	snprintf(path, sizeof(path), "%s", script(body));
	return command_run_own(words, in, out, 10000, why, sizeof(why));
}

static void
test_own(void)
{
	const char *out = scratch_path("out");
	int in = memfd_create("in", MFD_CLOEXEC);
	int to = open(out, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int status;

	if (write(in, "text", 4) != 4 || lseek(in, 0, SEEK_SET) != 0)
		exit(1);
	setenv("SECRET", "x", 1);
	is_int(run_own("cat; printf '[%s]' \"$@\"; printf \"$SECRET$HOME\"; "
	    "ls -l /proc/self/fd | grep -c 'memfd:in\\|/out$'", in, to), 0,
	    "a program of our own");
	/* Of ours ls has its input; its output is the pipe. */
	is_text(content(out), "text[two words]1\n",
	    "it has its words, its files, and nothing else");
	status = run_own("echo no >&2; exit 3", in, to);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 3, "its status is told");
	is_text(why, "no ", "and what it says");
	status = run_own("kill -SEGV $$", in, to);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "or its signal");
	is_int(command_run_own((char *[]){ (char[]){ "/nonexistent" }, NULL },
	    in, to, 10000, why, sizeof(why)), -1, "no such program");
	ok(strstr(why, "cannot be started") != NULL, "is told: %s", why);
	close(in);
	close(to);
}

int
main(void)
{
	scratch_begin();
	test_own();
	test_input();
	test_failure();
	test_time();
	return done_testing();
}
