#!/bin/sh
# What rooms show to those who are not in: GET /rooms/{roomId}/hierarchy and
# GET /room_summary/{roomIdOrAlias}.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
c=/_matrix/client
v1=$c/v1
v3=$c/v3

# create [BODY] leaves the room in $room, encoded in $here.
create() {
	req POST "$v3/createRoom" "${1-}"
	[ "$status" = 200 ] || bail_out "no room: $(cat "$tmp/body")"
	room=$(get_json .room_id) here=$v3/rooms/$(enc "$room")
}
refused() { is_err "$1" "$2" "$3"; }
# room NAME [MORE]: a public one, or as MORE says; its id is in $NAME.
room() {
	create "{\"name\":\"$1\",\"preset\":\"${3:-public_chat}\"${2:+,$2}}"
	eval "$1=\$room"
}
space() { room "$1" "\"creation_content\":{\"type\":\"m.space\"}${2:+,$2}" "${3-}"; }
# child PARENT CHILD [CONTENT]
child() {
	req PUT "$v3/rooms/$(enc "$1")/state/m.space.child/$(enc "$2")" \
	    "${3:-{\"via\":[\"localhost\"]\}}"
	[ "$status" = 200 ] || bail_out "no child: $(cat "$tmp/body")"
}
look() { req GET "$v1/rooms/$(enc "$1")/hierarchy${2-}"; }
names='[.rooms[].name]'
via='"via":["localhost"]'

# ------------------------------------------------------------------ a space
as alice
space top
room a
room b
room d
space sub
room inside
room deep
child "$top" "$b" "{$via,\"order\":\"bb\"}"
child "$top" "$a" "{$via,\"order\":\"aa\",\"suggested\":true}"
child "$top" "$sub" "{$via,\"order\":\"ab\",\"suggested\":true}"
child "$top" "$d"
child "$sub" "$inside" "{$via,\"suggested\":true}"
child "$inside" "$deep"
look "$top"
is_json "$names" '["top","a","sub","inside","b","d"]' \
    'getSpaceHierarchy: depth first, in the order that children ask for'
is_json '.rooms[0] | [.children_state[] | keys]' \
    '[["content","origin_server_ts","sender","state_key","type"],["content","origin_server_ts","sender","state_key","type"],["content","origin_server_ts","sender","state_key","type"],["content","origin_server_ts","sender","state_key","type"]]' \
    'getSpaceHierarchy: children_state is stripped, with a time'
is_json '.rooms[0].children_state[0] | [.type, .state_key, .sender, .content]' \
    "[\"m.space.child\",\"$a\",\"@alice:localhost\",{\"order\":\"aa\",\"suggested\":true,\"via\":[\"localhost\"]}]" \
    'getSpaceHierarchy: and in order'
is_json '[.rooms[].children_state | length]' '[4,0,1,0,0,0]' \
    'getSpaceHierarchy: of what is no space it is empty'
is_json '.rooms[1] | [.room_id, .join_rule, .num_joined_members, .world_readable, .guest_can_join, .room_version]' \
    "[\"$a\",\"public\",1,false,false,\"12\"]" 'getSpaceHierarchy: and what a summary has'
is_json '[.rooms[0].room_type, has("next_batch")]' '["m.space",false]' 'a space; that was all'
look "$top" '?max_depth=0'
is_json "$names" '["top"]' 'max_depth: the space alone'
is_json '.rooms[0].children_state | length' 4 'which still tells its children'
look "$top" '?max_depth=1'
is_json "$names" '["top","a","sub","b","d"]' 'max_depth: its children'
look "$top" '?max_depth=99999'
is_json '.rooms | length' 6 'max_depth: more than there is'
look "$top" '?suggested_only=true'
is_json "$names" '["top","a","sub","inside"]' 'suggested_only'
is_json '.rooms[0].children_state | length' 2 'suggested_only: in children_state too'
look "$top" '?suggested_only=false'
is_json '.rooms | length' 6 'or not'
look "$a"
is_json "$names" '["a"]' 'getSpaceHierarchy: of what is no space: itself'
look "$inside"
is_json '[.rooms[].children_state]' '[[]]' 'whose children are none'

# -------------------------------------------------------------- which order
as alice
space order
for n in 1 2 3 4 5 6 7; do room "o$n"; eval "id$n=\$room"; done
long=$(printf '%051d' 0)
child "$order" "$id1" "{$via,\"order\":\"~\"}"
child "$order" "$id2" "{$via,\"order\":\" \"}"
child "$order" "$id3" "{$via,\"order\":\"ä\"}"
child "$order" "$id4" "{$via,\"order\":\"$long\"}"
child "$order" "$id5" "{$via,\"order\":7}"
child "$order" "$id6" "{$via,\"order\":\"\"}"
child "$order" "$id7" "{$via,\"order\":\"A\"}"
look "$order"
is_json "$names" '["order","o2","o7","o1","o3","o4","o5","o6"]' \
    'getSpaceHierarchy: valid orders first, by code point, the others by time'

