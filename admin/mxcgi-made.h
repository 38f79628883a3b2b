/*
 * mxcgi-made.h - what init and migrate say of the files they made or found: a
 * line each, or all of them in one JSON object.
 */
#ifndef MXCGI_ADMIN_MADE_H
#define MXCGI_ADMIN_MADE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"

void	 made_begin(struct arena *, bool json);
/* state: made, kept, copied, or migrated.  True. */
bool	 made_file(const char *state, const char *path);
/* For what people are told besides. */
FILE	*made_words(void);
/* The JSON; before: the schema that the database had, 0 where there was none. */
void	 made_end(int before);

#endif
