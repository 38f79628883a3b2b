/*
 * errors.h - every way a request can be refused, with the errcode and the
 * HTTP status it travels under.  One table, so that the two cannot drift.
 */
#ifndef MXCGI_ERRORS_H
#define MXCGI_ERRORS_H

/* name, errcode, status */
#define MX_ERRORS(X)							\
	X(M_FORBIDDEN,			"M_FORBIDDEN",			403) \
	X(M_UNKNOWN_TOKEN,		"M_UNKNOWN_TOKEN",		401) \
	X(M_MISSING_TOKEN,		"M_MISSING_TOKEN",		401) \
	X(M_USER_LOCKED,		"M_USER_LOCKED",		401) \
	X(M_USER_SUSPENDED,		"M_USER_SUSPENDED",		403) \
	X(M_USER_DEACTIVATED,		"M_USER_DEACTIVATED",		403) \
	X(M_GUEST_ACCESS_FORBIDDEN,	"M_GUEST_ACCESS_FORBIDDEN",	403) \
	X(M_NOT_JSON,			"M_NOT_JSON",			400) \
	X(M_BAD_JSON,			"M_BAD_JSON",			400) \
	X(M_MISSING_PARAM,		"M_MISSING_PARAM",		400) \
	X(M_INVALID_PARAM,		"M_INVALID_PARAM",		400) \
	X(M_BAD_PAGINATION,		"M_BAD_PAGINATION",		400) \
	X(M_NOT_FOUND,			"M_NOT_FOUND",			404) \
	X(M_LIMIT_EXCEEDED,		"M_LIMIT_EXCEEDED",		429) \
	X(M_TOO_LARGE,			"M_TOO_LARGE",			413) \
	X(M_UNRECOGNIZED,		"M_UNRECOGNIZED",		404) \
	X(M_WRONG_METHOD,		"M_UNRECOGNIZED",		405) \
	X(M_USER_IN_USE,		"M_USER_IN_USE",		400) \
	X(M_INVALID_USERNAME,		"M_INVALID_USERNAME",		400) \
	X(M_EXCLUSIVE,			"M_EXCLUSIVE",			400) \
	X(M_WEAK_PASSWORD,		"M_WEAK_PASSWORD",		400) \
	X(M_ROOM_IN_USE,		"M_ROOM_IN_USE",		400) \
	X(M_BAD_ALIAS,			"M_BAD_ALIAS",			400) \
	X(M_THREEPID_DENIED,		"M_THREEPID_DENIED",		403) \
	X(M_INVALID_ROOM_STATE,		"M_INVALID_ROOM_STATE",		400) \
	X(M_UNSUPPORTED_ROOM_VERSION,	"M_UNSUPPORTED_ROOM_VERSION",	400) \
	X(M_BAD_REQUEST,		"M_UNKNOWN",			400) \
	X(M_UIA,			NULL,				401) \
	X(M_BUSY,			"M_UNKNOWN",			503) \
	X(M_STORE_FULL,			"M_UNKNOWN",			507) \
	X(M_UNKNOWN,			"M_UNKNOWN",			500)
/*
 * M_BAD_REQUEST: a request that no other code fits (an unknown login type).
 * M_UIA: User-Interactive Authentication goes on; the
 * handler has written the body itself, errcode included where a stage failed.
 */

enum mx_err {
	M_OK,
#define X(name, errcode, status) name,
	MX_ERRORS(X)
#undef X
	M__MAX,
	/* Not answers; see serve.h. */
	M_AGAIN, M_LATER, M_ELSEWHERE, M_PARKED
};

#endif
