/* appservice-file.c - see appservice.h: a registration is read. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <errno.h>
#include <pcre2.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/appservice.h"
#include "base/arena.h"
#include "base/conf.h"

#define USER_ID_MAX	255

struct reading {
	struct arena	*mem;
	yaml_document_t	 yaml;
	struct appservice *as;
	const char	*fault;
};

/* The first is reported. */
static void
complain(struct reading *r, const yaml_node_t *at, const char *what,
    const char *why)
{
	if (r->fault == NULL)
		r->fault = arena_printf(r->mem, "%s:%zu: %s %s", r->as->path,
		    at == NULL ? (size_t)1 : at->start_mark.line + 1, what,
		    why);
}

/* ------------------------------------------------------------- the values */

static const char *
text_of(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

static bool
is_plain(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE &&
	    node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static bool
is_word(const yaml_node_t *node, const char *const *words)
{
	for (; is_plain(node) && *words != NULL; words++)
		if (strcmp(text_of(node), *words) == 0)
			return true;
	return false;
}

static bool
is_null(const yaml_node_t *node)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL",
	    NULL };

	return is_word(node, nulls);
}

/* The value of a key; NULL when there is none, or it is null. */
static yaml_node_t *
value_of(struct reading *r, yaml_node_t *map, const char *key)
{
	yaml_node_pair_t *pair;

	if (map == NULL || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (pair = map->data.mapping.pairs.start;
	    pair < map->data.mapping.pairs.top; pair++) {
		yaml_node_t *name = yaml_document_get_node(&r->yaml, pair->key);
		yaml_node_t *value;

		if (name == NULL || name->type != YAML_SCALAR_NODE ||
		    strcmp(text_of(name), key) != 0)
			continue;
		value = yaml_document_get_node(&r->yaml, pair->value);
		return value == NULL || is_null(value) ? NULL : value;
	}
	return NULL;
}

static const char *
read_text(struct reading *r, yaml_node_t *map, const char *key)
{
	yaml_node_t *node = value_of(r, map, key);

	if (node == NULL || node->type != YAML_SCALAR_NODE ||
	    *text_of(node) == '\0') {
		complain(r, node ? node : map, key, "must be a text");
		return "";
	}
	if (strlen(text_of(node)) != node->data.scalar.length)
		complain(r, node, key, "holds a NUL");
	return arena_strdup(r->mem, text_of(node));
}

/* What is not there is false. */
static bool
read_bool(struct reading *r, yaml_node_t *map, const char *key)
{
	static const char *const yes[] = { "true", "True", "TRUE", "yes", "Yes",
	    "YES", "on", "On", "ON", "y", "Y", NULL };
	static const char *const no[] = { "false", "False", "FALSE", "no", "No",
	    "NO", "off", "Off", "OFF", "n", "N", NULL };
	yaml_node_t *node = value_of(r, map, key);

	if (node == NULL || is_word(node, no))
		return false;
	if (!is_word(node, yes))
		complain(r, node, key, "must be true or false");
	return true;
}

/* The items of a list, one after another: *i counts from 0. */
static yaml_node_t *
item_of(struct reading *r, yaml_node_t *list, size_t *i)
{
	yaml_node_item_t *item = list->data.sequence.items.start + *i;

	if (item >= list->data.sequence.items.top)
		return NULL;
	++*i;
	return yaml_document_get_node(&r->yaml, *item);
}

/* A list, or NULL: there is none. */
static yaml_node_t *
list_of(struct reading *r, yaml_node_t *map, const char *key)
{
	yaml_node_t *list = value_of(r, map, key);

	if (list == NULL || list->type == YAML_SEQUENCE_NODE)
		return list;
	complain(r, list, key, "must be a list");
	return NULL;
}

/* ------------------------------------------------------------- namespaces */

static void *
take(size_t size, void *mem)
{
	return arena_alloc(mem, size);
}

/* The arena's end is the end of it. */
static void
give_back(void *block, void *mem)
{
	(void)block;
	(void)mem;
}

static const void *
compile(struct reading *r, const yaml_node_t *at, const char *regex)
{
	pcre2_compile_context *context = pcre2_compile_context_create(
	    pcre2_general_context_create(take, give_back, r->mem));
	PCRE2_UCHAR why[128];
	PCRE2_SIZE offset;
	pcre2_code *code;
	int error;

	code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
	    PCRE2_ANCHORED | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C |
	    PCRE2_MATCH_INVALID_UTF, &error, &offset, context);
	if (code == NULL) {
		pcre2_get_error_message(error, why, sizeof(why));
		complain(r, at, "regex", arena_printf(r->mem,
		    "is no regular expression: %s, at character %zu", why,
		    (size_t)offset));
	}
	return code;
}

