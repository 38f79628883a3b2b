/*
 * media.h - the store of the media repository (client-server API, "Content
 * repository"): rows of the table media, each with a file (media-file.h).
 *
 * A file is durable before a row speaks of it, and goes after no row does any
 * more, so content that somebody was told of is whole.  Putting something in:
 *
 *	media_file_begin()	a new file, to be written to; any thread
 *	media_file_sync()	when it is written: durable; blocks; any thread
 *	media_put() or media_fill() or media_derived_put()
 *				a row speaks of it; in a write transaction
 *	media_file_end()	always: keeps it, or removes it
 */
#ifndef MXCGI_MEDIA_H
#define MXCGI_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/crypto.h"
#include "matrix/media-file.h"
#include "serve/serve.h"

#define MEDIA_NAME_MAX	512	/* bytes of a file name */
#define MEDIA_TYPE_MAX	255	/* and of a Content-Type */
#define MEDIA_TYPE	"application/octet-stream"	/* where none was given */
#define MEDIA_DERIVED_MAX 64	/* things made of one */

/* What can be handed to a client: content, or what was made of it. */
struct blob {
	const char	*file;		/* its name (media-file.h) */
	const char	*type;		/* Content-Type */
	const char	*name;		/* of the file, for people; or NULL */
	int64_t		 size;
};

struct media {
	int64_t		 nr;		/* media.nr, never used again */
	const char	*media_id;
	int64_t		 user;		/* who uploaded it; 0: the server itself */
	int64_t		 created_at;
	int64_t		 expires_at;	/* 0: it has content */
	int64_t		 uploaded_at;	/* 0: it has none yet */
	int64_t		 quarantined_at; /* 0: it is served */
	struct blob	 blob;		/* all zero without content */
};

/* ----------------------------------------------------------- looking it up */

/* [A-Za-z0-9_-]{1,255} */
bool		 media_id_valid(const char *);
/* mxc://server/id of this server: the id (in mem); else NULL. */
const char	*media_own_id(struct arena *, const char *server_name,
		    const char *uri);
/*
 * What may be served to whoever asks, by the path arguments serverName and
 * mediaId: M_OK, and m says whether it has content yet; or refused, with
 * M_NOT_FOUND for what does not exist, is another server's, is quarantined, or
 * is not for those without a token ([media] frozen).
 */
enum mx_err	 media_find(struct request *, struct media *);
/* The same by number, for what has waited. */
enum mx_err	 media_again(struct request *, int64_t nr, struct media *);
/* By number or id, whatever it is; false: it is not there. */
bool		 media_by_id(struct db *, const char *id, struct media *);
bool		 media_by_nr(struct db *, int64_t nr, struct media *);
/* The columns of $media (sql/media.sql), from the first on. */
void		 media_take(const struct rows *, struct media *);

/* --------------------------------------------------------------- putting in */

/*
 * May user have that many bytes more?  M_OK, or refused: the quota.
 */
enum mx_err	 media_quota(struct request *, int64_t user, int64_t size);
/*
 * New media of user (0: of the server itself, outside of all quotas) with this
 * content.  Returns its id, in r->mem.
 */
const char	*media_put(struct request *, int64_t user, const struct blob *,
		    const uint8_t sha256[SHA256_LEN]);
/* An id without content for user. */
const char	*media_create(struct request *, int64_t user,
		    int64_t expires_at);
/*
 * Its content.  False: it has some by now, or its time is over.  Whoever waits
 * for it hears of it.
 */
bool		 media_fill(struct request *, const struct media *,
		    const struct blob *, const uint8_t sha256[SHA256_LEN]);

/* ---------------------------------------------------- what is made of media */

/*
 * kind names it among all that is made of the same media, as "crop-96x96".
 * It is served as long as its media is: ask media_find() first.
 */
bool		 media_derived(struct db *, int64_t media, const char *kind,
		    struct blob *);
/*
 * False, and the file is to be removed: somebody else has made it meanwhile,
 * the media is gone, or MEDIA_DERIVED_MAX things were made of it.
 */
bool		 media_derived_put(struct db *, int64_t media, const char *kind,
		    const struct blob *, int64_t now);

/* ---------------------------------------------------------------- the end */

/* With what was made of it; the housekeeper removes the files. */
void		 media_delete(struct db *, const struct media *);
/*
 * An event of sender is redacted: what it showed, where that is media of this
 * server that the same sender uploaded.
 */
void		 media_delete_shown(struct db *, const char *server_name,
		    int64_t sender, const cJSON *content);
/* Not served (at: ms since 1970), or again (0). */
void		 media_quarantine(struct db *, int64_t nr, int64_t at);

/*
 * The housekeeper's piece (upkeep.h): ids that got no content, files of what
 * was deleted, what uploads left that died.  media_remove_gone() does only the
 * second, and says whether there is more.
 */
struct upkeep;
bool		 media_upkeep(struct upkeep *);
bool		 media_remove_gone(struct store *);

/* --------------------------------------------------------------- the answer */

/*
 * The content as the answer, with the headers of security.md 25; ranges and
 * conditions of the request are heeded.  Written by this program or the web
 * server, as [media] handover says.
 */
enum mx_err	 media_answer(struct request *, const struct blob *);

#endif
