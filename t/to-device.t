#!/bin/sh
# Messages from device to device: PUT /sendToDevice, and how /sync gives them.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/devices.sh"
conf accounts guests yes
start
expect_log 'a client request body is buffered to a temporary file'
expect_log 'an upstream response is buffered to a temporary file'
user alice
user bob
user carol
device alice phone
device bob desk
told='[.to_device.events[].content.n]'

# -------------------------------------------------------------- one message
sync alice
at=$since
is_json .to_device '{"events":[]}' 'sync.to_device: at first there is nothing'
send_to bob org.example.hello "{\"@alice:localhost\":{\"$device_alice\":{\"n\":1,\"x\":[0.5,null]}}}"
is_status 200 'sendToDevice: a message is left'
is_json . '{}' 'sendToDevice: the answer is empty'
sync alice "$at"
is_json .to_device.events \
    '[{"content":{"n":1,"x":[0.5,null]},"sender":"@bob:localhost","type":"org.example.hello"}]' \
    'sync.to_device: the device gets sender, type and content'
one=$since
sync phone
is_json .to_device.events '[]' 'sync.to_device: another device of the user gets none'
sync alice "$at"
is_json "$told" '[1]' 'sync.to_device: the same since gives the same again'
sync alice
is_json "$told" '[1]' 'sync.to_device: a first sync gives what is queued'
sync alice "$one"
is_json "$told" '[]' 'sync.to_device: what the next token confirms is gone'
sync alice "$at"
is_json "$told" '[]' 'sync.to_device: for good'
sync alice
is_json "$told" '[]' 'sync.to_device: also for a first sync'

# ------------------------------------------------------------- whom it is for
send_to bob m.dummy '{"@alice:localhost":{"*":{"n":2}}}'
sync alice; is_json "$told" '[2]' 'sendToDevice: * is each device of the user'
a2=$since
sync phone; is_json "$told" '[2]' 'sendToDevice: and this one'
p2=$since
sync bob; is_json "$told" '[]' 'sendToDevice: of nobody else'
sync carol; is_json "$told" '[]' 'sendToDevice: at all'
sync alice "$a2"
sync phone; is_json "$told" '[2]' 'sync.to_device: one confirms nothing for the other'
sync phone "$a2"
is_json "$told" '[2]' "sync.to_device: a token of another device confirms nothing"
sync carol "$p2"
is_json "$told" '[]' "sync.to_device: with another user's token nobody is told theirs"
sync phone
is_json "$told" '[2]' "sync.to_device: nor takes it away from them (security 17)"
sync phone "$p2"
is_json "$told" '[]' "sync.to_device: the device's own token does"

send_to bob m.dummy "{\"@alice:localhost\":{\"*\":{\"n\":3},\"$device_phone\":{\"n\":4}}}"
sync phone "$since"; is_json "$told" '[3]' 'sendToDevice: a device gets one message of a request'
send_to alice m.dummy '{"@alice:localhost":{"*":{"n":5}}}'
sync alice "$a2"
is_json "$told" '[3,5]' 'sendToDevice: * is the sending device, too; in their order'
is_json '[.to_device.events[].sender]' '["@bob:localhost","@alice:localhost"]' \
    'sync.to_device: who sent which'
a5=$since
send_to bob m.dummy "{\"@nobody:localhost\":{\"*\":{}},\"@x:elsewhere.example\":{\"*\":{}},\"x\":{\"*\":{}},\"@alice:localhost\":{\"NONE\":{},\"$device_alice\":{\"n\":6}}}"
is_status 200 'sendToDevice: who is not there, or not here, is passed over'
sync alice "$a5"
is_json "$told" '[6]' 'sendToDevice: and the others get theirs'
a6=$since

# Both of one request, with the same transaction id, are one.
as bob
for n in 7 8; do
	req PUT "$v3/sendToDevice/m.dummy/same" "{\"messages\":{\"@alice:localhost\":{\"$device_alice\":{\"n\":$n}}}}"
	is_status 200 "sendToDevice: with the same transaction id: $n"
done
as desk
req PUT "$v3/sendToDevice/m.dummy/same" "{\"messages\":{\"@alice:localhost\":{\"$device_alice\":{\"n\":9}}}}"
sync alice "$a6"
is_json "$told" '[7,9]' 'sendToDevice: a transaction of a device happens once'
a9=$since

