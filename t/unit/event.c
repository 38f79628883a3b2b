/*
 * Events: hashes and signatures by the specification's test vectors, what
 * event_make() makes, and what redaction leaves.
 */
#include <stdlib.h>

#include "matrix/event.h"
#include "matrix/ids.h"

#include "tap.h"

#define SERVER	"domain"
#define KEY_ID	"ed25519:1"
#define A	"$authauthauthauthauthauthauthauthauthauthaut"
#define P	"$prevprevprevprevprevprevprevprevprevprevpre"

static struct arena *mem;
static struct signing_key key = { .id = KEY_ID };

/* JSON with ' for ", to be legible here. */
static char *
json(const char *text)
{
	char *s = arena_strdup(mem, text), *p;

	for (p = s; (p = strchr(p, '\'')) != NULL; p++)
		*p = '"';
	return s;
}

static cJSON *
parse(const char *s, size_t n)
{
	enum json_verdict verdict;
	const char *why = NULL;
	cJSON *t = json_parse(mem, s, n, &verdict, &why);

	if (t == NULL) {
		printf("Bail out! %s in %.*s\n", why, (int)n, s);
		fflush(stdout);
		abort();
	}
	return t;
}

static cJSON *
tree(const char *text)
{
	return parse(json(text), strlen(text));
}

static const char *
canonical(const cJSON *t)
{
	struct buf out;

	buf_init(&out, mem, 1 << 20);
	json_canonical_loose(&out, t);
	return buf_str(&out);
}

static const struct room_version *
version(const char *id)
{
	return room_version_find(id);
}

/* ------------------------------------------------- the published vectors */

static void
check_vector(const char *name, const char *text, const char *hash)
{
	const struct room_version *v = version("1");
	cJSON *event = tree(text), *content = json_get(event, "content");

	is_text(event_content_hash(mem, v, event), hash, "%s: content hash",
	    name);
	ok(event_signature_valid(mem, v, event, SERVER, KEY_ID,
	    key.key.public), "%s: signature", name);
	ok(!event_signature_valid(mem, v, event, SERVER, "ed25519:2",
	    key.key.public), "%s: no signature of another key", name);
	ok(!event_signature_valid(mem, v, event, "other", KEY_ID,
	    key.key.public), "%s: none of another server", name);
	ok(event_signature_valid(mem, v, event_redact(v,
	    event), SERVER, KEY_ID, key.key.public),
	    "%s: the signature outlives redaction", name);

	cJSON_AddStringToObject(content, "more", "text");
	ok(strcmp(event_content_hash(mem, v, event), hash) != 0,
	    "%s: more content has another hash", name);
	ok(event_signature_valid(mem, v, event, SERVER, KEY_ID,
	    key.key.public), "%s: and the same signature", name);
	json_get(event, "type")->valuestring = arena_strdup(mem, "Y");
	ok(!event_signature_valid(mem, v, event, SERVER, KEY_ID,
	    key.key.public), "%s: not with another type", name);
}

static void
check_vectors(void)
{
	check_vector("minimal event",
	    "{'auth_events':[],'content':{},'depth':3,'hashes':{'sha256':"
	    "'5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos'},"
	    "'origin':'domain','origin_server_ts':1000000,'prev_events':[],"
	    "'room_id':'!x:domain','sender':'@a:domain','signatures':"
	    "{'domain':{'ed25519:1':'KxwGjPSDEtvnFgU00fwFz+l6d2pJM6XBIaMEn81SX"
	    "PTRl16AqLAYqfIReFGZlHi5KLjAWbOoMszkwsQma+lYAg'}},'type':'X',"
	    "'unsigned':{'age_ts':1000000}}",
	    "5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos");
	check_vector("event with content",
	    "{'content':{'body':'Here is the message content'},"
	    "'event_id':'$0:domain','hashes':{'sha256':"
	    "'onLKD1bGljeBWQhWZ1kaP9SorVmRQNdN5aM2JYU2n/g'},"
	    "'origin':'domain','origin_server_ts':1000000,"
	    "'type':'m.room.message','room_id':'!r:domain',"
	    "'sender':'@u:domain','signatures':{'domain':{'ed25519:1':"
	    "'Wm+VzmOUOz08Ds+0NTWb1d4CZrVsJSikkeRxh6aCcUwu6pNC78FunoD7KNWzqFn2"
	    "41eYHYMGCA5McEiVPdhzBA'}},'unsigned':{'age_ts':1000000}}",
	    "onLKD1bGljeBWQhWZ1kaP9SorVmRQNdN5aM2JYU2n/g");
}

