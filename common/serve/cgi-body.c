/* cgi-body.c - see cgi-body.h. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "serve/cgi-body.h"

static int64_t taken;	/* bytes */
static bool ended;

static ssize_t
take(char *to, size_t most)
{
	ssize_t n;

	do
		n = read(0, to, most);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		taken += n;
	else
		ended = true;
	return n;
}

/*
 * As much as Content-Length says.  Where a request comes in chunks there is
 * none, and the web server ends the input with the body.
 */
static bool
read_body(struct life *l, const struct head *head)
{
	size_t want = l->length != -1 ? (size_t)l->length :
	    head->encoding != NULL ? l->body_max + 1 : 0;
	char *text = arena_alloc(l->r.mem, want);
	size_t have = 0;
	ssize_t n;

	while (have < want && (n = take(text + have, want - have)) > 0)
		have += (size_t)n;
	return life_body(l, text, have);
}

/*
 * A file that came in chunks and broke off looks like a whole one here, as the
 * web server only ends the input.
 */
static bool
has_length(struct life *l)
{
	if (l->length == -1)
		l->err = fail(&l->r, M_BAD_REQUEST, "A file needs a "
		    "Content-Length here");
	return l->length != -1;
}

/* The same into a file, piece by piece. */
static bool
read_file(struct store *store, struct life *l)
{
	static char piece[UPLOAD_PIECE];
	long long left = l->length;

	if (!has_length(l) || !round_gate(store, l))
		return false;
	while (left > 0) {
		size_t want = left < UPLOAD_PIECE ? (size_t)left : UPLOAD_PIECE;
		ssize_t n = take(piece, want);

		if (n <= 0)
			break;
		if (!life_piece(l, piece, (size_t)n))
			return false;
		left -= n;
	}
	return life_whole(l);
}

bool
cgi_body_take(struct store *store, struct life *l, const struct head *head)
{
	return l->body_max == 0 || (life_takes_file(l) ?
	    read_file(store, l) : read_body(l, head));
}

static int64_t
length_of(const struct head *head)
{
	if (head->content_length != NULL)
		return strtoll(head->content_length, NULL, 10);
	return head->encoding != NULL ? INT64_MAX : 0;
}

/* Longer than the longest that is taken: then it may as well be lost. */
void
cgi_body_forget(const struct conf *conf, const struct head *head)
{
	static char piece[UPLOAD_PIECE];
	int64_t length = length_of(head);
	int64_t most = taken + conf->upload_max + (int64_t)conf->body_max;
	int64_t until = clock_mono_us() / 1000 + conf->receive_ms, left;
	struct pollfd p = { .fd = 0, .events = POLLIN };

	while (!ended && taken < length && taken < most &&
	    (left = until - clock_mono_us() / 1000) > 0 &&
	    poll(&p, 1, (int)left) == 1)
		take(piece, length - taken < UPLOAD_PIECE ?
		    (size_t)(length - taken) : UPLOAD_PIECE);
}
