/*
 * file.c - answers that are files: whole, or the part that is asked for
 * (RFC 9110, sections 13 and 14; security.md 25).
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve/life.h"

/* -------------------------------------------------------- what is asked for */

/* A number at *p, which moves on; -1: there is none. */
static int64_t
take_number(const char **p)
{
	char *end;
	long long n;

	if (!isdigit((unsigned char)**p))
		return -1;
	errno = 0;
	n = strtoll(*p, &end, 10);
	*p = end;
	return errno == 0 ? n : INT64_MAX;
}

/*
 * "bytes=A-B", "bytes=A-" or "bytes=-N".  False: it is none of these, several
 * ranges among them, and then the whole may be given.
 */
static bool
read_range(const char *text, int64_t size, int64_t *from, int64_t *to)
{
	int64_t first, last;

	if (strncmp(text, "bytes=", 6) != 0)
		return false;
	text += 6;
	first = take_number(&text);
	if (*text++ != '-')
		return false;
	last = take_number(&text);
	if (*text != '\0' || (first == -1 && last == -1) ||
	    (first != -1 && last != -1 && last < first))
		return false;
	if (first == -1) {
		*from = last < size ? size - last : 0;
		*to = size - 1;
		/* The last nothing of something is no part of it. */
		if (last == 0)
			*from = size;
	} else {
		*from = first;
		*to = last == -1 || last >= size ? size - 1 : last;
	}
	return true;
}

/* Is the tag one of a list such as `"a", W/"b"`, or is the list `*`? */
static bool
tag_listed(const char *list, const char *etag)
{
	size_t n = strlen(etag);

	if (strcmp(list, "*") == 0)
		return true;
	while (*list != '\0') {
		list += strspn(list, " \t,");
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		if (strncmp(list, etag, n) == 0 &&
		    strchr(" \t,", list[n]) != NULL)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

static void
choose(const struct life *l, struct file_answer *f)
{
	int64_t from, to;

	f->status = 200;
	f->left = f->reply.size;
	if (l->if_none_match != NULL &&
	    tag_listed(l->if_none_match, f->reply.etag)) {
		f->status = 304;
		f->left = 0;
	} else if (l->range != NULL && (l->if_range == NULL ||
	    strcmp(l->if_range, f->reply.etag) == 0) &&
	    read_range(l->range, f->reply.size, &from, &to)) {
		f->status = from < f->reply.size ? 206 : 416;
		f->at = from;
		f->left = f->status == 206 ? to - from + 1 : 0;
	}
}

void
reply_file(struct request *r, const struct reply_file *reply)
{
	struct life *l = r->life;

	l->file = arena_alloc(r->mem, sizeof(*l->file));
	l->file->reply = *reply;
	if (reply->handover == NULL)
		choose(l, l->file);
	else
		l->file->status = 200;	/* the web server chooses */
}

/* -------------------------------------------------------------- the headers */

int
file_status(const struct life *l)
{
	return l->file->status;
}

static void
put_part(const struct file_answer *f, struct buf *out)
{
	long long size = (long long)f->reply.size;

	buf_puts(out, "Accept-Ranges: bytes\r\n");
	if (f->status == 206)
		buf_printf(out, "Content-Range: bytes %lld-%lld/%lld\r\n",
		    (long long)f->at, (long long)(f->at + f->left - 1), size);
	if (f->status == 416)
		buf_printf(out, "Content-Range: bytes */%lld\r\n", size);
	if (f->status != 304)
		buf_printf(out, "Content-Length: %lld\r\n",
		    (long long)f->left);
}

/* nginx/server.conf.in has the same for what nginx hands over. */
void
file_headers(const struct life *l, struct buf *out)
{
	const struct file_answer *f = l->file;

	buf_printf(out, "Content-Type: %s\r\n"
	    "Content-Disposition: %s\r\n"
	    "Cache-Control: %s\r\n"
	    "ETag: %s\r\n", f->reply.type, f->reply.disposition,
	    f->reply.cache, f->reply.etag);
	buf_puts(out, "Content-Security-Policy: sandbox; "
	    "default-src 'none'; script-src 'none'; "
	    "plugin-types application/pdf; style-src 'unsafe-inline'; "
	    "object-src 'self';\r\n"
	    "Cross-Origin-Resource-Policy: cross-origin\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Referrer-Policy: no-referrer\r\n");
	if (f->reply.handover != NULL)
		buf_printf(out, "%s\r\n", f->reply.handover);
	else
		put_part(f, out);
}

/* -------------------------------------------------------------- the content */

ssize_t
file_read(struct file_answer *f, char *to, size_t n)
{
	ssize_t got;

	if ((int64_t)n > f->left)
		n = (size_t)f->left;
	if (n == 0)
		return 0;
	do
		got = pread(f->reply.fd, to, n, (off_t)f->at);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return -1;
	f->at += got;
	f->left -= got;
	return got;
}

void
file_close(struct file_answer *f)
{
	if (f->reply.fd != -1)
		close(f->reply.fd);
	f->reply.fd = -1;
	f->left = 0;
}
