#!/bin/sh
# Finding what was said: POST /search.
. "$(dirname "$0")/lib.sh"

start
user carol
user bob
user alice
v3=/_matrix/client/v3

make() {
	req POST $v3/createRoom "$1"
	room=$(get_json .room_id)
	rooms=rooms/$(enc "$room")
}
txn=0
say() {
	txn=$((txn + 1))
	jq -n --arg body "$1" '{msgtype: "m.text", body: $body}' >"$tmp/message"
	req_file PUT "$v3/$rooms/send/m.room.message/$txn" "$tmp/message"
	event=$(get_json .event_id)
}
set_state() { req PUT "$v3/$rooms/state/$1" "$2"; event=$(get_json .event_id); }
# search TERM [MEMBERS [NEXT_BATCH]]: the rest of room_events as JSON
search() {
	jq -n --arg term "$1" --argjson more "${2:-{\}}" \
	    '{search_categories: {room_events: ({search_term: $term} + $more)}}' \
	    >"$tmp/search"
	req_file POST "$v3/search${3:+?next_batch=$3}" "$tmp/search"
}
in=.search_categories.room_events
bodies="[$in.results[].result.content | .body // .name // .topic]"
recent='{"order_by":"recent"}'
found() { search "$1" "$recent"; is_json "$bodies" "$2" "$3"; }

make '{"preset":"private_chat","name":"Martian chat","topic":"All about men"}'
first=$room
say 'Martians and men'; martians=$event
say 'men, and others'
say 'nothing of that kind'

search martians
is_json "$bodies" '["Martians and men"]' 'search: an event that holds the word'
is_json "$in | [.count, has(\"next_batch\"), has(\"groups\"), has(\"state\")]" \
    '[1,false,false,false]' 'how many there are, and no more than was asked'
