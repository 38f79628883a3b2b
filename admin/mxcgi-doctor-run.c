/*
 * mxcgi-doctor-run.c - the programs that run, or should, and what they need
 * besides the web server.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/beside.h"
#include "base/command.h"
#include "base/fd.h"
#include "matrix/mail.h"
#include "matrix/thumbnail.h"
#include "mxcgi-doctor-process.h"
#include "mxcgi-doctor.h"
#include "mxcgi.h"

#define ANSWER_MS	5000
#define RESIDENT_S	600		/* housekeeper: at work once a minute */
#define CRON_S		3600
#define DRAW_MS		10000

/* --------------------------------------------------------------- sockets */

/* Name and value of a FastCGI parameter, both shorter than 128 bytes. */
static void
add_param(struct buf *b, const char *name, const char *value)
{
	buf_putc(b, (char)strlen(name));
	buf_putc(b, (char)strlen(value));
	buf_puts(b, name);
	buf_puts(b, value);
}

static void
add_record(struct buf *b, char type, struct span content)
{
	buf_add(b, (char[]){ 1, type, 0, 1, (char)(content.n >> 8),
	    (char)(content.n & 0xff), 0, 0 }, 8);
	buf_span(b, content);
}

/* A request as any web server makes one; what is answered does not matter. */
static struct span
request(struct arena *mem)
{
	struct buf params, b;

	buf_init(&params, mem, 1024);
	add_param(&params, "REQUEST_METHOD", "GET");
	add_param(&params, "REQUEST_URI", "/_matrix/client/versions");
	add_param(&params, "REMOTE_ADDR", "127.0.0.1");
	buf_init(&b, mem, 4096);
	add_record(&b, 1, (struct span){ "\0\1\0\0\0\0\0", 8 });
	add_record(&b, 4, buf_content(&params));
	add_record(&b, 4, (struct span){ "", 0 });
	add_record(&b, 5, (struct span){ "", 0 });
	return buf_content(&b);
}

/* NULL: it answers. */
static const char *
socket_fault(struct arena *mem, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct span ask = request(mem);
	const char *fault = NULL;
	char answer[8];

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (fd == -1 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)) ==
	    -1)
		fault = errno == ECONNREFUSED ? "nobody listens" :
		    strerror(errno);
	else if (!fd_write(fd, ask.s, ask.n) || poll(&p, 1, ANSWER_MS) != 1)
		fault = "no answer within 5 s";
	else if (read(fd, answer, sizeof(answer)) < 1 || answer[0] != 1)
		fault = "an answer that is not FastCGI";
	if (fd != -1)
		close(fd);
	return fault;
}

/* How many there are; *bad of them do not answer, the first as *fault says. */
static unsigned
try_sockets(struct doctor *d, unsigned *bad, const char **fault)
{
	DIR *dir = opendir(d->conf->run_dir);
	const struct dirent *entry;
	unsigned n = 0;

	*bad = 0;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		const char *dot = strrchr(entry->d_name, '.'), *why;

		if (dot == NULL || strcmp(dot, ".sock") != 0)
			continue;
		n++;
		why = socket_fault(d->mem, arena_printf(d->mem, "%s/%s",
		    d->conf->run_dir, entry->d_name));
		if (why != NULL && (*bad)++ == 0)
			*fault = arena_printf(d->mem, "%s: %s", entry->d_name,
			    why);
	}
	if (dir != NULL)
		closedir(dir);
	return n;
}

/* Without `mxcgi run` they are its remains, or somebody else listens. */
void
check_run(struct doctor *d)
{
	const char *fault = NULL;
	unsigned n, bad;

	d->resident = server_runs(d->conf) != 0;
	n = try_sockets(d, &bad, &fault);
	d->on_demand = !d->resident && bad < n;
	if (!d->resident && n > 0 && bad == n)
		wrong(d, arena_printf(d->mem, "%u sockets are in run_dir, and "
		    "`mxcgi run` is not at work (%s)", n, fault),
		    "The web server finds nobody to ask.", REMEDY(arena_printf(
		    d->mem, "mxcgi run; or with plain CGI: rm %s/*.sock",
		    d->conf->run_dir)));
	else if (bad > 0)
		wrong(d, arena_printf(d->mem, "%u of %u sockets do not answer "
		    "(%s)", bad, n, fault), "That part of the server does not "
		    "work.", REMEDY(d->resident ? "the log of `mxcgi run` says "
		    "why; then mxcgi stop, and mxcgi run" :
		    "journalctl -u 'mxcgi*' says why; then systemctl restart "
		    "mxcgi.target"));
}

/* ------------------------------------------------------------- processes */

/* Those that a web server or systemd started end with it. */
static void
note_orphan(const struct process *p, void *arg)
{
	struct doctor *d = arg;

	if (!p->listens || p->parent == server_runs(d->conf) || !p->left ||
	    (p->on_demand && !d->resident))
		return;
	warn(d, arena_printf(d->mem, "process %ld (%s) serves this "
	    "configuration, and nobody looks after it", p->pid, p->name),
	    "It takes memory, and may answer from an old version.",
	    REMEDY(p->on_demand ? "let either start programs: mxcgi stop, or "
	    "systemctl disable --now mxcgi.target" :
	    arena_printf(d->mem, "kill %ld", p->pid)));
}

void
check_orphans(struct doctor *d)
{
	processes_each(d->mem, d->conf, note_orphan, d);
}

