#!/bin/sh
# Coming and going: join, invite, leave, and memberships set as state.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
user dave
c=/_matrix/client
v3=$c/v3

# create [BODY [PREFIX]] leaves the room in $room, encoded in $here.
create() {
	req POST "${2:-$v3}/createRoom" "${1-}"
	room=$(get_json .room_id) here=$v3/rooms/$(enc "$room")
}
invite() { req POST "$here/invite" "{\"user_id\":\"@$1:localhost\"${2:+,$2}}"; }
join() { req POST "$here/join" "${1-}"; }
leave() { req POST "$here/leave" "${1-}"; }
# set NAME MEMBERSHIP: NAME's membership, by whoever asks.
set_member() { req PUT "$here/state/m.room.member/%40$1%3Alocalhost" "{\"membership\":\"$2\"}"; }
member() { req GET "$here/state/m.room.member/%40$1%3Alocalhost"; }
# The event ids of all that happened, to see whether something was added.
count() { req GET "$here/messages?dir=b&limit=1000"; get_json '.chunk | length'; }
refused() { is_err "$1" "$2" "$3"; }

# ------------------------------------------------------- invited, then in
as alice
create '{}'
private=$here private_id=$room
invite bob '"reason":"we need you"'
is_status 200 'inviteUser: invited'
is_json . '{}' 'inviteUser: the answer is empty'
member bob
is_json . '{"membership":"invite","reason":"we need you"}' 'with a reason'
before=$(count)
invite bob '"reason":"we need you"'
is_status 200 'inviteUser: invited once more'
is "$(count)" "$before" 'which changes nothing'

as bob
req GET "$here/state"
refused 403 M_FORBIDDEN 'who is invited reads nothing yet'
req PUT "$here/send/m.room.message/1" '{"msgtype":"m.text","body":"hi"}'
refused 403 M_FORBIDDEN 'nor sends anything'
invite carol
refused 403 M_FORBIDDEN 'MEM-2: nor invites (security 18)'
join '{"reason":"here I am"}'
is_status 200 'joinRoomById: joined'
is_json . "{\"room_id\":\"$room\"}" 'joinRoomById: the answer is the room id'
req GET "$here/state"
is_json 'map(.type) | index("m.room.power_levels") != null' true 'MEM-1: who joined reads the state'
as alice
req PUT "$here/send/m.room.message/1" '{"msgtype":"m.text","body":"hello"}'
said=$(get_json .event_id)
as bob
req GET "$here/messages?dir=b"
is_json .chunk[0].event_id "\"$said\"" 'MEM-1: and all that happens'
member bob
is_json . '{"membership":"join","reason":"here I am"}' 'with a reason'
before=$(count)
join
is_status 200 'joined twice'
is_json . "{\"room_id\":\"$room\"}" 'has the same answer'
is "$(count)" "$before" 'and makes no event'
as carol
join
refused 403 M_FORBIDDEN 'MEM-1: a private room is for those who were invited (security 18)'
req POST "$v3/join/$(enc "$room")"
refused 403 M_FORBIDDEN 'on either path'
leave
refused 403 M_FORBIDDEN 'MEM-3: who was never in cannot leave'
as alice
invite bob
refused 403 M_FORBIDDEN 'MEM-2: who is in cannot be invited'

# ---------------------------------------------------------- turning it down
invite carol
as carol
leave '{"reason":"no, thanks"}'
is_status 200 'leaveRoom: an invitation is turned down'
is_json . '{}' 'the answer is empty'
as alice
member carol
is_json . '{"membership":"leave","reason":"no, thanks"}' 'with a reason'
as carol
join
refused 403 M_FORBIDDEN 'and cannot be taken up later'
req GET "$here/state"
refused 403 M_FORBIDDEN 'who turned it down never was in'

# ------------------------------------------------------------------ leaving
as bob
leave
is_status 200 'leaveRoom: left'
before=$(as alice; count)
leave
is_status 200 'left twice: the first answer may have been lost'
is "$(as alice; count)" "$before" 'and makes no event'
join
refused 403 M_FORBIDDEN 'MEM-3: who left a private room needs a new invitation'
as alice
invite bob
as bob
join
is_status 200 'and joins again with one'