is_json "$in.results[0] | [.result.event_id, .result.room_id, (.rank > 0),
    has(\"context\")]" "[\"$martians\",\"$room\",true,false]" \
    'the event as it is, and a rank'
is_json "$in.highlights" '["Martians"]' 'which words to highlight'
found 'men' '["men, and others","Martians and men","All about men"]' \
    'the newest first'
search 'men'
is_json "$bodies | sort" \
    '["All about men","Martians and men","men, and others"]' \
    'by rank, unless told otherwise'
is_json "[$in.results[].rank] | . == (sort | reverse)" true 'the best first'
found 'MEN martians' '["Martians and men"]' 'all words, in any order and case'
found 'martians women' '[]' 'not one of them only'
found 'martian' '["Martian chat"]' 'a word is a whole word'
found '' '[]' 'nothing asked, nothing found'
found '...' '[]' 'no word, nothing found'

search men '{"keys":["content.body"],"order_by":"recent"}'
is_json "$bodies" '["men, and others","Martians and men"]' 'keys: bodies alone'
search men '{"keys":["content.topic"]}'
is_json "$bodies" '["All about men"]' 'topics'
search martian '{"keys":["content.name"]}'
is_json "$bodies" '["Martian chat"]' 'names'
search martian '{"keys":["content.body","content.topic"]}'
is_json "$bodies" '[]' 'and nothing elsewhere'
search martian '{"keys":[]}'
is_json "$bodies" '[]' 'no key, nothing found'
set_state m.room.topic \
    '{"topic":"x","m.topic":{"m.text":[{"body":"only plain"},{"mimetype":"text/html","body":"marked"}]}}'
search 'plain'
is_json "$in.results | length" 1 'the plain text of a topic'
search 'marked'
is_json "$in.results | length" 0 'and of that no other'

# ---------------------------------------------------------------- any text

say 'Käse aus ÉPINAL'
found 'kase épinal' '["Käse aus ÉPINAL"]' 'accents and case make no difference'
is_json "$in.highlights" '["Käse","ÉPINAL"]' \
    'highlights are as somebody wrote it'
say '我爱北京天安门'
found '北京' '["我爱北京天安门"]' 'a word within Chinese'
found '京北' '[]' 'whose characters follow each other'
say 'Δελφοί and Москва'
found 'МОСКВА' '["Δελφοί and Москва"]' 'Cyrillic'
say 'five_o-clock "quoted" C++'
found 'o clock' '["five_o-clock \"quoted\" C++"]' 'what stands between words'
# Whatever is typed is words, and never the language of the index.
for term in '"' '"a' "'" 'a" OR "b' 'NEAR(a b)' 'a*' '^a' '{words} : a' \
    'a AND' 'NOT' '-a' 'words:men' ')(' '%' ';' 'r1' 'bmen' '"men" OR "x"'; do
	search "$term"
	is_status 200 "any text is words (security 20): $term"
	is_json "$in.count" 0 "and finds no more (security 20): $term"
done
found 'men*' '["men, and others","Martians and men","All about men"]' \
    'a star is none (security 20)'
found 'a" OR "men' '[]' 'nor does a word do anything (security 20)'
say 'men OR women AND NOT others'
found 'or and not' '["men OR women AND NOT others"]' 'these are words as well'
many=$(seq -s ' ' 33)
search "$many";			is_err 400 M_INVALID_PARAM 'too many words'
search "$(seq -s ' ' 32)";	is_status 200 'and as many as may be'

# ----------------------------------------------------------------- refused

bad() { req POST "$v3/search" "$1"; is_err 400 "$2" "$3"; }
bad '{}' M_MISSING_PARAM 'search: search_categories is needed'
bad '{"search_categories":{"room_events":{}}}' M_MISSING_PARAM \
    'search: search_term is needed'
bad '{"search_categories":{"room_events":{"search_term":1}}}' M_BAD_JSON \
    'a term that is no text'
bad '{"search_categories":[]}' M_BAD_JSON 'categories that are no object'
search a '{"order_by":"x"}';	is_err 400 M_INVALID_PARAM 'search: an order'
search a '{"keys":["x"]}';	is_err 400 M_INVALID_PARAM 'search: a key'
search a '{"keys":[1]}';	is_err 400 M_INVALID_PARAM 'or none'
search a '{"groupings":{"group_by":[{"key":"x"}]}}'
is_err 400 M_INVALID_PARAM 'search: a group'
search a '{"filter":{"types":1}}';	is_err 400 M_BAD_JSON 'search: a filter'
search a '{"event_context":{"before_limit":-1}}'
is_err 400 M_INVALID_PARAM 'a limit below none'
for place in x w1 w1-2-3 w1-2-3-4x w01-2-3-4 w-1-2-3-4 w1-2-3-4r w1-2-3-4-5 \
    w99999999999999999999-0-0-0; do
	search a '{}' "$place"
	is_err 400 M_INVALID_PARAM "a token of nobody: $place"
done
req POST "$v3/search" '{"search_categories":{}}'
is_json . '{"search_categories":{}}' 'no category, no answer'

# ----------------------------------------------------------------- context

make '{"preset":"private_chat"}'
second=$room
req PUT "$v3/$rooms/state/m.room.member/@alice:localhost" \
    '{"membership":"join","displayname":"Earlier"}'
for n in 1 2 3 4 5 6 7; do say "before $n"; done
say needle; needle=$event
for n in 1 2 3; do say "after $n"; done
req PUT "$v3/$rooms/state/m.room.member/@alice:localhost" \
    '{"membership":"join","displayname":"Later"}'

search needle '{"event_context":{"before_limit":2,"after_limit":1,"include_profile":true}}'
is_json "$in.results[0].context | [[.events_before[].content.body],
    [.events_after[].content.body]]" \
    '[["before 7","before 6"],["after 1"]]' 'search: what happened around it'
is_json "$in.results[0].context.profile_info" \
    '{"@alice:localhost":{"displayname":"Earlier"}}' \
    'search: who they were then'
