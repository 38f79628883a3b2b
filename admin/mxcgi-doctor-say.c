/* mxcgi-doctor-say.c - what mxcgi doctor found, for people and for programs. */
#include <stdio.h>
#include <string.h>

#include "json/writer.h"
#include "mxcgi-doctor.h"
#include "mxcgi-order.h"

static const char *const grades[] = {
	[FINE] = "fine", [SKIPPED] = "not looked at", [WARNING] = "warning",
	[WRONG] = "wrong"
};
static const char *const webs[WEB__MAX] = {
	[WEB_NGINX] = "nginx", [WEB_APACHE] = "Apache",
	[WEB_LIGHTTPD] = "lighttpd"
};

static void
add(struct doctor *d, enum grade grade, const char *what, const char *means,
    struct remedy remedy)
{
	struct finding *f = arena_alloc(d->mem, sizeof(*f));

	*f = (struct finding){ .check = d->check, .grade = grade,
	    .what = what, .means = means, .remedy = remedy };
	if (d->last != NULL)
		d->last->next = f;
	else
		d->first = f;
	d->last = f;
	if (grade > d->worst)
		d->worst = grade;
}

void
wrong(struct doctor *d, const char *what, const char *means,
    struct remedy remedy)
{
	add(d, WRONG, what, means, remedy);
}

void
warn(struct doctor *d, const char *what, const char *means,
    struct remedy remedy)
{
	add(d, WARNING, what, means, remedy);
}

void
skip(struct doctor *d, const char *why)
{
	add(d, SKIPPED, why, NULL, (struct remedy){ .any = NULL });
}

void
fine(struct doctor *d, const char *what)
{
	add(d, FINE, what, NULL, (struct remedy){ .any = NULL });
}

/* Is the line for this web server, or one that might be it? */
static bool
concerns(const struct doctor *d, const struct finding *f, int web)
{
	return f->remedy.of[web] != NULL &&
	    (d->web == WEB_UNKNOWN || d->web == (enum web)web);
}

/* ------------------------------------------------------------- for people */

static void
tell_remedy(const struct doctor *d, const struct finding *f)
{
	if (f->remedy.any != NULL)
		say(d->mem, "    do: %s", f->remedy.any);
	for (int web = WEB_NGINX; web < WEB__MAX; web++)
		if (concerns(d, f, web))
			say(d->mem, "    %s: %s", webs[web],
			    f->remedy.of[web]);
}

static void
tell_one(const struct doctor *d, const struct finding *f)
{
	if (f->grade <= SKIPPED && !d->verbose)
		return;
	say(d->mem, "%s: %s: %s", grades[f->grade], f->check, f->what);
	if (f->means != NULL)
		say(d->mem, "    %s", f->means);
	tell_remedy(d, f);
}

static void
tell_people(const struct doctor *d, unsigned found, unsigned looked)
{
	for (const struct finding *f = d->first; f != NULL; f = f->next)
		tell_one(d, f);
	if (found == 0)
		say(d->mem, "all is well: %u checks", looked);
}

/* ----------------------------------------------------------- for programs */

static void
put_finding(struct writer *w, const struct doctor *d, const struct finding *f)
{
	write_object(w);
	put_text(w, "check", f->check);
	put_text(w, "grade", f->grade == SKIPPED ? "skipped" :
	    grades[f->grade]);
	put_text(w, "what", f->what);
	if (f->means != NULL)
		put_text(w, "means", f->means);
	put_object(w, "mend");
	if (f->remedy.any != NULL)
		put_text(w, "any", f->remedy.any);
	for (int web = WEB_NGINX; web < WEB__MAX; web++)
		if (concerns(d, f, web))
			put_text(w, web == WEB_APACHE ? "apache" : webs[web],
			    f->remedy.of[web]);
	write_end(w);
	write_end(w);
}

static void
tell_programs(const struct doctor *d, unsigned looked)
{
	static const char *const verdicts[] = {
		[FINE] = "fine", [SKIPPED] = "fine", [WARNING] = "warning",
		[WRONG] = "wrong"
	};
	struct json_line line;
	struct writer *w = json_line_begin(&line, d->mem);

	put_text(w, "verdict", verdicts[d->worst]);
	put_text(w, "url", d->url);
	put_text(w, "web_server", d->web == WEB_UNKNOWN ? NULL :
	    d->web == WEB_APACHE ? "apache" : webs[d->web]);
	put_int(w, "checks", looked);
	put_array(w, "findings");
	for (const struct finding *f = d->first; f != NULL; f = f->next)
		put_finding(w, d, f);
	write_end(w);
	json_line_end(&line);
}

int
tell_findings(const struct doctor *d)
{
	unsigned found = 0, skipped = 0;

	for (const struct finding *f = d->first; f != NULL; f = f->next)
		if (f->grade == SKIPPED)
			skipped++;
		else if (f->grade > SKIPPED)
			found++;
	if (d->json)
		tell_programs(d, d->checks - skipped);
	else
		tell_people(d, found, d->checks - skipped);
	return d->worst == WRONG ? 2 : d->worst == WARNING ? 1 : 0;
}