/* ------------------------------------------------------------ making */

static const char *const auth[] = { A, P }, *const prev[] = { P };

/* Of what room versions 1 and 2 cite; any two hashes will do. */
static const char *const hashes[] = {
	"onLKD1bGljeBWQhWZ1kaP9SorVmRQNdN5aM2JYU2n/g",
	"5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos"
};

static struct draft
draft(const char *v, const char *type, const char *state_key,
    const char *content)
{
	const bool old = !version(v)->id_is_hash;

	return (struct draft){
		.auth_hashes = old ? hashes : NULL,
		.prev_hashes = old ? hashes + 1 : NULL,
		.version = version(v), .room_id = "!r:domain",
		.sender = "@u:domain", .type = type, .state_key = state_key,
		.content = tree(content), .origin_server_ts = 1000000,
		.depth = 7, .prev_events = prev, .prev_count = 1,
		.auth_events = auth, .auth_count = 2
	};
}

static struct draft
redaction(const char *v)
{
	struct draft d = draft(v, "m.room.redaction", NULL,
	    "{'reason':'spam'}");

	d.redacts = P;
	d.origin_server_ts = 1000001;
	d.depth = 8;
	d.auth_count = 1;
	return d;
}

static struct draft
creation(const char *v, const char *room_id, const char *content)
{
	struct draft d = draft(v, "m.room.create", "", content);

	d.room_id = room_id;
	d.origin_server_ts = 1000002;
	d.depth = 1;
	d.prev_count = d.auth_count = 0;
	return d;
}

/* What any server would check. */
static void
recheck(const char *name, const struct draft *d, const struct pdu *pdu)
{
	const struct room_version *v = d->version;
	const char *text = arena_strndup(mem, pdu->text.s, pdu->text.n);
	cJSON *event = parse(pdu->text.s, pdu->text.n);

	is_text(canonical(event), text, "%s: is canonical", name);
	is_text(event_content_hash(mem, v, event),
	    json_text(json_get(event, "hashes"), "sha256"),
	    "%s: content hash", name);
	ok(event_signature_valid(mem, v, event, SERVER, KEY_ID, key.key.public),
	    "%s: signature", name);
	is_text(event_reference_id(mem, v, event), pdu->event_id,
	    "%s: reference hash", name);
	is_text(event_reference_id(mem, v, event_redact(v, event)),
	    pdu->event_id, "%s: reference hash when redacted", name);
	ok(event_id_valid(pdu->event_id), "%s: event id", name);
	is_text(arena_strndup(mem, pdu->text.s + pdu->content_at,
	    pdu->content_len), canonical(json_get(event, "content")),
	    "%s: content's place", name);
	ok(json_get(event, "origin") == NULL &&
	    (json_get(event, "event_id") == NULL) == v->id_is_hash &&
	    json_get(event, "unsigned") == NULL, "%s: nothing superfluous",
	    name);
}

static struct pdu
made(const char *name, const struct draft *d)
{
	const char *why = "", *before = canonical(d->content);
	struct pdu pdu = { .event_id = "", .room_id = "" };

	if (ok(event_make(mem, d, SERVER, &key, &pdu, &why) == M_OK,
	    "%s: is made %s", name, why))
		recheck(name, d, &pdu);
	is_text(canonical(d->content), before, "%s: the draft is left alone",
	    name);
	return pdu;
}

/* Expected texts and ids come from an independent implementation. */
static void
expect(const char *name, struct draft d, const char *event_id,
    const char *text)
{
	struct pdu pdu = made(name, &d);

	is_text(arena_strndup(mem, pdu.text.s, pdu.text.n), json(text),
	    "%s: text", name);
	is_text(pdu.event_id, event_id, "%s: id", name);
	if (d.room_id != NULL)
		is_text(pdu.room_id, d.room_id, "%s: room id", name);
	else
		is_text(pdu.room_id, arena_printf(mem, "!%s", event_id + 1),
		    "%s: room id is the event's hash", name);
}

