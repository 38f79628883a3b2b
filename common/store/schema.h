/*
 * schema.h - the schemas as texts; gen/schema.c is made of sql/NNNN-*.sql and
 * sql/volatile.sql by build-aux/mkschema.awk.
 */
#ifndef MXCGI_SCHEMA_H
#define MXCGI_SCHEMA_H

struct migration {
	int		 version;	/* NNNN; user_version after it */
	const char	*name;
	const char	*sql;
};
/* In order of version; ends with version 0. */
extern const struct migration migrations[];
extern const char volatile_schema[];

#endif
