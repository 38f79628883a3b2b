/*
 * discovery-well-known.c - what clients, other servers and people in need find
 * when they know the name of this server only (client-server API, "Well-known
 * URIs"; server-server API, "Server discovery").  All is configuration.
 */
#include "serve/serve.h"
#include "discovery.routes.h"

/*
 * GET /.well-known/matrix/client
 *
 * The address of this server; 404 while base_url is not configured, which
 * means to clients that there is nothing to discover.
 */
enum mx_err
well_known_client(struct request *r)
{
	if (r->conf->base_url == NULL)
		return fail(r, M_NOT_FOUND, "The administrator has configured "
		    "no base_url; type the address of this server");
	put_object(&r->out, "m.homeserver");
	put_text(&r->out, "base_url", r->conf->base_url);
	write_end(&r->out);
	return M_OK;
}

/*
 * GET /.well-known/matrix/server
 *
 * Where other servers reach this one; 404 tells them to use its name.
 */
enum mx_err
well_known_server(struct request *r)
{
	if (r->conf->delegate == NULL)
		return fail(r, M_NOT_FOUND, "This server is reached by its "
		    "own name");
	put_text(&r->out, "m.server", r->conf->delegate);
	return M_OK;
}

static void
write_contacts(struct writer *w, const struct conf_contact *c)
{
	put_array(w, "contacts");
	for (; c != NULL; c = c->next) {
		write_object(w);
		if (c->matrix_id != NULL)
			put_text(w, "matrix_id", c->matrix_id);
		if (c->email_address != NULL)
			put_text(w, "email_address", c->email_address);
		put_text(w, "role", c->role);
		write_end(w);
	}
	write_end(w);
}

/*
 * GET /.well-known/matrix/support
 *
 * Whom to turn to; 404 while nobody is named.
 */
enum mx_err
well_known_support(struct request *r)
{
	const struct conf *conf = r->conf;

	if (conf->contacts == NULL && conf->support_page == NULL)
		return fail(r, M_NOT_FOUND, "The administrator has not said "
		    "whom to turn to");
	if (conf->contacts != NULL)
		write_contacts(&r->out, conf->contacts);
	if (conf->support_page != NULL)
		put_text(&r->out, "support_page", conf->support_page);
	return M_OK;
}
