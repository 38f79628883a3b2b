#!/bin/sh
# Server notices: what the administrator tells users by `mxcgi notice`, and the
# room that each of them has for it.
. "$(dirname "$0")/lib.sh"
v3=/_matrix/client/v3
conf accounts guests yes

# soon FILTER: until jq is pleased by the caller's sync; as CGI `rooms` does
# some of what is left to be done after each request.
soon() {
	tries=0
	until req GET $v3/sync; jq -e "$1" "$tmp/body" >/dev/null 2>&1; do
		[ $((tries += 1)) -le 300 ] || return 1
		req GET $v3/directory/room/%23nowhere%3Alocalhost
	done
}
invited='.rooms.invite | length == 1'
# In the notices room, and told so much there.
told() { soon ".rooms.join[\"$room\"].timeline.events | any(.content.body == \"$1\")"; }
messages='[.rooms.join[].timeline.events[] | select(.type == "m.room.message") | .content.body]'
# The caller's invitation, taken.
enter() {
	soon "$invited"
	room=$(get_json '.rooms.invite | keys[0]')
	here=$v3/rooms/$(enc "$room")
	req POST "$here/join"
	is_status 200 "$1"
}

# ------------------------------------------------------------- a wrong call

start
user ann
admin notice ann hello
is_status 78 'nobody is configured to speak'
grep -q '\[notices\]' "$tmp/said";	ok $? 'which is said'
stop
conf notices user ann
start
admin notice ann hello
is_status 73 'nobody speaks in the name of a user'
stop
conf notices user notices
conf notices name 'From your server'
start
for wrong in '' ann '--all' '--all ann hello' '--pin --unpin ann hello'; do
	# shellcheck disable=SC2086
	admin notice $wrong
	is_status 64 "mxcgi notice $wrong: a wrong call"
done
admin notice nobody hello;		is_status 67 'to nobody'
admin notice ann '';			is_status 65 'nothing'
admin notice ann "$(printf '\377')";	is_status 65 'what is no text'
admin notice ann "$(printf '%030001d' 0)"; is_status 65 'too much'
admin notice notices hello;		is_status 65 'to itself'
token=
req POST "$v3/register?kind=guest" '{}'
admin notice "$(get_json .user_id)" hello
is_status 65 'to a guest'
req POST $v3/register '{"username":"notices","password":"x","auth":{"type":"m.login.dummy"}}'
is_err 400 M_EXCLUSIVE 'nobody registers as the server'

# ------------------------------------------------------------------- to one

user bob
admin notice ann 'Hello, Ann' --json
is_json . '{"user_id":"@ann:localhost"}' 'a notice to one'
as ann
soon "$invited"
ok $? 'server notices: who is told is invited'
room=$(get_json '.rooms.invite | keys[0]')
here=$v3/rooms/$(enc "$room")
is_json '.rooms.invite[].invite_state.events | map(select(.type == "m.room.name" or
    (.type == "m.room.member" and .state_key == "@notices:localhost")) |
    .content | .name // .displayname)' '["From your server","From your server"]' \
    'to a room that looks official'
req GET "$v3/user/@ann:localhost/rooms/$(enc "$room")/tags"
is_json . '{"tags":{"m.server_notice":{}}}' 'which is marked for clients'

for path in "POST $here/leave" "PUT $here/state/m.room.member/@ann:localhost"; do
	req "${path%% *}" "${path#* }" '{"membership":"leave"}'
	is_err 403 M_CANNOT_LEAVE_SERVER_NOTICE_ROOM "not turned down by ${path%% *}"
done
req POST "$here/join"
is_status 200 'the invitation is taken'
req GET "$v3/sync"
is_json "$messages" '["Hello, Ann"]' 'and the notice is there'
is_json '.rooms.join[].timeline.events[] | select(.type == "m.room.message") |
    [.sender, .content.msgtype, .content.server_notice_type]' \
    '["@notices:localhost","m.server_notice","org.mxcgi.notice"]' 'from the server'