# ----------------------------------------------------------------- no child
space none
room n1
child "$none" "$n1" '{}'
child "$none" "$a" '{"via":"localhost"}'
child "$none" "$b" '{"via":[1]}'
child "$none" "$d" '{"via":[]}'
child "$none" 'x'
child "$none" '!elsewhere:elsewhere.example'
child "$none" "$none"
look "$none"
is_json "[$names, (.rooms[0].children_state | length)]" '[["none"],2]' \
    'getSpaceHierarchy: without via, of no room, unknown here, or itself'

# -------------------------------------------------------------------- pages
look "$top" '?limit=2'
is_json "$names" '["top","a"]' 'limit: a page'
next=$(get_json .next_batch)
look "$top" "?limit=3&from=$next"
is_json "$names" '["sub","inside","b"]' 'from: the next'
next2=$(get_json .next_batch)
look "$top" "?from=$next2"
is_json "[$names, has(\"next_batch\")]" '[["d"],false]' 'from: the last'
look "$top" "?limit=6"
is_json 'has("next_batch")' false 'exactly all of it'
look "$top" '?limit=1000000'
is_status 200 'more than is given is no fault'
child "$top" "$a" '{}'
look "$top" "?from=$next"
is_json "$names" '["inside","b","d"]' 'from: the room that a page ended with is gone: by their number'
child "$top" "$a" "{$via,\"order\":\"aa\"}"
child "$top" "$d" "{$via,\"order\":\"A\"}"
look "$top" "?from=$next"
is_json "$names" '["sub","inside","b"]' 'from: or has moved: behind it'
look "$top" '?limit=1&max_depth=1&suggested_only=true'
next=$(get_json .next_batch)
look "$top" "?from=$next"
is_json "$names" '["sub"]' 'from: depth and suggested_only go on as they were'
look "$top" "?max_depth=1&suggested_only=true&from=$next"
is_json "$names" '["sub"]' 'from: and may be said again'
look "$top" "?max_depth=2&from=$next"
refused 400 M_INVALID_PARAM 'from: with another depth'
look "$top" "?suggested_only=false&from=$next"
refused 400 M_INVALID_PARAM 'from: with another suggested_only'
for bad in x h h1 h1-1 h1-1-1 h0-1-1-0 h1-0-1-0 h1-1-1-2 h01-1-1-0 h1-1--1-0 h1-1-1-0x \
    "h1-1-1-$(printf '%0100d' 0)" s1_1_a.1; do
	look "$top" "?from=$bad"
	refused 400 M_INVALID_PARAM "no token: $(printf %.30s "$bad") (security 19)"
done
for bad in limit=0 limit=-1 limit=x max_depth=-1 max_depth=x suggested_only=1; do
	look "$top" "?$bad"
	refused 400 M_INVALID_PARAM "getSpaceHierarchy: $bad"
done

# ------------------------------------------------------- loops and diamonds
space one
space two
space three
child "$one" "$two"
child "$one" "$three"
child "$two" "$three"
child "$three" "$one"
child "$three" "$two"
look "$one"
is_json "$names" '["one","two","three"]' 'getSpaceHierarchy: a loop is broken, each room stands once (security 19)'
# A chain that is longer than a walk goes down.
space chain0
first=$room above=$room
i=1
while [ $i -lt 34 ]; do
	space "chain$i"
	child "$above" "$room"
	above=$room
	i=$((i + 1))
done
look "$first"
is_json '.rooms | length' 31 'getSpaceHierarchy: a tree that is too deep ends (security 19)'

# Children that are long: some are told, and the walk ends.
space long
long=$(printf '%060000d' 0)
i=0
while [ $i -lt 25 ]; do
	child "$room" "!x$i:localhost" "{$via,\"x\":\"$long\"}"
	i=$((i + 1))
done
child "$room" "$a" "{$via,\"order\":\" \"}"
expect_log 'a temporary file'
look "$room"
is_json '.rooms[0].children_state | length | . > 10 and . < 25' true \
    'getSpaceHierarchy: a megabyte of children, and no more (security 19)'

# ------------------------------------------------------------------ who sees
as alice
space all
room open
room invited '"invite":["@bob:localhost"]' private_chat
room shut '' private_chat
room world '"initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"world_readable"}}]' private_chat
rule() { printf '"initial_state":[{"type":"m.room.join_rules","content":%s}]' "$1"; }
member="{\"type\":\"m.room_membership\",\"room_id\":\"$open\"}"
room knock "$(rule '{"join_rule":"knock"}')" private_chat
room restricted "$(rule "{\"join_rule\":\"restricted\",\"allow\":[{\"type\":\"x\"},$member]}")" private_chat
room knockres "$(rule "{\"join_rule\":\"knock_restricted\",\"allow\":[$member]}")" private_chat
room noallow "$(rule '{"join_rule":"restricted","allow":"x"}')" private_chat
room strange "$(rule '{"join_rule":"private"}')" private_chat
room banned
req POST "$here/state/x" '{}' 
req PUT "$here/state/m.room.member/@bob:localhost" '{"membership":"ban"}'
for r in open invited shut world knock restricted knockres noallow strange banned; do
	eval "child \"\$all\" \"\$$r\" '{$via,\"order\":\"$r\"}'"
