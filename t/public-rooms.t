#!/bin/sh
# The list of published rooms: GET and POST /publicRooms.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
user dora
c=/_matrix/client
v3=$c/v3

create() {
	req POST "${2:-$v3}/createRoom" "${1-}"
	room=$(get_json .room_id) here=$v3/rooms/$(enc "$room")
}
refused() { is_err "$1" "$2" "$3"; }
get() { req GET "$v3/publicRooms${1-}"; }
query() { req POST "$v3/publicRooms" "$1"; }
names='[.chunk[].name]'

token=
get
is_json . '{"chunk":[],"total_room_count_estimate":0}' 'getPublicRooms: none yet, for anybody'
req GET $c/api/v1/publicRooms
is_json '[.chunk, (.start, .end | type)]' '[[],"string","string"]' \
    '13.6: none yet'

# ---------------------------------------------------------------- one room
as alice
create '{"visibility":"public","name":"Big","topic":"All about size","room_alias_name":"big",
    "initial_state":[{"type":"m.room.avatar","content":{"url":"mxc://localhost/a"}},
    {"type":"m.room.guest_access","content":{"guest_access":"can_join"}}]}'
big=$room big_here=$here
create '{"name":"Secret"}'
create '{"name":"Secret, though open","preset":"public_chat"}'
token=
get
is_json . "$(jq -Sc . <<-EOF
	{"chunk":[{"room_id":"$big","num_joined_members":1,"world_readable":false,
	"guest_can_join":true,"join_rule":"public","name":"Big",
	"topic":"All about size","canonical_alias":"#big:localhost",
	"avatar_url":"mxc://localhost/a"}],"total_room_count_estimate":1}
	EOF
)" 'getPublicRooms: what a room shows; others are not told of (security 17)'
for prefix in api/v1 v2_alpha r0; do
	req GET "$c/$prefix/publicRooms"
	is_json '.chunk[0] | [.room_id, .aliases, .name, .topic, .num_joined_members]' \
	    "[\"$big\",[\"#big:localhost\"],\"Big\",\"All about size\",1]" "$prefix: its aliases too"
	is_json '[.start, .end] | map(type)' '["string","string"]' "$prefix: and tokens of 2015"
done
req GET "$c/r0/publicRooms"
is_json '.total_room_count_estimate' 1 'r0: and what today has'

# ----------------------------------------------------- the order, and pages
as alice
create '{"visibility":"public"}'
bare=$room
create '{"visibility":"public","preset":"private_chat","creation_content":{"type":"m.space"},"name":"A Space","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"world_readable"}}]}'
create '{"visibility":"public","name":"Three"}'
three=$here
create '{"visibility":"public","name":"Two ÄRZTE","topic":"100% _free_"}'
two=$here
for who in bob carol dora; do
	as $who
	req POST "$big_here/join" '{}'
done
for who in bob carol; do
	as $who
	req POST "$three/join" '{}'
done
as bob
req POST "$two/join" '{}'
token=
get
is_json "$names" '["Big","Three","Two ÄRZTE","A Space",null]' 'getPublicRooms: the biggest first'
is_json '[.chunk[].num_joined_members]' '[4,3,2,1,1]' 'by members'
is_json '.chunk[3] | [.join_rule, .room_type, .world_readable]' \
    '["invite","m.space",true]' 'a space, and its rules'
is_json '[has("next_batch"), has("prev_batch"), .total_room_count_estimate]' \
    '[false,false,5]' 'all of it in one page'
req GET "$c/api/v1/publicRooms"
is_json '.chunk[4] | [.name, .topic, .aliases]' '[null,null,[]]' \
    '13.6: names may be null'

get '?limit=2'
is_json "[$names, has(\"prev_batch\")]" '[["Big","Three"],false]' \
    'getPublicRooms: limit: the first page'
