/* figures.c - see figures.h. */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "figures.h"

static float *taken;			/* ms each */
static size_t taken_n, taken_cap;
static size_t refused;
static const char *patterns[16];
static size_t pattern_count;
static bool own_cpu;

void
take(const struct http *h, int status)
{
	if (taken_n == taken_cap) {
		taken_cap = taken_cap ? 2 * taken_cap : 4096;
		if ((taken = realloc(taken, taken_cap * sizeof(*taken))) == NULL)
			err(1, NULL);
	}
	taken[taken_n++] = (float)(mono_us() - h->sent_us) / 1000;
	if (status != 200)
		refused++;
}

static int
by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

/* CPU time of one process in us, all its threads. */
static double
cpu_of(const char *pid)
{
	char path[300];
	double sum = 0;
	struct dirent *d;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	if ((tasks = opendir(path)) == NULL)
		return 0;
	while ((d = readdir(tasks)) != NULL) {
		unsigned long long ns = 0;
		char file[600];
		FILE *f;

		snprintf(file, sizeof(file), "%s/%s/schedstat", path, d->d_name);
		if (d->d_name[0] == '.' || (f = fopen(file, "r")) == NULL)
			continue;
		if (fscanf(f, "%llu", &ns) == 1)
			sum += (double)ns / 1000;
		fclose(f);
	}
	closedir(tasks);
	return sum;
}

static int
parent_of(int pid)
{
	char path[64];
	int parent = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	if (fscanf(f, "%*d (%*[^)]) %*c %d", &parent) != 1)
		parent = 0;
	fclose(f);
	return parent;
}

static bool
is_named(int pid)
{
	char path[64], line[4096];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	if (pid == getpid() || (f = fopen(path, "r")) == NULL)
		return false;
	n = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	for (size_t i = 0; i < n; i++)
		if (line[i] == '\0')
			line[i] = ' ';
	line[n] = '\0';
	for (size_t i = 0; i < pattern_count; i++)
		if (strstr(line, patterns[i]) != NULL)
			return true;
	return false;
}

/* Workers of nginx carry no path: their master does. */
static bool
is_wanted(int pid)
{
	return is_named(pid) || (parent_of(pid) > 1 && is_named(parent_of(pid)));
}

static double
cpu_now(void)
{
	double sum = own_cpu ? cpu_of("self") : 0;
	struct dirent *d;
	DIR *proc;

	if (pattern_count == 0 || (proc = opendir("/proc")) == NULL)
		return sum;
	while ((d = readdir(proc)) != NULL)
		if (isdigit((unsigned char)d->d_name[0]) &&
		    is_wanted(atoi(d->d_name)))
			sum += cpu_of(d->d_name);
	closedir(proc);
	return sum;
}

static double cpu_before;
static int64_t began;

void
start_clock(void)
{
	taken_n = refused = 0;
	cpu_before = cpu_now();
	began = mono_us();
}

double
cpu_since_start(void)
{
	return cpu_now() - cpu_before;
}

double
report(const char *name)
{
	double took = (double)(mono_us() - began) / 1e6;
	double cpu = cpu_since_start();

	if (taken_n == 0) {
		printf("%-34s nothing was answered\n", name);
		return 0;
	}
	qsort(taken, taken_n, sizeof(*taken), by_size);
	printf("%-34s %8.0f/s  median %8.2f ms  p99 %8.2f ms  max %8.2f ms",
	    name, (double)taken_n / took, (double)taken[taken_n / 2],
	    (double)taken[taken_n * 99 / 100], (double)taken[taken_n - 1]);
	if (pattern_count > 0 || own_cpu)
		printf("  cpu %6.1f us", cpu / (double)taken_n);
	printf("  n %zu%s", taken_n, refused ? "" : "\n");
	if (refused)
		printf("  REFUSED %zu\n", refused);
	fflush(stdout);
	return cpu / (double)taken_n;
}

void
count_own_cpu(void)
{
	own_cpu = true;
}

void
count_cpu_of(const char *pattern)
{
	if (pattern_count == sizeof(patterns) / sizeof(patterns[0]))
		errx(2, "too many patterns");
	patterns[pattern_count++] = pattern;
}