done
seen() { look "$all"; is_json "[$names[1:][]] | sort" "$1" "$2"; }
seen '["banned","invited","knock","knockres","noallow","open","restricted","shut","strange","world"]' \
    'getSpaceHierarchy: who is joined sees all'
as carol
seen '["banned","knock","knockres","open","world"]' \
    'getSpaceHierarchy: a stranger what they may join, knock at or read (security 17)'
as bob
seen '["invited","knock","knockres","open","world"]' \
    'getSpaceHierarchy: and what they are invited to; not what they are banned from (security 17)'
req POST "$v3/rooms/$(enc "$open")/join" '{}'
seen '["invited","knock","knockres","open","restricted","world"]' \
    'getSpaceHierarchy: and restricted rooms whose condition they meet (security 17)'
req POST "$v3/rooms/$(enc "$open")/leave" '{}'
seen '["invited","knock","knockres","open","world"]' \
    'getSpaceHierarchy: no longer when they do not (security 17)'
look "$restricted"
refused 403 M_FORBIDDEN 'getSpaceHierarchy: nor from there'
look "$shut"
refused 403 M_FORBIDDEN 'getSpaceHierarchy: a room that may not be seen (security 17)'
look "$banned"
refused 403 M_FORBIDDEN 'getSpaceHierarchy: or that one is banned from'
look '!nowhere:localhost'
refused 403 M_FORBIDDEN 'getSpaceHierarchy: a room that is none looks the same'
look nowhere
refused 400 M_INVALID_PARAM 'getSpaceHierarchy: no room id'

# ------------------------------------------------------------------- summary
summary() { req GET "$v1/room_summary/$(enc "$1")"; }
as alice
create '{"name":"Whole","topic":"T","preset":"public_chat","room_alias_name":"whole","invite":["@bob:localhost"],
    "initial_state":[{"type":"m.room.encryption","content":{"algorithm":"m.megolm.v1.aes-sha2"}},
    {"type":"m.room.avatar","content":{"url":"mxc://localhost/a"}}]}'
whole=$room
want="{\"avatar_url\":\"mxc://localhost/a\",\"canonical_alias\":\"#whole:localhost\",\"encryption\":\"m.megolm.v1.aes-sha2\",\"guest_can_join\":false,\"join_rule\":\"public\",\"name\":\"Whole\",\"num_joined_members\":1,\"room_id\":\"$whole\",\"room_version\":\"12\",\"topic\":\"T\",\"world_readable\":false}"
summary "$whole"
is_json 'del(.membership)' "$want" 'getRoomSummary: by id'
is_json .membership '"join"' 'getRoomSummary: of a member'
token=
summary '#whole:localhost'
is_json . "$want" 'getRoomSummary: by alias, without a token'
as bob
summary "$whole"
is_json .membership '"invite"' 'getRoomSummary: of who is invited'
as carol
summary "$whole"
is_json .membership '"leave"' 'getRoomSummary: of a stranger'
for path in "summary/$(enc "$whole")" "rooms/$(enc "$whole")/summary"; do
	req GET "$c/unstable/im.nheko.summary/$path"
	is_json '[.name, .membership, .["im.nheko.summary.room_version"], .["im.nheko.summary.encryption"]]' \
	    '["Whole","leave","12","m.megolm.v1.aes-sha2"]' "getRoomSummary: $(dirname "$path" | cut -c1-5): as it was called before"
done
summary "$restricted"
refused 404 M_NOT_FOUND 'getRoomSummary: a condition that is not met (security 17)'
req POST "$v3/rooms/$(enc "$open")/join" '{}'
summary "$restricted"
is_json '[.join_rule, .allowed_room_ids]' "[\"restricted\",[\"$open\"]]" 'getRoomSummary: or is'
as bob
summary "$invited"
is_json '[.name, .join_rule, .membership, has("allowed_room_ids")]' '["invited","invite","invite",false]' \
    'getRoomSummary: a private room, for whom it invites'
token=
for r in open knock knockres world; do
	eval "summary \"\$$r\""
	is_json .name "\"$r\"" "getRoomSummary: anybody sees $r"
done
for r in invited shut restricted noallow strange; do
	eval "summary \"\$$r\""
	refused 404 M_NOT_FOUND "getRoomSummary: not anybody sees $r (security 17)"
done
missing=$(get_json .error)
summary '!nowhere:localhost'
is_json .error "\"$missing\"" 'getRoomSummary: a room that is none looks the same'
summary '#nowhere:localhost'
refused 404 M_NOT_FOUND 'getRoomSummary: nor is there an alias'
as bob
summary "$banned"
refused 404 M_NOT_FOUND 'getRoomSummary: banned (security 17)'
summary nowhere
refused 400 M_INVALID_PARAM 'getRoomSummary: neither id nor alias'
req GET "$v1/room_summary/$(enc "$whole")?via=a.example&via=b.example"
is_status 200 'getRoomSummary: via is for rooms of others'
token=nobodys
summary "$whole"
refused 401 M_UNKNOWN_TOKEN 'getRoomSummary: a token that is none is no stranger'
done_testing