next=$(get_json .next_batch)
get "?limit=2&since=$next"
is_json "$names" '["Two ÄRZTE","A Space"]' 'getPublicRooms: since: the second'
prev=$(get_json .prev_batch) next=$(get_json .next_batch)
get "?limit=2&since=$next"
is_json "[$names, has(\"next_batch\")]" '[[null],false]' 'since: the last'
last_prev=$(get_json .prev_batch)
get "?limit=2&since=$prev"
is_json "[$names, has(\"prev_batch\")]" '[["Big","Three"],false]' 'since: back to the first'
is_json 'has("next_batch")' true 'with a way forwards'
get "?limit=3&since=$(get_json .next_batch)"
is_json "$names" '["Two ÄRZTE","A Space",null]' 'which goes on behind it'
get "?limit=1&since=$last_prev"
is_json "[$names, has(\"prev_batch\"), has(\"next_batch\")]" '[["A Space"],true,true]' \
    'back one by one: the nearest first'
get "?limit=1&since=$(get_json .next_batch)"
is_json "$names" '[null]' 'and forwards again'
get "?limit=4&since=$last_prev"
is_json "$names" '["Big","Three","Two ÄRZTE","A Space"]' 'a page backwards stands in the same order'

# 2015 pages by start and end.
req GET "$c/api/v1/publicRooms?limit=2"
is_json "$names" '["Big","Three"]' '13.6: limit'
req GET "$c/api/v1/publicRooms?limit=2&from=$(get_json .end)"
is_json "$names" '["Two ÄRZTE","A Space"]' '13.6: from end'
req GET "$c/api/v1/publicRooms?limit=2&from=$(get_json .start)"
is_json "$names" '["Big","Three"]' '13.6: from start'
req GET "$c/api/v1/publicRooms"
req GET "$c/api/v1/publicRooms?from=$(get_json .end)"
is_json .chunk '[]' '13.6: behind the end there is nothing'
req GET "$c/api/v1/publicRooms?limit=1&from=$(get_json .start)"
is_json "$names" '[null]' '2015: and before that the last room'
for bad in from=x limit=x limit=-1; do
	req GET "$c/api/v1/publicRooms?$bad"
	refused 400 M_BAD_PAGINATION "PAG-7: $bad, of the list of rooms"
done

# ------------------------------------------------ changes between two pages
get '?limit=2'
next=$(get_json .next_batch)
as carol
req POST "$three/leave" '{}'
as alice
req PUT "$v3/directory/list/room/$(enc "$big")" '{"visibility":"private"}'
token=
get "?since=$next"
is_json "$names" '["Two ÄRZTE","Three","A Space",null]' \
    'a token is a place: who got smaller comes once more, nobody is left out'
get
is_json '[.chunk[] | .name]' '["Two ÄRZTE","Three","A Space",null]' \
    'rooms that are taken out are gone'
as alice
req PUT "$v3/directory/list/room/$(enc "$big")" '{"visibility":"public"}'