# ------------------------------------------------------------------- refused
as bob
bad() {
	req PUT "$v3/sendToDevice/m.dummy/bad$txn" "$1"
	is_err "$2" "$3" "sendToDevice: $4"
}
bad '{}' 400 M_MISSING_PARAM 'without messages'
bad '{"messages":[]}' 400 M_BAD_JSON 'messages is a list'
bad '{"messages":{"@alice:localhost":[]}}' 400 M_BAD_JSON 'a list of devices'
bad '{"messages":{"@alice:localhost":{"*":5}}}' 400 M_BAD_JSON 'no object'
bad '{"messages":{"@alice:localhost":{"*":{"n":10},"A":5}}}' 400 M_BAD_JSON \
    'one of two is no object'
bad '{' 400 M_NOT_JSON 'no JSON'
bad "{\"messages\":{\"@alice:localhost\":{\"*\":{\"n\":\"$(printf %065530d 0)\"}}}}" \
    413 M_TOO_LARGE 'content of 65539 bytes (security 16)'
many=$(jq -cn '{messages: ([range(1001) | {("@u\(.):localhost"): {"*": {}}}] | add)}')
bad "$many" 413 M_TOO_LARGE 'to 1001 users (security 16)'
req PUT "$v3/sendToDevice/$(printf %0256d 0)/t" '{"messages":{}}'
is_err 400 M_INVALID_PARAM 'sendToDevice: a type of 256 bytes'
token=
req PUT "$v3/sendToDevice/m.dummy/t" '{"messages":{}}'
is_err 401 M_MISSING_TOKEN 'sendToDevice: without a token'
sync alice "$a9"
is_json "$told" '[]' 'sendToDevice: of what is refused nothing is sent'
req PUT "/_matrix/client/v2_alpha/sendToDevice/m.dummy/t" '{"messages":{}}'
is_status 404 'sendToDevice: 2015 had none'

req POST "$v3/register?kind=guest" '{}'
token=$(get_json .access_token)
req PUT "$v3/sendToDevice/m.dummy/t" '{"messages":{"@alice:localhost":{"*":{"n":11}}}}'
is_status 200 'sendToDevice: guests may'
sync alice "$a9"
is_json "$told" '[11]' 'sendToDevice: and are heard'
a11=$since

admin user suspend bob
send_to bob m.dummy '{"@alice:localhost":{"*":{}}}'
is_err 403 M_USER_SUSPENDED 'sendToDevice: a suspended account reaches nobody else'
send_to bob m.dummy '{"@bob:localhost":{"*":{"n":12}}}'
is_status 200 'sendToDevice: only its own devices'
sync desk
is_json "$told" '[12]' 'sendToDevice: which hear of it'
admin user unsuspend bob

# ------------------------------------------------------------------- waiting
sync alice "$a11"
as alice
bg heard GET "$v3/sync?timeout=20000&since=$since"
as carol
bg other GET "$v3/sync?timeout=1500&since=$since"
send_to bob m.dummy "{\"@alice:localhost\":{\"$device_alice\":{\"n\":13}}}"
bg_wait heard
is_json "$told" '[13]' 'sync.to_device: who waits is woken'
is_json .rooms.join '{}' 'sync.to_device: by nothing else'
a13=$(get_json .next_batch)
bg_wait other
is_json "$told" '[]' 'sync.to_device: others hear of nothing'

# A waiting that begins with a confirmation.
as alice
bg heard GET "$v3/sync?timeout=20000&since=$a13"
send_to bob m.dummy "{\"@alice:localhost\":{\"$device_alice\":{\"n\":14}}}"
bg_wait heard
is_json "$told" '[14]' 'sync.to_device: who confirms waits for the next'
a14=$(get_json .next_batch)
req GET "$v3/sync?since=$a14"

# ------------------------------------------------------ many, and in pieces
as bob
for n in $(seq 1 5); do
	req PUT "$v3/sendToDevice/m.dummy/many$n" "$(jq -cn --argjson n "$n" --arg device "$device_alice" \
	    '{messages: {"@alice:localhost": {($device): {n: $n}}}}')"
