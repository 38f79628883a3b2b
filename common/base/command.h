/* command.h - another program, named by the configuration, is given a text. */
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

#endif
