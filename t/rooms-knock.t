#!/bin/sh
# Asking to be let in: POST /knock/{roomIdOrAlias}.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
for name in alice bob carol; do
	user $name
done
refused() { is_err "$1" "$2" "knockRoom: $3"; }
knock() { as "$1"; req POST "$v3/knock/$(enc "${3-$room}")" "${2-}"; }
count() { as alice; req GET "$here/messages?dir=b&limit=1000"; get_json '.chunk | length'; }
rule() { printf '{"type":"m.room.join_rules","content":{"join_rule":"%s"}}' "$1"; }

create alice "{\"initial_state\":[$(rule knock)],\"room_alias_name\":\"door\",\"name\":\"Door\"}"
say alice secret
knock bob '{"reason":"let me in"}'
is_status 200 'knockRoom: at a room that lets one'
is_json . "{\"room_id\":\"$room\"}" 'knockRoom: the answer is its id'
as alice
req GET "$here/state/m.room.member/%40bob%3Alocalhost"
is_json . '{"membership":"knock","reason":"let me in"}' 'knockRoom: with a reason'
before=$(count)
knock bob '{"reason":"let me in"}'
is_json . "{\"room_id\":\"$room\"}" 'knockRoom: twice'
is "$(count)" "$before" 'knockRoom: makes one event'
as bob
req GET $v3/sync
is_json ".rooms.knock[\"$room\"].knock_state.events | map(.type) | index(\"m.room.name\") != null" \
    true 'knockRoom: sync tells what the room is called'
req GET "$here/messages?dir=b"
refused 403 M_FORBIDDEN 'who knocks reads nothing (security 17)'
say bob hi
refused 403 M_FORBIDDEN 'nor says anything'
come bob
refused 403 M_FORBIDDEN 'nor joins'
invite alice bob
is_status 200 'knockRoom: an invitation is the answer'
knock bob
refused 403 M_FORBIDDEN 'who is invited has no need to'
come bob
is_status 200 'knockRoom: which is accepted'
knock bob
refused 403 M_FORBIDDEN 'nor who is in'
go bob

knock bob '{}' '#door:localhost'
is_json . "{\"room_id\":\"$room\"}" 'knockRoom: by alias'
go bob
is_status 200 'knockRoom: a knock is taken back by leaving'
knock bob
as alice
req POST "$here/kick" '{"user_id":"@bob:localhost","reason":"no"}'
is_status 200 'knockRoom: and turned down by a kick'
as bob
req GET "$here/state/m.room.member/%40bob%3Alocalhost"
knock bob
is_status 200 'knockRoom: after which one may ask again'
as alice
req POST "$here/ban" '{"user_id":"@bob:localhost"}'
knock bob
refused 403 M_FORBIDDEN 'who is banned may not'
as carol
req PUT "$here/state/m.room.member/%40carol%3Alocalhost" '{"membership":"knock"}'
is_status 200 'knockRoom: by setting state, too'
as alice
req PUT "$here/state/m.room.member/%40bob%3Alocalhost" '{"membership":"knock"}'
refused 403 M_FORBIDDEN 'nobody knocks for another'
set_state alice m.room.join_rules '{"join_rule":"invite"}'
invite alice carol
is_status 200 'knockRoom: who has knocked can be invited whatever the rule is by then'

# ------------------------------------------------------------ other rooms
for rule in invite public private restricted; do
	create alice "{\"initial_state\":[$(rule $rule)]}"
	knock bob
	refused 403 M_FORBIDDEN "not at a room of join rule $rule"
done
create alice "{\"initial_state\":[$(rule knock_restricted)]}"
knock bob
is_status 200 'knockRoom: at one of join rule knock_restricted'

knock bob '{}' '!nothing:localhost'
refused 404 M_NOT_FOUND 'a room that is not there'
knock bob '{}' '#nothing:localhost'
refused 404 M_NOT_FOUND 'an alias that nothing has'
req POST "$v3/knock/%21x%3Aelsewhere.example?via=elsewhere.example&via=x" '{}'
refused 404 M_NOT_FOUND 'a room of another server'
knock bob '{}' nothing
refused 400 M_INVALID_PARAM 'neither id nor alias'
knock bob '{"reason":{}}'
refused 400 M_BAD_JSON 'a reason is a text'
token=
req POST "$v3/knock/$(enc "$room")" '{}'
refused 401 M_MISSING_TOKEN 'a stranger'
admin user suspend carol
knock carol
refused 403 M_USER_SUSPENDED 'who is suspended'

# ----------------------------------------------------------- room versions
tried=0
for version in 1 2 3 4 5 6 7 8 9 10 11 12; do
	create alice "{\"room_version\":\"$version\",\"initial_state\":[$(rule knock)]}"
	[ "$status" = 200 ] || continue
	tried=$((tried + 1))
	knock bob
	if [ $version -ge 7 ]; then
		is_status 200 "knockRoom: in room version $version"
	else
		refused 403 M_FORBIDDEN "not in room version $version"
	fi
done
[ $tried -ge 3 ]
ok $? 'knockRoom: in the versions that there are'
done_testing
