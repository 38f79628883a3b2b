/* table.c - what was put in is found, and nothing else. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/table.h"
#include "tap.h"

#define MANY	20000

static void
test_few(struct arena *mem)
{
	struct table *t = table_new(mem);
	char a[] = "a", again[] = "a";
	int one, two, three;

	ok(table_find(t, "a", NULL) == NULL, "nothing is in a new table");
	ok(*table_at(t, a, NULL) == NULL, "what is new has no value");
	*table_at(t, a, NULL) = &one;
	ok(table_find(t, again, NULL) == &one, "found by the text, not by "
	    "where it stands");
	*table_at(t, "a", "") = &two;
	*table_at(t, "", "a") = &three;
	ok(table_find(t, "a", "") == &two && table_find(t, "a", NULL) == &one,
	    "an empty second text is another than none");
	ok(table_find(t, "", "a") == &three, "the first and the second text "
	    "differ");
	ok(table_find(t, "a", "b") == NULL && table_find(t, "b", NULL) == NULL,
	    "nothing else is found");
	*table_at(t, "a", "") = &one;
	ok(table_find(t, "a", "") == &one, "a value can be replaced");
}

static void
test_many(struct arena *mem)
{
	struct table *t = table_new(mem);
	static char name[MANY][8];
	static int value[MANY];
	bool new = true, found = true;
	int i;

	for (i = 0; i < MANY; i++)
		snprintf(name[i], sizeof name[i], "%d", i);
	for (i = 0; i < MANY; i++) {
		new = new && *table_at(t, name[i], name[MANY - 1 - i]) == NULL;
		*table_at(t, name[i], name[MANY - 1 - i]) = &value[i];
	}
	ok(new, "each of %d pairs is new", MANY);
	for (i = 0; i < MANY; i++)
		found = found && table_find(t, name[i], name[MANY - 1 - i]) ==
		    &value[i];
	ok(found, "and found again when the table has grown");
	ok(table_find(t, name[1], name[1]) == NULL, "a pair that is not there");
}

int
main(void)
{
	struct arena *mem;

	crypto_open();
	mem = arena_new();
	test_few(mem);
	test_many(mem);
	arena_free(mem);
	return done_testing();
}
