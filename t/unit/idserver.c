/*
 * What an identity server is asked, where no network is needed: names and
 * whose word counts.  t/threepid.t and t/sydent.t ask real ones.
 */
#include "matrix/idserver.h"
#include "scratch.h"
#include "tap.h"

static bool
session(const char *server, const char *sid, const char *secret,
    const char *token)
{
	struct idserver id = { 0 };

	return idserver_session(&id, &scratch_conf, server, sid, secret,
	    token);
}

static void
test_session(void)
{
	char big[2000];

	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	ok(session("is.example.org:8090", "s.1", "secret_=-", NULL),
	    "a session");
	ok(session("is.example.org", "1", "s", "T0ken_.~/+"), "with a token");
	ok(!session("is.example.org/path", "1", "s", NULL), "no path");
	ok(!session("user@is.example.org", "1", "s", NULL), "no user");
	ok(!session("", "1", "s", NULL), "no server");
	ok(!session("is.example.org", "", "s", NULL), "no sid");
	ok(!session("is.example.org", "1&mxid=x", "s", NULL), "no parameter");
	ok(!session("is.example.org", "1", "a b", NULL), "no blank");
	ok(!session("is.example.org", "1", big, NULL), "no long secret");
	ok(!session("is.example.org", "1", "s", big), "no long token");
	ok(!session("is.example.org", "1", "s", "a\r\nHost: b"),
	    "no header in a token");
}

static void
test_trusted(void)
{
	const char *const servers[] = { "vector.im", "is.example.org:1", NULL };
	struct conf conf = { .id_servers = servers };

	ok(idserver_trusted(&conf, "vector.im"), "a server of the list");
	ok(idserver_trusted(&conf, "Vector.IM"), "in whatever case");
	ok(!idserver_trusted(&conf, "vector.im:444"), "not at another port");
	ok(!idserver_trusted(&conf, "is.example.org"), "nor without its port");
}

/* Nobody is there, or nobody may be asked: an outcome, and no crash. */
static void
test_silence(void)
{
	const char *const nobody[] = { NULL };
	struct conf conf = { .outbound_allow = nobody, .outbound_ms = 1000,
	    .data_dir = "/nonexistent", .server_name = "example.org" };
	struct idserver id = { 0 };

	idserver_session(&id, &conf, "127.0.0.1:1", "1", "s", NULL);
	idserver_validated(&id);
	ok(id.said == IDSERVER_SILENT && id.status == 0 && id.error[0] != '\0',
	    "nobody may be asked there");
	idserver_bind(&id);
	ok(id.said == IDSERVER_SILENT, "nor told");
	strcpy(id.medium, "email");
	strcpy(id.address, "a@example.org");
	idserver_unbind(&id);
	ok(id.said == IDSERVER_SILENT, "without a key nothing is signed");
}

int
main(void)
{
	scratch_begin();
	test_session();
	test_trusted();
	test_silence();
	return done_testing();
}
