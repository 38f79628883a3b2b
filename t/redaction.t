#!/bin/sh
# Redaction: PUT and POST /rooms/{roomId}/redact, m.room.redaction by /send.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
user dora
c=/_matrix/client
v3=$c/v3
v1=$c/api/v1

create() {
	as alice
	req POST "${2:-$v3}/createRoom" "${1-}"
	room=$(get_json .room_id) here=$v3/rooms/$(enc "$room")
}
join() { as "$1"; req POST "$here/join"; }
# say TXN BODY leaves the event in $event.
say() {
	req PUT "$here/send/m.room.message/$1" "{\"msgtype\":\"m.text\",\"body\":\"$2\"}"
	event=$(get_json .event_id)
}
put() { req PUT "$here/state/$1" "$2"; event=$(get_json .event_id); }
redact() { req PUT "${3:-$here}/redact/$(enc "$1")/r$((txn += 1))" "${2-{\}}"; redaction=$(get_json .event_id); }
txn=0
# look EVENT leaves it alone in $tmp/body, as /messages has it.
look() {
	req GET "${2:-$here}/messages?dir=b&limit=1000"
	jq --arg id "$1" '.chunk[] | select(.event_id == $id)' "$tmp/body" >"$tmp/one"
	cp "$tmp/one" "$tmp/body"
}

# -------------------------------------------------------- one's own message
create '{"preset":"public_chat","name":"The room","room_version":"11"}'
join bob
join carol
as bob
say t1 'a secret'
secret=$event
look "$secret"
is_json '.content.body' '"a secret"' 'a message'
req POST "$v3/search" '{"search_categories":{"room_events":{"search_term":"secret"}}}'
is_json '[.search_categories.room_events.results[].result.event_id]' "[\"$secret\"]" 'which is found by its words'
redact "$secret" '{"reason":"not for all of you"}'
is_status 200 'redactEvent: one may redact what one said'
is_json keys '["event_id"]' 'the answer names the redaction'
by=$redaction
for name in alice bob carol; do
	as $name
	look "$secret"
	is_json '[.content, .type, .sender, .event_id == "'"$secret"'"]' \
	    '[{},"m.room.message","@bob:localhost",true]' \
	    "RED-1: $name reads what is left of it"
	is_json '.unsigned.redacted_because | [.event_id == "'"$by"'", .type, .sender, .content.reason, .redacts == "'"$secret"'", .content.redacts == "'"$secret"'"]' \
	    '[true,"m.room.redaction","@bob:localhost","not for all of you",true,true]' \
	    "RED-4: and the redaction, as $name sees it"
done
req GET "$v3/sync"
[ "$(grep -c 'a secret' "$tmp/body")" = 0 ]
ok $? 'RED-1: no word of it is in an answer to /sync (security 18)'
is_json "[.rooms.join[].timeline.events[] | select(.event_id == \"$secret\") | [.content, .unsigned.redacted_because.event_id]]" \
    "[[{},\"$by\"]]" 'where it stands as everywhere else'
req GET "$here/event/$(enc "$secret")"
is_json '[.content, .unsigned.redacted_because.event_id]' "[{},\"$by\"]" 'RED-1: alone'
req GET "$here/context/$(enc "$secret")?limit=0"
is_json '.event | [.content, .unsigned.redacted_because.event_id]' "[{},\"$by\"]" 'RED-1: and in its context'
req POST "$v3/search" '{"search_categories":{"room_events":{"search_term":"secret"}}}'
is_json '.search_categories.room_events.results' '[]' 'its words are not found any more (security 18)'
as bob
req PUT "$here/redact/$(enc "$secret")/r$txn" '{"reason":"another"}'
is_json .event_id "\"$by\"" 'redactEvent: the same transaction id is the same redaction'
redact "$secret" '{"reason":"again"}'
is_status 200 'what was redacted may be redacted again'
differs=$redaction
look "$secret"
is_json '.unsigned.redacted_because.content.reason' '"not for all of you"' \
    'which changes nothing'
[ "$differs" != "$by" ]
ok $? 'though it is an event of its own'
look "$by"
is_json '[.type, .redacts, .content.redacts, .content.reason, has("state_key"), .unsigned.transaction_id]' \
    "[\"m.room.redaction\",\"$secret\",\"$secret\",\"not for all of you\",false,\"r1\"]" \
    'RED-5: the redaction as it is read; redacts stands in both places'

