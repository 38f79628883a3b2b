/* log.c - one line a message, which nobody can forge. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "tap.h"

static FILE *caught;

static void
catch_stderr(void)
{
	caught = tmpfile();
	if (caught == NULL || dup2(fileno(caught), STDERR_FILENO) < 0)
		exit(2);
}

/* What was written since the last time. */
static const char *
written(void)
{
	static char text[16384];
	off_t end = lseek(STDERR_FILENO, 0, SEEK_CUR);

	lseek(STDERR_FILENO, 0, SEEK_SET);
	text[read(STDERR_FILENO, text, (size_t)end)] = '\0';
	if (ftruncate(STDERR_FILENO, 0) != 0)
		exit(2);
	lseek(STDERR_FILENO, 0, SEEK_SET);
	return text;
}

/* The rest of the only line behind its time, NULL when it is not so. */
static const char *
behind_time(const char *line)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ ";
	const char *f;

	if (strchr(line, '\n') == NULL || strchr(line, '\n')[1] != '\0')
		return NULL;
	for (f = form; *f != '\0'; f++, line++)
		if (*f == 'd' ? *line < '0' || *line > '9' : *line != *f)
			return NULL;
	return line;
}

static void
test_levels(void)
{
	log_info("before log_open");
	is_text(behind_time(written()), "mxcgi info before log_open\n",
	    "a program that has not said its name");
	log_open("rooms", LOG_WARN);
	log_debug("no");
	log_info("no");
	is_text(written(), "", "below the level nothing is written");
	log_warn("%d %s", 1, "two");
	is_text(behind_time(written()), "rooms warn 1 two\n", "a warning");
	log_error("e");
	is_text(behind_time(written()), "rooms error e\n", "an error");
	ok(!log_wants(LOG_INFO) && log_wants(LOG_WARN) && log_wants(LOG_ERROR),
	    "log_wants");
	log_open("rooms", LOG_DEBUG);
	log_debug("d");
	is_text(behind_time(written()), "rooms debug d\n", "all of them");
}

static void
test_escapes(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "a\n2026 forged", "a\\x0a2026 forged" },
		{ "\r\t\x1b[31m\x7f", "\\x0d\\x09\\x1b[31m\\x7f" },
		{ "\xc3\xa9 \xe6\x97\xa5", "\xc3\xa9 \xe6\x97\xa5" },
		{ "\xc2\x85\xc2\x9b\xc2\xa0", "\\xc2\\x85\\xc2\\x9b\xc2\xa0" },
		{ "\xc3\xa9\xff", "\\xc3\\xa9\\xff" },
		{ "\xc2", "\\xc2" },
		{ "", "" },
	};
	char want[128];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		log_info("%s", cases[i].text);
		snprintf(want, sizeof want, "rooms info %s\n", cases[i].want);
		is_text(behind_time(written()), want, "escaped: %s",
		    cases[i].want);
	}
}

static void
test_long(void)
{
	char text[5000];
	const char *line;

	memset(text, '\n', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	log_info("%s", text);
	line = behind_time(written());
	ok(line != NULL && strlen(line) > 3000, "a long one is one line");
	is_text(line == NULL ? NULL : line + strlen(line) - 8, "\\x0a...\n",
	    "that says it was cut");
}

static void
test_fatal(void)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0) {
		log_open("rooms", LOG_ERROR);
		log_fatal("why");
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 1, "exits with 1");
	is_text(behind_time(written()), "rooms error why\n", "and says why");
}

int
main(void)
{
	catch_stderr();
	test_levels();
	test_escapes();
	test_long();
	test_fatal();
	return done_testing();
}
