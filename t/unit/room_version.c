/* The table of room versions: which there are, and what tells them apart. */
#include <stddef.h>

#include "matrix/room_version.h"

#include "tap.h"

#define TRAIT(t)	{ #t, offsetof(struct room_version, t) }

/* Traits that change within the versions of the table, and where they hold. */
static const struct {
	struct { const char *name; size_t at; } trait;
	bool in_10, in_11, in_12;
} traits[] = {
	{ TRAIT(id_is_hash), true, true, true },
	{ TRAIT(id_url_safe), true, true, true },
	{ TRAIT(strict_json), true, true, true },
	{ TRAIT(aliases_special), false, false, false },
	{ TRAIT(notification_levels), true, true, true },
	{ TRAIT(knock), true, true, true },
	{ TRAIT(restricted), true, true, true },
	{ TRAIT(redact_keeps_authorised), true, true, true },
	{ TRAIT(integer_levels), true, true, true },
	{ TRAIT(knock_restricted), true, true, true },
	{ TRAIT(redact_v11), false, true, true },
	{ TRAIT(creator_in_content), true, false, false },
	{ TRAIT(redacts_in_content), false, true, true },
	{ TRAIT(room_id_is_hash), false, false, true },
	{ TRAIT(creators_rule), false, false, true },
};

static bool
has(const char *version, size_t at)
{
	return *(const bool *)((const char *)room_version_find(version) + at);
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
	for (i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		ok(room_version_find(unknown[i]) == NULL,
		    "\"%s\" is no version", unknown[i]);
	ok(room_version_find(NULL) == NULL, "nor is nothing");

	for (i = 0; i < sizeof traits / sizeof traits[0]; i++)
		ok(has("10", traits[i].trait.at) == traits[i].in_10 &&
		    has("11", traits[i].trait.at) == traits[i].in_11 &&
		    has("12", traits[i].trait.at) == traits[i].in_12,
		    "%s in 10, 11, 12", traits[i].trait.name);
	is_int(room_version_find("11")->resolution, STATE_RES_V2,
	    "state resolution of 11");
	is_int(room_version_find("12")->resolution, STATE_RES_V2_1,
	    "state resolution of 12");
	return done_testing();
}
