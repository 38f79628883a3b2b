#!/bin/sh
# Guests in rooms: who lets them in, what they may, and that they go when a
# room ceases to let them in.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
conf accounts guests yes
start
user alice
user bob
refused() { is_err 403 M_GUEST_ACCESS_FORBIDDEN "$1"; }
guest() {	# NAME
	token=
	req POST "$v3/register?kind=guest" '{}'
	eval "token_$1=$(get_json .access_token) user_$1=$(get_json .user_id)"
}
# own NAME CONTENT: their member event.
own() { as "$1"; req PUT "$here/state/m.room.member/$(enc "$user")" "$2"; }
access() { set_state alice m.room.guest_access "{\"guest_access\":\"$1\"}"; }
membership() { eval "user=\$user_$1"; token=$token_alice; req GET "$here/state/m.room.member/$(enc "$user")"; }
guest ann
guest ben

create alice '{"preset":"public_chat"}'
come ann
refused 'a room that does not let guests in (security 18)'
own ann '{"membership":"join"}'
refused 'nor by setting state (security 18)'
access can_join
come ann
is_status 200 'a room that does'
say ann hi
is_status 200 'guests send'
req GET "$here/state/m.room.create"
is_status 200 'and read'
own ann '{"membership":"join","displayname":"Ann"}'
is_status 200 'and change their name'
invite ann bob
refused 'but do not invite'
member ann bob '{"membership":"invite"}'
refused 'nor by setting state'
for what in kick ban unban; do
	req POST "$here/$what" '{"user_id":"@bob:localhost"}'
	refused "nor $what"
done
member ann bob '{"membership":"ban"}'
refused 'nor ban by setting state'
member ann bob '{"membership":"leave"}'
refused 'nor kick'
req POST $v3/createRoom '{}'
refused 'nor create rooms'
req POST "$here/forget"
refused 'nor forget them'
req GET $v3/joined_rooms
refused 'nor list them'
go ann
is_status 200 'they leave'
own ann '{"membership":"join"}'
is_status 200 'and come by setting state'
own ann '{"membership":"leave"}'
is_status 200 'and go so'
create alice '{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"knock"}}]}'
req POST "$v3/knock/$(enc "$room")"
as ann
req POST "$v3/knock/$(enc "$room")"
refused 'they do not knock'
own ann '{"membership":"knock"}'
refused 'nor by setting state'

# ------------------------------------------------------ no longer welcome
gone() {
	for try in $(seq 100); do
		membership "$1"
		[ "$(get_json .membership)" != leave ] || break
		# As CGI a request works on when it has been answered.
		req GET "$here/state/m.room.create"
	done
	is_json .membership '"leave"' "$2"
}
create alice '{"preset":"public_chat"}'
access can_join
come ann
come ben
come bob
set_state alice m.room.guest_access '{"guest_access":"can_join","x":1}'
for name in ann ben; do
	say $name 'still here'
	is_status 200 'another word of guest_access puts nobody out'
done
access forbidden
is_status 200 'guests are welcome no more'
gone ann 'guests are put out (security 18)'
gone ben 'all of them (security 18)'
membership bob
is_json .membership '"join"' 'and nobody else'
as ann
say ann hi
is_err 403 M_FORBIDDEN 'who was put out sends nothing'
come ann
refused 'nor comes back'
access can_join
come ann
is_status 200 'until guests are welcome again'
set_state alice m.room.guest_access '{}'
gone ann 'no word of guest_access is none of welcome'
access can_join
event=$(get_json .event_id)
come ann
as alice
req PUT "$here/redact/$(enc "$event")/t1" '{}'
is_status 200 'guest_access is redacted'
gone ann 'and guests are put out'
done_testing