# ------------------------------------------------------------ a public room
as alice
create '{"preset":"public_chat","room_alias_name":"open"}'
public=$here public_id=$room
as carol
req POST "$v3/join/$(enc "$room")" '{}'
is_status 200 'joinRoom: a public room is open, by id'
leave
join
is_status 200 'who left comes back'
leave
req POST "$v3/join/%23open%3Alocalhost"
is_json .room_id "\"$room\"" 'joinRoom: by alias'
as dave
req POST "$v3/rooms/%23open%3Alocalhost/join"
is_json .room_id "\"$room\"" 'by alias on the other path'
req POST "$v3/join/%23open%3Alocalhost?via=localhost&via=x.example&server_name=x.example"
is_json .room_id "\"$room\"" 'joinRoom: via names servers, as many as one likes'
req POST "$v3/join/%23open%3Alocalhost?server_name=localhost&via=x" '{"third_party_signed":{"mxid":"x"}}'
refused 400 M_MISSING_PARAM 'a proof without a token'
req POST "$v3/join/%23shut%3Alocalhost"
refused 404 M_NOT_FOUND 'an alias that nothing has'
req POST "$v3/join/%23open%3Aelsewhere.example"
refused 404 M_NOT_FOUND 'an alias of another server'
req POST "$v3/join/%21nothing%3Alocalhost"
refused 404 M_NOT_FOUND 'joinRoom: a room that is not there'
req POST "$v3/join/%21nothing%3Aelsewhere.example"
refused 404 M_NOT_FOUND 'a room of another server'
for bad in open '%23open' '%21' 'open%3Alocalhost' '%21a%2Fb' '%40dave%3Alocalhost'; do
	req POST "$v3/join/$bad"
	refused 400 M_INVALID_PARAM "neither id nor alias: $bad"
done
req POST "$v3/join/%21a%00b%3Alocalhost"
is_status 400 'NUL in an id'
join '{"reason":1}'
refused 400 M_BAD_JSON 'a reason is a string'
join x
refused 400 M_NOT_JSON 'a body that is not JSON'

# ------------------------------------------------------------ kicks and bans
as carol
set_member dave leave
refused 403 M_FORBIDDEN 'MEM-6: kicking needs power (security 18)'
set_member dave ban
refused 403 M_FORBIDDEN 'MEM-4: banning too (security 18)'
set_member dave join
refused 403 M_FORBIDDEN 'MEM-5: nobody joins for another (security 18)'
as alice
set_member dave leave
is_status 200 'MEM-6: a kick'
is_json 'keys' '["event_id"]' 'answers with its event'
as dave
req PUT "$here/send/m.room.message/1" '{"msgtype":"m.text","body":"hi"}'
refused 403 M_FORBIDDEN 'who was kicked does not send'
join
is_status 200 'but comes back to a public room'
as alice
set_member dave ban
is_status 200 'MEM-4: a ban'
as dave
join
refused 403 M_FORBIDDEN 'joinRoomById: who is banned does not come back (security 18)'
req PUT "$here/send/m.room.message/1" '{"msgtype":"m.text","body":"hi"}'
refused 403 M_FORBIDDEN 'nor send'
leave
refused 403 M_FORBIDDEN 'nor leave, to be free of it'
invite carol
refused 403 M_FORBIDDEN 'nor invite'
as alice
invite dave
refused 403 M_FORBIDDEN 'nor can they be invited'
as carol
set_member dave leave
refused 403 M_FORBIDDEN 'MEM-6: lifting a ban needs power (security 18)'
as alice
set_member dave leave
is_status 200 'MEM-6: the ban is lifted'
as dave
join
is_status 200 'and they come back'
as alice
set_member ghost ban
is_status 200 'somebody who does not exist yet can be banned'
user ghost
as ghost
join
refused 403 M_FORBIDDEN 'and when they do, they are'

# --------------------------------------------------- memberships as state
as carol
req PUT "$here/state/m.room.member/%40carol%3Alocalhost" '{"membership":"join","displayname":"Carol"}'
is_status 200 'a member changes their own event'
member carol
is_json . '{"displayname":"Carol","membership":"join"}' 'and it is so'
for bad in '{}' '{"membership":null}' '{"membership":7}'; do
	req PUT "$here/state/m.room.member/%40carol%3Alocalhost" "$bad"
	refused 400 M_BAD_JSON "STA-6: no membership: $bad"
