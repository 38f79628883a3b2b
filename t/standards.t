#!/bin/sh
# What holds for every endpoint, as the text of 2015 has it (its section 3).
. "$(dirname "$0")/lib.sh"
start
v1=/_matrix/client/api/v1
v2=/_matrix/client/v2_alpha
v3=/_matrix/client/v3
user alice
mine=$token

# Requests and answers.
req GET $v1/login
is_head '^content-type: application/json' 'STD-1, STD-2: an answer is JSON, and says so'
req POST $v3/createRoom '{"name":"Grüße, 日本"}'
room=$(enc "$(get_json .room_id)")
req GET "$v3/rooms/$room/state/m.room.name"
is_json .name '"Grüße, 日本"' 'STD-2: texts are UTF-8, both ways'
printf '{"name":"\377"}' >"$tmp/latin"
req_file POST $v3/createRoom "$tmp/latin"
is_err 400 M_NOT_JSON 'STD-2: what is not UTF-8 is refused'

# Access tokens.
for prefix in $v1 $v2 $v3; do
	token=
	req GET "$prefix/account/whoami?access_token=$mine"
	is_json .user_id '"@alice:localhost"' "STD-3: a token in the query, $prefix"
	req GET "$prefix/account/whoami"
	is_err 401 M_MISSING_TOKEN "STD-4, STD-5, M_MISSING_TOKEN: no token, $prefix"
	req GET "$prefix/account/whoami?access_token=nonsense"
	is_err 401 M_UNKNOWN_TOKEN "STD-5, M_UNKNOWN_TOKEN: a wrong one, $prefix"
done
case $mine in
*[!A-Za-z0-9_-]*) false ;;
*) [ ${#mine} -ge 43 ] ;;
esac
ok $? 'TOK-5, UIA-13: a token is nothing but 256 random bits (security 14)'

# Refusals.
req POST $v1/login '{'
is_err 400 M_NOT_JSON 'STD-6, M_NOT_JSON: no JSON'
req POST $v1/login '{"user":"alice"}'
is_err 400 M_BAD_JSON 'STD-6, M_BAD_JSON: JSON with something missing'
token=$mine
for path in account/whoami login rooms/x/messages nothing; do
	for method in GET POST PUT DELETE; do
		req $method "$v1/$path" '{'
		is_json 'if has("errcode") then (.errcode | test("^[A-Z]+_[A-Z_]+$")) and (.error | type == "string") else true end' \
		    true "STD-6, STD-7: $method $path"
	done
done

# Transaction ids.
req PUT "$v1/rooms/$room/send/m.room.message/1" '{"msgtype":"m.text","body":"x"}'
first=$(get_json .event_id)
req PUT "$v1/rooms/$room/send/m.room.message/1" '{"msgtype":"m.text","body":"x"}'
is "$(get_json .event_id)" "$first" 'STD-8: the same transaction id is the same request'
req PUT "$v1/rooms/$room/send/m.room.message/2" '{"msgtype":"m.text","body":"x"}'
[ "$(get_json .event_id)" != "$first" ]
ok $? 'STD-8: another is another'
req POST "$v1/rooms/$room/send/m.room.message/3" '{"msgtype":"m.text","body":"x"}'
is_err 405 M_UNRECOGNIZED 'STD-9: no POST with a transaction id'
req PUT "$v1/rooms/$room/send/m.room.message" '{"msgtype":"m.text","body":"x"}'
is_err 405 M_UNRECOGNIZED 'STD-9: no PUT without one'
for path in createRoom/1 "join/$room/1" "rooms/$room/invite/1" "rooms/$room/leave/1"; do
	req PUT "$v1/$path" '{"user_id":"@bob:localhost"}'
	[ "$(get_json .errcode)" != M_UNRECOGNIZED ]
	ok $? "STD-10: PUT $path"
done

# Identifiers.
req GET $v1/account/whoami
is_json '.user_id | test("^@[^:]+:localhost$")' true 'STD-11: a user id'
req POST $v1/createRoom '{"room_alias_name":"here"}'
is_json '[.room_id, .room_alias] | map(test("^[!#][^:]+:localhost$"))' '[true,true]' \
    'STD-11: a room id and an alias'
case $first in
'$'?*) true ;;
*) false ;;
esac
ok $? 'STD-11: an event id'

done_testing