static struct space_pattern *
read_pattern(struct reading *r, yaml_node_t *item)
{
	struct space_pattern *p = arena_alloc(r->mem, sizeof(*p));

	if (item == NULL || item->type != YAML_MAPPING_NODE) {
		complain(r, item, "namespaces",
		    "must list objects with regex and exclusive");
		return p;
	}
	p->regex = read_text(r, item, "regex");
	p->exclusive = read_bool(r, item, "exclusive");
	if (r->fault == NULL)
		p->code = compile(r, value_of(r, item, "regex"), p->regex);
	return p;
}

static const struct space_pattern *
read_space(struct reading *r, yaml_node_t *spaces, const char *name)
{
	yaml_node_t *list = list_of(r, spaces, name), *item;
	const struct space_pattern *first = NULL, **at = &first;
	size_t i = 0;

	while (list != NULL && (item = item_of(r, list, &i)) != NULL) {
		struct space_pattern *p = read_pattern(r, item);

		*at = p;
		at = &p->next;
	}
	return first;
}

static void
read_spaces(struct reading *r, yaml_node_t *root)
{
	static const char *const names[SPACE__MAX] = {
		[SPACE_USERS] = "users", [SPACE_ALIASES] = "aliases",
		[SPACE_ROOMS] = "rooms"
	};
	yaml_node_t *spaces = value_of(r, root, "namespaces");

	if (spaces != NULL && spaces->type != YAML_MAPPING_NODE)
		complain(r, spaces, "namespaces",
		    "must be an object with users, aliases, rooms");
	for (int i = 0; i < SPACE__MAX; i++)
		r->as->space[i] = read_space(r, spaces, names[i]);
}

/* --------------------------------------------------------------- the whole */

static const char *
read_url(struct reading *r, yaml_node_t *root)
{
	yaml_node_t *node = value_of(r, root, "url");
	char *url;
	size_t n;

	if (node == NULL || (node->type == YAML_SCALAR_NODE &&
	    *text_of(node) == '\0'))
		return NULL;
	url = arena_strdup(r->mem, read_text(r, root, "url"));
	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		complain(r, node, "url",
		    "must begin with http:// or https://, or be null");
	for (n = strlen(url); n > 0 && url[n - 1] == '/'; n--)
		url[n - 1] = '\0';
	return url;
}

static const char *const *
read_protocols(struct reading *r, yaml_node_t *root)
{
	yaml_node_t *list = list_of(r, root, "protocols"), *item;
	size_t i = 0, n = 0;
	const char **names;

	if (list != NULL)
		n = (size_t)(list->data.sequence.items.top -
		    list->data.sequence.items.start);
	names = arena_alloc(r->mem, (n + 1) * sizeof(*names));
	while (list != NULL && (item = item_of(r, list, &i)) != NULL) {
		if (item->type != YAML_SCALAR_NODE || *text_of(item) == '\0')
			complain(r, item, "protocols", "must list names");
		else
			names[i - 1] = arena_strdup(r->mem, text_of(item));
	}
	return names;
}

static void
read_sender(struct reading *r, yaml_node_t *root, const char *server_name)
{
	struct appservice *as = r->as;
	yaml_node_t *node = value_of(r, root, "sender_localpart");

	as->sender = read_text(r, root, "sender_localpart");
	as->sender_id = arena_printf(r->mem, "@%s:%s", as->sender, server_name);
	if (as->sender[strspn(as->sender, "abcdefghijklmnopqrstuvwxyz"
	    "0123456789._=/+-")] != '\0')
		complain(r, node, "sender_localpart",
		    "may have the letters a-z, digits and . _ = / + -");
	if (strlen(as->sender_id) > USER_ID_MAX)
		complain(r, node, "sender_localpart", "is too long");
}

