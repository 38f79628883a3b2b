/* figures.h - how long it took, how often, and at what cost of CPU. */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include "http.h"

/* Count the CPU time of processes whose command line holds this, and of their
 * children. */
void	count_cpu_of(const char *pattern);
/* And that of this one. */
void	count_own_cpu(void);
void	start_clock(void);
/* The CPU time that was counted since then, in us. */
double	cpu_since_start(void);
/* An answer has come. */
void	take(const struct http *, int status);
/*
 * One line with median, p99 and rate of what was taken since start_clock().
 * Returns the CPU time of one answer in us, as far as it is counted.
 */
double	report(const char *name);

#endif
