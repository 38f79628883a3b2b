/* conf_oidc.c - the sections [oidc NAME] of the configuration file. */
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/arena.h"
#include "base/conf_value.h"

#define AT(member)	offsetof(struct conf_oidc, member)

/* How these are called in client-server API, "Opaque Identifiers". */
static const char opaque[] = "abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

/* ----------------------------------------------------------------- values */

/*
 * Its slashes count.  What it says is believed because of the connection, so
 * that is TLS, or never leaves this machine.
 */
static const char *
set_issuer(const struct setting *s)
{
	bool good = strncmp(s->value, "https://", 8) == 0 &&
	    s->value[8] != '\0';

	if ((!good && !url_is_near(s->value)) || strpbrk(s->value, "?#@\\ ") != NULL)
		return "must be the https:// URL by which the provider calls "
		    "itself (or http:// of this machine: 127.0.0.1)";
	return set_verbatim(s);
}

static const char *
set_icon(const struct setting *s)
{
	const char *slash = strncmp(s->value, "mxc://", 6) == 0 ?
	    strchr(s->value + 6, '/') : NULL;

	if (slash == NULL || slash == s->value + 6 || slash[1] == '\0')
		return "must be an mxc:// URI";
	return set_verbatim(s);
}

/* Common Namespaced Identifier Grammar, namespace or not. */
static const char *
set_brand(const struct setting *s)
{
	if (s->value[strspn(s->value,
	    "abcdefghijklmnopqrstuvwxyz0123456789-_.")] != '\0')
		return "must be a brand such as github, in lower case";
	return set_verbatim(s);
}

static const char *
set_scopes(const struct setting *s)
{
	const char *p = s->value, *wrong = set_verbatim(s);

	if (wrong != NULL)
		return wrong;
	for (; *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (n == 6 && strncmp(p, "openid", 6) == 0)
			return NULL;
		p += n;
	}
	return "must hold openid, as in: openid profile email";
}

#define KEY(name, set, least, most)	\
	{ "oidc", #name, set, AT(name), least, most, false }
static const struct key keys[] = {
	KEY(issuer, set_issuer, 8, 255),
	KEY(client_id, set_verbatim, 1, 255),
	KEY(client_secret, set_verbatim, 1, 255),
	KEY(client_secret_file, set_command, 2, 255),
	KEY(scopes, set_scopes, 6, 255),
	KEY(name, set_verbatim, 1, 100),
	KEY(icon, set_icon, 8, 255),
	KEY(brand, set_brand, 1, 255),
	KEY(localpart_claim, set_verbatim, 1, 100),
	KEY(name_claim, set_verbatim, 1, 100),
	KEY(email_claim, set_verbatim, 1, 100),
	KEY(registration, set_yes, 0, 0),
	KEY(link_existing, set_yes, 0, 0),
};
#define KEYS	(sizeof(keys) / sizeof(keys[0]))
_Static_assert(KEYS <= 32, "given has a bit for each");

/* --------------------------------------------------------------- providers */

/* That of the name, which is there from now on. */
static struct conf_oidc *
provider(struct conf *conf, struct arena *mem, const char *name)
{
	const struct conf_oidc **at = &conf->oidc;
	struct conf_oidc *p;

	while (*at != NULL && strcmp((*at)->id, name) != 0)
		at = (const struct conf_oidc **)&(*at)->next;
	if (*at != NULL)
		return (struct conf_oidc *)*at;
	p = arena_alloc(mem, sizeof(*p));
	*p = (struct conf_oidc){
		.id = arena_strdup(mem, name),
		.scopes = "openid profile email",
		.localpart_claim = "preferred_username",
		.name_claim = "name",
		.email_claim = "email",
		.registration = true,
	};
	p->name = p->id;
	*at = p;
	return p;
}

const char *
conf_oidc_set(struct conf *conf, struct arena *mem, const char *name,
    const char *key, const char *value)
{
	struct conf_oidc *p;
	const char *wrong;
	size_t i = 0;

	if (*name == '\0' || name[strspn(name, opaque)] != '\0')
		return "stands in a section whose name must be of letters, "
		    "digits and - . _ ~";
	p = provider(conf, mem, name);
	while (i < KEYS && strcmp(keys[i].name, key) != 0)
		i++;
	if (i == KEYS)
		return "is not a key that mxcgi.conf(5) knows";
	if ((p->given & 1u << i) != 0)
		return "is set twice";
	p->given |= 1u << i;
	wrong = keys[i].set(&(struct setting){ &keys[i], value,
	    (char *)p + keys[i].offset, mem });
	/* A secret that is too long is repeated nowhere. */
	return wrong;
}

const char *
conf_oidc_fault(const struct conf *conf, struct arena *mem)
{
	const struct conf_oidc *p = conf->oidc, *q;

	for (; p != NULL; p = p->next) {
		if (p->issuer == NULL || p->client_id == NULL)
			return arena_printf(mem, "[oidc %s] needs issuer and "
			    "client_id", p->id);
		if (p->client_secret != NULL && p->client_secret_file != NULL)
			return arena_printf(mem, "[oidc %s] needs either "
			    "client_secret or client_secret_file", p->id);
		for (q = conf->oidc; q != p; q = q->next)
			if (strcmp(q->issuer, p->issuer) == 0)
				return arena_printf(mem, "[oidc %s] has the "
				    "issuer of [oidc %s]", p->id, q->id);
	}
	return NULL;
}
