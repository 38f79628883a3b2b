#!/bin/sh
# Sending: PUT and POST /rooms/{roomId}/send, PUT /rooms/{roomId}/state.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
c=/_matrix/client
v3=$c/v3

create() {
	req POST "${2:-$v3}/createRoom" "${1-}"
	room=$(get_json .room_id) here=$v3/rooms/$(enc "$room")
}
text() { printf '{"msgtype":"m.text","body":"%s"}' "$1"; }
# say TXN BODY leaves the event in $event.
say() { req PUT "$here/send/m.room.message/$1" "$(text "$2")"; event=$(get_json .event_id); }
put() { req PUT "$here/state/$1" "$2"; event=$(get_json .event_id); }
newest() { req GET "$here/messages?dir=b&limit=${1:-1}"; }
count() { newest 1000; get_json '.chunk | length'; }
refused() { is_err "$1" "$2" "$3"; }
differ() { [ "$1" != "$2" ]; ok $? "$3"; }

as alice
create '{"preset":"public_chat"}'
as bob
req POST "$here/join"

# --------------------------------------------------------------- a message
as alice
say t1 hello
is_status 200 'sendMessage: sent'
is_json keys '["event_id"]' 'sendMessage: the answer is the event id'
is "$(printf %s "$event" | grep -Ec '^\$[A-Za-z0-9_-]{43}$')" 1 'which is a hash'
first=$event
newest
is_json '.chunk[0] | [.event_id, .type, .sender, .content, .room_id, has("state_key")]' \
    "[\"$first\",\"m.room.message\",\"@alice:localhost\",{\"body\":\"hello\",\"msgtype\":\"m.text\"},\"$room\",false]" \
    'sendMessage: the event as it is read'
is_json '.chunk[0].unsigned.transaction_id' '"t1"' 'its device finds the transaction id'
as bob
newest
is_json '.chunk[0] | [.content.body, .unsigned.transaction_id]' '["hello",null]' \
    'nobody else does'

# ------------------------------------------------------------ transactions
as alice
before=$(count)
say t1 hello
is "$event" "$first" 'sendMessage: the same transaction id: the same event'
say t1 'something else'
is "$event" "$first" 'whatever the body says'
is "$(count)" "$before" 'and nothing was added'
say t2 hello
differ "$event" "$first" 'another id: another event, though it says the same'
req PUT "$here/send/m.room.message/a%2Fb%20c" "$(text x)"
is_status 200 'an id with a slash and a blank'
newest
is_json '.chunk[0].unsigned.transaction_id' '"a/b c"' 'is decoded once'
req PUT "$here/send/org.example.other/t1" '{}'
differ "$(get_json .event_id)" "$first" 'another type: another event'
main=$token
token=
req POST $v3/login '{"type":"m.login.password","identifier":{"type":"m.id.user","user":"alice"},"password":"secret of alice"}'
token=$(get_json .access_token)
say t1 'from my other device'
is_status 200 'the same id from another device'
differ "$event" "$first" 'is another event'
newest
is_json '.chunk[0].unsigned.transaction_id' '"t1"' 'shown to that device'
token=$main
newest
is_json '.chunk[0].unsigned.transaction_id' null 'and not to the first'
as bob
say t1 'from me'
differ "$event" "$first" 'and from another user'
create '{}'
say t1 'in another room'
is_status 200 'and in another room'
differ "$event" "$first" 'it is another event'
as alice
here=$v3/rooms/$(enc "$room")
say t1 x
refused 403 M_FORBIDDEN 'a refusal'
say t1 x
refused 403 M_FORBIDDEN 'is not remembered as an answer'
as bob
req POST "$here/invite" '{"user_id":"@alice:localhost"}'
as alice
req POST "$here/join"
say t1 x
is_status 200 'so the same id works once it is allowed'

# --------------------------------------------------------------- odd events
create '{"preset":"public_chat"}'
req PUT "$here/send/org.example.d%C3%A9j%C3%A0%2Fvu/1" '{"a":[1,{"b":null}],"ü":"\u00e9\n"}'
is_status 200 'a type of any letters, content of any shape'
newest
is_json '.chunk[0] | [.type, .content]' \
    '["org.example.déjà/vu",{"a":[1,{"b":null}],"ü":"é\n"}]' 'comes back as it was'
