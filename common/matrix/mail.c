/*
 * mail.c - messages on their way: a mail by a program or by SMTP, a text to a
 * telephone by a program.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/command.h"
#include "base/curl.h"
#include "base/secret.h"
#include "matrix/mail.h"

#define PASSWORD_LEN	256

bool
message_mail(struct message *m, struct arena *mem, const struct conf *conf,
    const struct mail *mail)
{
	struct buf b;

	buf_init(&b, mem, sizeof(m->body));
	if (conf->mail_from == NULL || !mail_compose(&b, mail))
		return false;
	m->conf = conf;
	strcpy(m->from, mail_from_address(mem, mail->from));
	strcpy(m->to, mail->to);
	memcpy(m->body, b.s, b.len);
	m->len = b.len;
	return true;
}

bool
message_text(struct message *m, const struct conf *conf, const char *number,
    const char *text)
{
	int n = snprintf(m->body, sizeof(m->body), "%s\n%s\n", number, text);

	m->conf = conf;
	m->len = (size_t)n;
	return conf->msisdn_command != NULL && (size_t)n < sizeof(m->body);
}

/* -------------------------------------------------------- by a program */

void
message_send_text(struct message *m)
{
	m->sent = command_run(m->conf->msisdn_command, m->body, m->len,
	    m->conf->outbound_ms, m->why, sizeof(m->why));
}

/* Programs on this machine end lines as this machine does. */
static void
send_by_command(struct message *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->len; i++)
		if (m->body[i] != '\r')
			m->body[n++] = m->body[i];
	m->sent = command_run(m->conf->mail_command, m->body, n,
	    m->conf->outbound_ms, m->why, sizeof(m->why));
}

/* -------------------------------------------------------------- by SMTP */

static bool
complain(struct message *m, const char *what)
{
	snprintf(m->why, sizeof(m->why), "%s", what);
	return false;
}

/* Whoever can read it can send in our name, so others must not. */
static bool
read_password(struct message *m, char password[PASSWORD_LEN])
{
	const char *fault = secret_read(m->conf->mail_password_file, password,
	    PASSWORD_LEN);

	if (fault == NULL)
		return true;
	snprintf(m->why, sizeof(m->why), "[mail] password_file %s", fault);
	return false;
}

struct upload {
	const char	*s;
	size_t		 n;
};

static size_t
feed(char *to, size_t size, size_t count, void *arg)
{
	struct upload *up = arg;
	size_t n = size * count < up->n ? size * count : up->n;

	memcpy(to, up->s, n);
	up->s += n;
	up->n -= n;
	return n;
}

/*
 * A certificate is checked where the administrator asked for TLS or a password
 * is at stake; otherwise TLS is better than none, whoever answers.
 */
static void
set_security(CURL *c, const struct conf *conf)
{
	bool wanted = conf->mail_user != NULL ||
	    strncmp(conf->mail_smtp, "smtps:", 6) == 0;

	curl_easy_setopt(c, CURLOPT_USE_SSL,
	    (long)(wanted ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, wanted ? 1L : 0L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, wanted ? 2L : 0L);
	if (conf->outbound_ca_file != NULL)
		curl_easy_setopt(c, CURLOPT_CAINFO, conf->outbound_ca_file);
}

/* No proxy and no .netrc of the environment has a say. */
static void
set_way(CURL *c, const struct conf *conf, char *error)
{
	curl_easy_setopt(c, CURLOPT_URL, conf->mail_smtp);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)conf->outbound_ms);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, error);
}

static bool
transfer(CURL *c, struct message *m, struct curl_slist *to)
{
	struct upload up = { m->body, m->len };
	char error[CURL_ERROR_SIZE] = "", from[MAIL_ADDRESS_MAX + 3];
	CURLcode rc;

	snprintf(from, sizeof(from), "<%s>", m->from);
	set_way(c, m->conf, error);
	set_security(c, m->conf);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, feed);
	curl_easy_setopt(c, CURLOPT_READDATA, &up);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	rc = curl_easy_perform(c);
	return rc == CURLE_OK ||
	    complain(m, *error != '\0' ? error : curl_easy_strerror(rc));
}

static bool
set_login(CURL *c, struct message *m)
{
	char password[PASSWORD_LEN];
	bool good;

	if (m->conf->mail_user == NULL)
		return true;
	if (m->conf->mail_password_file == NULL)
		return complain(m, "[mail] user needs password_file");
	if ((good = read_password(m, password))) {
		curl_easy_setopt(c, CURLOPT_USERNAME, m->conf->mail_user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, password);
	}
	explicit_bzero(password, sizeof(password));
	return good;
}

static void
send_by_smtp(struct message *m)
{
	char to[MAIL_ADDRESS_MAX + 3];
	struct curl_slist *list;
	CURL *c;

	if (!curl_load()) {
		complain(m, "libcurl is not installed");
		return;
	}
	snprintf(to, sizeof(to), "<%s>", m->to);
	list = curl_slist_append(NULL, to);
	c = curl_easy_init();
	if (c == NULL || list == NULL)
		complain(m, "out of memory");
	else
		m->sent = set_login(c, m) && transfer(c, m, list);
	curl_easy_cleanup(c);
	curl_slist_free_all(list);
}

/* NOOP is asked once the server has taken the login. */
static void
greet(struct message *m, CURL *c)
{
	char error[CURL_ERROR_SIZE] = "";
	CURLcode rc;

	set_way(c, m->conf, error);
	set_security(c, m->conf);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, "NOOP");
	curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	rc = curl_easy_perform(c);
	m->sent = rc == CURLE_OK ||
	    complain(m, *error != '\0' ? error : curl_easy_strerror(rc));
}

void
message_try_smtp(struct message *m)
{
	CURL *c;

	if (!curl_load() || (c = curl_easy_init()) == NULL) {
		complain(m, "libcurl is not installed");
		return;
	}
	if (set_login(c, m))
		greet(m, c);
	curl_easy_cleanup(c);
}

void
message_send_mail(struct message *m)
{
	if (m->conf->mail_command != NULL)
		send_by_command(m);
	else
		send_by_smtp(m);
}