# ------------------------------------------------------------------ rights
as carol
say t1 'by carol'
theirs=$event
as bob
redact "$theirs"
is_err 403 M_FORBIDDEN 'redactEvent: what others said is not for everybody to redact (security 18)'
look "$theirs"
is_json '.content.body' '"by carol"' 'and stands'
as alice
redact "$theirs" '{"reason":"spam"}'
is_status 200 'RED-5: who has the power level redact may'
look "$theirs"
is_json '[.content, .unsigned.redacted_because.sender]' '[{},"@alice:localhost"]' 'and it is gone'
say t9 'by alice'
hers=$event
put m.room.power_levels '{"users":{"@alice:localhost":100,"@bob:localhost":30},"redact":30,"events":{"m.room.redaction":20}}'
as bob
redact "$hers"
is_status 200 'the level is what the room says'
as carol
say t2 'more by carol'
redact "$event"
is_err 403 M_FORBIDDEN 'redactEvent: who may not send m.room.redaction may not redact their own either'
look "$event"
is_json '.content.body' '"more by carol"' 'and it stands'
as dora
redact "$event"
is_err 403 M_FORBIDDEN 'who is not in the room redacts nothing in it (security 18)'
redact "$event" '{}' "$v3/rooms/$(enc '!none:localhost')"
is_err 403 M_FORBIDDEN 'nor in one that there is not'
as alice
redact '$nothing'
is_err 404 M_NOT_FOUND 'redactEvent: an event that there is not'
redact "$event" '{"reason":7}'
is_err 400 M_BAD_JSON 'a reason is a text'
req POST "$v3/createRoom" '{}'
other=$v3/rooms/$(enc "$(get_json .room_id)")
redact "$event" '{}' "$other"
is_err 404 M_NOT_FOUND 'redactEvent: an event of another room'
look "$event"
is_json '.content.body' '"more by carol"' 'is left alone'

# What the caller may not see is not there for them.
create '{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}],"power_level_content_override":{"redact":0}}'
as alice
say t1 'before bob'
before=$event
join bob
redact "$before"
is_err 404 M_NOT_FOUND 'what was said before one joined a room that shows no history (security 17)'
as alice
say t2 'with bob'
as bob
redact "$event"
is_status 200 'what one sees, with the power'

# An administrator of the server, without power in the room.
echo 'secret of root' >"$tmp/line"
admin user add root --admin <"$tmp/line"
token=
req POST $v3/login '{"type":"m.login.password","identifier":{"type":"m.id.user","user":"root"},"password":"secret of root"}'
token_root=$(get_json .access_token) user_root=@root:localhost
create '{"preset":"public_chat"}'
say t1 'by alice'
as root
redact "$event"
is_err 403 M_FORBIDDEN 'an administrator of the server redacts nothing from outside a room'
join root
redact "$event"
is_status 200 'redactEvent: but what users of the server said in a room that he is in'
as alice
look "$event"
is_json .content '{}' 'and it is gone'

# ---------------------------------------------------------------- suspended
create '{"preset":"public_chat","room_version":"11"}'
join bob
say t1 'by bob'
mine=$event
as alice
put m.room.power_levels '{"users":{"@alice:localhost":100,"@bob:localhost":100}}'
say t1 'by alice'
admin user suspend bob
as bob
redact "$event"
is_err 403 M_USER_SUSPENDED 'who is suspended redacts nothing of others'
req PUT "$here/send/m.room.redaction/s1" "{\"redacts\":\"$event\"}"
is_err 403 M_USER_SUSPENDED 'by no path'
say t2 'hello'
is_err 403 M_USER_SUSPENDED 'nor sends anything else'
redact "$mine"
is_status 200 'but what they said themselves'
as alice
look "$mine"
is_json .content '{}' 'which is gone then'
admin user unsuspend bob

# ------------------------------------------------------------- /send, /state
create '{"preset":"public_chat"}'
as alice
say t1 one
req PUT "$here/send/m.room.redaction/s1" "{\"redacts\":\"$event\",\"reason\":\"by send\"}"
is_status 200 'm.room.redaction by /send'
look "$event"
is_json '[.content, .unsigned.redacted_because.content.reason]' '[{},"by send"]' 'redacts'
req PUT "$here/send/m.room.redaction/s2" '{"reason":"nothing"}'
is_err 400 M_MISSING_PARAM 'it has to say what'
req PUT "$here/send/m.room.redaction/s2" '{"redacts":7}'
is_err 400 M_BAD_JSON 'as a text'
req PUT "$here/send/m.room.redaction/s3" '{"redacts":"$nothing"}'
is_err 404 M_NOT_FOUND 'which has to be there'
put m.room.redaction/x "{\"redacts\":\"$event\"}"
is_err 400 M_UNKNOWN 'as state it redacts nothing, so it is refused'

