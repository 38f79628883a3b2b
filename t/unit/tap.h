/*
 * tap.h - unit tests that speak TAP.
 *
 *	ok(cond, "what holds, as %s", "printf");
 *	is_text(got, want, "...");	NULL is a value too
 *	is_int(got, want, "...");
 *	return done_testing();		from main: prints the plan
 *
 * Each returns whether it passed, so that a test can look no further.
 */
#ifndef MXCGI_TAP_H
#define MXCGI_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static unsigned tap_run, tap_failed;

#define ok(cond, ...)		tap_ok((cond), __FILE__, __LINE__, __VA_ARGS__)
#define is_text(got, want, ...)						\
	tap_text((got), (want), __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...)						\
	tap_int((got), (want), __FILE__, __LINE__, __VA_ARGS__)

static inline bool
tap_report(bool good, const char *file, int line, const char *fmt, va_list ap)
{
	char name[512], *p;

	/* A name with line ends, as tests of text have, is still one line. */
	vsnprintf(name, sizeof name, fmt, ap);
	for (p = name; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == '#')
			*p = '?';
	printf("%sok %u - %s\n", good ? "" : "not ", ++tap_run, name);
	if (!good) {
		tap_failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	/* A test that crashes shows how far it came. */
	fflush(stdout);
	return good;
}

__attribute__((format(printf, 4, 5)))
static inline bool
tap_ok(bool good, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_report(good, file, line, fmt, ap);
	va_end(ap);
	return good;
}

static inline void
tap_show(const char *what, const char *s)
{
	printf("# %s: ", what);
	for (; s != NULL && *s != '\0'; s++)
		if (*s == '\n')
			printf("\n#   ");
		else
			putchar(*s);
	printf("%s\n", s == NULL ? "(null)" : "");
}

__attribute__((format(printf, 5, 6)))
static inline bool
tap_text(const char *got, const char *want, const char *file, int line,
    const char *fmt, ...)
{
	bool good = got == NULL || want == NULL ? got == want :
	    strcmp(got, want) == 0;
	va_list ap;

	va_start(ap, fmt);
	tap_report(good, file, line, fmt, ap);
	va_end(ap);
	if (!good) {
		tap_show("got ", got);
		tap_show("want", want);
	}
	return good;
}

__attribute__((format(printf, 5, 6)))
static inline bool
tap_int(int64_t got, int64_t want, const char *file, int line,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_report(got == want, file, line, fmt, ap);
	va_end(ap);
	if (got != want)
		printf("# got  %lld\n# want %lld\n", (long long)got,
		    (long long)want);
	return got == want;
}

/* The exit status: 0 when all passed and something was tested. */
static inline int
done_testing(void)
{
	printf("1..%u\n", tap_run);
	return tap_failed > 0 || tap_run == 0;
}

#endif
