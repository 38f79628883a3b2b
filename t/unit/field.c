/* field.c - an object's shape as a table. */
#include "json/field.h"
#include "json/json.h"
#include "tap.h"

struct login {
	const char	*type;
	const char	*user;
	int64_t		 age;
	bool		 loud;
	const cJSON	*extra;
	const cJSON	*list;
	const cJSON	*any;
	const char	*deep;
};

static bool
valid_user(const char *s)
{
	return s[0] == '@';
}

static const struct field fields[] = {
	FIELD_STR(login, type, "type", REQUIRED, NULL),
	FIELD_STR(login, user, "user", OPTIONAL, valid_user),
	FIELD_INT(login, age, "age", OPTIONAL),
	FIELD_BOOL(login, loud, "loud", OPTIONAL),
	FIELD_OBJECT(login, extra, "extra", OPTIONAL),
	FIELD_ARRAY(login, list, "list", OPTIONAL),
	FIELD_ANY(login, any, "any", OPTIONAL),
	FIELD_STR(login, deep, "a.b.c", OPTIONAL, NULL),
	FIELD_END
};

static const struct field strict[] = {
	FIELD_ANY(login, any, "any", REQUIRED),
	FIELD_STR(login, deep, "a.b.c", REQUIRED, NULL),
	FIELD_END
};

static enum field_fault
read_text(struct arena *mem, const struct field *table, const char *text,
    struct login *login, const char **what)
{
	*login = (struct login){ .age = -1, .user = "nobody" };
	*what = NULL;
	return fields_read(mem, json_parse_own(mem, span_of(text)), table,
	    login, what);
}

static void
test_all(struct arena *mem)
{
	struct login login;
	const char *what;

	is_int(read_text(mem, fields, "{\"type\":\"t\",\"user\":\"@u\","
	    "\"age\":9007199254740991,\"loud\":true,\"extra\":{\"x\":1},"
	    "\"list\":[1,2],\"any\":0.5,\"a\":{\"b\":{\"c\":\"deep\"}},"
	    "\"unknown\":1}", &login, &what), FIELD_FINE, "all of them");
	is_text(what, NULL, "nothing to say");
	is_text(login.type, "t", "a text");
	is_text(login.user, "@u", "a valid text");
	is_int(login.age, JSON_INT_MAX, "an integer");
	is_int(login.loud, true, "a boolean");
	ok(cJSON_IsObject(login.extra), "an object");
	is_int(cJSON_GetArraySize(login.list), 2, "an array");
	ok(cJSON_IsNumber(login.any), "anything");
	is_text(login.deep, "deep", "inside objects");
}

static void
test_absent(struct arena *mem)
{
	struct login login;
	const char *what;

	is_int(read_text(mem, fields, "{\"type\":\"t\",\"user\":null,"
	    "\"age\":null,\"any\":null,\"a\":{\"b\":null}}", &login, &what),
	    FIELD_FINE, "absent or null");
	is_text(login.user, "nobody", "the default stays");
	is_int(login.age, -1, "for each type");
	ok(login.any == NULL && login.deep == NULL && !login.loud,
	    "null is not a value");
	is_int(read_text(mem, fields, "{\"type\":\"t\",\"loud\":false}",
	    &login, &what), FIELD_FINE, "false");
}

static void
test_faults(struct arena *mem)
{
	static const struct {
		const struct field	*table;
		const char		*text;
		enum field_fault	 fault;
		const char		*what;
	} cases[] = {
		{ fields, "{}", FIELD_MISSING, "type is missing" },
		{ fields, "{\"type\":null}", FIELD_MISSING, "type is missing" },
		{ fields, "{\"Type\":\"t\"}", FIELD_MISSING,
		    "type is missing" },
		{ fields, "{\"type\":1}", FIELD_WRONG_TYPE,
		    "type is not a string" },
		{ fields, "{\"type\":\"t\",\"user\":[]}", FIELD_WRONG_TYPE,
		    "user is not a string" },
		{ fields, "{\"type\":\"t\",\"user\":\"u\"}", FIELD_INVALID,
		    "user is not valid" },
		{ fields, "{\"type\":\"t\",\"age\":\"1\"}", FIELD_WRONG_TYPE,
		    "age is not an integer" },
		{ fields, "{\"type\":\"t\",\"age\":1.5}", FIELD_WRONG_TYPE,
		    "age is not an integer" },
		{ fields, "{\"type\":\"t\",\"age\":9007199254740992}",
		    FIELD_WRONG_TYPE, "age is not an integer" },
		{ fields, "{\"type\":\"t\",\"loud\":\"true\"}",
		    FIELD_WRONG_TYPE, "loud is not a boolean" },
		{ fields, "{\"type\":\"t\",\"loud\":1}", FIELD_WRONG_TYPE,
		    "loud is not a boolean" },
		{ fields, "{\"type\":\"t\",\"extra\":[]}", FIELD_WRONG_TYPE,
		    "extra is not an object" },
		{ fields, "{\"type\":\"t\",\"list\":{}}", FIELD_WRONG_TYPE,
		    "list is not an array" },
		{ fields, "{\"type\":\"t\",\"a\":1}", FIELD_WRONG_TYPE,
		    "a is not an object" },
		{ fields, "{\"type\":\"t\",\"a\":{\"b\":\"x\"}}",
		    FIELD_WRONG_TYPE, "a.b is not an object" },
		{ fields, "{\"type\":\"t\",\"a\":{\"b\":{\"c\":1}}}",
		    FIELD_WRONG_TYPE, "a.b.c is not a string" },
		{ strict, "{\"any\":0}", FIELD_MISSING, "a.b.c is missing" },
		{ strict, "{\"any\":0,\"a\":{}}", FIELD_MISSING,
		    "a.b.c is missing" },
		{ strict, "{\"any\":0,\"a.b.c\":\"x\"}", FIELD_MISSING,
		    "a.b.c is missing" },
		{ strict, "{\"any\":null}", FIELD_MISSING, "any is missing" },
		{ fields, "[]", FIELD_WRONG_TYPE, "This is not an object" },
		{ fields, "\"x\"", FIELD_WRONG_TYPE, "This is not an object" },
	};
	struct login login;
	const char *what;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		is_int(read_text(mem, cases[i].table, cases[i].text, &login,
		    &what), cases[i].fault, "%s", cases[i].text);
		is_text(what, cases[i].what, "%s", cases[i].what);
	}
	is_int(fields_read(mem, NULL, fields, &login, &what),
	    FIELD_WRONG_TYPE, "no object at all");
}

int
main(void)
{
	struct arena *mem = arena_new();

	test_all(mem);
	test_absent(mem);
	test_faults(mem);
	arena_free(mem);
	return done_testing();
}