#define HEAD(auth_ids)	"{'auth_events':[" auth_ids "],'content':"
#define TAIL(depth, hash, ts, prev_ids, rest, signature, end)		\
	",'depth':" depth ",'hashes':{'sha256':'" hash "'},"		\
	"'origin_server_ts':" ts ",'prev_events':[" prev_ids "]," rest	\
	"'sender':'@u:domain','signatures':{'domain':{'ed25519:1':'"	\
	signature "'}}," end "}"

static void
check_texts(void)
{
	expect("message", draft("10", "m.room.message", NULL,
	    "{'msgtype':'m.text','body':'Gr\xc3\xbc\xc3\x9f"
	    "e \\'\xe6\x97\xa5\\'\\n\\u0001\\ud83d\\ude00'}"),
	    "$phZ-Jzz886BsTj7zyc0P_O0VGGm7ZyPACA1tj2urjvE",
	    HEAD("'" A "','" P "'")
	    "{'body':'Gr\xc3\xbc\xc3\x9f" "e \\'\xe6\x97\xa5\\'\\n\\u0001"
	    "\xf0\x9f\x98\x80','msgtype':'m.text'}"
	    TAIL("7", "i7UF7UMV/ckpYn+snVly1Q6vviXLHED+IpZVYHlda/0", "1000000",
	    "'" P "'", "'room_id':'!r:domain',", "LOjkREKHTzk7ijHXJM0fmOcbYl+cd"
	    "Ibppi4M1VlPQFsO2lVtKMsm19trNdjf+dnwi3OmFFdLg54bTBzbiCBLAg",
	    "'type':'m.room.message'"));
	expect("redaction in 10", redaction("10"),
	    "$NPAOx0mXxt8f57x1w6dehdfjbecOAjycIGLvArCmadM",
	    HEAD("'" A "'") "{'reason':'spam'}"
	    TAIL("8", "InHv5JWx+FWXBknAqbj2pQd0H0lXlbuvLn7IKLhw6/4", "1000001",
	    "'" P "'", "'redacts':'" P "','room_id':'!r:domain',",
	    "50BhhU1KoONVlszKlJbd0+2KCFT6UBDOPCwiS1kuJtBBv0gVJk21/cENmrq+vN7xMP"
	    "DK8OHMtmAiJxT8rATJDw", "'type':'m.room.redaction'"));
	expect("redaction in 11", redaction("11"),
	    "$ttv7kitZfRZ9a3V_7FtW1P1kcGDUXzMoDjv1IpKta8U",
	    HEAD("'" A "'") "{'reason':'spam','redacts':'" P "'}"
	    TAIL("8", "6z6fxvmjjeLVNwJ3OgJeYLrnJsb4HH2iLYTWZGkXg+Y", "1000001",
	    "'" P "'", "'room_id':'!r:domain',", "mUomQwhvt53gEtZ7H5tIkNhf7hKyj"
	    "dpLD03Q5yc632yvH9wDBxqkZbHVaMatODP0EdQsDI1lzuGKzsGgGPmzDQ",
	    "'type':'m.room.redaction'"));
	expect("create in 10", creation("10", "!r:domain",
	    "{'room_version':'10','creator':'@u:domain'}"),
	    "$zWEtiWEHVMmLNNTIUbn5osk1T-I7q-QITvlNg7gru5g",
	    HEAD("") "{'creator':'@u:domain','room_version':'10'}"
	    TAIL("1", "SX2vBw0reu2e24L2wKI9ksoUIpLDShpCPzmndoOyNHE", "1000002",
	    "", "'room_id':'!r:domain',", "eLRX3y6nGMH/GhSh6jH4IbYOvCKkSqvmz8r"
	    "AdIwHdmbeA44qoIYt3EB0xXt/FK6Bg37hqnjNJj1/1vujks7VCA",
	    "'state_key':'','type':'m.room.create'"));
	expect("create in 12", creation("12", NULL,
	    "{'room_version':'12','additional_creators':['@b:domain']}"),
	    "$BXMTqNEroA_VmozUlpyt_YWV26cQN3ivIxBpF9lgYSk",
	    HEAD("") "{'additional_creators':['@b:domain'],"
	    "'room_version':'12'}"
	    TAIL("1", "SXOYRv2eQzeKI0YnxOA8Cmhfjdh6BqnAQPwzFKez6Tc", "1000002",
	    "", "", "gn9XG20rRNAQo8sFZrMt/2bQNloNp30Z0e7W7K7ow63wGxFGvdmctsbgw"
	    "vv2yc2tdhMRrJWL2tAGaMymx2sBCA",
	    "'state_key':'','type':'m.room.create'"));
}

