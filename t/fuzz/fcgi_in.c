/*
 * fcgi_in.c - any bytes at all on a program's socket.  The first byte says in
 * what pieces the rest arrives; every parameter block is walked.
 */
#include <stdlib.h>

#include "serve/fcgi_in.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static volatile unsigned sink;

/* Touch every byte that the pairs point to. */
static unsigned
walk(const struct fcgi_in *in)
{
	struct fcgi_pair pair;
	unsigned sum = 0;
	size_t at = 0;
	bool bad = false;

	while (fcgi_pair_next(in->params, in->params_len, &at, &pair, &bad))
		for (size_t i = 0; i < pair.name_len + pair.value_len; i++)
			sum += (unsigned char)pair.name[i];
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fcgi_in in = { 0 };
	enum fcgi_step step = FCGI_STEP_MORE;
	size_t piece;

	if (size == 0)
		return 0;
	piece = 1 + data[0];
	data++;
	size--;
	while (size > 0 && step != FCGI_STEP_BAD) {
		size_t n = size < piece ? size : piece;

		size -= n;
		do {
			step = fcgi_feed(&in, &data, &n);
			if (step == FCGI_STEP_PARAMS) {
				sink = walk(&in);
				in.body_max = 1000;
			} else if (step == FCGI_STEP_BODY) {
				if (in.body_len > in.body_max)
					abort();
				fcgi_in_reset(&in);
			}
		} while (step != FCGI_STEP_MORE && step != FCGI_STEP_BAD);
	}
	fcgi_in_reset(&in);
	return 0;
}
