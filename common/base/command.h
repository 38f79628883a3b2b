/*
 * command.h - another program: one that the configuration names, which is given
 * a text, or one of our own.
 */
#ifndef MXCGI_COMMAND_H
#define MXCGI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#define COMMAND_MAX	256	/* with its NUL */

/*
 * Run it, its words being what blanks separate (no shell looks at them), with
 * input on its standard input and hardly any environment.  It blocks, so it is
 * for jobs; after ms the program and those it started are killed.
 *
 * True when it ended with status 0.  Otherwise why (size bytes) says what went
 * wrong: the last that the program had to say, or how it ended.
 */
bool	command_run(const char *command, const char *input, size_t n,
	    unsigned ms, char *why, size_t size);
/*
 * The same for a program of our own: words[0] is its path, NULL ends; in and
 * out are its standard input and output, and it has no environment and no other
 * descriptor but standard error.
 *
 * How it ended, as waitpid(2) says, by SIGKILL if it took too long; -1: it was
 * not started.  why as before, whenever that is not 0.
 */
int	command_run_own(char *const words[], int in, int out, unsigned ms,
	    char *why, size_t size);

#endif