#define FLOATS	"{'body':'x','size':1.5,'far':1E300,'small':0.0000001,'n':2.0}"
#define FLOATS_SIGNED							\
	"{'body':'x','far':1e+300,'n':2,'size':1.5,'small':1e-07}"

/* Before room version 6, numbers of any kind; and ids and hashes of old. */
static void
check_old_texts(void)
{
	struct draft d = draft("1", "m.room.message", NULL, FLOATS);

	d.event_id = "$e:domain";
	d.auth_events = (const char *const[]){ "$a:domain", "$p:domain" };
	d.prev_events = d.auth_events + 1;
	expect("message in 1", d, "$e:domain",
	    HEAD("['$a:domain',{'sha256':"
	    "'onLKD1bGljeBWQhWZ1kaP9SorVmRQNdN5aM2JYU2n/g'}],"
	    "['$p:domain',{'sha256':"
	    "'5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos'}]") FLOATS_SIGNED
	    ",'depth':7,'event_id':'$e:domain','hashes':{'sha256':"
	    "'CwWBP7Xja89QyaQeFmoBiA6A1m8xho8dvms7jcxncmQ'},"
	    "'origin_server_ts':1000000,'prev_events':[['$p:domain',{'sha256':"
	    "'5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos'}]],"
	    "'room_id':'!r:domain','sender':'@u:domain',"
	    "'signatures':{'domain':{'ed25519:1':'"
	    "pNO681m9e+LIeKUDrgCOoFinCiWlWILfv4bNRECm"
	    "7xq5uDRFV1LpIvTGquk7D32vzwwxT9kpTkvehxmQmCt3Cg"
	    "'}},'type':'m.room.message'}");
	expect("message in 3", draft("3", "m.room.message", NULL, FLOATS),
	    "$0jiJbuCWY7kJhByKQBodkzM+vWOjT8s4aZBasQmJOgc",
	    HEAD("'" A "','" P "'") FLOATS_SIGNED
	    TAIL("7", "xtIHwXbTSctbtEp3Wuzg76TmNc3U38JwP9MTg75AxOE", "1000000",
	    "'" P "'", "'room_id':'!r:domain',",
	    "mit5CH2LpoaHGdNTqD3FW/sag2XvYx6EZ0RHn0O5"
	    "d3mD1tb8ZQKo/K27p+VGwPSzlUIqQVmfp3/wKvQdVzMOBQ",
	    "'type':'m.room.message'"));
	expect("message in 4", draft("4", "m.room.message", NULL, FLOATS),
	    "$0jiJbuCWY7kJhByKQBodkzM-vWOjT8s4aZBasQmJOgc",
	    HEAD("'" A "','" P "'") FLOATS_SIGNED
	    TAIL("7", "xtIHwXbTSctbtEp3Wuzg76TmNc3U38JwP9MTg75AxOE", "1000000",
	    "'" P "'", "'room_id':'!r:domain',",
	    "mit5CH2LpoaHGdNTqD3FW/sag2XvYx6EZ0RHn0O5"
	    "d3mD1tb8ZQKo/K27p+VGwPSzlUIqQVmfp3/wKvQdVzMOBQ",
	    "'type':'m.room.message'"));
}

/* An id that was not given is one of our own, and of no other event. */
static void
check_new_ids(void)
{
	struct draft d = draft("2", "m.room.message", NULL, "{}");
	const char *first = made("without an id", &d).event_id;

	ok(strlen(first) == 1 + 18 + strlen(":" SERVER) &&
	    strcmp(id_server(first), SERVER) == 0, "2: an id of this server");
	ok(strcmp(made("nor this", &d).event_id, first) != 0,
	    "2: and another for another event");
}

