/*
 * mxcgi-password.h - what only a person may say: a password, and yes.
 *
 * Never from an argument or the environment, which others can read.
 */
#ifndef MXCGI_ADMIN_PASSWORD_H
#define MXCGI_ADMIN_PASSWORD_H

#include <stdbool.h>

#include "base/password.h"

/*
 * The new password of whose: when standard input is a terminal, asked for
 * there twice, without echo; else the next line of standard input, of which no
 * more is read.  NULL, or what is wrong; out is then empty.
 */
const char	*password_ask(const char *whose, char out[PASSWORD_MAX + 1]);

/* Did somebody type yes?  Standard input is a terminal. */
bool		 confirm(const char *question);

#endif
