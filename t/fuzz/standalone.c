/*
 * standalone.c - runs a fuzz target where there is no libFuzzer: the files
 * named, then as many random inputs as told, the same for the same seed.
 *
 *	TARGET [-runs=COUNT] [-seed=NUMBER] [FILE...]
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX	((size_t)1 << 20)

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* The exact size, so that AddressSanitizer sees what goes beyond. */
static void
run(const uint8_t *bytes, size_t n)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);

	if (copy == NULL)
		abort();
	memcpy(copy, bytes, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void
run_file(const char *path, uint8_t *bytes)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL) {
		perror(path);
		exit(1);
	}
	run(bytes, fread(bytes, 1, INPUT_MAX, f));
	fclose(f);
}

/* SplitMix64. */
static uint64_t
next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void
run_random(uint64_t *state, uint8_t *bytes)
{
	size_t n = next(state) % (next(state) % 8 == 0 ? 4096 : 64), i;

	for (i = 0; i < n; i++)
		bytes[i] = (uint8_t)next(state);
	run(bytes, n);
}

int
main(int argc, char **argv)
{
	uint8_t *bytes = malloc(INPUT_MAX);
	unsigned long runs = 0;
	uint64_t seed = 1;
	int i;

	if (bytes == NULL)
		abort();
	for (i = 1; i < argc; i++)
		if (strncmp(argv[i], "-runs=", 6) == 0)
			runs = strtoul(argv[i] + 6, NULL, 10);
		else if (strncmp(argv[i], "-seed=", 6) == 0)
			seed = strtoull(argv[i] + 6, NULL, 10);
		else
			run_file(argv[i], bytes);
	for (; runs > 0; runs--)
		run_random(&seed, bytes);
	free(bytes);
	return 0;
}
