/* The table of room versions: which there are, and what tells them apart. */
#include <stddef.h>

#include "matrix/room_version.h"

#include "tap.h"

#define TRAIT(t)	{ #t, offsetof(struct room_version, t) }

/* In which versions each trait holds. */
static const struct {
	struct { const char *name; size_t at; } trait;
	unsigned from, till;
} traits[] = {
	{ TRAIT(redaction_rule), 1, 2 },
	{ TRAIT(id_is_hash), 3, 12 },
	{ TRAIT(id_url_safe), 4, 12 },
	{ TRAIT(aliases_special), 1, 5 },
	{ TRAIT(strict_json), 6, 12 },
	{ TRAIT(notification_levels), 6, 12 },
	{ TRAIT(knock), 7, 12 },
	{ TRAIT(restricted), 8, 12 },
	{ TRAIT(redact_keeps_authorised), 9, 12 },
	{ TRAIT(integer_levels), 10, 12 },
	{ TRAIT(knock_restricted), 10, 12 },
	{ TRAIT(creator_in_content), 1, 10 },
	{ TRAIT(redact_v11), 11, 12 },
	{ TRAIT(redacts_in_content), 11, 12 },
	{ TRAIT(room_id_is_hash), 12, 12 },
	{ TRAIT(creators_rule), 12, 12 },
};

static const struct room_version *
version(unsigned n)
{
	char id[12];

	snprintf(id, sizeof id, "%u", n);
	return room_version_find(id);
}

static void
check_traits(void)
{
	const struct room_version *v;
	size_t i;
	unsigned n;

	for (i = 0; i < sizeof traits / sizeof traits[0]; i++)
		for (n = 1; n <= 12; n++) {
			v = version(n);
			ok(*(const bool *)((const char *)v +
			    traits[i].trait.at) ==
			    (n >= traits[i].from && n <= traits[i].till),
			    "%s in %u", traits[i].trait.name, n);
		}
	for (n = 1; n <= 12; n++)
		is_int(version(n)->resolution, n == 1 ? STATE_RES_V1 :
		    n == 12 ? STATE_RES_V2_1 : STATE_RES_V2,
		    "state resolution of %u", n);
}

int
main(void)
{
	static const char *const unknown[] = {
		"", "0", "010", "1.0", "13", "x"
	};
	size_t i;

	for (i = 0; room_versions[i].id != NULL; i++)
		ok(room_version_find(room_versions[i].id) == &room_versions[i],
		    "version %s is found", room_versions[i].id);
	is_int((int64_t)i, 12, "there are twelve");
	for (i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		ok(room_version_find(unknown[i]) == NULL,
		    "\"%s\" is no version", unknown[i]);
	ok(room_version_find(NULL) == NULL, "nor is nothing");
	check_traits();
	return done_testing();
}