from=$(get_json "$in.results[0].context.start")
req GET "$v3/$rooms/messages?dir=b&limit=1&from=$from"
is_json '[.chunk[].content.body]' '["before 5"]' 'start leads on'
search needle '{"event_context":{}}'
is_json "$in.results[0].context | [(.events_before, .events_after | length),
    has(\"profile_info\")]" '[5,4,false]' 'five on each side, if there are'
search needle '{"include_state":true}'
is_json "$in.state | [keys, (.[] | map(.type) | index(\"m.room.create\") != null)]" \
    "[[\"$second\"],true]" 'search: the state of the rooms'

# ------------------------------------------------------------ filter, groups

search men "{\"filter\":{\"rooms\":[\"$second\"]}}"
is_json "$in.count" 0 'search: a filter of rooms'
search men "{\"filter\":{\"not_rooms\":[\"$first\"]}}"
is_json "$in.count" 0 'or without one'
search men '{"filter":{"types":["m.room.topic"]}}'
is_json "$bodies" '["All about men"]' 'of types'
search men '{"filter":{"not_senders":["@alice:localhost"]}}'
is_json "$in.count" 0 'of senders'

req POST "$v3/$rooms/invite" '{"user_id":"@bob:localhost"}'
as bob
req POST "$v3/$rooms/join"
say 'needle of bob'; of_bob=$event
as alice
rooms=rooms/$(enc "$first") room=$first
say 'another needle'; another=$event
search needle '{"order_by":"recent","groupings":{"group_by":[{"key":"room_id"},{"key":"sender"}]}}'
is_json "$in.groups | [.room_id, .sender] | map(map_values(.results))" \
    "$(jq -cnS "[{\"$first\":[\"$another\"],\"$second\":[\"$of_bob\",\"$needle\"]},{\"@alice:localhost\":[\"$another\",\"$needle\"],\"@bob:localhost\":[\"$of_bob\"]}]")" \
    'search: groups by room and by sender'
is_json "$in.groups.room_id | map_values(.order)" \
    "$(jq -cnS "{\"$first\":0,\"$second\":1}")" 'in the order of what is in them'
is_json "[$in.groups[][] | has(\"next_batch\")] | any" false 'and that is all'

# ------------------------------------------------------------------- pages

make '{}'
pages=$room
for n in $(seq 1 12); do say "page $n"; done
ids= next=
for n in 1 2 3 4; do
	search page '{"order_by":"recent","filter":{"limit":5}}' "$next"
	ids="$ids $(get_json "[$in.results[].result.content.body] | join(\",\")")"
	next=$(get_json "$in.next_batch // empty")
	[ -n "$next" ] || break
	[ "$n" != 1 ] || say 'another page between them'
done
is "$ids" ' page 12,page 11,page 10,page 9,page 8 page 7,page 6,page 5,page 4,page 3 page 2,page 1' \
    'search: page by page, each once'
is_json "$in.count" 12 'of so many'
search page '{"filter":{"limit":7},"keys":["content.body"]}'
one=$(get_json "[$in.results[].result.event_id] | .[]")
search page '{"filter":{"limit":7},"keys":["content.body"]}' "$(get_json $in.next_batch)"
two=$(get_json "[$in.results[].result.event_id] | .[]")
is "$(printf '%s\n' "$one" "$two" | sort -u | wc -l)" 13 'by rank too'
is_json "$in | has(\"next_batch\")" false 'until there is no more'
search page '{"filter":{"limit":500}}'
is_json "$in | [(.results | length), has(\"next_batch\")]" '[13,false]' 'or at once'
rooms=rooms/$(enc "$first") room=$first
say 'one page more'
by_room='{"order_by":"recent","filter":{"limit":3},"groupings":{"group_by":[{"key":"room_id"}]}}'
search page "$by_room"
is_json "$in.groups.room_id | map_values([(.results | length), has(\"next_batch\")])" \
    "$(jq -cnS "{\"$pages\": [2, true], \"$first\": [1, false]}")" \
    'more of a group'
search page "$by_room" "$(get_json "$in.groups.room_id[\"$pages\"].next_batch")"
is_json "$bodies" '["page 11","page 10","page 9"]' 'goes on within it'
search page "$by_room" "$(get_json "$in.next_batch")"
is_json "$bodies" '["page 8","page 7","page 6"]' 'and on'

search page '{}' w9-0-0-9223372036854775807
is_err 400 M_INVALID_PARAM 'no token counts without end (security 19)'

# An answer with the state of its rooms ends where they are long.
expect_log 'is buffered to a temporary file'
i=0
while [ $((i += 1)) -le 16 ]; do printf '%60000d\n' $i; done |
    jq -cRs '{initial_state: (split("\n")[:-1] | to_entries | map({type: "x",
        state_key: "\(.key)", content: {x: .value}}))}' >"$tmp/long"
for n in 1 2 3 4 5 6; do
	req_file POST $v3/createRoom "$tmp/long"
	room=$(get_json .room_id)
	rooms=rooms/$(enc "$room")
	say 'so much state'
