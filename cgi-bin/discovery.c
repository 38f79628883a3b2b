/*
 * discovery.c - what this server is and can: versions, features, capabilities.
 */
#include "matrix/room_version.h"
#include "serve/serve.h"
#include "discovery.routes.h"

/*
 * All of them: a later one seldom takes back what an earlier one had, and HACKING
 * says what is so where it does.
 */
static const char *const names[] = {
	"r0.0.1", "r0.1.0", "r0.2.0", "r0.3.0", "r0.4.0", "r0.5.0", "r0.6.0",
	"r0.6.1", "v1.1", "v1.2", "v1.3", "v1.4", "v1.5", "v1.6", "v1.7",
	"v1.8", "v1.9", "v1.10", "v1.11", "v1.12", "v1.13", "v1.14", "v1.15",
	"v1.16", "v1.17", "v1.18", "v1.19", NULL
};

/*
 * By these names clients look for what is in one of the versions by now, but does
 * not count for them by its number: cross-signing, private receipts, threads,
 * relations in either direction and of any depth, room types in the room
 * directory, receipts and counts of threads, the list of threads, media that ask
 * for a token, mentions that are meant, rooms that are shared, any field in
 * profiles.  And what is in none: sliding sync, dehydrated devices.
 */
static const char *const features[] = {
	"org.matrix.e2e_cross_signing",
	"org.matrix.msc2285.stable",
	"org.matrix.msc3440.stable",
	"org.matrix.msc3715.stable",
	"org.matrix.msc3771",
	"org.matrix.msc3773",
	"org.matrix.msc3814",
	"org.matrix.msc3827.stable",
	"org.matrix.msc3856.stable",
	"org.matrix.msc3916.stable",
	"org.matrix.msc3952_intentional_mentions",
	"org.matrix.msc3981",
	"org.matrix.simplified_msc3575",
	"uk.half-shot.msc2666.query_mutual_rooms",
	"uk.tcpip.msc4133.stable",
	NULL
};

/*
 * GET /_matrix/client/versions
 *
 * The versions of the specification that are complete here; a client may rely
 * on each endpoint of one that is named, and besides on the features that are.
 */
enum mx_err
versions(struct request *r)
{
	put_array(&r->out, "versions");
	for (size_t i = 0; names[i] != NULL; i++)
		write_text(&r->out, names[i]);
	write_end(&r->out);
	put_object(&r->out, "unstable_features");
	for (size_t i = 0; features[i] != NULL; i++)
		put_bool(&r->out, features[i], true);
	write_end(&r->out);
	return M_OK;
}

/* -------------------------------------------------------- capabilities */

static void
put_enabled(struct writer *w, const char *capability, bool enabled)
{
	put_object(w, capability);
	put_bool(w, "enabled", enabled);
	write_end(w);
}

static void
put_room_versions(struct writer *w, const struct conf *conf)
{
	const struct room_version *v;

	put_object(w, "m.room_versions");
	put_text(w, "default", conf->room_version);
	put_object(w, "available");
	for (v = room_versions; v->id != NULL; v++)
		put_text(w, v->id, "stable");
	write_end(w);
	write_end(w);
}

/* A guest has a displayname and nothing else to change ("Guest Access"). */
static void
put_profile_fields(struct writer *w, bool guest)
{
	put_object(w, "m.profile_fields");
	put_bool(w, "enabled", true);
	if (guest) {
		put_array(w, "allowed");
		write_text(w, "displayname");
		write_end(w);
	}
	write_end(w);
}

static void
put_account_moderation(struct writer *w)
{
	put_object(w, "m.account_moderation");
	put_bool(w, "lock", true);
	put_bool(w, "suspend", true);
	write_end(w);
}

/*
 * GET /capabilities
 *
 * What the caller can do here, which differs for guests and administrators.
 */
enum mx_err
capabilities(struct request *r)
{
	struct writer *w = &r->out;
	bool guest = r->who.guest;

	put_object(w, "capabilities");
	put_enabled(w, "m.change_password", !guest);
	put_room_versions(w, r->conf);
	put_enabled(w, "m.set_displayname", true);
	put_enabled(w, "m.set_avatar_url", !guest);
	put_enabled(w, "m.3pid_changes", !guest);
	put_enabled(w, "m.get_login_token", !guest);
	put_profile_fields(w, guest);
	put_enabled(w, "m.forget_forced_upon_leave", false);
	if (r->who.admin)
		put_account_moderation(w);
	write_end(w);
	return M_OK;
}
