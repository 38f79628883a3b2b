/*
 * stripped.h - what somebody who is invited or knocks may know of a room
 * (client-server API, "Stripped state").
 */
#ifndef MXCGI_STRIPPED_H
#define MXCGI_STRIPPED_H

#include <stdint.h>

#include "json/writer.h"
#include "store/store.h"

/*
 * An array: the room as it was when that member event happened, not as it became
 * since, with who sent the event and the event itself.
 */
void		 stripped_write(struct writer *, struct db *, int64_t room,
		    int64_t event);
/* The same as a text in mem. */
struct span	 stripped_text(struct arena *mem, struct db *, int64_t room,
		    int64_t event);

#endif