# ---------------------------------------------------------------- old forms
create '{}' "$v1"
old=$v1/rooms/$(enc "$room")
as alice
say t1 'old'
req POST "$old/redact/$(enc "$event")" '{"reason":"POST"}'
is_status 200 'RED-6: POST as the clients of 2015 send it'
look "$event" "$old"
is_json '[.content, .redacted_because.type, .redacted_because.user_id, .redacted_because.content.reason, .redacted_because.redacts]' \
    "[{},\"m.room.redaction\",\"@alice:localhost\",\"POST\",\"$event\"]" \
    'RED-4: redacted_because stands at the top level for them'
say t2 'old'
req PUT "$c/r0/rooms/$(enc "$room")/redact/$(enc "$event")/1"
is_status 200 'RED-6: PUT, without a body'
look "$event" "$c/r0/rooms/$(enc "$room")"
is_json '[.content, .redacted_because.type, .unsigned.redacted_because.type]' \
    '[{},"m.room.redaction","m.room.redaction"]' 'clients of r0 find it in either place'
token_now=$token
user eve
req PUT "$old/redact/$(enc "$event")/1" '{}'
is_err 403 M_FORBIDDEN 'rights are the same there'
token=$token_now

# ------------------------------------------------------------ each version
for version in $(cat "$SRC/common/matrix/room_version.c" |
    sed -n 's/^.*\.id = "\([0-9]*\)".*/\1/p'); do
	new=0
	[ "$version" -lt 11 ] || new=1
	create "{\"preset\":\"public_chat\",\"room_version\":\"$version\",\"name\":\"A name\",\"creation_content\":{\"org.example.kept\":1}}"
	join bob
	as alice

	req GET "$here/state/m.room.name?format=event"
	redact "$(get_json .event_id)"
	req GET "$here/state/m.room.name"
	is_json . '{}' "RED-3: version $version: a name is gone"
	put m.room.name '{"name":"Another"}'
	req GET "$here/state/m.room.name"
	is_json .name '"Another"' "version $version: and may be set again"
	before=$event

	as bob
	put "m.room.member/@bob:localhost" '{"membership":"join","displayname":"Bob"}'
	redact "$event"
	as alice
	req GET "$here/state/m.room.member/@bob:localhost"
	is_json . '{"membership":"join"}' "RED-3: version $version: a membership stays, the name goes"
	as bob
	say t1 'still here'
	is_status 200 "version $version: who is in stays in"

	as alice
	req GET "$here/state/m.room.create?format=event"
	redact "$(get_json .event_id)"
	is_status 200 "version $version: m.room.create may be redacted"
	req GET "$here/state/m.room.create"
	if [ $new = 1 ]; then
		is_json '."org.example.kept"' 1 "RED-3: version $version: and stays whole"
	else
		is_json . '{"creator":"@alice:localhost"}' "RED-3: version $version: of which creator stays"
	fi
	say t1 'still there'
	is_status 200 "version $version: and the room works"

	put m.room.power_levels '{"users":{"@alice:localhost":100},"invite":20,"org.example.x":1,"notifications":{"room":20},"redact":40}'
	[ "$version" != 12 ] || put m.room.power_levels '{"users":{},"invite":20,"org.example.x":1,"notifications":{"room":20},"redact":40}'
	redact "$event"
	req GET "$here/state/m.room.power_levels"
	is_json '[.redact, .invite, ."org.example.x", .notifications]' \
	    "[40,$([ $new = 1 ] && echo 20 || echo null),null,null]" \
	    "RED-3: version $version: levels that the rules ask for stay"
	put m.room.join_rules '{"join_rule":"public","x":1}'
	redact "$event"
	req GET "$here/state/m.room.join_rules"
	is_json . '{"join_rule":"public"}' "RED-3: version $version: the join rule stays"
	put m.room.history_visibility '{"history_visibility":"shared","x":1}'
	redact "$event"
	req GET "$here/state/m.room.history_visibility"
	is_json . '{"history_visibility":"shared"}' "version $version: history_visibility stays"

	say t2 'to be redacted'
	redact "$event" '{"reason":"why not"}'
	first=$redaction
	redact "$first"
	is_status 200 "version $version: a redaction may be redacted"
	look "$first"
	if [ $new = 1 ]; then
		is_json '[.content, .redacts]' "[{\"redacts\":\"$event\"},\"$event\"]" \
		    "version $version: what it redacts stays"
	else
		is_json '[.content, .redacts]' '[{},null]' "version $version: nothing of it stays"
	fi
	look "$event"
	is_json '[.content, .unsigned.redacted_because.content.reason]' '[{},null]' \
	    "version $version: what it redacted does not come back, its reason is gone"
	look "$before"
	is_json '[.content.name, .unsigned.prev_content]' '["Another",{}]' \
	    "RED-2: version $version: nor is it left as somebody's prev_content"
done

done_testing
