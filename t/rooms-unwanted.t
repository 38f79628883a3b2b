#!/bin/sh
# Invitations that nobody wants to have: m.invite_permission_config, and those
# by users whom somebody ignores.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
for name in alice bob carol; do
	user $name
done
# keep NAME TYPE CONTENT: account data.
keep() {
	as "$1"
	req PUT "$v3/user/$user/account_data/$2" "$3"
	[ "$status" = 200 ] || { show; bail_out "cannot keep $2"; }
}
config() { keep bob m.invite_permission_config "$1"; }
# told WANT NAME: do sync and initialSync tell bob of the invitation?
told() {
	as bob
	req GET $v3/sync
	is_json ".rooms.invite | has(\"$room\")" "$1" "sync: $2"
	req GET $v3/initialSync
	is_json "[.rooms[].room_id] | index(\"$room\") != null" "$1" "initialSync: $2"
	req GET "$v3/sync?since=$since&timeout=0"
	is_json ".rooms.invite | has(\"$room\")" "$1" "sync since: $2"
	req GET "$v3/events?from=$since&timeout=0"
	is_json "[.chunk[] | select(.room_id == \"$room\" and .content.membership == \"invite\")] | length > 0" "$1" "events: $2"
}
now() { as bob; req GET $v3/sync; since=$(get_json .next_batch); }
now

# ------------------------------------------------------------- all blocked
create alice '{}'
invite alice bob
told true 'an invitation is told of'
config '{"default_action":"block"}'
told false 'not to who blocks all'
as alice
req GET "$here/state/m.room.member/%40bob%3Alocalhost"
is_json .membership '"invite"' 'but it stands in the room'
create alice '{}'
invite alice bob
is_err 403 M_INVITE_BLOCKED 'inviteUser: nobody invites who blocks invitations'
member alice bob '{"membership":"invite"}'
is_err 403 M_INVITE_BLOCKED 'inviteUser: nor by setting state'
as alice
req PUT "/_matrix/client/api/v1/rooms/$(enc "$room")/invite/t1" '{"user_id":"@bob:localhost"}'
is_err 403 M_INVITE_BLOCKED 'inviteUser: nor as of 2015'
as carol
req POST "$here/invite" '{"user_id":"@bob:localhost"}'
is_err 403 M_FORBIDDEN 'inviteUser: who is not in the room is told that'
as alice
req GET "$here/state/m.room.member/%40bob%3Alocalhost"
is_err 404 M_NOT_FOUND 'nothing happened in the room'
create alice '{"invite":["@bob:localhost","@carol:localhost"]}'
is_status 200 'createRoom: a room is made'
as alice
req GET "$here/state/m.room.member/%40bob%3Alocalhost"
is_err 404 M_NOT_FOUND 'createRoom: without who blocks invitations'
req GET "$here/state/m.room.member/%40carol%3Alocalhost"
is_json .membership '"invite"' 'createRoom: others are invited'
create alice '{"preset":"public_chat"}'
come bob
is_status 200 'who blocks invitations joins where anybody may'
member bob bob '{"membership":"join","displayname":"B"}'
is_status 200 'and stays what they are'

for config in '{}' '{"default_action":"allow"}' '{"default_action":1}'; do
	config "$config"
	create alice '{}'
	invite alice bob
	is_status 200 "inviteUser: may be invited: $config"
done
told true 'and is told'

# ------------------------------------------------------------------ ignored
keep bob m.ignored_user_list '{"ignored_users":{"@alice:localhost":{}}}'
told false 'not of what ignored users want'
create alice '{}'
invite alice bob
is_status 200 'who is ignored is not told so'
told false 'another invitation'
come bob
is_status 200 'who knows of it may accept it'
go bob
create alice '{"invite":["@bob:localhost"]}'
come bob
now
go bob
invite alice bob
told false 'an invitation back'
as bob
req GET "$v3/sync?since=$since&timeout=0"
is_json ".rooms.leave[\"$room\"].timeline.events | map(.content.membership)" \
    '["leave"]' 'but that they have left, who was in'
req GET "$v3/events?from=$since&timeout=0"
is_json '[.chunk[] | .content.membership]' '["leave"]' 'by events, too'
create carol '{}'
invite carol bob
told true 'of others'
keep bob m.ignored_user_list '{"ignored_users":{}}'
as bob
req GET $v3/sync
is_json '.rooms.invite | length > 3' true 'a first sync tells of all that are there when nobody is ignored'
done_testing
