/* world.h - users and rooms to put load on, made one request at a time. */
#ifndef BENCH_WORLD_H
#define BENCH_WORLD_H

#include <stdbool.h>
#include <stddef.h>

#define USERS_MAX	20000

struct user {
	char	id[128];
	char	token[256];
};
extern struct user users[USERS_MAX];
extern size_t user_count;
extern bool stop;		/* ends http_run() */
extern char *last;		/* body of the last answer to what is below */

void	world_open(const char *url);
/* All of these exit when the server refuses. */
void	need_users(size_t n);
/* Another session of the same user, and its device. */
void	log_in(const struct user *, struct user *session, char device[256]);
/* Anything else; body NULL: none. */
void	demand(const struct user *, const char *method, const char *path,
	    const char *body);
void	new_room(const struct user *, const char *preset, char room[256]);
void	join(const struct user *, const char *room);
void	say(const struct user *, const char *room);
/* rule: kind and id. */
void	put_rule(const struct user *, const char *rule, const char *body);
void	since_of(const struct user *, char since[256]);
/* The same for who wants to hear of nothing before: cheap in a full room. */
void	since_now(const struct user *, char since[256]);
/* The text value of a key in `last`, wherever it first stands. */
void	text_of(const char *key, char *out, size_t size);

#endif
