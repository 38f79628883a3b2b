/*
 * events-sliding-devices.c - the extensions of sliding sync that are the
 * device's own: messages of other devices (MSC3885), and what encryption needs
 * to know (MSC3884).
 *
 * What the device has of its messages says the client by `since`, which is not
 * tied to a connection: who loses that goes on from there.
 */
#include <stdlib.h>

#include "events-sliding.h"

/*
 * The number that next_batch was; false: it is none.  What was never sent nobody
 * has: who says so has an answer of another life of the database, and begins.
 */
static bool
read_since(struct sliding *s)
{
	const cJSON *value = json_get(s->ask.to_device.config, "since");
	const char *text = cJSON_GetStringValue(value);
	char *end;

	s->got = 0;
	if (value == NULL || cJSON_IsNull(value))
		return true;
	if (text == NULL || *text < '0' || *text > '9')
		return false;
	s->got = strtoll(text, &end, 10);
	if (s->got > db_int(s->r->db, 0, STMT_TO_DEVICE_LAST))
		s->got = 0;
	return *end == '\0';
}

static size_t
limit_of(const struct sliding *s)
{
	int64_t limit = TO_DEVICE_MAX;

	json_int(s->ask.to_device.config, "limit", &limit);
	return limit < 1 ? 1 : limit > TO_DEVICE_MAX ? TO_DEVICE_MAX :
	    (size_t)limit;
}

enum mx_err
sliding_confirm(struct sliding *s)
{
	if (!s->ask.to_device.enabled)
		return M_OK;
	if (!read_since(s))
		return fail(s->r, M_INVALID_PARAM,
		    "since of to_device is a next_batch of to_device");
	return confirm_to_device(s->r, s->got);
}

/*
 * Where the client did not ask for them last time, from there on; a new
 * connection asks for the keys of everybody it knows.
 */
void
sliding_read_devices(struct sliding *s)
{
	const struct sent_all *base = &s->base.sent;
	int64_t since = base->devices != 0 ? base->devices : base->pos;
	struct heard_list earlier;

	if (s->first || !s->ask.e2ee.enabled)
		return;
	if (since != base->pos)
		earlier = heard_since(s->r, since, s->upto);
	s->devices = arena_alloc(s->r->mem, sizeof(*s->devices));
	device_lists_read(s->r, since, s->upto,
	    since != base->pos ? &earlier : &s->heard, &s->effort, s->devices);
	s->told += device_lists_count(s->devices);
}

static void
put_to_device(struct sliding *s)
{
	struct writer *w = &s->r->out;
	int64_t upto;

	put_object(w, "to_device");
	put_array(w, "events");
	s->told += to_device_write(w, s->r->db,
	    s->r->who.device, s->got, limit_of(s), &upto);
	write_end(w);
	put_text(w, "next_batch", arena_printf(s->r->mem, "%lld",
	    (long long)upto));
	write_end(w);
}

static void
put_e2ee(struct sliding *s)
{
	struct writer *w = &s->r->out;

	put_object(w, "e2ee");
	if (s->devices != NULL)
		put_device_lists(w, "device_lists", s->devices);
	put_key_counts(w, "device_one_time_keys_count", s->r);
	put_fallback_types(w, "device_unused_fallback_key_types", s->r);
	write_end(w);
}

void
sliding_put_devices(struct sliding *s)
{
	if (s->ask.to_device.enabled)
		put_to_device(s);
	if (s->ask.e2ee.enabled)
		put_e2ee(s);
}
