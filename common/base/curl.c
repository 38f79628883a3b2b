/* curl.c - see curl.h. */
#include <dlfcn.h>
#include <pthread.h>

#include "base/curl.h"
#include "base/log.h"

#define LIBRARY	"libcurl.so.4"

static bool loaded;

#if CURL_LINKED
static void
load(void)
{
	loaded = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}
#else
struct curl_functions curl_functions;

/* POSIX lets the pointer to an object be one to a function, C does not. */
static bool
find(void *library, const char *name, void *where)
{
	*(void **)where = dlsym(library, name);
	return *(void **)where != NULL;
}

static void
load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL) {
		log_error("%s; without it nobody outside can be asked",
		    dlerror());
		return;
	}
	loaded = true;
#define X(type, name, parameters)					\
	loaded &= find(library, "curl_" #name, &curl_functions.name);
	CURL_FUNCTIONS(X)
#undef X
	if (!loaded)
		log_error("%s: %s", LIBRARY, dlerror());
	else
		loaded = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}
#endif

bool
curl_load(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	return loaded;
}
