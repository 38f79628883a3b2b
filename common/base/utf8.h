/* utf8.h - is this text? */
#ifndef MXCGI_UTF8_H
#define MXCGI_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Well-formed UTF-8: no surrogates, nothing overlong, nothing above U+10FFFF.
 * NUL is allowed.
 */
bool	utf8_valid(const char *, size_t);
/* A character that there can be; how many bytes it has. */
size_t	utf8_encode(uint32_t, char out[4]);

#endif