/* A token goes into a header as it is. */
static const char *
read_token(struct reading *r, yaml_node_t *root, const char *key)
{
	const char *token = read_text(r, root, key), *c;

	for (c = token; *c > ' ' && *c <= '~'; c++)
		continue;
	if (*c != '\0')
		complain(r, value_of(r, root, key), key,
		    "may have printable ASCII characters, and no blanks");
	if (strlen(token) > 1024)
		complain(r, value_of(r, root, key), key, "is too long");
	return token;
}

/* Who knows only the name of before the specification is told by such a one. */
static void
read_ephemeral(struct reading *r, yaml_node_t *root)
{
	bool today = read_bool(r, root, "receive_ephemeral");
	bool before = read_bool(r, root, "de.sorunome.msc2409.push_ephemeral");

	r->as->receive_ephemeral = today || before;
	r->as->ephemeral_key = today ? "ephemeral" :
	    "de.sorunome.msc2409.ephemeral";
}

static void
read_root(struct reading *r, const char *server_name)
{
	struct appservice *as = r->as;
	yaml_node_t *root = yaml_document_get_root_node(&r->yaml);
	const char *as_token;

	if (root == NULL || root->type != YAML_MAPPING_NODE) {
		complain(r, root, "this", "is no registration: it must have "
		    "id, url, as_token, hs_token, sender_localpart, "
		    "namespaces");
		return;
	}
	as->id = read_text(r, root, "id");
	as_token = read_token(r, root, "as_token");
	sha256(as_token, strlen(as_token), as->as_hash);
	as->hs_token = read_token(r, root, "hs_token");
	as->url = read_url(r, root);
	read_sender(r, root, server_name);
	read_spaces(r, root);
	as->protocols = read_protocols(r, root);
	as->rate_limited = read_bool(r, root, "rate_limited");
	read_ephemeral(r, root);
}

static void
read_yaml(struct reading *r, FILE *file, const char *server_name)
{
	yaml_parser_t parser;

	if (!yaml_parser_initialize(&parser)) {
		r->fault = "out of memory";
		return;
	}
	yaml_parser_set_input_file(&parser, file);
	if (yaml_parser_load(&parser, &r->yaml)) {
		read_root(r, server_name);
		yaml_document_delete(&r->yaml);
	} else {
		r->fault = arena_printf(r->mem, "%s:%zu: this is no YAML: %s",
		    r->as->path, parser.problem_mark.line + 1,
		    parser.problem ? parser.problem : "unreadable");
	}
	yaml_parser_delete(&parser);
}

/* What identifies a service is its own. */
static void
compare(struct reading *r, const struct appservice *other)
{
	if (strcmp(other->id, r->as->id) == 0)
		complain(r, NULL, arena_printf(r->mem, "the id %s", other->id),
		    arena_printf(r->mem, "is that of %s", other->path));
	if (ct_equal(other->as_hash, r->as->as_hash, SHA256_LEN))
		complain(r, NULL, "as_token", arena_printf(r->mem,
		    "is that of %s", other->path));
}

const char *
appservice_read(struct conf *conf, struct arena *mem, const char *path)
{
	struct reading r = { .mem = mem,
	    .as = arena_alloc(mem, sizeof(*r.as)) };
	const struct appservice **at = &conf->appservices;
	FILE *file = fopen(path, "re");

	r.as->path = arena_strdup(mem, path);
	if (file == NULL)
		return arena_printf(mem, "%s: %s", path, strerror(errno));
	read_yaml(&r, file, conf->server_name);
	fclose(file);
	for (; *at != NULL && r.fault == NULL;
	    at = (const struct appservice **)&(*at)->next)
		compare(&r, *at);
	if (r.fault == NULL)
		*at = r.as;
	return r.fault;
}
