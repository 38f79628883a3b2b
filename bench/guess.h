/* guess.h - does the time of a refused login tell which users there are? */
#ifndef BENCH_GUESS_H
#define BENCH_GUESS_H

/*
 * Logins one after the other, in turn of an unknown user and twice with a wrong
 * password: a line each, and one with how much they differ.
 */
void	guess_run(double seconds);
/* The body of a login that is refused; of users[0] or of nobody. */
const char *guess_body(const char *user);

#endif