/* Each version with what is redacted differently in it. */
static void
check_kinds(void)
{
	static const struct {
		const char *type, *state_key, *content;
	} kinds[] = {
		{ "m.room.message", NULL, "{}" },
		{ "org.example.odd \\' type", "odd \\' key \xf0\x9f\x98\x80",
		  "{'z':[1,{'b':null,'a':-9007199254740991}],'a':1e2}" },
		{ "m.room.member", "@u:domain", "{'membership':'join',"
		  "'join_authorised_via_users_server':'@a:domain',"
		  "'third_party_invite':{'signed':{'token':'x'},"
		  "'display_name':'y'},'displayname':'U'}" },
		{ "m.room.power_levels", "", "{'users':{'@u:domain':100},"
		  "'invite':50,'notifications':{'room':50},'ban':50}" },
		{ "m.room.join_rules", "", "{'join_rule':'restricted',"
		  "'allow':[{'type':'m.room_membership'}],'more':1}" },
		{ "m.room.redaction", NULL, "{'redacts':'$x'}" },
	};
	const struct room_version *v;
	struct draft d;
	struct pdu pdu;
	size_t i;

	for (v = room_versions; v->id != NULL; v++)
		for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
			d = draft(v->id, json(kinds[i].type),
			    kinds[i].state_key, kinds[i].content);
			made(arena_printf(mem, "%s in %s", kinds[i].type,
			    v->id), &d);
		}
	d = redaction("12");
	d.content = tree("{'redacts':'$other','reason':'x'}");
	pdu = made("redaction of two", &d);
	is_text(json_text(json_get(parse(pdu.text.s, pdu.text.n), "content"),
	    "redacts"), P, "the draft's redacts stands above content's");
}

/* ---------------------------------------------------------- refusing */

static void
refused(const char *name, const struct draft *d, enum mx_err err)
{
	const char *why = NULL;
	struct pdu pdu;

	is_int(event_make(mem, d, SERVER, &key, &pdu, &why), err, "%s", name);
	ok(why != NULL, "%s: with a reason", name);
}

static char *
filled(const char *first, size_t n, const char *last)
{
	char *s = arena_alloc(mem, n + 1);

	memset(s, 'x', n);
	return arena_printf(mem, "%s%s%s", first, s, last);
}

static void
check_lengths(void)
{
	struct draft d = draft("10", filled("", 255, ""), filled("", 255, ""),
	    "{}");

	d.sender = filled("@", 247, ":domain");
	d.room_id = filled("!", 247, ":domain");
	made("EVT-5: everything of 255 bytes", &d);
	d = draft("10", filled("", 256, ""), NULL, "{}");
	refused("EVT-5: type of 256 bytes", &d, M_TOO_LARGE);
	d = draft("10", "x", filled("", 256, ""), "{}");
	refused("EVT-5: state key of 256 bytes", &d, M_TOO_LARGE);
	d = draft("10", "x", filled("\xc3\xa4", 254, ""), "{}");
	refused("state key of 255 characters in 256 bytes", &d, M_TOO_LARGE);
	d = draft("10", "x", NULL, "{}");
	d.sender = filled("@", 248, ":domain");
	refused("EVT-5: sender of 256 bytes", &d, M_TOO_LARGE);
	d = draft("10", "x", NULL, "{}");
	d.room_id = filled("!", 248, ":domain");
	refused("EVT-5: room id of 256 bytes", &d, M_TOO_LARGE);
}

static void
check_size(void)
{
	struct draft d = draft("10", "x", NULL, "{'body':''}");
	size_t room = EVENT_MAX - made("small", &d).text.n;

	d.content = tree(filled("{'body':'", room, "'}"));
	is_int((int64_t)made("as big as can be", &d).text.n, EVENT_MAX,
	    "EVT-5: of 65,536 bytes");
	d.content = tree(filled("{'body':'", room + 1, "'}"));
	refused("EVT-5: a byte more", &d, M_TOO_LARGE);
	d.content = tree(filled("{'body':'", 10 * EVENT_MAX, "'}"));
	refused("much more", &d, M_TOO_LARGE);
	/* What counts is the canonical text. */
	d.content = tree(filled("{ 'body':          '\\u0041", room - 1, "'}"));
	is_int((int64_t)made("longer as it was sent", &d).text.n, EVENT_MAX,
	    "EVT-5: of 65,536 bytes");
}