done
set_member carol asleep
refused 400 M_BAD_JSON 'STA-6: a membership that is none'
set_member carol leave
is_status 200 'leave as state'
set_member carol join
is_status 200 'join as state'
as alice
req PUT "$here/state/m.room.member/carol" '{"membership":"ban"}'
refused 400 M_INVALID_PARAM 'members are user ids'
req PUT "$here/state/m.room.member" '{"membership":"join"}'
refused 400 M_INVALID_PARAM 'an empty one is none'
create '{}'
set_member bob invite
is_status 200 'invite as state'
set_member nobody invite
refused 404 M_NOT_FOUND 'as state, too, of users who exist'

# What a restricted room is told by a server, no client may tell it.
create '{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"restricted","allow":[{"type":"m.room_membership","room_id":"!x:localhost"}]}}]}'
as carol
req PUT "$here/state/m.room.member/%40carol%3Alocalhost" \
    '{"membership":"join","join_authorised_via_users_server":"@alice:localhost"}'
refused 403 M_FORBIDDEN 'nobody lets themselves into a restricted room'
as alice
invite carol
as carol
req PUT "$here/state/m.room.member/%40carol%3Alocalhost" \
    '{"membership":"join","join_authorised_via_users_server":"@alice:localhost"}'
is_status 200 'who is invited gets in'
member carol
is_json . '{"membership":"join"}' 'without that word'

# ---------------------------------------------------------- names and pictures
# profile NAME FIELD VALUE
profile() {
	as "$1"
	req PUT "$v3/profile/$user/$2" "{\"$2\":\"$3\"}"
	[ "$status" = 200 ] || { show; bail_out "cannot set $2"; }
}
user erin
profile erin displayname Erin
profile erin avatar_url mxc://localhost/erin
as alice
create '{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"knock"}}]}'
erin='"avatar_url":"mxc://localhost/erin","displayname":"Erin","membership"'
as erin
req POST "$v3/knock/$(enc "$room")"
member erin
as alice
member erin
is_json . "{$erin:\"knock\"}" 'MEM-7: a knock shows name and picture'
set_member erin invite
member erin
is_json . "{$erin:\"invite\"}" 'MEM-7: an invitation, set as state, shows those of whom it is for'
as erin
join
member erin
is_json . "{$erin:\"join\"}" 'MEM-7: joining shows them'
req PUT "$here/state/m.room.member/%40erin%3Alocalhost" '{"membership":"join","displayname":"E.","avatar_url":null}'
member erin
is_json . '{"avatar_url":null,"displayname":"E.","membership":"join"}' 'MEM-7: what a client says itself stands'
set_member erin leave
as alice
invite erin
is_status 200 'inviteUser: by POST'
member erin
is_json . "{$erin:\"invite\"}" 'MEM-7: an invitation by POST shows them'
set_member erin ban
member erin
is_json . '{"membership":"ban"}' 'MEM-7: a ban does not'

# --------------------------------------------------------- bad invitations
as alice
here=$private
req POST "$here/invite" '{}'
refused 400 M_MISSING_PARAM 'inviteUser: whom?'
req POST "$here/invite" '{"user_id":7}'
refused 400 M_BAD_JSON 'a user id is a string'
req POST "$here/invite" '{"user_id":"carol"}'
refused 400 M_INVALID_PARAM 'no user id'
req POST "$here/invite" '{"user_id":"@nobody:localhost"}'
refused 404 M_NOT_FOUND 'inviteUser: nobody'
req POST "$here/invite" '{"user_id":"@bob:elsewhere.example"}'
refused 403 M_FORBIDDEN 'a user of another server'
req POST "$here/invite" '{"id_server":"x","medium":"email","address":"a@example.com"}'
refused 400 M_MISSING_PARAM 'an address without a token for it'
req POST "$here/invite" '{"user_id":"@dave:localhost","reason":1.5}'
refused 400 M_BAD_JSON 'a reason is a string'
req POST "$here/invite" '[]'
refused 400 M_BAD_JSON 'inviteUser: no object'
req POST "$here/invite" '{'
refused 400 M_NOT_JSON 'inviteUser: no JSON'
as dave
invite carol
refused 403 M_FORBIDDEN 'who is not in the room does not invite'
req POST "$here/invite" '{"user_id":"@nobody:localhost"}'
refused 403 M_FORBIDDEN 'nor learns who exists'
as alice
create '{"power_level_content_override":{"invite":50},"invite":["@bob:localhost"]}'
as bob
join
invite carol
refused 403 M_FORBIDDEN 'inviteUser: inviting can take power (security 18)'

