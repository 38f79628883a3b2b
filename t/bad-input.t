#!/bin/sh
# Requests that are wrong in every way we could think of: each gets its
# errcode, and what was there before is still there afterwards.
. "$(dirname "$0")/lib.sh"
conf serve body_max 64K
start
user ann
v3=/_matrix/client/v3
req POST $v3/createRoom '{}'
room=$(get_json .room_id)
messages=$v3/rooms/$(enc "$room")/send/m.room.message
n=0

# send BYTES (as printf has them): as the body of a message.
sends() {
	n=$((n + 1))
	printf "$1" >"$tmp/bytes"
	req_file PUT "$messages/t$n" "$tmp/bytes"
}
repeat() { awk -v s="$1" -v n="$2" 'BEGIN { while (n-- > 0) printf "%s", s }'; }

# ------------------------------------------------------------------- JSON

sends '';			is_err 400 M_NOT_JSON 'no body'
sends ' ';			is_err 400 M_NOT_JSON 'nothing but a blank'
sends '{';			is_err 400 M_NOT_JSON 'half an object'
sends 'body=hi';		is_err 400 M_NOT_JSON 'a form'
sends '{}x';			is_err 400 M_NOT_JSON 'JSON with a tail'
sends '{} {}';			is_err 400 M_NOT_JSON 'two objects'
sends '{"a":1,}';		is_err 400 M_NOT_JSON 'a comma too many'
sends "{'a':1}";		is_err 400 M_NOT_JSON 'single quotes'
sends '{"a":01}';		is_err 400 M_NOT_JSON 'a number that begins with 0'
sends '{"a":NaN}';		is_err 400 M_NOT_JSON 'NaN'
sends '{"a":"\tx"}';		is_err 400 M_NOT_JSON 'a control character in a text'
sends '{"a":"\\x"}';		is_err 400 M_NOT_JSON 'an escape that is none'
sends '{"a":"\303\050"}';	is_err 400 M_NOT_JSON 'invalid UTF-8'
sends '{"a":"\300\257"}';	is_err 400 M_NOT_JSON 'overlong UTF-8'
sends '{"a":"\355\240\200"}';	is_err 400 M_NOT_JSON 'a surrogate as UTF-8'
sends '\357\273\277{}';		is_err 400 M_NOT_JSON 'a byte order mark'
sends '{"a":"\000"}';		is_err 400 M_NOT_JSON 'a NUL in a text'
sends '{}\000';			is_err 400 M_NOT_JSON 'a NUL behind it'
sends '{"a":1,"a":1}';		is_err 400 M_BAD_JSON 'a key twice'
sends '{"a":1,"\\u0061":2}';	is_err 400 M_BAD_JSON 'a key twice, once escaped'
sends '{"a":{"b":1,"b":2}}';	is_err 400 M_BAD_JSON 'a key twice further down'
sends '{"a":1e400}';		is_err 400 M_BAD_JSON '1e400'
sends '{"a":"\\u0000"}';	is_err 400 M_BAD_JSON 'an escaped NUL'
sends '{"a":"\\ud800"}';	is_err 400 M_BAD_JSON 'half a surrogate pair'
sends '[]';			is_err 400 M_BAD_JSON 'an array'
sends 'null';			is_err 400 M_BAD_JSON 'null'
sends '"text"';			is_err 400 M_BAD_JSON 'a text'
sends '{"a":9007199254740992}';	is_err 400 M_BAD_JSON 'an integer above 2^53 - 1'
sends '{"a":1.5}';		is_err 400 M_BAD_JSON 'an event with a fraction'
sends "{\"a\":$(repeat '[' 101)$(repeat ']' 101)}"
is_err 400 M_BAD_JSON '101 levels and one'
sends "{\"a\":$(repeat '[' 20000)"
jq -e '.errcode == "M_BAD_JSON" or .errcode == "M_NOT_JSON"' "$tmp/body" >/dev/null
ok $? '20,000 levels'

# ------------------------------------------------------------------- sizes

repeat x 70000 >"$tmp/big"
req_file PUT "$messages/big" "$tmp/big";	is_err 413 M_TOO_LARGE 'a body over body_max'
is_head '^access-control-allow-origin: \*' 'too large: and says so to all'
[ "$T" = cgi ] || expect_log 'client intended to send too large body'
repeat x 3000000 >"$tmp/big"
req_file PUT "$messages/big" "$tmp/big";	is_err 413 M_TOO_LARGE 'a body far over it'
is_head '^access-control-allow-origin: \*' 'far too large: and says so to all'
req GET "$v3/rooms/!$(repeat x 6000)/state";	is_err 400 M_INVALID_PARAM 'a room id of 6,000 letters'

