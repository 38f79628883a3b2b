/* confine.c - which files a program works with; see confine.h. */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/confine-inner.h"
#include "base/beside.h"
#include "base/fd.h"

#define PATH_SIZE	4096

static void
allow_in(const char *dir, const char *name, enum use use)
{
	char path[PATH_SIZE];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) <
	    (int)sizeof(path))
		confine_files_allow(path, use);
}

/* They are there since the store is open, and stay the same files. */
static void
allow_store(const struct conf *conf, unsigned reach)
{
	static const char *const names[] = {
		"mxcgi.db", "mxcgi.db-wal", "mxcgi.db-shm", "mxcgi.lock",
		"mxcgi.lock.next"
	};

	confine_files_allow(conf->run_dir, USE_KEEP);
	/* Has the machine been started anew?  volatile.c asks. */
	confine_files_allow("/proc/sys/kernel/random", USE_READ);
	if (reach & REACH_DATA) {
		confine_files_allow(conf->data_dir, USE_KEEP);
		return;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		allow_in(conf->data_dir, names[i], USE_WRITE);
	if (reach & REACH_KEY)
		allow_in(conf->data_dir, "signing.key", USE_READ);
}

/* With the first file it would be too late for it to be made. */
static void
allow_media(const struct conf *conf)
{
	fd_make_dir(AT_FDCWD, conf->media_dir,
	    conf->media_handover != HANDOVER_NONE ? 0750 : 0700);
	confine_files_allow(conf->media_dir, USE_KEEP);
}

/*
 * libcurl is loaded when it is first needed; it and the C library's resolver read
 * what the host has set up, much of which is replaced now and then, so that
 * whole directories are meant.  /run is where links in /etc lead to.
 */
static void
allow_libraries(void)
{
	static const char *const names[] = {
		"/etc", "/usr", "/lib", "/lib64", "/opt", "/nix/store",
		"/gnu/store", "/run/systemd/resolve", "/run/resolvconf",
		"/run/NetworkManager", "/run/connman", "/run/nscd",
		"/run/current-system", "/var/lib/ca-certificates",
		"/sys/devices/system/cpu", "/dev/urandom", "/dev/random"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		confine_files_allow(names[i], USE_READ);
	confine_files_allow("/dev/null", USE_WRITE);
}

static void
allow_outside(const struct conf *conf)
{
	const struct conf_oidc *idp;

	allow_libraries();
	if (conf->outbound_ca_file != NULL)
		confine_files_allow(conf->outbound_ca_file, USE_READ);
	if (conf->mail_password_file != NULL)
		confine_files_allow(conf->mail_password_file, USE_READ);
	for (idp = conf->oidc; idp != NULL; idp = idp->next)
		if (idp->client_secret_file != NULL)
			confine_files_allow(idp->client_secret_file, USE_READ);
}

/*
 * With all that stands beside it: an upgrade puts a new file in its place, which
 * is another one to Landlock.
 */
static void
allow_run(const char *file)
{
	char *real = realpath(file, NULL), *slash;

	if (real != NULL && (slash = strrchr(real, '/')) != NULL) {
		*slash = '\0';
		confine_files_allow(*real != '\0' ? real : "/", USE_RUN);
	}
	free(real);
}

/* Who starts a program starts its loader: ours is the same. */
static int
allow_loader(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_INTERP)
			allow_run((const char *)(info->dlpi_addr +
			    info->dlpi_phdr[i].p_vaddr));
	return 1;	/* the first is this program */
}

static void
allow_thumbnailer(void)
{
	char path[PATH_SIZE];

	beside("thumbnailer", path, sizeof(path));
	allow_run(path);
	allow_libraries();
	confine_files_allow("/proc", USE_READ);
	dl_iterate_phdr(allow_loader, NULL);
}

/* The C library loads them when it is first asked. */
static void
allow_letters(void)
{
	confine_files_allow("/usr/lib/locale", USE_READ);
	confine_files_allow("/usr/share/locale", USE_READ);
}

static void
allow_files(const struct conf *conf, unsigned reach)
{
	allow_store(conf, reach);
	if (reach & REACH_LETTERS)
		allow_letters();
	if (reach & REACH_MEDIA)
		allow_media(conf);
	if (reach & REACH_OUTSIDE)
		allow_outside(conf);
	if (reach & REACH_THUMBNAILER)
		allow_thumbnailer();
	if (WITH_SANITIZERS)
		confine_files_allow("/", USE_READ);
}

void
confine(const struct conf *conf, unsigned reach)
{
	bool runs = (reach & REACH_COMMAND) != 0 &&
	    (conf->mail_command != NULL || conf->msisdn_command != NULL);

	if (!conf->confine || runs)
		return;
	if (confine_files_begin()) {
		allow_files(conf, reach);
		confine_files_end();
	}
	confine_calls(reach);
}