static void
check_numbers(void)
{
	static const char *const bad[] = {
		"{'a':1.5}", "{'a':9007199254740992}",
		"{'a':-9007199254740992}", "{'a':1e300}",
		"{'a':{'b':[0,[{'c':0.1}]]}}"
	};
	struct draft d;
	struct pdu pdu;
	int64_t depth = 0;
	size_t i;

	const struct room_version *v;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		for (v = room_versions; v->id != NULL; v++) {
			d = draft(v->id, "m.room.message", NULL, bad[i]);
			if (v->strict_json)
				refused(arena_printf(mem, "%s: %s", v->id,
				    bad[i]), &d, M_BAD_JSON);
			else
				made(arena_printf(mem, "%s: %s", v->id,
				    bad[i]), &d);
		}
	d = draft("10", "x", NULL, "{}");
	d.depth = JSON_INT_MAX + 1;
	pdu = made("too deep", &d);
	json_int(parse(pdu.text.s, pdu.text.n), "depth", &depth);
	is_int(depth, JSON_INT_MAX, "depth stays at its limit");
	d.depth = 1;
	d.origin_server_ts = JSON_INT_MAX;
	made("the last time there is", &d);
	d.origin_server_ts++;
	refused("a time after that", &d, M_BAD_JSON);
	d.origin_server_ts = -JSON_INT_MAX;
	made("the first time there is", &d);
	d.origin_server_ts--;
	refused("a time before that", &d, M_BAD_JSON);
	d = draft("10", "x\xff", NULL, "{}");
	refused("type that is not UTF-8", &d, M_BAD_JSON);
	d = draft("10", "x", "\xed\xa0\x80", "{}");
	refused("state key that is not UTF-8", &d, M_BAD_JSON);

	ok(event_content_hash(mem, version("6"),
	    tree("{'content':{'a':1.5}}")) == NULL, "no content hash over a float");
	ok(event_reference_id(mem, version("10"), tree("{'depth':1.5}")) ==
	    NULL, "no reference hash over a float");
	ok(!event_signature_valid(mem, version("10"), tree("{'depth':1.5,"
	    "'signatures':{'domain':{'ed25519:1':'AAAA'}}}"), SERVER, KEY_ID,
	    key.key.public), "no signature over a float");
}

/* --------------------------------------------------------- redaction */

static const struct {
	const char	*name;
	const char	*type;
	const char	*content;
	const char	*left;
	/* What was left till that room version, where it was something else. */
	unsigned	 till;
	const char	*left_till;
} redactions[] = {
	{ "message", "m.room.message",
	  "{'body':'x','membership':'join','creator':'y'}", "{}", 0, NULL },
	{ "member", "m.room.member",
	  "{'membership':'join','displayname':'x','is_direct':true,"
	  "'join_authorised_via_users_server':'@a:b'}",
	  "{'join_authorised_via_users_server':'@a:b','membership':'join'}",
	  8, "{'membership':'join'}" },
	{ "member with a third party invite", "m.room.member",
	  "{'membership':'invite','third_party_invite':{'display_name':'x',"
	  "'signed':{'mxid':'@a:b','extra':1}}}",
	  "{'membership':'invite','third_party_invite':{'signed':{'extra':1,"
	  "'mxid':'@a:b'}}}",
	  10, "{'membership':'invite'}" },
	{ "member with an unsigned third party invite", "m.room.member",
	  "{'membership':'invite','third_party_invite':{'display_name':'x'}}",
	  "{'membership':'invite','third_party_invite':{}}",
	  10, "{'membership':'invite'}" },
	{ "member with no object there", "m.room.member",
	  "{'membership':'invite','third_party_invite':'x'}",
	  "{'membership':'invite'}", 0, NULL },
	{ "create", "m.room.create",
	  "{'creator':'@a:b','room_version':'x','m.federate':false,"
	  "'predecessor':{'room_id':'!x'}}",
	  "{'creator':'@a:b','m.federate':false,'predecessor':{'room_id':'!x'},"
	  "'room_version':'x'}",
	  10, "{'creator':'@a:b'}" },
	{ "join rules", "m.room.join_rules",
	  "{'join_rule':'restricted','allow':[{'type':'x'}],'more':1}",
	  "{'allow':[{'type':'x'}],'join_rule':'restricted'}",
	  7, "{'join_rule':'restricted'}" },
	{ "power levels", "m.room.power_levels",
	  "{'ban':1,'events':{'x':2},'events_default':3,'invite':4,'kick':5,"
	  "'notifications':{'room':6},'redact':7,'state_default':8,"
	  "'users':{'@a:b':9},'users_default':10,'historical':11}",
	  "{'ban':1,'events':{'x':2},'events_default':3,'invite':4,'kick':5,"
	  "'redact':7,'state_default':8,'users':{'@a:b':9},"
	  "'users_default':10}",
	  10, "{'ban':1,'events':{'x':2},'events_default':3,'kick':5,"
	  "'redact':7,'state_default':8,'users':{'@a:b':9},"
	  "'users_default':10}" },
	{ "history visibility", "m.room.history_visibility",
	  "{'history_visibility':'shared','more':1}",
	  "{'history_visibility':'shared'}", 0, NULL },
	{ "redaction", "m.room.redaction", "{'redacts':'$x','reason':'y'}",
	  "{'redacts':'$x'}", 10, "{}" },
	{ "aliases", "m.room.aliases", "{'aliases':['#a:b'],'more':1}", "{}",
	  5, "{'aliases':['#a:b']}" },
	{ "third party invite", "m.room.third_party_invite",
	  "{'public_key':'x','display_name':'y'}", "{}", 0, NULL },
	{ "nothing", "m.room.member", "{}", "{}", 0, NULL },
};

