#!/bin/sh
# Rooms that let in who is in another room: join rules restricted and
# knock_restricted.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
for name in alice bob carol dave; do
	user $name
done
refused() { is_err 403 M_FORBIDDEN "joinRoomById: $1"; }
# rules JOIN_RULE [CONDITION...]
rules() {
	rule=$1
	shift
	jq -nc --arg rule "$rule" '{join_rule: $rule, allow: $ARGS.positional | map(
	    if .[:1] == "!" then {type: "m.room_membership", room_id: .}
	    else fromjson end)}' --args "$@"
}
restricted() {	# RULES [MORE OF THE BODY]
	create alice "{\"initial_state\":[{\"type\":\"m.room.join_rules\",\"content\":$1}]${2-}}"
}
voucher() {
	as alice
	req GET "$here/state/m.room.member/%40$1%3Alocalhost"
	get_json .join_authorised_via_users_server
}

create alice '{"invite":["@bob:localhost","@carol:localhost"]}'
club=$room
come bob

# --------------------------------------------------------------- the conditions
restricted "$(rules restricted "$club")"
come bob
is_status 200 'joinRoomById: who is in the room that is named may join'
is "$(voucher bob)" '@alice:localhost' 'joinRoomById: a member who may invite vouches'
before=$(voucher bob)
come bob
is_status 200 'joinRoomById: twice'
come carol
refused 'to be invited there is not enough (security 18)'
come dave
refused 'nor is nothing (security 18)'
in_room "$club"
come carol
is_status 200 'joinRoomById: carol joins there'
go bob
restricted "$(rules restricted "$club")"
restricted_room=$room
come bob
refused 'who has left the other room may not (security 18)'
come carol
is_status 200 'joinRoomById: who is in it may'
in_room "$club"
go carol
in_room "$restricted_room"
say carol 'still here'
is_status 200 'who loses the condition stays'
go carol
come carol
refused 'but does not come back without it (security 18)'
invite alice carol
come carol
is_status 200 'joinRoomById: who is invited needs no condition'
is "$(voucher carol)" null 'joinRoomById: and nobody vouches'
as alice
req POST "$here/ban" '{"user_id":"@bob:localhost"}'
in_room "$club"
invite alice bob
come bob
in_room "$restricted_room"
come bob
refused 'who is banned does not come in by a condition (security 18)'

restricted "$(rules restricted '!none:localhost' '{"type":"x","room_id":"'"$club"'"}' '"a"' 7 "$club")"
come bob
is_status 200 'joinRoomById: one of several conditions is enough'
for allow in '[]' '{}' null '[{"type":"m.room_membership"}]' \
    '[{"type":"m.room_membership","room_id":7}]' \
    "[{\"type\":\"m.other\",\"room_id\":\"$club\"}]" \
    "[{\"room_id\":\"$club\"}]" "\"$club\""; do
	restricted "{\"join_rule\":\"restricted\",\"allow\":$allow}"
	come bob
	refused "a condition that is none: $(printf %.40s "$allow")"
done
restricted "$(jq -nc --arg club "$club" '{join_rule: "restricted", allow: (
    [range(100) | {type: "m.room_membership", room_id: "!\(.):localhost"}] +
    [{type: "m.room_membership", room_id: $club}])}')"
come bob
refused 'the list of conditions has a bound'
restricted "$(rules public "$club")"
come dave
is_status 200 'joinRoomById: a public room has no conditions'
is "$(voucher dave)" null 'joinRoomById: and nobody vouches there'
restricted "$(rules invite "$club")"
come bob
refused 'nor has a private one'

restricted "$(rules knock_restricted "$club")"
come bob
is_status 200 'joinRoomById: knock_restricted lets in by the condition'
come dave
refused 'and nobody else'
as dave
req POST "$v3/knock/$(enc "$room")" '{}'
is_status 200 'knockRoom: who does not meet it knocks'
as dave
req PUT "$here/state/m.room.member/%40dave%3Alocalhost" \
    '{"membership":"join","join_authorised_via_users_server":"@alice:localhost"}'
refused 'nobody lets themselves in (security 18)'
restricted "$(rules restricted "$club")"
as bob
req PUT "$here/state/m.room.member/%40bob%3Alocalhost" \
    '{"membership":"join","join_authorised_via_users_server":"@dave:localhost"}'
is_status 200 'by setting state, too'
is "$(voucher bob)" '@alice:localhost' 'the server says who vouches'
req PUT "$here/state/m.room.member/%40bob%3Alocalhost" '{"membership":"join","displayname":"B"}'
as bob
req PUT "$here/state/m.room.member/%40bob%3Alocalhost" '{"membership":"join","displayname":"B"}'
is_status 200 'who is in changes their name'

# ------------------------------------------------------------- who lets them in
restricted "$(rules restricted "$club")" ',"invite":["@dave:localhost"]'
come dave
go alice
come bob
is_status 200 'where all may invite anybody vouches'
is "$(as bob; req GET "$here/state/m.room.member/%40bob%3Alocalhost"; get_json .join_authorised_via_users_server)" \
    '@dave:localhost' 'who is in'
high=',"power_level_content_override":{"invite":50},"invite":["@dave:localhost"]'
restricted "$(rules restricted "$club")" "$high"
come dave
go alice
come bob
refused 'where nobody who may invite is left nobody comes in'
restricted "$(rules restricted "$club")" "$high"
come dave
set_state alice m.room.power_levels "$(req GET "$here/state/m.room.power_levels"
    jq -c '.users["@dave:localhost"] = 50 | .users["@nobody:localhost"] = 99' "$tmp/body")"
go alice
come bob
is_status 200 'one whom the power levels name vouches'
restricted "$(rules restricted "$club")" "$high"
set_state alice m.room.power_levels "$(req GET "$here/state/m.room.power_levels"
    jq -c '.users_default = 50 | .users["@bob:localhost"] = 0' "$tmp/body")"
come bob
is_status 200 'users_default counts'
go alice

for version in 8 9 10 11 12; do
	create alice "{\"room_version\":\"$version\",\"initial_state\":[{\"type\":\"m.room.join_rules\",\"content\":$(rules restricted "$club")}]}"
	[ "$status" = 200 ] || continue
	tried=$((${tried-0} + 1))
	come bob
	is_status 200 "joinRoomById: in room version $version"
	is "$(voucher bob)" '@alice:localhost' "vouched for in room version $version"
done
[ "${tried-0}" -ge 3 ]
ok $? 'in the versions that there are'
for version in 1 7; do
	create alice "{\"room_version\":\"$version\",\"initial_state\":[{\"type\":\"m.room.join_rules\",\"content\":$(rules restricted "$club")}]}"
	[ "$status" = 200 ] || continue
	come bob
	refused "not in room version $version"
done
create alice "{\"room_version\":\"12\",\"creation_content\":{\"additional_creators\":[\"@dave:localhost\"]},\"invite\":[\"@dave:localhost\"],\"power_level_content_override\":{\"invite\":100},\"initial_state\":[{\"type\":\"m.room.join_rules\",\"content\":$(rules restricted "$club")}]}"
come dave
go alice
come bob
is_status 200 'any of the creators vouches'
done_testing