# ---------------------------------------------------------------- searching
as carol
query '{}'
is_json "$names" '["Big","Two ÄRZTE","Three","A Space",null]' 'queryPublicRooms: all'
search() { query "{\"filter\":{\"generic_search_term\":\"$1\"}}"; }
search bIG
is_json "$names" '["Big"]' 'queryPublicRooms: in names, alias and topic, whatever the case'
search 'about SIZE'
is_json "$names" '["Big"]' 'queryPublicRooms: in topics'
search '#big:'
is_json "$names" '["Big"]' 'queryPublicRooms: in canonical aliases'
search ärzte
is_json "$names" '["Two ÄRZTE"]' 'queryPublicRooms: letters of all scripts'
search '%'
is_json "$names" '["Two ÄRZTE"]' 'queryPublicRooms: % means itself (security 21)'
search '_free_'
is_json "$names" '["Two ÄRZTE"]' 'queryPublicRooms: and _ (security 21)'
search 'x_free'
is_json "$names" '[]' 'queryPublicRooms: and is no pattern (security 20)'
search '* OR "'
is_status 400 'not JSON'
search '* OR 1=1 --'
is_json "$names" '[]' 'queryPublicRooms: nor any other language (security 21)'
search Secret
is_json "$names" '[]' 'queryPublicRooms: nothing of what is not published (security 17)'
search ''
is_json '.chunk | length' 5 'queryPublicRooms: an empty term is none'
types() { query "{\"filter\":{\"room_types\":$1}}"; }
types '["m.space"]'
is_json "$names" '["A Space"]' 'queryPublicRooms: spaces'
types '[null]'
is_json "$names" '["Big","Two ÄRZTE","Three",null]' 'queryPublicRooms: rooms of no type'
types '[null,"m.space"]'
is_json '.chunk | length' 5 'queryPublicRooms: either'
types '[]'
is_json .chunk '[]' 'queryPublicRooms: of no type at all'
types '["x"]'
is_json .chunk '[]' 'queryPublicRooms: of an unknown type'
query '{"limit":1,"filter":{"room_types":[null]}}'
is_json "$names" '["Big"]' 'queryPublicRooms: a page of a search'
query "{\"limit\":2,\"filter\":{\"room_types\":[null]},\"since\":\"$(get_json .next_batch)\"}"
is_json "$names" '["Two ÄRZTE","Three"]' 'queryPublicRooms: the next'
query "{\"limit\":2,\"filter\":{\"room_types\":[\"m.space\"]},\"since\":\"$(get_json .next_batch)\"}"
is_json "$names" '["A Space"]' 'queryPublicRooms: what does not fit is passed over'
query "{\"limit\":2,\"since\":\"$(get_json .prev_batch)\"}"
is_json "$names" '["Two ÄRZTE","Three"]' 'queryPublicRooms: and backwards'
query '{"third_party_instance_id":"irc","include_all_networks":false}'
is_json .chunk '[]' 'queryPublicRooms: other networks have no rooms here'
query '{"include_all_networks":true}'
is_json '.chunk | length' 5 'queryPublicRooms: and add none'

# ------------------------------------------------------- forms of a topic
as alice
req PUT "$two/state/m.room.topic" '{"topic":"old","m.topic":{"m.text":[
    {"mimetype":"text/html","body":"<b>x</b>"},{"body":"plain"}]}}'
search plain
is_json '[.chunk[].topic]' '["plain"]' 'queryPublicRooms: the plain text of a topic'
req PUT "$two/state/m.room.topic" '{"topic":"old","m.topic":{"m.text":[
    {"mimetype":"text/html","body":"<b>x</b>"}]}}'
search ärzte
is_json '.chunk[0] | has("topic")' false 'queryPublicRooms: there may be none'
req PUT "$two/state/m.room.name" '{"name":""}'
get
is_json '[.chunk[] | has("name")]' '[true,false,true,true,false]' 'an empty name is none'

# An erased account no longer tells strangers what it wrote.
as bob
create '{"visibility":"public","name":"Bobs words","topic":"Bobs topic"}'
as carol
req POST "$here/join" '{}'
deactivate bob true
as dora
search Bobs
is_json .chunk '[]' 'what an erased account wrote is not found by strangers (security 18)'
search words
is_json .chunk '[]' 'nor shown'

# ------------------------------------------------------------------ refusals
token=
query '{}'
refused 401 M_MISSING_TOKEN 'queryPublicRooms: a search is for users'
for bad in x 'n1' 'n1-' 'n-1-1' 'n01-1' 'n1-1x' 'p1-01' 'n1-1-1' 'q1-1' \
    'n99999999999999999999-1' "n1-$(printf '%0100d' 1)" s1_1_a.1; do
	get "?since=$bad"
	refused 400 M_INVALID_PARAM "no token: $(printf %.30s "$bad") (security 19)"
done
for bad in x -1 1.5 99999999999999999999; do
	get "?limit=$bad"
	refused 400 M_INVALID_PARAM "no limit: $bad"
