/*
 * curl.h - libcurl, loaded when it is first needed.
 *
 * It brings some thirty other libraries, which would make each start of a CGI
 * five times as long; and few requests ask anybody outside.  Whoever includes
 * this and has called curl_load() writes curl_easy_...() as usual.
 *
 * With --enable-static (CURL_LINKED) it is a part of the programs that need it.
 */
#ifndef MXCGI_CURL_H
#define MXCGI_CURL_H

#include <stdbool.h>

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#if !CURL_LINKED
/* What is used of it; the names are those of libcurl without "curl_". */
#define CURL_FUNCTIONS(X)						\
	X(CURLcode, global_init, (long))				\
	X(CURL *, easy_init, (void))					\
	X(CURLcode, easy_setopt, (CURL *, CURLoption, ...))		\
	X(CURLcode, easy_perform, (CURL *))				\
	X(CURLcode, easy_getinfo, (CURL *, CURLINFO, ...))		\
	X(const char *, easy_strerror, (CURLcode))			\
	X(void, easy_reset, (CURL *))					\
	X(void, easy_cleanup, (CURL *))					\
	X(struct curl_slist *, slist_append,				\
	    (struct curl_slist *, const char *))			\
	X(void, slist_free_all, (struct curl_slist *))			\
	X(CURLU *, url, (void))						\
	X(void, url_cleanup, (CURLU *))					\
	X(CURLUcode, url_set,						\
	    (CURLU *, CURLUPart, const char *, unsigned))		\
	X(CURLUcode, url_get, (const CURLU *, CURLUPart, char **, unsigned)) \
	X(void, free, (void *))

struct curl_functions {
#define X(type, name, parameters) type (*name) parameters;
	CURL_FUNCTIONS(X)
#undef X
};
extern struct curl_functions curl_functions;

#undef curl_easy_setopt
#undef curl_easy_getinfo
#define curl_global_init	curl_functions.global_init
#define curl_easy_init		curl_functions.easy_init
#define curl_easy_setopt	curl_functions.easy_setopt
#define curl_easy_perform	curl_functions.easy_perform
#define curl_easy_getinfo	curl_functions.easy_getinfo
#define curl_easy_strerror	curl_functions.easy_strerror
#define curl_easy_reset		curl_functions.easy_reset
#define curl_easy_cleanup	curl_functions.easy_cleanup
#define curl_slist_append	curl_functions.slist_append
#define curl_slist_free_all	curl_functions.slist_free_all
#define curl_url		curl_functions.url
#define curl_url_cleanup	curl_functions.url_cleanup
#define curl_url_set		curl_functions.url_set
#define curl_url_get		curl_functions.url_get
#define curl_free		curl_functions.free
#endif

/* False: it is not installed.  Any thread may; once is enough. */
bool	curl_load(void);

#endif
