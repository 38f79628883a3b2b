/*
 * event_fields.h - of an event only the fields that a filter names
 * (client-server API, "Filtering", event_fields; appendices, "Dot-separated
 * property paths"; 2015.md section 8).
 */
#ifndef MXCGI_EVENT_FIELDS_H
#define MXCGI_EVENT_FIELDS_H

#include "json/json.h"
#include "json/writer.h"

/*
 * "A server may include more fields than were requested": it gives all of them
 * where more than so many are named, and what lies deeper than so many steps
 * whole.
 */
#define EVENT_FIELDS_MAX	100
#define EVENT_FIELDS_DEPTH	16

struct event_fields;
/* Of an array of texts; NULL: there is none, or it names too many. */
struct event_fields *event_fields_new(struct arena *, const cJSON *array);

/* An event, whose text is ours; fields NULL: all of it. */
void	event_fields_write(struct writer *, const struct event_fields *,
	    struct span event);
/* The same of each in an array. */
void	event_fields_write_all(struct writer *, const struct event_fields *,
	    struct span events);

#endif