# --------------------------------- rooms that are not there look like others'
as dave
for bad in '%21nothing%3Alocalhost' "$(enc "$private_id")"; do
	here=$v3/rooms/$bad
	invite bob;             refused 403 M_FORBIDDEN "invite: $bad"
	leave;                  refused 403 M_FORBIDDEN "leave: $bad"
	set_member dave leave;  refused 403 M_FORBIDDEN "state: $bad"
	req GET "$here/state";  refused 403 M_FORBIDDEN "read: $bad"
done
here=$v3/rooms/%23open%3Alocalhost
invite bob; refused 400 M_INVALID_PARAM 'invite: an alias is no id'
leave;      refused 400 M_INVALID_PARAM 'leave: an alias is no id'

# ------------------------------------------------------------ who is suspended
as alice
create '{"preset":"public_chat","invite":["@dave:localhost"]}'
as bob
join
admin user suspend bob
req PUT "$here/send/m.room.message/1" '{"msgtype":"m.text","body":"hi"}'
refused 403 M_USER_SUSPENDED 'who is suspended does not send'
req PUT "$here/state/m.room.member/%40bob%3Alocalhost" '{"membership":"join","displayname":"B"}'
refused 403 M_USER_SUSPENDED 'nor set state'
invite carol
refused 403 M_USER_SUSPENDED 'nor invite'
req POST "$v3/createRoom" '{}'
refused 403 M_USER_SUSPENDED 'nor create rooms'
req GET "$here/state/m.room.create"
is_status 200 'but reads'
leave
is_status 200 'and leaves'
join
refused 403 M_USER_SUSPENDED 'for now'
admin user unsuspend bob
join
admin user suspend bob
set_member bob leave
is_status 200 'leaves by setting state, too'
admin user unsuspend bob
as alice

# ---------------------- without the key, which resident programs read once
create '{}'
if [ "$T" = cgi ]; then
	mv "$tmp/data/signing.key" "$tmp/key"
	expect_log 'signing.key'
	join '{}'
	is_status 200 'what needs no new event works without the signing key'
	invite bob
	refused 500 M_UNKNOWN 'an event cannot be made without it'
	mv "$tmp/key" "$tmp/data/signing.key"
	invite bob
	is_status 200 'and can when it is back'
fi

# What is left to do after this cannot be done without the key.
admin user deactivate --yes dave
as alice
req POST "$here/invite" '{"user_id":"@dave:localhost","reason":"again"}'
refused 404 M_NOT_FOUND 'who is deactivated is gone'

# -------------------------------------------------------------- as of 2015
v1=$c/api/v1
as alice
create '{"room_alias_name":"old"}' $v1
here=$v1/rooms/$(enc "$room")
req PUT "$here/invite/t1" '{"user_id":"@bob:localhost"}'
is_status 200 'PUT invite'
is_json . '{}' 'answers {}'
req POST "$here/invite" '{}'
refused 400 M_BAD_JSON 'a missing user_id has the code of 2015'
as bob
req PUT "$v1/join/%23old%3Alocalhost/t1" '{}'
is_json . "{\"room_id\":\"$room\"}" 'PUT join by alias'
req PUT "$here/leave/t1" '{}'
is_json . '{}' 'PUT leave'
req PUT "$here/leave/t2" '{}'
is_json . '{}' 'and again'
as alice
req PUT "$here/invite/t2" '{"user_id":"@bob:localhost"}'
as bob
req PUT "$here/join/t1"
is_json . "{\"room_id\":\"$room\"}" 'PUT rooms/.../join, without a body'
as alice
req PUT "$here/invite/t1" '{"user_id":"@carol:localhost"}'
is_status 200 'a transaction id used before'
as carol
req POST "$here/join"
refused 403 M_FORBIDDEN 'is answered again, and nobody is invited'
token=
for path in join invite leave; do
	req POST "$here/$path" '{}'
	refused 401 M_MISSING_TOKEN "a stranger does not $path"
done
done_testing
