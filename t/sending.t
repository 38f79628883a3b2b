#!/bin/sh
# Sending into a room, line by line of the specification of 2015: state and
# messages, by its own paths.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
v1=/_matrix/client/api/v1
v3=/_matrix/client/v3

make() {
	req POST $v1/createRoom "$1"
	room=$(get_json .room_id) here=$v1/rooms/$(enc "$room")
}
put() { req PUT "$here/state/$1" "$2"; event=$(get_json .event_id); }
state() { req GET "$here/state/$1"; }
deliver() { req "$1" "$here/send/$2" "$3"; event=$(get_json .event_id); }
text() { printf '{"msgtype":"m.text","body":"%s"}' "$1"; }
# bodies WANT NAME: what was said in messages, the oldest first.
bodies() {
	req GET "$here/messages?dir=b&limit=100"
	is_json '[.chunk[] | select(.type == "m.room.message").content.body] | reverse' \
	    "$1" "$2"
}
differ() { [ "$1" != "$2" ]; ok $? "$3"; }

as alice
make '{"preset":"public_chat"}'

# ------------------------------------------------------------------- state
state m.room.topic
is_err 404 M_NOT_FOUND 'STA-6: a topic that is not there'
state m.room.name
is_err 404 M_NOT_FOUND 'STA-6: a name that is not there'
state m.room.member/@bob:localhost
is_err 404 M_NOT_FOUND 'STA-6: a member who is not there'
put m.example.event/key '{"n":1,"text":{"in":["it"]}}'
is_status 200 'STA-5: state is set'
is_json '[keys, (.event_id | type)]' '[["event_id"],"string"]' \
    'STA-5: the answer has the event_id'
first=$event
req GET "$v1/events/$(enc "$first")"
is_json '[.type, .state_key, .content, .user_id]' \
    '["m.example.event","key",{"n":1,"text":{"in":["it"]}},"@alice:localhost"]' \
    'STA-1: the body is the content of an event'
state m.example.event/key
is_json . '{"n":1,"text":{"in":["it"]}}' 'STA-1: which is the state'
put m.example.event/key '{"n":2}'
state m.example.event/key
is_json . '{"n":2}' 'STA-1: room, type and key are the same: overwritten, as a whole'
put m.example.event/other '{"n":3}'
put m.another.example.event/key '{"n":4}'
state m.example.event/key
is_json . '{"n":2}' 'STA-1: another key or type: not'
second=$here
make '{}'
put m.example.event/key '{"n":5}'
here=$second
state m.example.event/key
is_json . '{"n":2}' 'STA-1: nor in another room'

put m.example.event '{"n":6}'
is_status 200 'STA-2: a path without a state key'
req GET "$v1/events/$(enc "$event")"
is_json .state_key '""' 'STA-2: means the empty one'
put m.example.event/ '{"n":7}'
state m.example.event
is_json . '{"n":7}' 'STA-2: which may be written with a slash at the end'
state m.example.event/
is_json . '{"n":7}' 'STA-2: and read either way'

req POST "$here/state/m.example.event" '{"n":8}'
is_err 405 M_UNRECOGNIZED 'STA-3: no POST to a type'
req POST "$here/state/m.example.event/" '{"n":8}'
is_err 405 M_UNRECOGNIZED 'STA-3: nor with a slash'
req POST "$here/state/m.example.event/key" '{"n":8}'
is_err 405 M_UNRECOGNIZED 'STA-3: nor to a key'
req PUT "$here/state/m.another.example.event/foo/11" '{"n":8}'
is_err 404 M_UNRECOGNIZED 'STA-3: no transaction id behind the key'
put m.example.event/11 '{"n":9}'
put m.example.event/11 '{"n":10}'
state m.example.event/11
is_json . '{"n":10}' 'STA-3: a number is a key as any other'

put "m.favorite.animal.event/%40alice%3Alocalhost" '{"animal":"cat"}'
req GET "$v1/events/$(enc "$event")"
is_json .state_key '"@alice:localhost"' 'STA-4: a key that is percent-encoded'
state m.favorite.animal.event/@alice:localhost
is_json . '{"animal":"cat"}' 'STA-4: is the same as it stands'
put "m.example.event/a%2Fb%25c" '{"n":11}'
req GET "$v1/events/$(enc "$event")"
is_json .state_key '"a/b%c"' 'STA-4: and decoded once'
put m.example.event/key x
is_err 400 M_NOT_JSON 'STA-1: a body that is no JSON'
put m.example.event/key '[]'
is_err 400 M_BAD_JSON 'STA-1: or no object'

put m.room.power_levels '{"users":{"@alice:localhost":100,"@bob:localhost":1},"kick":60}'
is_status 200 'STA-6: power levels'
put m.room.power_levels '{"users":{"@alice:localhost":100},"ban":70}'
state m.room.power_levels
is_json . '{"ban":70,"users":{"@alice:localhost":100}}' \
    'STA-6: are set all at once; what was there before is gone'
put m.room.topic '{"topic":"of state"}'
state m.room.topic
is_json . '{"topic":"of state"}' 'STA-6: a topic'
put m.room.name '{"name":"of state"}'
state m.room.name
is_json . '{"name":"of state"}' 'STA-6: a name'
put m.room.member/@bob:localhost '{}'
is_err 400 M_BAD_JSON 'STA-6: no membership key'
as carol
put m.room.member/@bob:localhost '{"membership":"invite"}'
is_err 403 M_FORBIDDEN 'STA-6: who invites is in the room'
as alice
put m.room.member/@alice:localhost '{"membership":"invite"}'
is_err 403 M_FORBIDDEN 'STA-6: and whom they invite is not'
put m.room.member/@bob:localhost '{"membership":"join"}'
is_err 403 M_FORBIDDEN 'STA-6: nobody makes another join'
put m.room.join_rules '{"join_rule":"invite"}'
as carol
put m.room.member/@carol:localhost '{"membership":"join"}'
is_err 403 M_FORBIDDEN 'STA-6: nor does one join without an invitation'
state m.room.topic
is_err 403 M_FORBIDDEN 'STA-6: or reads'

