/* quote.h - how a character stands in a string, for those who read it back. */
#ifndef MXCGI_QUOTE_H
#define MXCGI_QUOTE_H

#include <stddef.h>

#define QUOTE_MAX	6

/* The shortest escape of c and its length; 0 when c stands for itself. */
size_t	quote_escape(char c, char out[QUOTE_MAX]);

#endif