req PUT "$here/send/m.room.message/2" '{}'
is_status 200 'today a message need not have a body'
req PUT "$here/send/m.room.name/3" '{"name":"x"}'
is_status 200 'what is no state is an event like others'
req GET "$here/state/m.room.name"
refused 404 M_NOT_FOUND 'and changes nothing'
req PUT "$here/send/m.room.member/4" '{"membership":"join"}'
refused 403 M_FORBIDDEN 'but a membership is state'
req PUT "$here/send/m.room.redaction/5" "{\"redacts\":\"$first\"}"
refused 404 M_NOT_FOUND 'a redaction of what is in another room'
req PUT "$here/send/a/6" '{"big":9007199254740991}'
is_status 200 'a number of 2^53-1'
newest
is_json '.chunk[0].content.big == 9007199254740991' true 'keeps each digit'
like '9007199254740991' 'in the text'
n=10
for bad in '{"x":1.5}' '{"x":[{"y":-0.1}]}' '{"x":9007199254740992}' '{"x":1e300}'; do
	req PUT "$here/send/a/$n" "$bad"
	refused 400 M_BAD_JSON "no number of canonical JSON: $bad"
	n=$((n + 1))
done
req PUT "$here/send/a/20" 'x'
refused 400 M_NOT_JSON 'sendMessage: not JSON'
req PUT "$here/send/a/21" '{}x'
refused 400 M_NOT_JSON 'JSON with a tail'
req PUT "$here/send/a/22" '{"a":1,"a":2}'
refused 400 M_BAD_JSON 'a key twice'
req PUT "$here/send/a/23" '[]'
refused 400 M_BAD_JSON 'sendMessage: a list'
req PUT "$here/send/a/24"
refused 400 M_NOT_JSON 'sendMessage: no body'
say 25 "$(printf '%064500d' 0)"
is_status 200 'sendMessage: an event of nearly 65,536 bytes'
say 26 "$(printf '%065536d' 0)"
refused 413 M_TOO_LARGE 'sendMessage: one that is larger'
req PUT "$here/send/$(printf '%0256d' 0)/27" '{}'
refused 413 M_TOO_LARGE 'a type over 255 bytes'
req PUT "$here/send/$(printf '%0255d' 0)/28" '{}'
is_status 200 'one of 255'
req PUT "$here/send/%C3/29" '{}'
is_status 400 'a type that is not UTF-8'
req PUT "$here/send/a%00b/30" '{}'
is_status 400 'a type with NUL in it'
before=$(count)
req PUT "$here/send/a/20" '{}'
is_status 200 'after all that the room goes on'
is "$(count)" $((before + 1)) 'with one event more'

# ---------------------------------------------------------------- room ids
for bad in x '%40alice%3Alocalhost' '%23a%3Alocalhost' '%21' '%21a%2Fb'; do
	req PUT "$v3/rooms/$bad/send/m.room.message/1" "$(text x)"
	refused 400 M_INVALID_PARAM "no room id: $bad"
done
req PUT "$v3/rooms/%21nowhere%3Alocalhost/send/m.room.message/1" "$(text x)"
refused 403 M_FORBIDDEN 'sendMessage: a room that is not there'
create '{"room_version":"10"}'
say 1 'percent'
is_status 200 'an id with %21 and %3A'
here=$v3/rooms/$room
say 2 'raw'
is_status 200 'the same id as it stands'
here=$v3/rooms/%21$(printf %s "${room#!}" | sed 's/:/%3a/')
say 3 'lower case'
is_status 200 'and with small hexadecimal'

