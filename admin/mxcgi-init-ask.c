/* mxcgi-init-ask.c - what mxcgi init asks on a terminal. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "matrix/ids.h"
#include "mxcgi-init.h"

#define LINE_SIZE	512

/* What is wrong with an answer; NULL: nothing. */
typedef const char *judge_fn(const char *);

static const char *
name_fault(const char *s)
{
	return server_name_valid(s) ? NULL : "That is no server name, such as "
	    "example.org.";
}

static const char *
url_fault(const char *s)
{
	return *s == '\0' || strncmp(s, "https://", 8) == 0 ||
	    strncmp(s, "http://", 7) == 0 ? NULL :
	    "An address begins with https://.";
}

static const char *
path_fault(const char *s)
{
	return *s == '/' ? NULL : "A directory is named from / on.";
}

static const char *
registration_fault(const char *s)
{
	return strcmp(s, "open") == 0 || strcmp(s, "closed") == 0 ? NULL :
	    "Please say open or closed.";
}

static const char *
any_fault(const char *s)
{
	(void)s;
	return NULL;
}

static char *
read_answer(char line[LINE_SIZE])
{
	char *s = line, *end;

	if (fgets(line, LINE_SIZE, stdin) == NULL)
		return NULL;
	while (isspace((unsigned char)*s))
		s++;
	for (end = s + strlen(s); end > s && isspace((unsigned char)end[-1]);)
		*--end = '\0';
	return s;
}

/* *answer, unless it was said before. */
static bool
ask(struct arena *mem, const char **answer, const char *question,
    const char *otherwise, judge_fn *fault_of)
{
	char line[LINE_SIZE], *s;
	const char *fault;

	while (*answer == NULL) {
		printf("%s [%s]: ", question, otherwise);
		fflush(stdout);
		if ((s = read_answer(line)) == NULL) {
			fputs("\nmxcgi: nothing was made\n", stderr);
			return false;
		}
		if (*s == '\0' && *otherwise == '\0' && fault_of == any_fault)
			return true;
		if (*s == '\0')
			s = arena_strdup(mem, otherwise);
		if ((fault = fault_of(s)) == NULL)
			*answer = arena_strdup(mem, s);
		else
			puts(fault);
	}
	return true;
}

bool
wish_ask(struct arena *mem, struct wish *w)
{
	puts("A few questions; the answer in brackets is taken when you only "
	    "press Enter.\n");
	return ask(mem, &w->server_name, "Name of the server: what stands "
	    "behind the colon in all ids, for ever", "", name_fault) &&
	    ask(mem, &w->base_url, "Address that clients use",
	    arena_printf(mem, "https://%s", w->server_name), url_fault) &&
	    ask(mem, &w->data_dir, "Directory for data", DATA_DIR,
	    path_fault) &&
	    ask(mem, &w->run_dir, "Directory for sockets", RUN_DIR,
	    path_fault) &&
	    ask(mem, &w->registration, "May anybody register, open or closed",
	    "closed", registration_fault) &&
	    ask(mem, &w->admin, "Name of an administrator; none when empty", "",
	    any_fault);
}
