/* cross_signing.c - keys for cross-signing, and signatures, in the store. */
#include "matrix/cross_signing.h"
#include "store/stream.h"

static const char *const names[] = {
	[KEY_MASTER] = "master",
	[KEY_SELF_SIGNING] = "self_signing",
	[KEY_USER_SIGNING] = "user_signing",
};

const char *
key_usage_name(enum key_usage usage)
{
	return names[usage];
}

static struct span
copied(const struct rows *rows, int column)
{
	struct span text = { rows_text(rows, column),
	    rows_span(rows, column).n };

	return text;
}

void
cross_keys_read(struct db *db, int64_t user, struct cross_keys *keys)
{
	struct rows rows = db_query(db, STMT_CROSS_KEYS, DB_INT(user));

	*keys = (struct cross_keys){ 0 };
	while (rows_next(&rows))
		for (int i = 0; i < KEY_USAGE__MAX; i++)
			if (span_is(rows_span(&rows, 0), names[i]))
				keys->of[i] = (struct cross_key){
					rows_text(&rows, 1), copied(&rows, 2),
					copied(&rows, 3)
				};
}

bool
cross_key_named(struct db *db, int64_t user, const char *public_key)
{
	return db_int(db, 0, STMT_CROSS_KEY_NAMED, DB_INT(user),
	    DB_TEXT(public_key)) != 0;
}

void
cross_key_put(struct db *db, int64_t user, enum key_usage usage,
    const struct cross_key *key)
{
	db_exec(db, STMT_CROSS_KEY_PUT, DB_INT(user), DB_TEXT(names[usage]),
	    DB_TEXT(key->public_key), DB_SPAN(key->text),
	    DB_SPAN(key->signatures));
}

void
cross_key_sign(struct db *db, int64_t user, enum key_usage usage,
    struct span signatures)
{
	db_exec(db, STMT_CROSS_KEY_SIGN, DB_SPAN(signatures), DB_INT(user),
	    DB_TEXT(names[usage]));
}

void
cross_key_drop(struct db *db, int64_t user, enum key_usage usage)
{
	db_exec(db, STMT_CROSS_KEY_DROP, DB_INT(user), DB_TEXT(names[usage]));
}

void
key_signature_put(struct db *db, int64_t signer, int64_t target,
    const char *key_id, const char *signature)
{
	int64_t pos = change_add(db, CHANGE_SIGNED, 0, signer, 0);

	db_exec(db, STMT_KEY_SIGNATURE_PUT, DB_INT(signer), DB_INT(target),
	    DB_TEXT(key_id), DB_TEXT(signature), DB_INT(pos));
}

bool
key_signature_find(struct db *db, int64_t signer, int64_t target,
    const char **key_id, const char **signature)
{
	struct rows rows = db_query(db, STMT_KEY_SIGNATURE_FIND,
	    DB_INT(signer), DB_INT(target));
	bool found = rows_next(&rows);

	if (found) {
		*key_id = rows_text(&rows, 0);
		*signature = rows_text(&rows, 1);
	}
	rows_done(&rows);
	return found;
}

void
key_signatures_by_drop(struct db *db, int64_t signer)
{
	db_exec(db, STMT_KEY_SIGNATURES_BY_DROP, DB_INT(signer));
}

void
key_signatures_on_drop(struct db *db, int64_t target)
{
	db_exec(db, STMT_KEY_SIGNATURES_ON_DROP, DB_INT(target));
}

void
cross_signing_drop(struct db *db, int64_t user)
{
	key_signatures_by_drop(db, user);
	key_signatures_on_drop(db, user);
	if (db_exec(db, STMT_CROSS_KEYS_DROP, DB_INT(user)) > 0)
		change_add(db, CHANGE_DEVICES, 0, user, 0);
}