is_json '[.rooms.join[].timeline.events[] | select(.type == "m.room.create") |
    .content["m.federate"]]' '[false]' 'in a room of this server alone'

req PUT "$here/send/m.room.message/1" '{"msgtype":"m.text","body":"hello?"}'
is_err 403 M_FORBIDDEN 'nobody else speaks there'
req POST "$here/invite" '{"user_id":"@bob:localhost"}'
is_err 403 M_FORBIDDEN 'nobody else is invited'
req PUT "$here/state/m.room.name" '{"name":"Mine"}'
is_err 403 M_FORBIDDEN 'nobody changes it'
req POST "$here/kick" '{"user_id":"@notices:localhost"}'
is_err 403 M_FORBIDDEN 'nor puts the server out'
as bob
req POST "$here/join"
is_err 403 M_FORBIDDEN 'nor do others come in'

# ----------------------------------------------------------------- to all

as bob
req PUT "$v3/user/@bob:localhost/account_data/m.invite_permission_config" \
    '{"default_action":"block"}'
admin notice --all 'Hello, all'
is_status 0 'a notice to all'
like '^everybody will be told$' 'says so'
as ann
told 'Hello, all'
ok $? 'who is in the room is told there'
is_json "$messages" '["Hello, Ann","Hello, all"]' 'with what came before'
as bob
req GET $v3/sync
is_json '.rooms.invite // {}' '{}' 'who blocks invitations sees none'
req PUT "$v3/user/@bob:localhost/account_data/m.invite_permission_config" '{}'
enter 'and finds it when they let them in again'
told 'Hello, all'
ok $? 'and told the same'
is_json "$messages" '["Hello, all"]' 'once, and not what others were told'

# --------------------------------------------------------------- pinned ones

pinned() {
	req GET "$here/state/m.room.pinned_events"
	get_json '.pinned | length'
}
req GET "$here/state/m.room.pinned_events"
is_err 404 M_NOT_FOUND 'nothing is pinned unasked'
for n in 1 2; do
	admin notice bob "Down on day $n" --pin
	told "Down on day $n"
	is "$(pinned)" 1 "pinned: day $n"
done
req GET "$here/event/$(enc "$(get_json '.pinned[0]')")"
is_json .content.body '"Down on day 2"' 'the later takes the place of the earlier'
admin notice bob 'By the way'
told 'By the way'
is "$(pinned)" 1 'another leaves it'
admin notice bob 'All is well' --unpin
told 'All is well'
is "$(pinned)" 0 'until nothing is'

# --------------------------------------------------------------- leaving

req POST "$here/leave"
is_status 200 'who is in the room may go'
admin notice bob 'Come back'
was=$room
enter 'and is invited again'
is "$room" "$was" 'to the same room'
told 'Come back'
ok $? 'with what is new'
req PUT "$v3/user/@bob:localhost/rooms/$(enc "$room")/tags/u.work" '{}'
req DELETE "$v3/user/@bob:localhost/rooms/$(enc "$room")/tags/m.server_notice"
admin notice bob 'Marked'
told 'Marked'
req GET "$v3/user/@bob:localhost/rooms/$(enc "$room")/tags"
is_json '.tags | keys' '["m.server_notice","u.work"]' 'the mark comes again, beside others'

user carl
admin notice carl 'Goodbye'
soon "$invited"
room=$(get_json '.rooms.invite | keys[0]')
deactivate carl
admin notice carl 'Still there?'
is_status 67 'who is gone is told nothing'
admin user list --json
is_json 'select(.user_id == "@notices:localhost") | [.kind, .admin]' '["user",false]' \
    'the server has an account of its own'
admin user show notices --json
is_json .password false 'which nobody logs in to'

# ------------------------------------------------- while no server runs

stop
admin notice ann 'From the dark'
MXCGI_CONFIG=$tmp/mxcgi.conf "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
ok $? 'the housekeeper'
start
as ann
req GET $v3/sync
is_json "$messages | .[-1]" '"From the dark"' 'gives it, too'
done_testing
