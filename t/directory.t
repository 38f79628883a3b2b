#!/bin/sh
# Aliases of rooms and what is published: /directory/room, /directory/list,
# /rooms/{roomId}/aliases, and which aliases a room may show.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
c=/_matrix/client
v3=$c/v3
printf 'secret of root\n' >"$tmp/line"
admin user add root --admin <"$tmp/line"
token=
req POST $v3/login '{"type":"m.login.password","user":"root",
    "password":"secret of root"}'
token_root=$(get_json .access_token) user_root=@root:localhost

# create [BODY [PREFIX]] leaves the room in $room, encoded in $here.
create() {
	req POST "${2:-$v3}/createRoom" "${1-}"
	room=$(get_json .room_id) here=$v3/rooms/$(enc "$room")
}
path() { echo "${2:-$v3}/directory/room/$(enc "$1")"; }
put() { req PUT "$(path "$1" "${2-}")" "{\"room_id\":\"$room\"}"; }
drop() { req DELETE "$(path "$1" "${2-}")"; }
look() { req GET "$(path "$1" "${2-}")"; }
state() { req GET "$here/state/$1"; }
refused() { is_err "$1" "$2" "$3"; }

# ------------------------------------------------------------- as it should
as alice
create '{"preset":"public_chat"}'
for prefix in api/v1 v2_alpha r0 v3 unstable; do
	alias="#${prefix%/*}:localhost"
	put "$alias" "$c/$prefix"
	is_json . '{}' "setRoomAlias: by $prefix"
	look "$alias" "$c/$prefix"
	is_json . "{\"room_id\":\"$room\",\"servers\":[\"localhost\"]}" \
	    "getRoomIdByAlias: by $prefix"
done
token=
look '#v3:localhost'
is_json .servers '["localhost"]' 'ALI-5: servers that are in the room, for anybody'
as alice
put '#Wälder & Seen:localhost'
refused 400 M_INVALID_PARAM 'setRoomAlias: no blanks'
put '#Wälder&/Seen:localhost'
is_status 200 'setRoomAlias: but letters of any script'
look '#Wälder&/Seen:localhost'
is_json .room_id "\"$room\"" 'getRoomIdByAlias: and they are found'
look '#wälder&/Seen:localhost'
refused 404 M_NOT_FOUND 'getRoomIdByAlias: in their own case only'
req POST "$v3/join/%23v3%3Alocalhost"
is_json .room_id "\"$room\"" 'join by a new alias'

# --------------------------------------------------------------- who may add
as bob
put '#bobs:localhost'
refused 403 M_FORBIDDEN 'setRoomAlias: not by who is outside (security 18)'
req POST "$here/join"
put '#bobs:localhost'
is_status 200 'setRoomAlias: by a member without power'
put '#v3:localhost'
refused 409 M_UNKNOWN 'setRoomAlias: a name that is taken'
as alice
put '#v3:localhost'
refused 409 M_UNKNOWN 'setRoomAlias: also by the same room'
req PUT "$(path '#x:localhost')" '{"room_id":"!nowhere:localhost"}'
refused 403 M_FORBIDDEN 'setRoomAlias: to a room that is none'
as root
put '#roots:localhost'
refused 403 M_FORBIDDEN 'setRoomAlias: administrators are no members'

# ------------------------------------------------------------- what is none
as alice
long=$(printf '%0250d' 0)
for bad in x '#x' '#:localhost' '#a:b:c' '@alice:localhost' "#$long:localhost" \
    '#a	b:localhost'; do
	put "$bad"
	refused 400 M_INVALID_PARAM "setRoomAlias: no alias: $(printf %.20s "$bad")"
done
for bad in x '#x' '@alice:localhost' "#$long:localhost"; do
	look "$bad"
	refused 400 M_INVALID_PARAM "getRoomIdByAlias: no alias: $(printf %.20s "$bad")"
	drop "$bad"
	refused 400 M_INVALID_PARAM "deleteRoomAlias: no alias: $(printf %.20s "$bad")"
done
put '#a:elsewhere.example'
refused 400 M_INVALID_PARAM 'ALI-2: aliases of other servers are not kept here'
drop '#a:elsewhere.example'
refused 400 M_INVALID_PARAM 'ALI-2: nor deleted'
look '#a:elsewhere.example'
refused 404 M_NOT_FOUND 'getRoomIdByAlias: nor found, without federation'
req PUT "$(path '#y:localhost')" '{}'
refused 400 M_MISSING_PARAM 'setRoomAlias: without a room'
req PUT "$(path '#y:localhost' $c/api/v1)" '{}'
refused 400 M_BAD_JSON '2015: without a room'
req PUT "$(path '#y:localhost')" '{"room_id":"#v3:localhost"}'
refused 400 M_INVALID_PARAM 'setRoomAlias: a room is named by its id'
req PUT "$(path '#y:localhost')" '{"room_id":7}'
refused 400 M_BAD_JSON 'setRoomAlias: which is a text'
look '#y:localhost'
refused 404 M_NOT_FOUND 'getRoomIdByAlias: none of these made one'