# ---------------------------------------------------------------- messages
as alice
make '{"preset":"public_chat"}'
deliver POST m.room.message "$(text one)"
is_json '[keys, (.event_id | type)]' '[["event_id"],"string"]' \
    'SND-1: the answer has the event_id'
req GET "$v1/events/$(enc "$event")"
is_json '[.type, .content, has("state_key")]' \
    '["m.room.message",{"body":"one","msgtype":"m.text"},false]' \
    'SND-1: of an event whose content is the body'
deliver POST m.room.message "$(text two)"
deliver POST m.room.message "$(text two)"
bodies '["one","two","two"]' 'SND-2: POST: each is an event'
deliver PUT m.room.message/11 "$(text three)"
is_status 200 'SND-2: PUT with a transaction id'
first=$event
deliver PUT m.room.message/11 "$(text three)"
is "$event" "$first" 'SND-2: the same once more: the same event'
bodies '["one","two","two","three"]' 'SND-2: and no second'
deliver PUT m.room.message/12 "$(text three)"
differ "$event" "$first" 'SND-2: another id: another event'
old=$token
req POST $v1/login '{"type":"m.login.password","user":"alice","password":"secret of alice"}'
token=$(get_json .access_token)
deliver PUT m.room.message/11 "$(text four)"
differ "$event" "$first" 'SND-2: another access token: another event'
bodies '["one","two","two","three","three","four"]' 'SND-2: that was sent'
token=$old
req PUT "$here/send/m.room.message" "$(text five)"
is_err 405 M_UNRECOGNIZED 'SND-2: no PUT without an id'
req POST "$here/send/m.room.message/13" "$(text five)"
is_err 405 M_UNRECOGNIZED 'SND-2: nor POST with one'

for kind in delivered read; do
	deliver POST m.room.message.feedback "{\"type\":\"$kind\",\"target_event_id\":\"$first\"}"
	is_status 200 "SND-3: feedback: $kind"
done
for bad in '{}' '{"type":"eaten"}' '{"type":7}' '{"type":null}'; do
	deliver POST m.room.message.feedback "$bad"
	is_err 400 M_BAD_JSON "SND-3: no feedback: $bad"
	deliver PUT m.room.message.feedback/14 "$bad"
	is_err 400 M_BAD_JSON "SND-3: nor by PUT: $bad"
done
req PUT "$v3/rooms/$(enc "$room")/send/m.room.message.feedback/15" '{"type":"eaten"}'
is_status 200 'today it is an event like others'
for bad in '{}' '{"msgtype":"m.text"}' '{"body":"x"}' '{"msgtype":"m.text","body":7}' \
    '{"msgtype":7,"body":"x"}'; do
	deliver POST m.room.message "$bad"
	is_err 400 M_BAD_JSON "SND-4: no message: $bad"
	deliver PUT m.room.message/16 "$bad"
	is_err 400 M_BAD_JSON "SND-4: nor by PUT: $bad"
done
deliver PUT m.room.message/16 '{"msgtype":"org.example.any","body":""}'
is_status 200 'SND-4: any msgtype with any text is one'
for type in org.example.thing com.example.a.b_c UPPER; do
	deliver POST "$type" '{"any":{"thing":[]}}'
	is_status 200 "SND-5: a type of one's own: $type"
	req GET "$v1/events/$(enc "$event")"
	is_json '[.type, .content]' "[\"$type\",{\"any\":{\"thing\":[]}}]" \
	    "SND-5: stands as it is: $type"
done

as bob
deliver POST m.room.message "$(text intruder)"
is_err 403 M_FORBIDDEN 'SND-6: who is not in the room'
as alice
req POST "$here/invite" '{"user_id":"@bob:localhost"}'
as bob
deliver POST m.room.message "$(text intruder)"
is_err 403 M_FORBIDDEN 'SND-6: or only invited'
req POST "$here/join" '{}'
deliver POST m.room.message "$(text guest)"
is_status 200 'SND-6: who is in it sends'
as alice
put m.room.power_levels '{"users":{"@alice:localhost":100,"@bob:localhost":9},"events_default":10,"events":{"org.example.free":0,"m.room.topic":9},"state_default":50}'
as bob
deliver POST m.room.message "$(text weak)"
is_err 403 M_FORBIDDEN 'SND-6: with the power for it'
deliver PUT m.room.message/17 "$(text weak)"
is_err 403 M_FORBIDDEN 'SND-6: by PUT, too'
deliver POST org.example.free '{}'
is_status 200 'PL-6: which events tells of each type'
put m.room.topic '{"topic":"by bob"}'
is_status 200 'PL-6: of state likewise'
put m.room.name '{"name":"by bob"}'
is_err 403 M_FORBIDDEN 'PL-6: and state_default of all other'
req POST "$here/leave" '{}'
deliver POST org.example.free '{}'
is_err 403 M_FORBIDDEN 'SND-6: who left sends no more'
token=
deliver POST org.example.free '{}'
is_err 401 M_MISSING_TOKEN 'SND-6: nor does a stranger'
done_testing
