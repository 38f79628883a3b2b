/*
 * conf_value.h - who understands the values of keys.  mxcgi.conf(5) says what
 * may be written; each returns NULL and has set the member, or returns what the
 * value must be.
 */
#ifndef MXCGI_CONF_VALUE_H
#define MXCGI_CONF_VALUE_H

#include "base/conf_key.h"

/* From least to most; of what type the member is. */
const char	*set_number(const struct setting *);	/* unsigned */
const char	*set_size(const struct setting *);	/* size_t, bytes */
const char	*set_amount(const struct setting *);	/* int64_t, bytes */
const char	*set_time(const struct setting *);	/* unsigned, ms */
/* Longer times, ms as int64_t: no bound but that of the type. */
const char	*set_span(const struct setting *);
const char	*set_limit(const struct setting *);	/* struct conf_limit */

/* One of some words. */
const char	*set_log_level(const struct setting *);
const char	*set_durability(const struct setting *);
const char	*set_profile_lookup(const struct setting *);
const char	*set_handover(const struct setting *);
const char	*set_frozen(const struct setting *);	/* int64_t, ms since 1970 */
const char	*set_open(const struct setting *);	/* bool */
const char	*set_yes(const struct setting *);	/* bool */

/* A text of least to most bytes, without slashes at its end: const char *. */
const char	*set_text(const struct setting *);
/* The same, slashes and all. */
const char	*set_verbatim(const struct setting *);
const char	*set_localpart(const struct setting *);
const char	*set_server_name(const struct setting *);
const char	*set_url(const struct setting *);
const char	*set_smtp(const struct setting *);
const char	*set_directory(const struct setting *);
const char	*set_address(const struct setting *);
const char	*set_command(const struct setting *);

/* Lists of words with blanks between them, which end with NULL. */
const char	*set_words(const struct setting *);
const char	*set_paths(const struct setting *);
const char	*set_networks(const struct setting *);
const char	*set_ports(const struct setting *);	/* unsigned, 0 ends */
const char	*set_urls(const struct setting *);
const char	*set_turn_uris(const struct setting *);
const char	*set_clients(const struct setting *);	/* of URLs */
const char	*set_schemes(const struct setting *);	/* of URIs */

/* What is asked of people; set_password_needs() has all of struct conf. */
const char	*set_password_needs(const struct setting *);
const char	*set_flows(const struct setting *);
const char	*set_policy(const struct setting *);	/* one more */
const char	*set_contact(const struct setting *);	/* one more */

#endif
