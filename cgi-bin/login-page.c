/* login-page.c - logging in by a page of this server. */
#include "serve/page.h"
#include "login.routes.h"

/*
 * Clients put their onLogin() into window.matrixLogin, so that is there before
 * they look.  An @ that is not the first letter makes an email address.
 */
static const char script[] =
    "(function () {\n"
    "'use strict';\n"
    "var form = document.querySelector('form');\n"
    "var warning = document.querySelector('.warning[role]');\n"
    "var button = form.querySelector('button');\n"
    "var query = new URLSearchParams(location.search);\n"
    "window.matrixLogin = window.matrixLogin || {};\n"
    "function identifier(name) {\n"
    "  return name.indexOf('@') > 0 ?\n"
    "    { type: 'm.id.thirdparty', medium: 'email', address: name } :\n"
    "    { type: 'm.id.user', user: name };\n"
    "}\n"
    "function wish() {\n"
    "  var body = {\n"
    "    type: 'm.login.password',\n"
    "    identifier: identifier(form.elements.user.value.trim()),\n"
    "    password: form.elements.password.value\n"
    "  };\n"
    "  ['device_id', 'initial_device_display_name'].forEach(function (name) {\n"
    "    if (query.has(name))\n"
    "      body[name] = query.get(name);\n"
    "  });\n"
    "  if (query.get('refresh_token') === 'true')\n"
    "    body.refresh_token = true;\n"
    "  return body;\n"
    "}\n"
    "function fail(why) {\n"
    "  warning.textContent = why;\n"
    "  warning.hidden = false;\n"
    "  button.disabled = false;\n"
    "}\n"
    "function done(response) {\n"
    "  form.hidden = true;\n"
    "  document.querySelector('.done').hidden = false;\n"
    "  if (window.matrixLogin.onLogin)\n"
    "    window.matrixLogin.onLogin(response);\n"
    "}\n"
    "form.addEventListener('submit', function (event) {\n"
    "  event.preventDefault();\n"
    "  button.disabled = true;\n"
    "  warning.hidden = true;\n"
    "  fetch(form.dataset.url, {\n"
    "    method: 'POST',\n"
    "    headers: { 'Content-Type': 'application/json' },\n"
    "    body: JSON.stringify(wish())\n"
    "  }).then(function (answer) {\n"
    "    return answer.json().then(function (body) {\n"
    "      if (answer.ok)\n"
    "        done(body);\n"
    "      else\n"
    "        fail(body.error);\n"
    "    });\n"
    "  }).catch(function () {\n"
    "    fail('The server does not answer. Please try again.');\n"
    "  });\n"
    "});\n"
    "form.hidden = false;\n"
    "})();\n";

/*
 * GET /_matrix/static/client/login, and 2015's GET /login/fallback (LOG-5)
 *
 * A page that logs somebody in and calls window.matrixLogin.onLogin() with the
 * answer of POST /login.  What its query says of the device is passed on.
 */
enum mx_err
login_page(struct request *r)
{
	struct page p;

	page_begin(&p, r, "Log in");
	page_markup(&p, "<p class=\"warning\" role=\"alert\" hidden></p>\n"
	    "<p class=\"done\" role=\"status\" hidden>You are logged in. You "
	    "can go back to your application now.</p>\n");
	page_form_of_script(&p, server_path(r, req_is_2015(r) ?
	    "/_matrix/client/api/v1/login" : "/_matrix/client/v3/login"));
	page_input(&p, &(struct page_input){ "Username or email address",
	    "user", "text", NULL, "username" });
	page_input(&p, &(struct page_input){ "Password", "password",
	    "password", NULL, "current-password" });
	page_form_end(&p, "Log in");
	page_script(&p, script);
	p.reply.asks = true;
	return page_end(&p, M_OK);
}