# ---------------------------------------------------------- what a room has
req GET "$here/aliases"
is_json .aliases '["#Wälder&/Seen:localhost","#api:localhost","#bobs:localhost","#r0:localhost","#unstable:localhost","#v2_alpha:localhost","#v3:localhost"]' \
    'getLocalAliases: all of them, for a member'
as carol
req GET "$here/aliases"
refused 403 M_FORBIDDEN 'getLocalAliases: not for a stranger (security 17)'
req GET "$v3/rooms/!nowhere:localhost/aliases"
refused 403 M_FORBIDDEN 'getLocalAliases: a room that is none looks the same'
req GET "$v3/rooms/nowhere/aliases"
refused 400 M_INVALID_PARAM 'getLocalAliases: no room id'
as root
req GET "$here/aliases"
is_json '.aliases | length' 7 'getLocalAliases: for administrators'
as bob
req POST "$here/leave" '{}'
req GET "$here/aliases"
refused 403 M_FORBIDDEN 'getLocalAliases: not for who has left'
req POST "$here/join" '{}'
as alice
req PUT "$here/state/m.room.history_visibility" '{"history_visibility":"world_readable"}'
as carol
req GET "$here/aliases"
is_json '.aliases | length' 7 'getLocalAliases: for anybody while it is world_readable'

# ------------------------------------------------------------ who may delete
as carol
drop '#bobs:localhost'
refused 403 M_FORBIDDEN 'ALI-1: a stranger deletes no alias (security 18)'
req POST "$here/join" '{}'
drop '#bobs:localhost'
refused 403 M_FORBIDDEN 'ALI-1: nor does a member without power'
look '#bobs:localhost'
is_status 200 'and it stays'
as bob
drop '#bobs:localhost'
is_json . '{}' 'ALI-1: who made it may'
look '#bobs:localhost'
refused 404 M_NOT_FOUND 'deleteRoomAlias: it leads nowhere'
drop '#bobs:localhost'
refused 404 M_NOT_FOUND 'deleteRoomAlias: and cannot be deleted again'
put '#bobs:localhost'
is_status 200 'setRoomAlias: but given again'
as alice
drop '#bobs:localhost'
is_status 200 'ALI-1: who has the power over aliases may'
as bob
put '#bobs:localhost'
as root
drop '#bobs:localhost'
is_status 200 'ALI-1: administrators may'
as bob
put '#bobs:localhost'
req POST "$here/leave" '{}'
drop '#bobs:localhost'
is_status 200 'ALI-1: who made it may, though they have left'

# ------------------------------------------------------- m.room.canonical_alias
canonical() { req PUT "$here/state/m.room.canonical_alias" "$1"; }
as alice
create '{"preset":"public_chat"}'
put '#one:localhost'
put '#two:localhost'
put '#three:localhost'
canonical '{"alias":"#one:localhost","alt_aliases":["#two:localhost","#three:localhost"]}'
is_status 200 'a room shows its aliases'
drop '#two:localhost'
is_status 200 'deleteRoomAlias: one that the room shows'
state m.room.canonical_alias
is_json . '{"alias":"#one:localhost","alt_aliases":["#three:localhost"]}' \
    'deleteRoomAlias: it no longer does'
drop '#one:localhost'
state m.room.canonical_alias
is_json . '{"alt_aliases":["#three:localhost"]}' 'deleteRoomAlias: the canonical one'
drop '#three:localhost'
state m.room.canonical_alias
is_json . '{}' 'deleteRoomAlias: the last one'
for alias in 1 2 3; do put "#$alias:localhost"; done
canonical '{"alias":"#1:localhost"}'
canonical '{"alias":"#gone:localhost"}'
refused 400 M_BAD_ALIAS 'an alias that leads nowhere'
canonical '{"alias":"#v3:localhost"}'
refused 400 M_BAD_ALIAS 'an alias that leads elsewhere'
canonical '{"alias":"#1:localhost","alt_aliases":["#2:localhost","#v3:localhost"]}'
refused 400 M_BAD_ALIAS 'one of several that does'
canonical '{"alias":"#1:elsewhere.example"}'
refused 400 M_BAD_ALIAS 'one of another server, which nobody can ask'
for bad in '{"alias":"x"}' '{"alias":1}' '{"alt_aliases":"#1:localhost"}' \
    '{"alt_aliases":[1]}' '{"alt_aliases":[null]}' '{"alt_aliases":[""]}' \
    "$(jq -nc '{alt_aliases: [range(101) | "#1:localhost"]}')"; do
	canonical "$bad"
	refused 400 M_INVALID_PARAM "no aliases: $(printf %.40s "$bad")"
