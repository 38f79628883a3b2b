/*
 * media-answer.c - media as an answer: which headers they get, and who writes
 * them out (client-server API, "Serving inline content"; security.md 25).
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "matrix/media.h"

/* As old as a copy may become: what is quarantined should not last. */
#define KEPT_S	"86400"

/* ------------------------------------------------------------ disposition */

/* What a client may show in its place: such a type runs no script. */
static bool
is_inline(const char *type)
{
	static const char *const types[] = {
		"text/css", "text/plain", "text/csv", "application/json",
		"application/ld+json", "image/jpeg", "image/gif", "image/png",
		"image/apng", "image/webp", "image/avif", "video/mp4",
		"video/webm", "video/ogg", "video/quicktime", "audio/mp4",
		"audio/webm", "audio/aac", "audio/mpeg", "audio/ogg",
		"audio/wave", "audio/wav", "audio/x-wav", "audio/x-pn-wav",
		"audio/flac", "audio/x-flac", NULL
	};
	size_t n = strcspn(type, "; \t");

	for (int i = 0; types[i] != NULL; i++)
		if (strlen(types[i]) == n && strncasecmp(types[i], type, n) == 0)
			return true;
	return false;
}

/* It means the same to everybody between two quotes. */
static bool
is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x7f && strchr("\"\\%/", c) == NULL;
}

/* attr-char of RFC 5987. */
static bool
is_attr_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || (c != '\0' &&
	    strchr("!#$&+-.^_`|~", c) != NULL);
}

/* RFC 6266: the name as it is, and what is like it for those who cannot. */
static void
put_name(struct buf *b, const char *name)
{
	bool plain = true;

	buf_puts(b, "; filename=\"");
	for (const char *p = name; *p != '\0'; p++) {
		plain &= is_plain((unsigned char)*p);
		buf_putc(b, is_plain((unsigned char)*p) ? *p : '_');
	}
	buf_putc(b, '"');
	if (plain)
		return;
	buf_puts(b, "; filename*=UTF-8''");
	for (const char *p = name; *p != '\0'; p++)
		if (is_attr_char((unsigned char)*p))
			buf_putc(b, *p);
		else
			buf_printf(b, "%%%02X", (unsigned char)*p);
}

static const char *
disposition(struct arena *mem, const struct blob *blob)
{
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	buf_puts(&b, is_inline(blob->type) ? "inline" : "attachment");
	if (blob->name != NULL)
		put_name(&b, blob->name);
	return buf_str(&b);
}

/* -------------------------------------------------------------- the answer */

/* The header by which the web server is told; NULL: we write it. */
static const char *
handover(struct request *r, const char *path)
{
	switch (r->conf->media_handover) {
	case HANDOVER_NGINX:
		return arena_printf(r->mem,
		    "X-Accel-Redirect: /_mxcgi/media/%s", path);
	case HANDOVER_APACHE:
	case HANDOVER_LIGHTTPD:
		return arena_printf(r->mem, "X-Sendfile: %s/%s",
		    r->conf->media_dir, path);
	case HANDOVER_NONE:
		break;
	}
	return NULL;
}

static enum mx_err
refuse(struct request *r, const struct blob *b)
{
	log_error("%s: file %s cannot be read: %s", r->conf->media_dir,
	    b->file, strerror(errno));
	return fail(r, M_UNKNOWN, "The server cannot read these media; tell "
	    "its administrator");
}

enum mx_err
media_answer(struct request *r, const struct blob *b)
{
	const char *path = media_file_path(r->mem, b->file);
	struct reply_file reply = {
		.fd = -1,
		.size = b->size,
		.type = b->type,
		.disposition = disposition(r->mem, b),
		.etag = arena_printf(r->mem, "\"%s\"", b->file),
		.cache = r->route->auth == AUTH_NONE ?
		    "public, max-age=" KEPT_S ", immutable" :
		    "private, max-age=" KEPT_S ", immutable",
	};

	errno = EINVAL;
	if (path == NULL)
		return refuse(r, b);
	reply.handover = handover(r, path);
	if (reply.handover == NULL &&
	    (reply.fd = media_file_open(r->conf, b->file)) == -1)
		return refuse(r, b);
	reply_file(r, &reply);
	return M_OK;
}
