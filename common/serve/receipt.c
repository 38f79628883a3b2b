/*
 * receipt.c - bodies that go into files while they come (serve.h, struct
 * upload).  Of such a body no more than a piece is ever in memory.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "serve/life.h"

bool
life_takes_file(const struct life *l)
{
	return l->r.route->body == BODY_FILE;
}

enum mx_err
life_receive(struct life *l)
{
	struct receipt *receipt = arena_alloc(l->r.mem, sizeof(*receipt));
	enum mx_err err;

	receipt->upload.fd = -1;
	receipt->upload.length = l->length;
	sha256_begin(&receipt->hash);
	l->r.upload = &receipt->upload;
	if ((err = program.uploads->begin(&l->r)) == M_OK)
		l->receipt = receipt;
	return err;
}

static enum mx_err
refuse_piece(struct life *l, int error)
{
	log_warn("a file cannot be written: %s", strerror(error));
	if (error == ENOSPC || error == EDQUOT || error == EFBIG)
		return fail(&l->r, M_STORE_FULL, "The server has no space "
		    "left; tell its administrator");
	return fail(&l->r, M_UNKNOWN, "The server cannot keep this file; tell "
	    "its administrator");
}

bool
life_piece(struct life *l, const char *p, size_t n)
{
	struct uploaded *u = l->r.upload;

	if (n > (size_t)(u->max - u->size)) {
		l->err = fail(&l->r, M_TOO_LARGE, "This file may have %lld "
		    "bytes", (long long)u->max);
		return false;
	}
	if (!fd_write(u->fd, p, n))
		l->err = refuse_piece(l, errno);
	sha256_add(&l->receipt->hash, p, n);
	u->size += (int64_t)n;
	return l->err == M_OK;
}

/* As long as it was said to be, or it may be half of what was meant. */
bool
life_whole(struct life *l)
{
	struct uploaded *u = l->r.upload;

	if (l->length != -1 && l->length != u->size)
		l->err = fail(&l->r, M_BAD_REQUEST,
		    "The body is not as long as Content-Length says");
	sha256_end(&l->receipt->hash, u->sha256);
	return l->err == M_OK;
}

void
life_receipt_end(struct life *l)
{
	if (l->receipt != NULL)
		program.uploads->end(&l->receipt->upload, l->err == M_OK);
	l->receipt = NULL;
}
