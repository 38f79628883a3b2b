/*
 * mxcgi-password.c - reading passwords from people and from pipes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/utf8.h"
#include "mxcgi-password.h"

#define TERMINAL	"/dev/tty"

/*
 * One line of at most PASSWORD_MAX bytes, byte by byte: what stands behind it
 * is for others to read.
 */
static const char *
read_line(int fd, char out[PASSWORD_MAX + 1])
{
	const char *fault = NULL;
	size_t n = 0;
	ssize_t got;
	char c = '\0';

	while ((got = read(fd, &c, 1)) == 1 && c != '\n') {
		if (c == '\0')
			fault = "the line holds a NUL, which no password can";
		else if (n == PASSWORD_MAX)
			fault = "the password is too long";
		else
			out[n++] = c;
	}
	out[n] = '\0';
	if (got == -1)
		return strerror(errno);
	if (got == 0 && n == 0)
		return "there is no password on standard input; it wants one "
		    "line";
	if (fault == NULL && !utf8_valid(out, n))
		fault = "the password is not UTF-8 text";
	return fault;
}

/* Something was typed before a signal came that ends us. */
static bool
wait_for_line(int tty, int signals)
{
	struct pollfd fds[] = {
		{ .fd = tty, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	while (poll(fds, 2, -1) == -1 && errno == EINTR)
		continue;
	return fds[1].revents == 0;
}

/*
 * Signals that would leave the terminal mute stay blocked until it is as it
 * was; they are seen by way of a descriptor and take their effect afterwards.
 */
static const char *
read_mute(int tty, const char *prompt, char out[PASSWORD_MAX + 1])
{
	static const int ends[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };
	const char *fault = "nothing was typed";
	struct termios before, mute;
	sigset_t set, mask;
	int signals;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		sigaddset(&set, ends[i]);
	if (tcgetattr(tty, &before) == -1 ||
	    (signals = signalfd(-1, &set, SFD_CLOEXEC)) == -1)
		return strerror(errno);
	sigprocmask(SIG_BLOCK, &set, &mask);
	mute = before;
	mute.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &mute);
	dprintf(tty, "%s: ", prompt);
	if (wait_for_line(tty, signals))
		fault = read_line(tty, out);
	tcsetattr(tty, TCSAFLUSH, &before);
	dprintf(tty, "\n");
	close(signals);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return fault;
}

static const char *
ask_twice(int tty, const char *whose, char out[PASSWORD_MAX + 1])
{
	char prompt[PASSWORD_MAX], again[PASSWORD_MAX + 1];
	const char *fault;

	snprintf(prompt, sizeof(prompt), "New password of %s", whose);
	fault = read_mute(tty, prompt, out);
	if (fault == NULL)
		fault = read_mute(tty, "The same once more", again);
	if (fault == NULL && strcmp(out, again) != 0)
		fault = "the two passwords differ";
	explicit_bzero(again, sizeof(again));
	return fault;
}

const char *
password_ask(const char *whose, char out[PASSWORD_MAX + 1])
{
	const char *fault;
	int tty;

	out[0] = '\0';
	if (!isatty(STDIN_FILENO)) {
		fault = read_line(STDIN_FILENO, out);
	} else if ((tty = open(TERMINAL, O_RDWR | O_CLOEXEC)) == -1) {
		fault = "there is no terminal to ask for a password";
	} else {
		fault = ask_twice(tty, whose, out);
		close(tty);
	}
	if (fault != NULL)
		explicit_bzero(out, PASSWORD_MAX + 1);
	return fault;
}

bool
confirm(const char *question)
{
	char line[PASSWORD_MAX + 1] = "";

	fprintf(stderr, "%s Type yes to go on: ", question);
	fflush(stderr);
	return read_line(STDIN_FILENO, line) == NULL &&
	    strcmp(line, "yes") == 0;
}