done
get '?limit=1000000'
is_status 200 'more than is given is no fault'
get '?server=elsewhere.example'
refused 404 M_NOT_FOUND 'getPublicRooms: of another server, without federation'
get '?server=localhost'
is_json '.chunk | length > 4' true 'getPublicRooms: of this one by its name'
get '?server=no%20name'
refused 400 M_INVALID_PARAM 'no name of a server'
as carol
for bad in '{"filter":[]}' '{"filter":{"generic_search_term":1}}' \
    '{"filter":{"room_types":"m.space"}}' '{"filter":{"room_types":[1]}}' \
    '{"limit":"1"}' '{"since":1}' '{"include_all_networks":"no"}'; do
	query "$bad"
	refused 400 M_BAD_JSON "queryPublicRooms: $bad"
done
for bad in '{"limit":-1}' '{"since":"x"}' \
    '{"include_all_networks":true,"third_party_instance_id":"irc"}' \
    "{\"filter\":{\"generic_search_term\":\"$(printf '%0256d' 0)\"}}" \
    "{\"filter\":{\"room_types\":$(jq -nc '[range(51) | "x"]')}}"; do
	query "$bad"
	refused 400 M_INVALID_PARAM "queryPublicRooms: $(printf %.60s "$bad") (security 19)"
done
query '{"filter":null,"limit":null}'
is_status 200 'queryPublicRooms: null is nothing'
req POST "$v3/publicRooms?server=elsewhere.example" '{}'
refused 404 M_NOT_FOUND 'queryPublicRooms: of another server, without federation'

# The aliases of 2015 are those that a room shows.
as alice
create '{"visibility":"public","name":"Many","room_alias_name":"main"}'
for alias in alt hidden; do
	req PUT "$v3/directory/room/%23$alias:localhost" "{\"room_id\":\"$room\"}"
done
req PUT "$here/state/m.room.canonical_alias" '{"alias":"#main:localhost","alt_aliases":["#alt:localhost"]}'
req GET $c/api/v1/publicRooms
is_json '.chunk[] | select(.name == "Many") | .aliases' '["#alt:localhost","#main:localhost"]' \
    '13.6: aliases, but not those that are for members (security 17)'
req PUT "$here/state/m.room.aliases/localhost" '{"aliases":["#hidden:localhost","#big:localhost"]}'
req GET $c/api/v1/publicRooms
is_json '.chunk[] | select(.name == "Many") | .aliases | length' 3 \
    '2015: and those of m.room.aliases, as far as they lead here'

# A room that everybody has left is no longer shown.
as alice
create '{"visibility":"public","name":"Left alone"}'
req POST "$here/leave" '{}'
search alone
is_json .chunk '[]' 'a room without members is not shown'
get '?since=p0-0&limit=100'
is_json '[.chunk[] | select(.name == "Left alone")]' '[]' 'nor from the other end'
get '?since=n5-9223372036854775807'
is_status 200 'the end of all numbers is a place, too'
get '?since=p5-9223372036854775807'
is_status 200 'in both directions'

# What a search looks into for one page is bounded.
long=$(printf '%060000d' 0)
i=0
while [ $i -lt 70 ]; do
	create "{\"visibility\":\"public\",\"initial_state\":[{\"type\":\"m.room.topic\",\"content\":{\"topic\":\"$long\"}}]}"
	i=$((i + 1))
done
search 'words of nobody'
is_json '[.chunk, has("next_batch"), has("prev_batch")]' '[[],true,false]' \
    'queryPublicRooms: a page may be empty, with more to come (security 19)'
pages=1
while [ "$(jq 'has("next_batch")' "$tmp/body")" = true ] && [ $pages -lt 50 ]; do
	query "{\"filter\":{\"generic_search_term\":\"space\"},\"since\":\"$(get_json .next_batch)\"}"
	pages=$((pages + 1))
done
is_json '[.chunk[].name]' '["A Space"]' 'queryPublicRooms: whoever goes on finds it'
done_testing
