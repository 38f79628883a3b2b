#!/bin/sh
# Stored filters: POST and GET /user/{userId}/filter.
. "$(dirname "$0")/lib.sh"

start
user bob
user alice
filters=/_matrix/client/v3/user/$(enc "$user")/filter
old=/_matrix/client/v2_alpha/user/$(enc "$user")/filter

first='{"room":{"timeline":{"limit":10,"types":["m.room.message"]}}}'
req POST "$filters" "$first"
is_json . '{"filter_id":"0"}' 'ids count from 0'
req GET "$filters/0"
is_json . "$first" 'it is given back'
req POST "$filters" '{}'
is_json . '{"filter_id":"1"}' 'another has the next id'
req POST "$filters" \
    '{ "room": {"timeline": {"types": ["m.room.message"], "limit": 10}} }'
is_json . '{"filter_id":"0"}' 'the same one, written otherwise, has its id'
req POST "$old" '{"room":{"ephemeral":{"types":["*"]}}}'
is_json . '{"filter_id":"2"}' 'the path of 2015 stores the same filters'
req GET "$old/0"
is_json . "$first" 'and reads them'
req POST "/_matrix/client/v3/user/$user/filter" "$first"
is_json . '{"filter_id":"0"}' 'the user id may stand there unescaped'

odd='{"org.example.x":1.5,"room":{"state":{"future":[1e3]}}}'
req POST "$filters" "$odd"
is_json . '{"filter_id":"3"}' 'unknown keys are no fault'
req GET "$filters/3"
is_json '."org.example.x", .room.state.future[0]' "1.5
1000" 'and stay'
req POST "$filters" "$odd"
is_json . '{"filter_id":"3"}' 'they too are known again'
req POST "$filters" '{"presence":{"types":["ä\u0022"]}}'
req GET "$filters/4"
is_json . '{"presence":{"types":["ä\""]}}' 'any text'

for body in '{"room":[]}' '{"room":{"timeline":{"types":"m.*"}}}' \
    '{"room":{"timeline":{"limit":-1}}}' '{"event_format":"none"}' \
    '{"event_fields":[{}]}' '{"presence":{"senders":[1]}}' \
    '{"room":{"state":{"lazy_load_members":"yes"}}}'; do
	req POST "$filters" "$body"
	is_err 400 M_BAD_JSON "refused: $body"
done
req POST "$filters" '{'; is_err 400 M_NOT_JSON 'not JSON'
req POST "$filters" '{"room":{},"room":{}}'
is_err 400 M_BAD_JSON 'a key twice'

list() { awk -v n="$1" -v word="$2" 'BEGIN { printf "{\"presence\":{\"types\":["
    for (i = 1; i < n; i++) printf "\"%s\",", word; printf "\"%s\"]}}", word }'; }
list 1000 m.x >"$tmp/list"; req_file POST "$filters" "$tmp/list"
is_json . '{"filter_id":"5"}' 'a thousand entries'
list 1001 m.x >"$tmp/list"; req_file POST "$filters" "$tmp/list"
is_err 400 M_BAD_JSON 'one more'
list 700 "$(printf '%0100d' 0)" >"$tmp/list"
req_file POST "$filters" "$tmp/list"
is_err 413 M_TOO_LARGE 'a definition of 70 kB'
req POST "$filters" '{"room":{"rooms":[]}}'
is_json . '{"filter_id":"6"}' 'what was refused took no id'

for id in 7 -1 00 0x0 ' 0' 99999999999999999999 18446744073709551616 abc '{}'; do
	req GET "$filters/$(enc "$id")"
	is_err 404 M_NOT_FOUND "there is no filter \"$id\""
done
req GET "$filters/"; is_status 405 'an id is needed to read'

as bob
req POST "$filters" '{}'; is_err 403 M_FORBIDDEN "not for somebody else's user id"
req GET "$filters/0"; is_err 403 M_FORBIDDEN "nor to read"
bobs=/_matrix/client/v3/user/$(enc "$user")/filter
req GET "$bobs/0"; is_err 404 M_NOT_FOUND 'he has none of them'
req POST "$bobs" '{}'; is_json . '{"filter_id":"0"}' 'he counts from 0 as well'
for n in $(seq 1 100); do
	req POST "$bobs" "{\"presence\":{\"limit\":$n}}"
done
is_json . '{"filter_id":"100"}' 'a hundred more'
req GET "$bobs/0"; is_err 404 M_NOT_FOUND 'the oldest was forgotten'
req GET "$bobs/1"; is_json . '{"presence":{"limit":1}}' 'the next oldest was not'
req POST "$bobs" '{}'; is_json . '{"filter_id":"101"}' 'no id is used twice'
as alice
req GET "$filters/0"; is_json . "$first" "others' are where they were"

token=
req POST "$filters" '{}'; is_err 401 M_MISSING_TOKEN 'a token is needed'

done_testing
