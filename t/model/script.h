/* script.h - what the users of a seed do, one thing after another. */
#ifndef MODEL_SCRIPT_H
#define MODEL_SCRIPT_H

#include "world.h"

/* run: tells users of several runs on one server apart. */
void	script_users(struct world *, const char *run);
void	script_room(struct world *);
/* One action, whatever can be done at the moment. */
void	script_act(struct world *);

#endif