done
for none in '{"alias":""}' '{"alias":null,"alt_aliases":null}' '{}'; do
	canonical "$none"
	is_status 200 "no canonical alias: $none"
done
canonical '{"alias":"#1:localhost"}'
as bob
req POST "$here/join" '{}'
put '#4:localhost'
as alice
canonical '{"alias":"#1:localhost","alt_aliases":["#4:localhost"]}'
as bob
drop '#4:localhost'
is_status 200 'deleteRoomAlias: by who may not tell the room so'
state m.room.canonical_alias
is_json .alt_aliases '["#4:localhost"]' 'which keeps what it shows'
as alice
canonical '{"alias":"#1:localhost","alt_aliases":["#4:localhost"],"x":1}'
is_status 200 'what the room shows already is not looked up again'
as bob
canonical '{"alias":"#1:localhost"}'
refused 403 M_FORBIDDEN 'without power nobody sets it (security 18)'

# -------------------------------------------------------------- m.room.aliases
as alice
create '{}'
put '#today:localhost'
state m.room.aliases/localhost
refused 404 M_NOT_FOUND 'ALI-3: a room of today has no m.room.aliases'
create '{}' $c/api/v1
put '#b:localhost' $c/api/v1
state m.room.aliases/localhost
is_json . '{"aliases":["#b:localhost"]}' 'ALI-3: 2015: this server tells of an alias'
put '#a:localhost' $c/v2_alpha
state m.room.aliases/localhost
is_json . '{"aliases":["#a:localhost","#b:localhost"]}' 'ALI-3: and of one more'
put '#c:localhost'
state m.room.aliases/localhost
is_json '.aliases | length' 3 'ALI-3: whoever gave it, once it has begun to'
drop '#b:localhost' $c/api/v1
state m.room.aliases/localhost
is_json . '{"aliases":["#a:localhost","#c:localhost"]}' 'ALI-3: and when one goes'
drop '#a:localhost'
drop '#c:localhost'
state m.room.aliases/localhost
is_json . '{"aliases":[]}' 'ALI-3: down to the last'

# ------------------------------------------------------------------- bounds
create '{}'
i=0
while [ $i -lt 100 ]; do
	put "#many$i:localhost"
	[ "$status" = 200 ] || break
	i=$((i + 1))
done
is $i 100 'a room has a hundred aliases'
put '#toomany:localhost'
refused 403 M_FORBIDDEN 'setRoomAlias: but not one more (security 19)'
drop '#many7:localhost'
put '#toomany:localhost'
is_status 200 'setRoomAlias: unless one went'

# ------------------------------------------------------------------- listing
list() { echo "$v3/directory/list/room/$(enc "$room")"; }
create '{"preset":"public_chat"}'
token=
req GET "$(list)"
is_json . '{"visibility":"private"}' 'getRoomVisibilityOnDirectory: for anybody'
as bob
req PUT "$(list)" '{"visibility":"public"}'
refused 403 M_FORBIDDEN 'setRoomVisibilityOnDirectory: not by a stranger (security 18)'
req POST "$here/join" '{}'
req PUT "$(list)" '{"visibility":"public"}'
refused 403 M_FORBIDDEN 'setRoomVisibilityOnDirectory: nor without power'
as alice
req PUT "$(list)" '{"visibility":"public"}'
is_json . '{}' 'setRoomVisibilityOnDirectory: by who has power'
req GET "$(list)"
is_json .visibility '"public"' 'getRoomVisibilityOnDirectory: it is published'
req PUT "$(list)" '{"visibility":"public"}'
is_status 200 'setRoomVisibilityOnDirectory: no change is needed'
req PUT "$(list)" '{"visibility":"private"}'
req GET "$(list)"
is_json .visibility '"private"' 'setRoomVisibilityOnDirectory: and taken out'
req PUT "$(list)" '{}'
req GET "$(list)"
is_json .visibility '"public"' 'setRoomVisibilityOnDirectory: public by default'
as root
req PUT "$(list)" '{"visibility":"private"}'
is_status 200 'setRoomVisibilityOnDirectory: by an administrator'
req GET "$(list)"
is_json .visibility '"private"' 'who takes it out'
as alice
req PUT "$(list)" '{"visibility":"secret"}'
refused 400 M_INVALID_PARAM 'setRoomVisibilityOnDirectory: no visibility'
req PUT "$(list)" '{"visibility":1}'
refused 400 M_BAD_JSON 'setRoomVisibilityOnDirectory: nor that'
req PUT "$v3/directory/list/room/!nowhere:localhost" '{}'
refused 404 M_NOT_FOUND 'setRoomVisibilityOnDirectory: a room that is none'
req GET "$v3/directory/list/room/!nowhere:localhost"
refused 404 M_NOT_FOUND 'getRoomVisibilityOnDirectory: a room that is none'
req GET "$v3/directory/list/room/x"
refused 400 M_INVALID_PARAM 'getRoomVisibilityOnDirectory: no room id'
done_testing
