#!/bin/sh
# Being put out, and forgetting: kick, ban, unban, forget, joined_rooms.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
for name in alice bob carol dave; do
	user $name
done
v1=/_matrix/client/api/v1

# put NAME WHAT WHOM [REASON], WHAT being kick, ban or unban.
put() {
	as "$1"
	req POST "$here/$2" "{\"user_id\":\"@$3:localhost\"${4:+,\"reason\":\"$4\"}}"
}
is_now() { as alice; req GET "$here/state/m.room.member/%40$1%3Alocalhost"; is_json "$2" "$3" "$4"; }
# How much has happened in the room.
count() { as alice; req GET "$here/messages?dir=b&limit=1000"; get_json '.chunk | length'; }
refused() { is_err "$1" "$2" "$3"; }

# -------------------------------------------------------------------- kicks
create alice '{"preset":"public_chat"}'
public=$room
for name in bob carol; do
	come $name
done
put alice kick bob 'too loud'
is_status 200 'kick: a member is put out'
is_json . '{}' 'kick: the answer is empty'
is_now bob . '{"membership":"leave","reason":"too loud"}' 'kick: with its reason'
put alice kick bob
refused 403 M_FORBIDDEN 'kick: who is out cannot be'
put alice kick dave
refused 403 M_FORBIDDEN 'kick: nor who never was in'
put alice kick nobody
refused 403 M_FORBIDDEN 'kick: nor who does not exist'
come bob
is_status 200 'MEM-6: who was kicked comes back to a public room'
put carol kick bob
refused 403 M_FORBIDDEN 'kick: not without power (security 18)'
put bob kick alice
refused 403 M_FORBIDDEN 'kick: nobody above oneself (security 18)'
put dave kick bob
refused 403 M_FORBIDDEN 'kick: not by who is not in the room (security 18)'
said_bob=$(get_json .error)
put dave kick nobody
is "$(get_json .error)" "$said_bob" 'kick: who learns nothing of who is'
put bob kick bob
is_status 200 'kick: oneself is leaving'
create alice '{}'
invite alice bob
put alice kick bob
is_status 200 'kick: an invitation is taken back'
come bob
refused 403 M_FORBIDDEN 'kick: and is of no use any more'

# -------------------------------------------------------------------- bans
in_room "$public"
come bob
put bob ban carol
refused 403 M_FORBIDDEN 'ban: not without power (security 18)'
put dave ban carol
refused 403 M_FORBIDDEN 'ban: not by who is not in the room (security 18)'
put bob ban alice
refused 403 M_FORBIDDEN 'ban: nobody above oneself (security 18)'
put alice ban bob spam
is_status 200 'ban: a member is put out'
is_json . '{}' 'ban: the answer is empty'
is_now bob . '{"membership":"ban","reason":"spam"}' 'ban: with its reason'
before=$(count)
put alice ban bob spam
is_status 200 'ban: twice'
is "$(count)" "$before" 'ban: makes one event'
come bob
refused 403 M_FORBIDDEN 'MEM-4: who is banned does not come back (security 18)'
say bob hi
refused 403 M_FORBIDDEN 'MEM-4: nor says anything'
invite alice bob
refused 403 M_FORBIDDEN 'ban: nor can they be invited'
put alice kick bob
refused 403 M_FORBIDDEN 'kick: does not lift a ban'
put carol unban bob
refused 403 M_FORBIDDEN 'unban: not without power (security 18)'
put dave unban bob
refused 403 M_FORBIDDEN 'unban: not by who is not in the room (security 18)'
put bob unban bob
refused 403 M_FORBIDDEN 'unban: nor by oneself (security 18)'
put alice unban bob enough
is_status 200 'unban: the ban is lifted'
is_json . '{}' 'unban: the answer is empty'
is_now bob . '{"membership":"leave","reason":"enough"}' 'unban: with its reason'
put alice unban bob
refused 403 M_FORBIDDEN 'unban: there is nothing more to lift'
put alice unban carol
refused 403 M_FORBIDDEN 'unban: who is in is not banned'
come bob
is_status 200 'unban: and they come back'
put alice ban dave
is_status 200 'ban: who was never in'
put alice ban later
is_status 200 'ban: or does not exist yet'
user later
come later
refused 403 M_FORBIDDEN 'ban: and is banned when they do'
put alice ban '%#'
is_status 200 'ban: whatever a user id may be'

# ------------------------------------------------------------ bad requests
as alice
for what in kick ban unban; do
	req POST "$here/$what" '{}'
	refused 400 M_MISSING_PARAM "$what: whom?"
	req POST "$here/$what" '{"user_id":7}'
	refused 400 M_BAD_JSON "$what: a user id is a text"
	req POST "$here/$what" '{"user_id":"bob"}'
	refused 400 M_INVALID_PARAM "$what: no user id"
	req POST "$here/$what" '{"user_id":"@bob:localhost","reason":[]}'
	refused 400 M_BAD_JSON "$what: a reason is a text"
	req POST "$here/$what" '{"user_id"'
	refused 400 M_NOT_JSON "$what: no JSON"
	req POST "$v3/rooms/%23x%3Alocalhost/$what" '{"user_id":"@bob:localhost"}'
	refused 400 M_INVALID_PARAM "$what: an alias is no room id"
	req POST "$v3/rooms/%21x%3Alocalhost/$what" '{"user_id":"@bob:localhost"}'
	refused 403 M_FORBIDDEN "$what: a room that is not there"
done

