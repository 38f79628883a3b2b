/* uia-page.c - what a page of a stage ends with. */
#include "matrix/uia.h"
#include "serve/page.h"

/* The client that opened the page hears of it (specification's own script). */
enum mx_err
uia_done_page(struct request *r)
{
	struct page p;

	page_begin(&p, r, "Done");
	page_text(&p, "This step is done. You can close this window and go "
	    "back to your application.");
	page_script(&p, "if (window.onAuthDone) {\n"
	    "  window.onAuthDone();\n"
	    "} else if (window.opener && window.opener.postMessage) {\n"
	    "  window.opener.postMessage('authDone', '*');\n"
	    "}\n");
	return page_end(&p, M_OK);
}
