/* newer.c - the schema of a version that is to come; see schema.c. */
#include <stddef.h>

#include "store/schema.h"
#include "store/store.h"

const int schema_version = 9999;

const struct migration migrations[] = {
	{ 9999, "9999-newer", "CREATE TABLE newer (n INTEGER NOT NULL) STRICT;" },
	{ 0, NULL, NULL }
};

const char volatile_schema[] = "";
