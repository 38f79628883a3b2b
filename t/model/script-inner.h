/* script-inner.h - what users do for themselves (script-own.c). */
#ifndef MODEL_SCRIPT_INNER_H
#define MODEL_SCRIPT_INNER_H

#include "script.h"

/* False: that cannot be done now. */
bool	own_data(struct world *, int user);
bool	own_room_data(struct world *, struct room *, int user);
bool	own_tag(struct world *, struct room *, int user);
bool	own_to_device(struct world *, int user);

#endif