static void
check_redactions(void)
{
	static const char event[] = "{'event_id':'$x','type':'m.room.member',"
	    "'room_id':'!r','sender':'@a:b','state_key':'@a:b',"
	    "'content':{'membership':'join','displayname':'x'},"
	    "'hashes':{'sha256':'x'},'signatures':{'b':{}},'depth':1,"
	    "'prev_events':['$p'],'prev_state':[],'auth_events':['$a'],"
	    "'origin':'b','origin_server_ts':2,'membership':'join',"
	    "'unsigned':{'age':3},'redacts':'$y','more':4}";
	static const char begun[] = "{'auth_events':['$a'],'content':"
	    "{'membership':'join'},'depth':1,'event_id':'$x',"
	    "'hashes':{'sha256':'x'},";
	static const char end[] = "'room_id':'!r','sender':'@a:b',"
	    "'signatures':{'b':{}},'state_key':'@a:b','type':'m.room.member'}";
	const struct room_version *v;
	const char *left;
	size_t i;

	for (i = 0; i < sizeof redactions / sizeof redactions[0]; i++)
		for (v = room_versions; v->id != NULL; v++) {
			left = (unsigned)atoi(v->id) <= redactions[i].till ?
			    redactions[i].left_till : redactions[i].left;
			is_text(canonical(content_redact(v, redactions[i].type,
			    tree(redactions[i].content))), json(left),
			    "RED-3: %s is redacted, in %s",
			    redactions[i].name, v->id);
		}
	for (v = room_versions; v->id != NULL; v++)
		is_text(canonical(event_redact(v, tree(event))),
		    json(arena_printf(mem, atoi(v->id) <= 10 ?
		    "%s'membership':'join','origin':'b','origin_server_ts':2,"
		    "'prev_events':['$p'],'prev_state':[],%s" :
		    "%s'origin_server_ts':2,'prev_events':['$p'],%s", begun,
		    end)), "RED-2, RED-7: an event's own keys, in %s", v->id);
	is_text(canonical(event_redact(version("11"), tree("{'content':{}}"))),
	    "{}", "content of no type goes");
	is_text(canonical(event_redact(version("11"), tree("{'type':'x'}"))),
	    json("{'type':'x'}"), "what has no content gets none");
}

int
main(void)
{
	uint8_t seed[ED25519_KEY_LEN];
	static const char base64[] =
	    "YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1";

	crypto_open();
	mem = arena_new();
	json_arena(mem);
	base64_decode(base64, sizeof base64 - 1, seed, sizeof seed);
	ed25519_from_seed(&key.key, seed);
	check_vectors();
	check_texts();
	check_old_texts();
	check_new_ids();
	check_kinds();
	check_lengths();
	check_size();
	check_numbers();
	check_redactions();
	ok(json_arena(NULL) == mem, "cJSON's arena is as it was");
	arena_free(mem);
	return done_testing();
}