# ------------------------------------------------------------------- power
as alice
create '{"preset":"public_chat","power_level_content_override":{"events":{"m.room.message":10,"org.example.free":0},"users_default":5}}'
as bob
req POST "$here/join"
say 1 x
refused 403 M_FORBIDDEN 'sendMessage: too little power for this type'
req PUT "$here/send/org.example.any/2" '{}'
is_status 200 'enough for others'
put m.room.topic '{"topic":"mine"}'
refused 403 M_FORBIDDEN 'setRoomStateWithKey: state takes 50'
put org.example.free '{"x":1}'
is_status 200 'unless its type says otherwise'
put org.example.free/@bob:localhost '{"x":1}'
is_status 200 'a key that is my id'
put org.example.free/@alice:localhost '{"x":1}'
refused 403 M_FORBIDDEN 'is mine; that of another is not'
put m.room.power_levels '{"users_default":100}'
refused 403 M_FORBIDDEN 'setRoomStateWithKey: nobody raises themselves'
as carol
say 1 x
refused 403 M_FORBIDDEN 'sendMessage: who is not in the room does not send'
put m.room.topic '{"topic":"mine"}'
refused 403 M_FORBIDDEN 'setRoomStateWithKey: nor sets state'
token=
say 1 x
refused 401 M_MISSING_TOKEN 'sendMessage: nor does a stranger'

# ------------------------------------------------------------------- state
as alice
put m.room.topic '{"topic":"one"}'
is_status 200 'setRoomStateWithKey: state is set'
is_json keys '["event_id"]' 'the answer is the event id'
topic=$event
req GET "$here/state/m.room.topic"
is_json . '{"topic":"one"}' 'and is so'
before=$(count)
put m.room.topic '{"topic":"one"}'
is "$event" "$topic" \
    'setRoomStateWithKey: who says it again gets the event that stands'
put m.room.topic/ '{ "topic" : "one" }'
is "$event" "$topic" 'with a slash at the end, and blanks'
is "$(count)" "$before" 'nobody hears of it twice'
put m.room.topic/ '{"topic":"two"}'
differ "$event" "$topic" 'something new is a new event'
newest
is_json '.chunk[0] | [.state_key, .content.topic, .unsigned.prev_content.topic, .unsigned.replaces_state]' \
    "[\"\",\"two\",\"one\",\"$topic\"]" 'which says what it replaced'
put m.room.topic '{"topic":"one"}'
differ "$event" "$topic" 'going back is news, too'
put m.room.topic/key '{"topic":"keyed"}'
req GET "$here/state/m.room.topic/key"
is_json . '{"topic":"keyed"}' 'setRoomStateWithKey: a key'
req GET "$here/state/m.room.topic"
is_json . '{"topic":"one"}' 'is another piece of state'
put "org.example.x/k%2F%3A%20%C3%BC" '{"n":1}'
is_status 200 'a key with a slash, a colon, a blank and an umlaut'
newest
is_json '.chunk[0].state_key' '"k/: ü"' 'is decoded once'
req GET "$here/state/org.example.x/k%2f%3a%20%c3%bc"
is_json . '{"n":1}' 'and found again'
put "org.example.x/$(printf '%0256d' 0)" '{}'
refused 413 M_TOO_LARGE 'setRoomStateWithKey: a key over 255 bytes'
put org.example.x "{\"x\":\"$(printf '%065536d' 0)\"}"
refused 413 M_TOO_LARGE 'state over 65,536 bytes'
put org.example.x '{"x":1.5}'
refused 400 M_BAD_JSON 'a fraction in state'
put m.room.create '{"room_version":"12"}'
refused 403 M_FORBIDDEN 'setRoomStateWithKey: create cannot be set'
put m.room.redaction '{"redacts":"$x"}'
refused 400 M_UNKNOWN 'a redaction is no state'
put m.room.power_levels '{"users":{"bob":100}}'
refused 403 M_FORBIDDEN 'power for what is no user'
put m.room.power_levels '{"users":{"@alice:localhost":100}}'
refused 403 M_FORBIDDEN 'creators are not listed (version 12)'
put m.room.power_levels '{"users":{"@bob:localhost":50}}'
is_status 200 'power for bob'
put m.room.name "{\"name\":\"$(printf '%0256d' 0)\"}"
refused 400 M_INVALID_PARAM 'a name over 255 bytes'
req POST "$here/state/m.room.topic" '{}'
refused 405 M_UNRECOGNIZED 'state is not sent by POST'
req PUT "$here/state/m.room.topic/k/11" '{}'
refused 404 M_UNRECOGNIZED 'nor with a transaction id'
as bob
put m.room.topic '{"topic":"one"}'
is_status 200 'what somebody else says'
differ "$event" "$topic" 'is another event, though it is the same'
as alice
put m.room.power_levels '{"users":{"@bob:localhost":0}}'
as bob
put m.room.topic '{"topic":"one"}'
refused 403 M_FORBIDDEN 'repeating oneself takes power, too'

