/*
 * admin-page.c - a page for administrators on top of the calls of this program:
 * cgi-bin/page/admin*.js ask, and show what comes.
 */
#include "admin.routes.h"
#include "page-admin.h"
#include "serve/page.h"

#define PATH	"/_matrix/static/admin"

static const char frame[] =
    "<div id=\"app\" hidden>\n"
    "<nav aria-label=\"Sections\">\n"
    "<a href=\"#health\">Health</a>\n"
    "<a href=\"#users\">Users</a>\n"
    "<a href=\"#rooms\">Rooms</a>\n"
    "<a href=\"#tokens\">Tokens</a>\n"
    "<a href=\"#media\">Media</a>\n"
    "<a href=\"#reports\">Reports</a>\n"
    "<button type=\"button\" id=\"logout\" class=\"plain\">Log out</button>\n"
    "</nav>\n"
    "<p id=\"done\" role=\"status\"></p>\n"
    "<section id=\"view\" aria-labelledby=\"title\"></section>\n"
    "</div>\n"
    "<dialog id=\"ask\" aria-labelledby=\"question\"></dialog>\n";

/* A file of ours beside the page: the browser checks that it is meant. */
static void
put_file(struct page *p, const char *begin, const char *path, const char *end)
{
	page_markup(p, begin);
	page_escaped(p, server_path(p->r, path));
	page_markup(p, "\" nonce=\"");
	page_escaped(p, p->reply.nonce);
	page_markup(p, end);
}

static enum mx_err
switched_off(struct request *r)
{
	return fail(r, M_UNRECOGNIZED, "Administration over HTTP is switched "
	    "off here ([server] admin_api)");
}

/*
 * GET /_matrix/static/admin
 *
 * Health, users, rooms, registration tokens, media and reports, for whoever
 * logs in as an administrator.  The page knows nothing by itself, and keeps the
 * session no longer than its tab lives.
 */
enum mx_err
admin_page(struct request *r)
{
	struct page p;

	if (!r->conf->admin_api)
		return switched_off(r);
	page_begin(&p, r, "Administration");
	put_file(&p, "<link rel=\"stylesheet\" href=\"", PATH "/admin.css",
	    "\">\n");
	page_markup(&p, "<p class=\"warning\" id=\"fault\" role=\"alert\" "
	    "hidden></p>\n");
	page_form_of_script(&p, server_path(r, "/_matrix/client/v3/login"));
	page_input(&p, &(struct page_input){ "Username", "user", "text", NULL,
	    "username" });
	page_input(&p, &(struct page_input){ "Password", "password",
	    "password", NULL, "current-password" });
	page_form_end(&p, "Log in");
	page_markup(&p, frame);
	put_file(&p, "<script src=\"", PATH "/admin.js", "\"></script>\n");
	p.reply.asks = true;
	return page_end(&p, M_OK);
}

/* GET /_matrix/static/admin/admin.js */
enum mx_err
admin_page_script(struct request *r)
{
	reply_asset(r, "text/javascript; charset=utf-8",
	    span_of(page_admin_js));
	return r->conf->admin_api ? M_OK : switched_off(r);
}

/* GET /_matrix/static/admin/admin.css */
enum mx_err
admin_page_style(struct request *r)
{
	reply_asset(r, "text/css; charset=utf-8", span_of(page_admin_css));
	return r->conf->admin_api ? M_OK : switched_off(r);
}
