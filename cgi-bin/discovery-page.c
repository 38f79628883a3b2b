/* discovery-page.c - what a browser is shown that comes to this server. */
#include <string.h>

#include "serve/page.h"
#include "discovery.routes.h"

/* The server's name without its port. */
static const char *
host_of(struct arena *mem, const char *name)
{
	size_t n = *name == '[' ? strcspn(name, "]") + 1 : strcspn(name, ":");

	return arena_strndup(mem, name, n);
}

static void
tell_users(struct page *p, struct request *r)
{
	page_heading(p, "To use it");
	page_text(p, "Take any Matrix client, as an application or on the "
	    "web. Where it asks for your homeserver, enter:");
	page_value(p, server_url(r));
	page_text(p, r->conf->registration ?
	    "Then register an account, or log in." :
	    "Then log in. Accounts are made by the administrator: strangers "
	    "cannot register here.");
}

static void
tell_administrator(struct page *p, struct request *r)
{
	page_heading(p, "To administer it");
	page_text(p, "Make the first account, as the user who runs the "
	    "server:");
	page_command(p, "mxcgi user add NAME --admin");
	if (r->conf->admin_api)
		page_link(p, arena_printf(r->mem, "%s/_matrix/static/admin/",
		    server_url(r)), "With it, administer the server here");
	if (r->conf->base_url == NULL) {
		page_text(p, "Should people reach this server by another "
		    "address than the one above, set base_url in mxcgi.conf "
		    "and renew the programs: that is what clients are told.");
	} else {
		page_text(p, "So that clients find it by the name %s alone, "
		    "this must show the same address:", r->conf->server_name);
		page_command(p, arena_printf(r->mem,
		    "https://%s/.well-known/matrix/client",
		    host_of(r->mem, r->conf->server_name)));
	}
	page_text(p, "The manual pages mxcgi(8) and mxcgi.conf(5) describe "
	    "the rest.");
}

/*
 * GET / and /_matrix/static
 *
 * Says that the server works, and what comes next.  It knows nothing that a
 * stranger could not ask for.
 */
enum mx_err
landing(struct request *r)
{
	struct page p;

	page_begin(&p, r, "This server works");
	page_text(&p, "It is a homeserver of Matrix, a network of many "
	    "servers for conversations. Its software is mxcgi.");
	tell_users(&p, r);
	tell_administrator(&p, r);
	return page_end(&p, M_OK);
}