done
long='{"order_by":"recent","include_state":true}'
search 'so much state' "$long"
is_json "$in | [(.results | length), (.state | length)]" '[5,5]' \
    'state of rooms, but not more than fits (security 19)'
search 'so much state' "$long" "$(get_json "$in.next_batch")"
is_json "$in | [(.results | length), (.state | map_values(length)), has(\"next_batch\")]" \
    "[1,{\"$(get_json "$in.results[0].result.room_id")\":22},false]" 'and then the rest'

# -------------------------------------------------------------- who may see

as bob
search men
is_json "$in | [.count, .results, .highlights]" '[0,[],[]]' \
    'search: nothing of rooms of others (security 17)'
search needle "$recent"
is_json "$bodies" '["needle of bob","needle"]' 'but of those they are in'
as carol
search needle
is_json "$in.count" 0 'who is in none finds nothing (security 17)'
as alice
rooms=rooms/$(enc "$second") room=$second
req POST "$v3/$rooms/invite" '{"user_id":"@carol:localhost"}'
as carol
search needle
is_json "$in.count" 0 'nor who is only invited (security 17)'
as bob
req POST "$v3/$rooms/leave"
as alice
say 'needle afterwards'
as bob
search needle '{"order_by":"recent","event_context":{},"include_state":true}'
is_json "$bodies" '["needle of bob","needle"]' \
    'who left finds what was said before (security 17)'
is_json "[$in.results[].context.events_after[].content.body // \"\"] |
    index(\"needle afterwards\")" null 'and nothing around it later (security 17)'
is_json "[$in.state[][] | select(.state_key == \"@bob:localhost\") |
    .content.membership]" '["leave"]' 'with the state of then (security 17)'
as alice
make '{"preset":"private_chat","invite":["@carol:localhost"],"initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}'
say 'hidden needle'
as carol
req POST "$v3/$rooms/join"
say 'visible needle'
search needle
is_json "$bodies" '["visible needle"]' 'history visibility (security 17)'

for version in r0 unstable api/v1 v2_alpha; do
	v3=/_matrix/client/$version
	search visible
	is_json "$bodies" '["visible needle"]' "by $version"
done
is_json "$in.results[0].result | .user_id == .sender" true \
    "in 2015's shape on its paths"

v3=/_matrix/client/v3

# ---------------------------------------------------------- what is forgotten

as bob
make '{"preset":"public_chat"}'
public=$room
say 'regrettable needle'
deactivate bob true
as carol
req POST "$v3/join/$(enc "$public")"
is_status 200 'a room of somebody who is gone'
search regrettable
is_json "$in.count" 0 'who asked to be erased is not found by who came later'

# ------------------------------------------------------------- with an index

# More than what is looked at without one.
as alice
make '{"name":"many"}'
say 'straw hay needle'
for n in $(seq 1 140); do say "straw $n"; done
[ "$T" = fcgi ] || MXCGI_CONFIG=$tmp/mxcgi.conf \
    "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
ok $? 'what is new goes into the index'
say 'last straw'
search 'straw hay'
is_json "$bodies" '["straw hay needle"]' 'far back'
search 'straw' '{"order_by":"recent","filter":{"limit":2}}'
is_json "$bodies" '["last straw","straw 140"]' 'and only now'
is_json "$in.count" 142 'all of them'
found 'needle hay' '["straw hay needle"]' 'in any order'
search 北京
is_json "$bodies" '["我爱北京天安门"]' 'and what stood at the beginning'
search 京北
is_json "$bodies" '[]' 'as exactly as before'

token=
search needle
is_err 401 M_MISSING_TOKEN 'search: a token is needed'
# ----------------------------------------------------------------- ignored
user vera
user walt
as vera
make '{"preset":"public_chat","invite":["@walt:localhost"]}'
say 'a whimsical walrus'
as walt
req POST "$v3/join/$(enc "$room")" '{}'
found walrus '["a whimsical walrus"]' 'search: of whom nobody ignores'
ignored="$v3/user/@walt:localhost/account_data/m.ignored_user_list"
req PUT "$ignored" '{"ignored_users":{"@vera:localhost":{}}}'
found walrus '[]' 'search: who is ignored says nothing'
req PUT "$ignored" '{"ignored_users":{}}'
found walrus '["a whimsical walrus"]' 'search: until they are not'
done_testing
