#!/bin/sh
# Every change of every membership, by everybody who might ask for it: by
# setting the state of a room at which one may knock.
. "$(dirname "$0")/lib.sh"
start
for name in admin member outsider self; do
	user $name
done
v3=/_matrix/client/v3

as admin
req POST $v3/createRoom '{"initial_state":[{"type":"m.room.join_rules",
    "content":{"join_rule":"knock"}}],"invite":["@member:localhost"],
    "power_level_content_override":{"invite":50}}'
here=$v3/rooms/$(enc "$(get_json .room_id)")
of_self=$here/state/m.room.member/%40self%3Alocalhost
as member
req POST "$here/join"
is_status 200 'a member without power'

# put NAME MEMBERSHIP: of self, by NAME.
put() { as "$1"; req PUT "$of_self" "{\"membership\":\"$2\"}"; }
must() {
	put "$@"
	[ "$status" = 200 ] || { show; bail_out "$1 cannot set $2"; }
}
# What self is: none, or a membership.
now() {
	as admin
	req GET "$of_self"
	[ "$status" = 404 ] && echo none || get_json .membership
}

# become WHAT: from whatever self is.  Nobody goes back to none.
become() {
	at=$(now)
	[ "$at" != "$1" ] || return 0
	case $at,$1 in
	none,* | invite,join | join,leave | knock,leave | ban,leave) ;;
	*) must admin leave ;;
	esac
	case $1 in
	invite | ban | leave) must admin "$1" ;;
	join) [ "$at" = invite ] || must admin invite; must self join ;;
	knock) must self knock ;;
	esac
}

# try BY WAS CHANGES: a change that is among CHANGES succeeds, and another is
# refused and leaves what was.
try() {
	for to in invite join knock leave ban; do
		[ "$2" = none ] || become "$2"
		put "$1" "$to"
		case " $3 " in
		*" $to "*)
			is_status 200 "MEM-5: $2 becomes $to by $1"
			is "$(now)" "$to" "MEM-5: $2 is $to"
			;;
		*)
			is_err 403 M_FORBIDDEN "MEM-5: $2 becomes not $to by $1 (security 18)"
			is "$(now)" "$2" "MEM-5: $2 stays"
			;;
		esac
		[ "$2" != none ] || [ "$(now)" = none ] || renew
	done
}

# Somebody else is self, who never had to do with the room.
renew() {
	someone=$((${someone-0} + 1))
	user "self$someone"
	eval "token_self=\$token_self$someone user_self=\$user_self$someone"
	of_self=$here/state/m.room.member/%40self$someone%3Alocalhost
}

try outsider none ''
try member none ''
try self none 'knock'
try admin none 'invite leave ban'

try outsider invite ''
try member invite ''
try self invite 'join leave'
try admin invite 'invite leave ban'

try outsider join ''
try member join ''
try self join 'join leave'
try admin join 'leave ban'

try outsider knock ''
try member knock ''
try self knock 'knock leave'
try admin knock 'invite leave ban'

try outsider leave ''
try member leave ''
try self leave 'knock'
try admin leave 'invite leave ban'

try outsider ban ''
try member ban ''
try self ban ''
try admin ban 'leave ban'

# Whoever has less power than the target does nothing to them.
become join
as admin
req GET "$here/state/m.room.power_levels"
req PUT "$here/state/m.room.power_levels" "$(jq -c \
    --arg user "$user_self" '.users[$user] = 60 | .users["@member:localhost"] = 55' \
    "$tmp/body")"
is_status 200 'powers are given'
try member join ''
done_testing
