/*
 * page.h - pages for people, written piece by piece, in the one style that all
 * pages of this server have: readable on a telephone, light or dark, nothing
 * loaded from elsewhere.
 *
 *	page_begin(&p, r, "Confirm your address");
 *	page_text(&p, "Is %s yours?", address);
 *	page_form(&p);
 *	page_form_end(&p, "Yes");
 *	return page_end(&p, M_OK);
 *
 * Whatever is given as text is escaped here, so it may be anybody's (security
 * 22); markup is our own and constant.  Texts need to live no longer than the
 * call, or for what goes into headers as long as the request.
 */
#ifndef MXCGI_PAGE_H
#define MXCGI_PAGE_H

#include "serve/serve.h"

struct page {
	struct request	*r;
	struct buf	 out;
	struct reply_page reply;
};

void		 page_begin(struct page *, struct request *, const char *title);
/*
 * The page is the answer, with the status of err, which it returns: a page that
 * refuses undoes what was written, as every refusal does.
 */
enum mx_err	 page_end(struct page *, enum mx_err err);

/* What the paragraphs behind it are about. */
void		 page_heading(struct page *, const char *text);
/* Paragraphs: plain, what went wrong, and a value that stands for itself. */
void		 page_text(struct page *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
void		 page_warning(struct page *, const char *text);
void		 page_value(struct page *, const char *text);
/* Something to be typed elsewhere. */
void		 page_command(struct page *, const char *text);
/* A paragraph with a link to a new window, if the URL is of http or https. */
void		 page_link(struct page *, const char *url, const char *text);

/* A button that leads on, in the same window, to a path of ours. */
void		 page_go(struct page *, const char *path, const char *text);

/*
 * A form is sent to where its page came from, query included; the labelled
 * fields between these two, one button at the end.
 */
struct page_input {
	const char	*label;
	const char	*name;
	const char	*type;		/* text, password, email, tel */
	const char	*value;		/* filled in; NULL: nothing */
	const char	*autocomplete;	/* as HTML names it; NULL: off */
};
void		 page_form(struct page *);
/*
 * A form that a script shows and sends, to the URL in its data-url; without
 * scripts there is a sentence instead.
 */
void		 page_form_of_script(struct page *, const char *url);
void		 page_input(struct page *, const struct page_input *);
void		 page_hidden(struct page *, const char *name, const char *value);
/* A box that must be ticked; then the field has the value "yes". */
void		 page_checkbox(struct page *, const char *name, const char *label);
void		 page_form_end(struct page *, const char *button);

/* Constant JavaScript of ours. */
void		 page_script(struct page *, const char *js);
/* Somebody else's, from an http or https URL, which may open frames. */
void		 page_script_from(struct page *, const char *url);

/* For what is not to be had above: markup, and text inside of it. */
void		 page_markup(struct page *, const char *html);
void		 page_escaped(struct page *, const char *text);

/*
 * For reply.target, and for people: where a URL leads, which is an origin, or
 * "scheme:" of an application; NULL: the URL has neither.
 */
const char	*page_target(struct arena *, const char *url);
/* "https://example.org:8448" of a URL; NULL: it is not of http or https. */
const char	*page_origin(struct arena *, const char *url);

#endif