# ---------------------------------------------------------- canonical alias
as alice
create '{"room_alias_name":"one"}'
create '{"room_alias_name":"two"}'
put m.room.canonical_alias '{"alias":"#two:localhost","alt_aliases":["#two:localhost"]}'
is_status 200 'setRoomStateWithKey: an alias of the room'
put m.room.canonical_alias '{"alias":"#one:localhost"}'
refused 400 M_BAD_ALIAS 'setRoomStateWithKey: an alias of another'
put m.room.canonical_alias '{"alt_aliases":["#none:localhost"]}'
refused 400 M_BAD_ALIAS 'setRoomStateWithKey: an alias of none'
put m.room.canonical_alias '{"alias":"#two:elsewhere.example"}'
refused 400 M_BAD_ALIAS 'an alias that cannot be looked up'
put m.room.canonical_alias '{"alias":"two"}'
refused 400 M_INVALID_PARAM 'setRoomStateWithKey: no alias'
put m.room.canonical_alias '{"alt_aliases":["two"]}'
refused 400 M_INVALID_PARAM 'setRoomStateWithKey: nor this'
put m.room.canonical_alias '{"alt_aliases":"#two:localhost"}'
refused 400 M_INVALID_PARAM 'not a list'
put m.room.canonical_alias '{"alias":null,"alt_aliases":["#two:localhost"]}'
is_status 200 'null takes it away'
as carol
put m.room.canonical_alias '{"alias":"#one:localhost"}'
refused 403 M_FORBIDDEN 'who is not in the room does not get so far'

# -------------------------------------------------------------- as of 2015
v1=$c/api/v1
as alice
create '{}' $v1
here=$v1/rooms/$(enc "$room")
req POST "$here/send/m.room.message" "$(text posted)"
is_status 200 'POST without a transaction id'
one=$(get_json .event_id)
req POST "$here/send/m.room.message" "$(text posted)"
differ "$(get_json .event_id)" "$one" 'each is an event of its own'
newest
is_json '.chunk[0] | [.unsigned.transaction_id, .user_id]' '[null,"@alice:localhost"]' \
    'and has no transaction id to show'
req PUT "$here/send/m.room.message/1" "$(text put)"
is_status 200 'PUT with one'
for bad in '{}' '{"msgtype":"m.text"}' '{"body":"x"}' '{"msgtype":"m.text","body":1}' \
    '{"msgtype":null,"body":"x"}'; do
	req POST "$here/send/m.room.message" "$bad"
	refused 400 M_BAD_JSON "a message has msgtype and body: $bad"
done
req POST "$here/send/org.example.other" '{}'
is_status 200 'others need not'
req PUT "$here/state/m.room.topic/" '{"topic":"t"}'
is_json keys '["event_id"]' 'state answers with its event'
req POST "$v3/rooms/$(enc "$room")/send/m.room.message" "$(text x)"
is_status 404 'v3 has no POST'

# ------------------------------------------------------------ all at once
as alice
create '{"preset":"public_chat"}'
for i in 1 2 3 4; do
	bg "a$i" PUT "$here/send/m.room.message/same" "$(text once)"
	bg "b$i" PUT "$here/send/m.room.message/own$i" "$(text each)"
done
ids=
for i in 1 2 3 4; do
	bg_wait "a$i"
	is_status 200 'the same transaction id, at once'
	ids="$ids $(get_json .event_id)"
	bg_wait "b$i"
	is_status 200 'another, at once'
done
is "$(printf '%s\n' $ids | sort -u | wc -l)" 1 'one event for all'
newest 100
is_json '[.chunk[].content.body] | [map(select(. == "once")), map(select(. == "each"))] | map(length)' \
    '[1,4]' 'and each message once'
done_testing