# ------------------------------------------------------------------ of 2015
old=$v1/rooms/$(enc "$room")
req PUT "$old/ban/t1" '{"user_id":"@bob:localhost","reason":"old"}'
is_json . '{}' 'MEM-4: PUT ban with a transaction id'
put alice unban bob
req PUT "$old/ban/t1" '{"user_id":"@bob:localhost","reason":"old"}'
is_status 200 'STD-8: the same once more'
is_now bob .membership '"leave"' 'STD-8: is answered again, and nobody is banned'
req PUT "$old/ban/t2" '{}'
refused 400 M_BAD_JSON 'a missing user_id has the code of 2015'
req POST "$old/ban" '{"user_id":"@bob:localhost"}'
is_status 200 'MEM-4: POST ban'
for what in kick unban; do
	req POST "$old/$what" '{"user_id":"@bob:localhost"}'
	refused 404 M_UNRECOGNIZED "MEM-6: 2015 knows no $what"
done
put alice unban bob

# ----------------------------------------------------------------- forgetting
forget() { as "$1"; req POST "$here/forget" '{}'; }
create alice '{"preset":"private_chat","invite":["@bob:localhost"]}'
say alice one
forget bob
refused 400 M_UNKNOWN 'forgetRoom: not while one is invited'
come bob
say alice two
event=$said
forget bob
refused 400 M_UNKNOWN 'forgetRoom: not while one is in'
as bob
req GET $v3/sync
since=$(get_json .next_batch)
go bob
req GET "$here/messages?dir=b"
is_json "$brief .chunk | brief | index(\"two\") != null" true 'leaveRoom: who left reads what was'
search() { req POST $v3/search '{"search_categories":{"room_events":{"search_term":"two"}}}'; }
search
is_json .search_categories.room_events.count 1 'leaveRoom: and finds it by its words'
forget bob
is_status 200 'forgetRoom: who left may'
is_json . '{}' 'forgetRoom: the answer is empty'
forget bob
is_status 200 'forgetRoom: twice'
is_hidden() {
	as bob
	for path in "messages?dir=b" state members joined_members initialSync \
	    state/m.room.create "state/m.room.member/%40bob%3Alocalhost"; do
		req GET "$here/$path"
		refused 403 M_FORBIDDEN "forgetRoom: no $path any more (security 17)"
	done
	for path in event context; do
		req GET "$here/$path/$(enc "$event")"
		refused 404 M_NOT_FOUND "forgetRoom: nor $path (security 17)"
	done
	search
	is_json .search_categories.room_events.count 0 'forgetRoom: nor does search find it (security 17)'
}
is_hidden
for query in '' "?since=$since" '?full_state=true' \
    "?filter=$(enc '{"room":{"include_leave":true}}')"; do
	req GET "$v3/sync$query"
	is_json ".rooms[] | has(\"$room\") | select(.)" '' "forgetRoom: sync$query does not tell of it"
done
req GET "$v3/initialSync?archived=true"
is_json "[.rooms[] | select(.room_id == \"$room\")]" '[]' 'forgetRoom: nor does initialSync'
req GET "$v3/events?from=$since&timeout=0"
is_json "[.chunk[] | select(.room_id == \"$room\")]" '[]' 'forgetRoom: nor does events'
go bob
is_status 200 'leaveRoom: of a forgotten room one is out already'
put alice ban bob
is_hidden
put alice unban bob
invite alice bob
as bob
req GET "$v3/sync"
is_json ".rooms.invite | has(\"$room\")" true 'forgetRoom: a new invitation is told of'
come bob
is_status 200 'forgetRoom: and accepted'
req GET "$here/messages?dir=b"
is_json "$brief .chunk | brief | index(\"two\") != null" true 'forgetRoom: what was is there again'
req GET $v3/sync
is_json ".rooms.join | has(\"$room\")" true 'forgetRoom: and sync tells of it'

put alice ban bob
forget bob
is_status 200 'forgetRoom: who is banned may'
is_hidden
forget carol
refused 403 M_FORBIDDEN 'forgetRoom: not who never was in'
in_room '!nothing:localhost'
forget carol
refused 403 M_FORBIDDEN 'forgetRoom: which is what they hear of any room'
in_room '#x:localhost'
forget carol
refused 400 M_INVALID_PARAM 'forgetRoom: an alias is no room id'

create alice '{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"world_readable"}}]}'
come bob
say alice open
set_state alice m.room.history_visibility '{"history_visibility":"shared"}'
say alice shut
set_state alice m.room.history_visibility '{"history_visibility":"world_readable"}'
go bob
forget bob
req GET "$here/messages?dir=b"
is_json "$brief .chunk | brief | [index(\"open\"), index(\"shut\")] | map(. != null)" \
    '[true,false]' 'forgetRoom: what anybody may read stays readable (security 17)'

# -------------------------------------------------------------- joined_rooms
user erin
req GET $v3/joined_rooms
is_json . '{"joined_rooms":[]}' 'getJoinedRooms: nobody is in a room at first'
create erin '{}'
first=$room
create erin '{}'
second=$room
create alice '{"preset":"public_chat","invite":["@erin:localhost"]}'
as erin
req GET $v3/joined_rooms
is_json '.joined_rooms | sort' "$(jq -nc '$ARGS.positional | sort' --args "$first" "$second")" \
    'getJoinedRooms: those that one is in, not those one is invited to'
come erin
in_room "$first"
go erin
req GET $v3/joined_rooms
is_json '.joined_rooms | length' 2 'getJoinedRooms: they come and go'
is_json ".joined_rooms | index(\"$first\")" null 'getJoinedRooms: what was left is none of them'
done_testing