if [ "$T" = cgi ]; then
	# A web server that lies, or a body that broke off.
	for lie in 5000 -1 x 99999999999999999999 ' '; do
		printf '{"body":"hi"}' | env -i MXCGI_CONFIG="$tmp/mxcgi.conf" \
		    ASAN_OPTIONS="$ASAN_OPTIONS" REQUEST_METHOD=PUT \
		    REQUEST_URI="$messages/lie" CONTENT_LENGTH="$lie" \
		    HTTP_AUTHORIZATION="Bearer $token" \
		    "$BUILD/cgi-bin/rooms" >"$tmp/raw" 2>>"$tmp/log"
		grep -q '^Status: 4' "$tmp/raw"
		ok $? "a Content-Length of \"$lie\" for 13 bytes (security 28)"
	done
fi

# ---------------------------------------------------------------- the path

# A body whose length nobody says beforehand is a body like others.
if [ "$T" = fcgi ]; then
	header='Transfer-Encoding: chunked'
	sends '{"a":';	is_err 400 M_NOT_JSON 'half an object in chunks'
	req POST "$v3/user/$user/filter" '{"room":{"timeline":{"limit":7}}}'
	header=
	req GET "$v3/user/$user/filter/$(get_json .filter_id)"
	is_json .room.timeline.limit 7 'an object in chunks'
fi

# What nginx does not pass on it refuses with the same errcode.
[ "$T" = cgi ] || expect_log 'client sent invalid request'
at=$v3/rooms/
req GET "$at!a%00b:localhost/state";		is_err 400 M_INVALID_PARAM 'a NUL in a room id'
req GET "$at!a%FFb:localhost/state";		is_err 400 M_INVALID_PARAM 'no UTF-8 in a room id'
req GET "$at!a%zzb:localhost/state";		is_err 400 M_INVALID_PARAM 'a broken escape in a room id'
req GET "$at!a%2Fb:localhost/state";		is_err 403 M_FORBIDDEN 'a slash in a room id'
req GET "$at!a%2Fstate:localhost/members";	is_err 403 M_FORBIDDEN 'a path in a room id'
req GET "$at!a%252Fb:localhost/state";		is_err 403 M_FORBIDDEN 'decoded once, not twice'
req GET "$at..%2F..%2Flogin/state"
jq -e .errcode "$tmp/body" >/dev/null;		ok $? 'a way up in a room id'
req GET "$at!a/b:localhost/state";		is_err 404 M_UNRECOGNIZED 'a raw slash in a room id'
req GET "$v3/sync?since=%zz";			is_err 400 M_INVALID_PARAM 'a broken escape in the query'
req GET "$v3/sync?since=%00";			is_err 400 M_INVALID_PARAM 'a NUL in the query'
req GET "$v3/sync?since=nonsense";		is_err 400 M_INVALID_PARAM 'a since that we never gave'
req GET "$v3/sync?timeout=soon";		is_err 400 M_INVALID_PARAM 'a timeout that is no number'
req GET "$at$(enc "$room")/messages?dir=up";	is_err 400 M_INVALID_PARAM 'a direction that is none'

# --------------------------------------------------------------- the token

whoami=$v3/account/whoami
token=
req GET $whoami;		is_err 401 M_MISSING_TOKEN 'no token'
req GET "$whoami?access_token="; is_err 401 M_MISSING_TOKEN 'an empty token'
header='Authorization: Basic YW5uOnNlY3JldA=='
req GET $whoami;		is_err 401 M_MISSING_TOKEN 'another kind of authorization'
header='Authorization: Bearer'
req GET $whoami;		is_err 401 M_MISSING_TOKEN 'a Bearer without a token'
header=
token=nobodys
req GET $whoami;		is_err 401 M_UNKNOWN_TOKEN 'a wrong token'
token=$(repeat x 4000)
req GET $whoami;		is_err 401 M_UNKNOWN_TOKEN 'a token of 4,000 letters'
token="$token_ann "x
req GET $whoami;		is_err 401 M_UNKNOWN_TOKEN 'a token with a tail'
user bob
sqlite3 "$tmp/data/mxcgi.db" 'PRAGMA busy_timeout = 5000;
    UPDATE token SET expires_at = 1 WHERE device = (SELECT max(nr) FROM device)' >/dev/null
req GET $whoami;		is_err 401 M_UNKNOWN_TOKEN 'an expired token'
is_json .soft_logout true 'an expired token: the session can be had again'

# ------------------------------------------------------ nothing came of it

as ann
req GET $whoami;		is_json .user_id '"@ann:localhost"' 'the right token still works'
sends '{"msgtype":"m.text","body":"hi"}';	is_status 200 'a good message is taken'
req GET "$v3/rooms/$(enc "$room")/messages?dir=b&limit=100"
is_json '[.chunk[] | select(.type == "m.room.message") | .content.body]' '["hi"]' \
    'and is the only one'
done_testing
