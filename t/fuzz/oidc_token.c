/*
 * oidc_token.c - ID tokens: whatever a provider answers is believed or refused.
 * The input is the claims, which are wrapped, and then the token as it stands.
 */
#include <stdint.h>

#include "base/crypto.h"
#include "matrix/oidc.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct conf_oidc idp = {
		.issuer = "https://a.example", .client_id = "b"
	};
	struct arena *mem = arena_new();
	const char *why;
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	buf_puts(&b, "eyJhbGciOiJSUzI1NiJ9.");
	base64_encode(&b, data, n, true);
	buf_puts(&b, ".c2ln");
	oidc_token_claims(mem, buf_str(&b), &idp, "c", 0, &why);
	oidc_token_claims(mem, arena_strndup(mem, (const char *)data, n), &idp,
	    "c", 0, &why);
	arena_free(mem);
	return 0;
}