done
sync alice "$a14"
is_json "$told" '[1,2,3,4,5]' 'sync.to_device: in the order in which they came'
a=$since
as bob
for n in $(seq 1 21); do
	req PUT "$v3/sendToDevice/m.dummy/more$n" "{\"messages\":{\"@alice:localhost\":{\"$device_alice\":{\"n\":$n,\"pad\":\"$(printf %060000d 0)\"}}}}"
done
: >"$tmp/pieces"
since=$a pieces=0
while [ $pieces -lt 10 ]; do
	wait=20000
	sync alice "$since"
	wait=0
	jq -r '.to_device.events[].content.n' "$tmp/body" >>"$tmp/pieces"
	pieces=$((pieces + 1))
	[ "$(wc -l <"$tmp/pieces")" -lt 21 ] || break
	[ $pieces != 1 ] || is_json '.to_device.events | length < 21' true \
	    'sync.to_device: an answer does not grow without end (security 16)'
done
is "$(tr '\n' ' ' <"$tmp/pieces")" "$(seq 1 21 | tr '\n' ' ')" \
    'sync.to_device: the rest comes at once, nothing twice, in order'
sync alice "$since"

# ---------------------------------------------------------------- 2015, r0
send_to bob m.dummy "{\"@alice:localhost\":{\"$device_alice\":{\"n\":15}}}"
as alice
req GET "/_matrix/client/v2_alpha/sync?since=$since"
is_json 'has("to_device")' false 'sync.to_device: 2015 knows none'
kept=$(get_json .next_batch)
req GET "/_matrix/client/r0/sync?since=$kept"
is_json "$told" '[15]' 'sync.to_device: and takes none away'
for path in r0 unstable; do
	req PUT "/_matrix/client/$path/sendToDevice/m.dummy/$path" '{"messages":{}}'
	is_status 200 "sendToDevice: under $path"
done

# ------------------------------------------------------------------- restart
send_to bob m.dummy "{\"@alice:localhost\":{\"$device_alice\":{\"n\":16}}}"
stop
start
sync alice "$kept"
is_json "$told" '[15,16]' 'sync.to_device: what waits outlives a restart'
last=$since
sync alice "$last"
is_json "$told" '[]' 'sync.to_device: and so does what a token confirms'

# ----------------------------------------------------------- the end of it
send_to bob m.dummy '{"@alice:localhost":{"*":{"n":17}}}'
as phone
req POST $v3/logout
token=
req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"alice\",\"password\":\"secret of alice\",\"device_id\":\"$device_phone\"}"
token_phone=$(get_json .access_token)
sync phone
is_json "$told" '[]' 'sync.to_device: what waited for a device goes with it'
sync alice "$last"
is_json "$told" '[17]' 'sync.to_device: others keep theirs'
deactivate carol
send_to bob m.dummy '{"@carol:localhost":{"*":{"n":18}}}'
is_status 200 'sendToDevice: nobody is left there'

# ------------------------------------------------------- how much may wait
stop
conf serve to_device_max 2K
start
user dave
user erin
user frank
pad=$(printf '%0700d' 0)
send_to erin m.dummy '{"@dave:localhost":{"*":{"n":10}}}'
for n in 11 12 13 14; do
	send_to frank m.dummy "{\"@dave:localhost\":{\"*\":{\"n\":$n,\"pad\":\"$pad\"}}}"
done
is_status 200 'sendToDevice: more than may wait for a device'
sync dave
is_json "$told" '[10,13,14]' 'the oldest go, of whoever sends too much (security 16)'
send_to frank m.dummy "{\"@dave:localhost\":{\"*\":{\"n\":15,\"pad\":\"$pad$pad$pad$pad\"}}}"
sync dave
is_json "$told" '[15]' 'one that is longer than all may wait alone'
sync dave "$since"
send_to frank m.dummy "{\"@dave:localhost\":{\"*\":{\"n\":16,\"pad\":\"$pad\"}}}"
send_to frank m.dummy "{\"@dave:localhost\":{\"*\":{\"n\":17,\"pad\":\"$pad\"}}}"
sync dave
is_json "$told" '[16,17]' 'what was taken leaves room'
done_testing
