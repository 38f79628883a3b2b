/*
 * folder.h - the folder of a web host where mxcgi was put as a whole:
 *
 *	matrix.cgi	the door (dispatch.c)
 *	setup.cgi	the page that sets it up, once (setup.c)
 *	programs/	all others
 *	private		a link to configuration and data, made by setup.cgi
 */
#ifndef MXCGI_FOLDER_H
#define MXCGI_FOLDER_H

#include <limits.h>
#include <stdbool.h>

/*
 * Where this program stands, without a slash at the end.  False: neither the
 * system nor the web server says.
 */
bool	 folder_find(char path[PATH_MAX]);

#endif
