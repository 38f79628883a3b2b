/*
 * mxcgi.c - the administrator's command, mxcgi(8): which subcommands there are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "mxcgi.h"

static const struct command {
	const char	*name;
	command_fn	*run;
	const char	*options;
	const char	*does;
} commands[] = {
	{ "init", cmd_init,
	    "[--server-name NAME] [--base-url URL] [--data-dir DIR] "
	    "[--run-dir DIR]\n\t    [--registration open|closed] "
	    "[--admin NAME] [--fence]\n\t    [--web-conf DIR]... [--no-copy] [--json]",
	    "make configuration, directories, signing key and database" },
	{ "migrate", cmd_migrate, "[--no-copy] [--json]",
	    "bring the database to this version's schema" },
	{ "doctor", cmd_doctor, "[--url URL] [--quick] [--json] [-v]\n"
	    "\t    [--web-conf DIR]...",
	    "say what is wrong with this installation, and how to mend it" },
	{ "run", cmd_run,
	    "[--bin DIR[:DIR...]] [--group NAME] [--socket-mode MODE]\n"
	    "\t    [--daemon --log FILE]",
	    "open the sockets, start all programs, start again what ends" },
	{ "stop", cmd_stop, "",
	    "end what `run` started, and wait until it has ended" },
	{ "user", cmd_user, "add|passwd|lock|unlock|suspend|unsuspend|"
	    "deactivate|list|show\n\t    [OPTION...] [USER]",
	    "accounts; `mxcgi user --help` says more" },
	{ "token", cmd_token, "add|list|revoke [OPTION...] [TOKEN]",
	    "registration tokens; `mxcgi token --help` says more" },
	{ "media", cmd_media, "list|show|purge|quarantine|release [OPTION...] "
	    "[MEDIA]",
	    "what users uploaded; `mxcgi media --help` says more" },
	{ "room", cmd_room, "list|show|delete [OPTION...] [ROOM]",
	    "rooms; `mxcgi room --help` says more" },
	{ "purge", cmd_purge, "history|rooms [OPTION...] [ROOM]",
	    "delete what is old or left; `mxcgi purge --help` says more" },
	{ "stats", cmd_stats, "[--days N]",
	    "show how much there is of everything" },
	{ "export", cmd_export, "USER --to DIRECTORY",
	    "write down all that is known about a user" },
	{ "report", cmd_report, "list|show|delete [OPTION...] [NUMBER]",
	    "what users reported; `mxcgi report --help` says more" },
	{ "notice", cmd_notice, "USER|--all TEXT [--pin|--unpin]",
	    "tell users something, in a room that each has for this" },
	{ "backup", cmd_backup, "[--no-media] [--json] DIRECTORY",
	    "copy all that the server is, while it runs" },
	{ "restore", cmd_restore, "[--yes] [--json] DIRECTORY",
	    "make the server what a backup says" },
	{ "verify", cmd_verify, "[--hashes] [--json] [DIRECTORY]",
	    "look whether the server, or a backup, is sound" },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

const char *
config_path(const char *option)
{
	const char *path = option;

	if (path == NULL)
		path = getenv("MXCGI_CONFIG");
	return path != NULL ? path : SYSCONFDIR "/mxcgi/mxcgi.conf";
}

const char *
config_only(int argc, char **argv)
{
	if (argc == 1)
		return config_path(NULL);
	if (argc == 3 && strcmp(argv[1], "--config") == 0)
		return argv[2];
	fprintf(stderr, "usage: mxcgi %s [--config FILE]\n", argv[0]);
	return NULL;
}

static void
help(FILE *to)
{
	fputs("usage: mxcgi COMMAND [--config FILE] [OPTION...]\n\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "    %s %s\n\t%s\n", commands[i].name,
		    commands[i].options, commands[i].does);
	fprintf(to, "\nWithout --config: $MXCGI_CONFIG, else %s.\n"
	    "See mxcgi(8) and mxcgi.conf(5).\n", SYSCONFDIR "/mxcgi/mxcgi.conf");
}

int
main(int argc, char **argv)
{
	log_open("mxcgi", LOG_INFO);
	if (argc < 2) {
		help(stderr);
		return EX_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		help(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("mxcgi " PACKAGE_VERSION);
		return 0;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "mxcgi: no command \"%s\"; mxcgi --help lists them\n",
	    argv[1]);
	return EX_USAGE;
}
