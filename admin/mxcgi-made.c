/* mxcgi-made.c - see mxcgi-made.h. */
#include "mxcgi-made.h"
#include "mxcgi-order.h"

static struct {
	bool		 json;
	struct json_line line;
	struct writer	*w;
} made;

void
made_begin(struct arena *mem, bool json)
{
	made.json = json;
	if (!json)
		return;
	made.w = json_line_begin(&made.line, mem);
	put_array(made.w, "files");
}

bool
made_file(const char *state, const char *path)
{
	if (!made.json) {
		printf("%s %s\n", state, path);
		return true;
	}
	write_object(made.w);
	put_text(made.w, "path", path);
	put_text(made.w, "state", state);
	write_end(made.w);
	return true;
}

FILE *
made_words(void)
{
	return made.json ? stderr : stdout;
}

void
made_end(int before)
{
	if (!made.json)
		return;
	write_end(made.w);
	put_int(made.w, "schema_before", before);
	put_int(made.w, "schema", schema_version);
	json_line_end(&made.line);
}
