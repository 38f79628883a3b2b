/*
 * log.h - what an administrator reads.
 *
 * One line a message on standard error: time, program, level, text.  Control
 * characters are escaped, so that nobody can forge a line.  Never give it a
 * token, a password or the content of an event.
 */
#ifndef MXCGI_LOG_H
#define MXCGI_LOG_H

#include <stdbool.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* program: a name that stays valid.  Below level nothing is written. */
void	log_open(const char *program, enum log_level level);
bool	log_wants(enum log_level);
void	log_debug(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_info(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_warn(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_error(const char *, ...) __attribute__((format(printf, 1, 2)));
/* At start only, when there is no request to answer: says why and exits 1. */
void	log_fatal(const char *, ...)
	    __attribute__((format(printf, 1, 2), noreturn));

#endif