/* Whom a web server started it renews, and who is left was spoken of. */
static void
note_replaced(const struct process *p, void *arg)
{
	struct doctor *d = arg;
	bool run = d->resident && p->parent == server_runs(d->conf);

	if (!p->replaced || !(run || p->on_demand) ||
	    (d->last != NULL && d->last->check == d->check))
		return;
	warn(d, arena_printf(d->mem, "process %ld (%s) is of a file that was "
	    "replaced since: an upgrade is not finished", p->pid, p->name),
	    "Clients are served by the old version.", REMEDY(run ?
	    arena_printf(d->mem, "kill -HUP %ld", p->parent) :
	    "systemctl restart mxcgi.target"));
}

void
check_programs(struct doctor *d)
{
	if (d->resident || d->on_demand)
		processes_each(d->mem, d->conf, note_replaced, d);
	else
		skip(d, "none stays: this is plain CGI");
}

static const char *
have_it_work(struct doctor *d)
{
	char program[PATH_MAX];

	if (d->resident)
		return "the log of `mxcgi run` says why";
	if (d->on_demand)
		return "systemctl enable --now mxcgi-visit.timer; journalctl "
		    "-u mxcgi-visit says how it went";
	beside("housekeeper", program, sizeof(program));
	return arena_printf(d->mem, "crontab -e, as the owner of data_dir: "
	    "* * * * * MXCGI_CONFIG=%s %s --once", d->conf->path, program);
}

void
check_housekeeper(struct doctor *d)
{
	const char *path = arena_printf(d->mem, "%s/housekeeper.done",
	    d->conf->run_dir), *what;
	long long limit = d->resident ? RESIDENT_S : CRON_S, since;
	struct stat st;

	if (stat(path, &st) == -1)
		what = "the housekeeper has not worked yet";
	else if ((since = (long long)time(NULL) - (long long)st.st_mtime) >
	    limit)
		what = arena_printf(d->mem, "the housekeeper worked %lld "
		    "minutes ago", since / 60);
	else
		return;
	wrong(d, what, "Nobody gets notifications, and the database only "
	    "grows.", REMEDY(have_it_work(d)));
}

/* -------------------------------------------------------------- pictures */

/* 4 by 4 dots, all of one colour. */
static const unsigned char dots[] = {
	0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00,
	0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
	0x00, 0x04, 0x00, 0x00, 0x00, 0x04, 0x08, 0x02, 0x00,
	0x00, 0x00, 0x26, 0x93, 0x09, 0x29, 0x00, 0x00, 0x00,
	0x10, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x68,
	0x70, 0x38, 0x00, 0x47, 0x0c, 0xc4, 0x71, 0x00, 0x6c,
	0x52, 0x18, 0x01, 0xed, 0x5e, 0xe3, 0x10, 0x00, 0x00,
	0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60,
	0x82,
};

static void
note_place(const struct process *p, void *arg)
{
	char *path = arg, *slash;

	snprintf(path, PATH_MAX, "%s", p->exe);
	if ((slash = strrchr(path, '/')) != NULL)
		snprintf(slash, (size_t)(path + PATH_MAX - slash),
		    "/thumbnailer");
}

static bool
find_thumbnailer(struct doctor *d, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/thumbnailer", PROGDIR);
	if (access(path, X_OK) == 0)
		return true;
	processes_each(d->mem, d->conf, note_place, path);
	return access(path, X_OK) == 0;
}

void
check_pictures(struct doctor *d)
{
	char path[PATH_MAX], why[256] = "it cannot be started";
	char *words[] = { path, "scale", "2x2", NULL };
	int in, out, status = -1;

	if (!thumbnail_can() && CURL_LINKED) {
		skip(d, "static programs draw none");
		return;
	}
	if (!thumbnail_can()) {
		warn(d, "this mxcgi was built without libvips",
		    "Clients get no thumbnails and download whole pictures.",
		    REMEDY("install libvips and libseccomp (libvips-dev, "
		    "libseccomp-dev), then ../configure and make install"));
		return;
	}
	if (!find_thumbnailer(d, path)) {
		skip(d, "the thumbnailer is not in " PROGDIR);
		return;
	}
	in = memfd_create("doctor", MFD_CLOEXEC);
	out = memfd_create("doctor", MFD_CLOEXEC);
	if (in != -1 && out != -1 && fd_write(in, (const char *)dots,
	    sizeof(dots)) && lseek(in, 0, SEEK_SET) == 0)
		status = command_run_own(words, in, out, DRAW_MS, why,
		    sizeof(why));
	close(in);
	close(out);
	if (status != 0)
		wrong(d, arena_printf(d->mem, "%s draws nothing: %s", path,
		    why), "Clients get no thumbnails.", REMEDY(
		    "install libvips and libseccomp, or build mxcgi anew"));
}

/* ------------------------------------------------------------------ mail */

static void
look_at_command(struct doctor *d, const char *key, const char *command)
{
	const char *path = arena_strndup(d->mem, command,
	    strcspn(command, " "));

	if (access(path, X_OK) == -1)
		wrong(d, arena_printf(d->mem, "%s command = %s: %s", key, path,
		    strerror(errno)), "No message is sent.", REMEDY(
		    "install that program, or name another in mxcgi.conf"));
}

void
check_mail(struct doctor *d)
{
	const struct conf *c = d->conf;
	struct message *m = arena_alloc(d->mem, sizeof(*m));

	m->conf = c;
	if (c->msisdn_command != NULL)
		look_at_command(d, "[msisdn]", c->msisdn_command);
	if (c->mail_from == NULL) {
		skip(d, "no mail is sent: [mail] has no from");
		return;
	}
	if (c->mail_command != NULL) {
		look_at_command(d, "[mail]", c->mail_command);
		return;
	}
	message_try_smtp(m);
	if (!m->sent)
		wrong(d, arena_printf(d->mem, "%s: %s", c->mail_smtp, m->why),
		    "Nobody can confirm an address, set a forgotten password, "
		    "or be told by mail.", REMEDY("smtp, user and "
		    "password_file in [mail] of mxcgi.conf"));
}
