/*
 * mxcgi.h - the subcommands of the administrator's command, mxcgi(8).
 *
 * Each gets its own name in argv[0] and returns the exit status: 0, 1 when it
 * failed (it has said why on standard error), EX_USAGE for a wrong call, or
 * another of sysexits.h that mxcgi(8) names.
 */
#ifndef MXCGI_ADMIN_H
#define MXCGI_ADMIN_H

typedef int command_fn(int argc, char **argv);

command_fn	cmd_backup;
command_fn	cmd_export;
command_fn	cmd_doctor;
command_fn	cmd_init;
command_fn	cmd_media;
command_fn	cmd_migrate;
command_fn	cmd_notice;
command_fn	cmd_purge;
command_fn	cmd_report;
command_fn	cmd_restore;
command_fn	cmd_room;
command_fn	cmd_run;
command_fn	cmd_stats;
command_fn	cmd_stop;
command_fn	cmd_token;
command_fn	cmd_user;
command_fn	cmd_verify;

/* mxcgi-run.c: does `mxcgi run` work here?  Its process, or 0. */
struct conf;
long		 server_runs(const struct conf *);

/* The configuration file: option, else $MXCGI_CONFIG, else the default. */
const char	*config_path(const char *option);
/* The same for a command that takes no other option; NULL: a wrong call. */
const char	*config_only(int argc, char **argv);

#endif
