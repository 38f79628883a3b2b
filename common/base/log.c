/*
 * log.c - what an administrator reads.
 *
 * A line is made on the stack and written with one write(2), so lines of
 * several threads and processes do not mix, and no memory is needed to say
 * that there is none.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"

#define TEXT_MAX	1024
#define LINE_MAX_	(4 * TEXT_MAX + 128)	/* each byte may become \xNN */

static const char *const names[] = {
	[LOG_DEBUG] = "debug", [LOG_INFO] = "info",
	[LOG_WARN] = "warn", [LOG_ERROR] = "error",
};

static const char	*who = "mxcgi";
static enum log_level	 lowest = LOG_INFO;

void
log_open(const char *program, enum log_level level)
{
	who = program;
	lowest = level;
}

bool
log_wants(enum log_level level)
{
	return level >= lowest;
}

/* 2026-01-31T23:59:59.999Z rooms warn  */
static size_t
heading(char *line, size_t size, enum log_level level)
{
	int64_t now = clock_now_ms();
	time_t seconds = (time_t)(now / 1000);
	struct tm tm;
	char when[32];
	int n;

	gmtime_r(&seconds, &tm);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
	n = snprintf(line, size, "%s.%03dZ %.32s %s ", when, (int)(now % 1000),
	    who, names[level]);
	return (size_t)n;
}

/* Are the first bytes of s, up to n, one control character?  Its length. */
static size_t
control(const uint8_t *s, size_t n, bool utf8)
{
	if (s[0] < 0x20 || s[0] == 0x7f)
		return 1;
	if (s[0] < 0x80)
		return 0;
	if (!utf8)
		return 1;
	/* U+0080 to U+009F: terminals obey these too. */
	return s[0] == 0xc2 && n > 1 && s[1] < 0xa0 ? 2 : 0;
}

static size_t
escape(char *out, const char *text, size_t n)
{
	const uint8_t *s = (const uint8_t *)text;
	bool utf8 = utf8_valid(text, n);
	size_t i = 0, len, k = 0;

	while (i < n) {
		len = control(s + i, n - i, utf8);
		if (len == 0)
			out[k++] = text[i++];
		for (; len > 0; len--)
			k += (size_t)sprintf(out + k, "\\x%02x", s[i++]);
	}
	return k;
}

static void
write_line(enum log_level level, const char *fmt, va_list ap)
{
	char text[TEXT_MAX], line[LINE_MAX_];
	size_t len;
	ssize_t done;
	int n;

	n = vsnprintf(text, sizeof text, fmt, ap);
	if (n < 0)
		return;
	len = heading(line, sizeof line, level);
	len += escape(line + len, text, strlen(text));
	if ((size_t)n >= sizeof text) {
		memcpy(line + len, "...", 3);
		len += 3;
	}
	line[len++] = '\n';
	/* Nobody is left to be told when standard error fails. */
	done = write(STDERR_FILENO, line, len);
	(void)done;
}

#define WRITE_LINE(level, fmt) do {					\
	va_list ap_;							\
	if (!log_wants(level))						\
		break;							\
	va_start(ap_, fmt);						\
	write_line(level, fmt, ap_);					\
	va_end(ap_);							\
} while (0)

void
log_debug(const char *fmt, ...)
{
	WRITE_LINE(LOG_DEBUG, fmt);
}

void
log_info(const char *fmt, ...)
{
	WRITE_LINE(LOG_INFO, fmt);
}

void
log_warn(const char *fmt, ...)
{
	WRITE_LINE(LOG_WARN, fmt);
}

void
log_error(const char *fmt, ...)
{
	WRITE_LINE(LOG_ERROR, fmt);
}

void
log_fatal(const char *fmt, ...)
{
	WRITE_LINE(LOG_ERROR, fmt);
	exit(1);
}
