#!/bin/sh
# Filters in GET /sync: each field of their schema, by today's path and that of
# 2015.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
for name in alice bob; do
	user $name
done
v2=/_matrix/client/v2_alpha

# sync NAME FILTER [QUERY]: with a filter in the query
sync() {
	as "$1"
	in="$brief .rooms.join[\"$room\"]"
	req GET "$v3/sync?filter=$(enc "$2")${3:+&$3}"
}
# sync_2015 NAME FILTER [QUERY]: the same by the id of a stored one
sync_2015() {
	as "$1"
	in="$brief .rooms.joined[\"$room\"] | .event_map as \$map"
	req POST "$v2/user/$(enc "$user")/filter" "$2"
	req GET "$v2/sync?filter=$(get_json .filter_id)${3:+&$3}"
}
now() { sync "$1" '{"room":{"rooms":[]}}'; since=$(get_json .next_batch); }
told() { is_json "$in | .timeline.events | brief" "[$1]" "$2"; }
told_2015() { is_json "$in | .timeline.events | map(\$map[.]) | brief" "[$1]" "$2"; }

create alice '{"preset":"public_chat","name":"first"}'
first=$room
create alice '{"preset":"public_chat","name":"second"}'
come bob
now alice
start=$since
as alice
req PUT "$here/send/m.room.message/u1" \
    '{"msgtype":"m.image","body":"picture","url":"mxc://localhost/x"}'
say alice plain
say bob bobs
as bob
req PUT "$here/send/org.example.note/u2" '{"body":"note"}'
set_state alice m.room.topic '{"topic":"set","url":"mxc://localhost/y"}'

# ----------------------------------------------------------- lists, and wildcards
while IFS='|' read -r part want what; do
	sync alice "{\"room\":{\"timeline\":{$part}}}" "since=$start"
	told "$want" "sync: filter: room.timeline: $what"
	sync_2015 alice "{\"room\":{\"timeline\":{$part}}}" "since=$start"
	told_2015 "$want" "FIL-1: $what"
done <<'END'
"types":["m.room.message"]|"picture","plain","bobs"|types
"types":["m.room.*"]|"picture","plain","bobs","set"|types with a wildcard
"types":["*note"]|"note"|a wildcard in front
"types":["o*e*"]|"note"|two of them
"types":[]||an empty list includes nothing
"not_types":["m.room.message"]|"note","set"|not_types
"types":["*"],"not_types":["m.*"]|"note"|not_types are stronger than types
"senders":["@bob:localhost"]|"bobs","note"|senders
"not_senders":["@bob:localhost"]|"picture","plain","set"|not_senders
"senders":["@bob:localhost"],"not_senders":["@bob:localhost"]||not_senders are stronger than senders
"contains_url":true|"picture","set"|contains_url
"contains_url":false|"plain","bobs","note"|without a url
"limit":2|"note","set"|limit
"limit":2,"types":["m.room.message"]|"plain","bobs"|limit counts what fits
END
for part in '"senders":["@bob:*"]' '"not_senders":["@al*"]'; do
	sync_2015 alice "{\"room\":{\"timeline\":{$part}}}" "since=$start"
	told_2015 '"bobs","note"' "FIL-2: a * in senders: $part"
done
prefix=$(printf %s "$room" | cut -c1-8)
sync_2015 alice "{\"room\":{\"timeline\":{\"rooms\":[\"$prefix*\"],\"types\":[\"*note\"]}}}" "since=$start"
told_2015 '"note"' 'FIL-2: a * in rooms and types'
sync_2015 alice "{\"room\":{\"timeline\":{\"not_rooms\":[\"*\"]}}}" "since=$start"
is_json "[.rooms.joined[].timeline.events[]]" '[]' 'FIL-2: a * in not_rooms'
sync_2015 alice "{\"room\":{\"timeline\":{\"not_types\":[\"*.message\",\"org.*\"]}}}" "since=$start"
told_2015 '"set"' 'FIL-2: a * in not_types'
as alice
req POST "$v2/user/$(enc "$user")/filter" '{"room":{"timeline":{"types":["*note"]}}}'
id=$(get_json .filter_id)
req GET "$v2/sync?since=$start&filter=$id"
is_json '[.rooms.joined[].timeline.events[]] | length' 1 'FIL-3: a filter by its id'
req GET "$v2/sync?since=$start&filter=999"
is_err 400 M_INVALID_PARAM 'FIL-3: of which there must be one'
req GET "$v2/user/$(enc "$user")/filter/$id"
is_json . '{"room":{"timeline":{"types":["*note"]}}}' 'getFilter: a filter is given back'
req POST "$v2/user/$(enc "$user")/filter" '{"room":{"timeline":{"types":"*"}}}'
is_err 400 M_BAD_JSON 'defineFilter: a wrong one is refused'

# Relations of an event decide as well.
say alice root
root=$said
as bob
req PUT "$here/send/m.room.message/rel" \
    "{\"msgtype\":\"m.text\",\"body\":\"reply\",\"m.relates_to\":{\"rel_type\":\"m.thread\",\"event_id\":\"$root\"}}"
sync alice '{"room":{"timeline":{"related_by_rel_types":["m.thread"]}}}' "since=$start"
told '"root"' 'sync: filter: related_by_rel_types'
sync alice '{"room":{"timeline":{"related_by_senders":["@bob:localhost"]}}}' "since=$start"
told '"root"' 'sync: filter: related_by_senders'
sync alice '{"room":{"timeline":{"related_by_senders":["@alice:localhost"]}}}' "since=$start"
told '' 'sync: filter: and of nobody else'

# ------------------------------------------------------------------------- rooms
in_room "$first"
say alice 'in the first'
for list in "\"rooms\":[\"$first\"]" "\"not_rooms\":[\"!x:y\"],\"rooms\":[\"$first\"]"; do
	sync alice "{\"room\":{$list}}" "since=$start"
	is_json '.rooms.join | keys' "[\"$first\"]" "sync: filter: room.rooms: only one room"
done
sync alice "{\"room\":{\"not_rooms\":[\"$first\"],\"rooms\":[\"$first\"]}}" "since=$start"
is_json '.rooms.join' '{}' 'sync: filter: room.not_rooms is stronger'
sync alice "{\"room\":{\"timeline\":{\"not_rooms\":[\"$first\"]}}}"
is_json "$brief .rooms.join[\"$first\"] | [.timeline.events, (.state.events | length)]" \
    '[[],7]' 'sync: filter: room.timeline.not_rooms is of the timeline alone'
sync alice "{\"room\":{\"state\":{\"not_rooms\":[\"$first\"]},\"timeline\":{\"limit\":1}}}"
is_json "$brief .rooms.join[\"$first\"] | [(.timeline.events | brief), .state.events]" \
    '[["in the first"],[]]' 'sync: filter: room.state.not_rooms of the state'
sync alice '{"room":{"state":{"types":["m.room.name"]},"timeline":{"limit":1}}}'
is_json "$brief .rooms.join[\"$first\"].state.events | brief" '["first"]' \
    'sync: filter: room.state.types'
sync alice '{"room":{"state":{"not_senders":["@alice:localhost"]},"timeline":{"limit":1}}}'
is_json "[.rooms.join[].state.events[].sender] | unique" '["@bob:localhost"]' \
    'sync: filter: room.state.not_senders'

# ---------------------------------------------- ephemeral events, account data
as alice
for type in a b c; do
	req PUT "$v3/user/$(enc "$user")/account_data/org.example.$type" '{"x":1}'
	req PUT "$v3/user/$(enc "$user")/rooms/$(enc "$room")/account_data/org.example.$type" \
	    "{\"y\":\"$type\"}"
done
req POST "$here/receipt/m.read/$(enc "$said")" '{}'
req PUT "$here/typing/$(enc "$user")" '{"typing":true,"timeout":60000}'
types() { is_json "[$1 | .type] | sort" "[$2]" "$3"; }
while IFS='|' read -r part path want what; do
	sync alice "{$part}"
	types "$path" "$want" "sync: filter: $what"
done <<END
"account_data":{}|.account_data.events[]|"m.push_rules","org.example.a","org.example.b","org.example.c"|account_data: all
"account_data":{"types":["*.a"]}|.account_data.events[]|"org.example.a"|account_data.types
"account_data":{"not_types":["*.a","m.*"]}|.account_data.events[]|"org.example.b","org.example.c"|account_data.not_types
"account_data":{"limit":2}|.account_data.events[]|"org.example.b","org.example.c"|account_data.limit: the newest
"account_data":{"limit":0}|.account_data.events[]||account_data.limit: none
"account_data":{"senders":["$user"]}|.account_data.events[]||account_data.senders: it is from nobody
"room":{"account_data":{"types":["*.b"]}}|.rooms.join["$room"].account_data.events[]|"org.example.b"|room.account_data.types
"room":{"account_data":{"limit":1}}|.rooms.join["$room"].account_data.events[]|"org.example.c"|room.account_data.limit
"room":{"account_data":{"not_rooms":["$room"]}}|.rooms.join["$room"].account_data.events[]||room.account_data.not_rooms
"room":{"ephemeral":{}}|.rooms.join["$room"].ephemeral.events[]|"m.receipt","m.typing"|room.ephemeral: all
"room":{"ephemeral":{"types":["m.typing"]}}|.rooms.join["$room"].ephemeral.events[]|"m.typing"|room.ephemeral.types
"room":{"ephemeral":{"not_types":["m.t*"]}}|.rooms.join["$room"].ephemeral.events[]|"m.receipt"|room.ephemeral.not_types
"room":{"ephemeral":{"limit":1}}|.rooms.join["$room"].ephemeral.events[]|"m.typing"|room.ephemeral.limit
"room":{"ephemeral":{"rooms":[]}}|.rooms.join["$room"].ephemeral.events[]||room.ephemeral.rooms
END

# ------------------------------------------------------------- fields and format
f='{"event_fields":["type","content.body","content.topic","unsigned.age.x","none"]}'
sync alice "$f" "since=$start"
is_json "[.rooms.join[].timeline.events[] | del(.type, .content)] | unique" '[{"unsigned":{}}]' \
    'sync: filter: event_fields: nothing else'
is_json "[.rooms.join[].timeline.events[].content | keys] | unique" '[["body"],["topic"]]' \
    'sync: filter: event_fields: parts of the content'
sync alice '{"event_fields":["content"]}' "since=$start"
is_json "[.rooms.join[].timeline.events[] | keys] | unique" '[["content"]]' \
    'sync: filter: event_fields: a whole object'
is_json "[.account_data.events[], .rooms.join[].ephemeral.events[] | keys] | unique" '[["content"]]' \
    'sync: filter: event_fields: of all events'
as alice
req PUT "$here/send/org.example.odd/o1" '{"a.b":1,"c\\d":2,"e":{"f.g":3,"h":4}}'
odd() {
	sync alice "{\"event_fields\":[$1],\"room\":{\"timeline\":{\"limit\":1}}}"
	is_json ".rooms.join[\"$room\"].timeline.events[0]" "$2" "sync: filter: event_fields: $1"
}
odd '"content.a\\.b"' '{"content":{"a.b":1}}'
odd '"content.c\\\\d"' '{"content":{"c\\d":2}}'
odd '"content.c\\d"' '{"content":{"c\\d":2}}'
odd '"content.e.f\\.g"' '{"content":{"e":{"f.g":3}}}'
odd '"content.e.h","content.e"' '{"content":{"e":{"f.g":3,"h":4}}}'
odd '"content.a.b"' '{"content":{}}'
odd '' '{}'
deep=$(printf 'x.%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)x
nest='1'
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do nest="{\"x\":$nest}"; done
req PUT "$here/send/org.example.odd/o2" "$nest"
sync alice "{\"event_fields\":[\"content.$deep\"],\"room\":{\"timeline\":{\"limit\":1}}}"
is_json ".rooms.join[\"$room\"].timeline.events[0].content == $nest" true \
    'sync: filter: event_fields: however deep'
many=$(awk 'BEGIN { for (i = 0; i < 101; i++) printf "\"f%d\",", i; print "\"type\"" }')
as alice
req POST "$v3/user/$(enc "$user")/filter" "{\"event_fields\":[$many]}"
req GET "$v3/sync?filter=$(get_json .filter_id)"
is_json ".rooms.join[\"$room\"].timeline.events[0] | has(\"event_id\")" true \
    'sync: filter: event_fields: who names very many gets them all'
sync_2015 alice '{"event_fields":["content.x","type"],"room":{"timeline":{"limit":1}}}'
is_json "$in | [.event_map[.timeline.events[0]] | keys]" '[["content","type"]]' \
    'sync: filter: event_fields: by the path of 2015'
for format in client federation; do
	sync alice "{\"event_format\":\"$format\",\"room\":{\"timeline\":{\"limit\":1}}}"
	is_json ".rooms.join[\"$room\"].timeline.events[0] | [has(\"auth_events\"), has(\"unsigned\")]" \
	    "$([ $format = client ] && echo '[false,true]' || echo '[true,false]')" \
	    "sync: filter: event_format $format"
done
sync_2015 alice '{"event_format":"federation","room":{"timeline":{"limit":1}}}'
is_json "$in | .event_map[.timeline.events[0]] | has(\"auth_events\")" true \
    'sync: filter: event_format by the path of 2015'

# ------------------------------------------------------------------- rooms left
now bob
in_room "$first"
come bob
go bob
sync bob '{"room":{"include_leave":true}}'
is_json '.rooms.leave | keys' "[\"$first\"]" 'sync: filter: room.include_leave'
sync bob '{"room":{"include_leave":false}}'
is_json '.rooms.leave' '{}' 'sync: filter: room.include_leave false'
sync bob '{"room":{"include_leave":false}}' "since=$since"
is_json '.rooms.leave | keys' "[\"$first\"]" 'who left since then is told in any case'

# ------------------------------------------------------------------------ bad ones
for bad in '{"room":1}' '{"room":{"timeline":[]}}' '{"room":{"rooms":"x"}}' \
    '{"room":{"timeline":{"limit":-1}}}' '{"room":{"timeline":{"limit":1.5}}}' \
    '{"room":{"state":{"types":[1]}}}' '{"event_format":"xml"}' \
    '{"event_fields":"type"}' '{"presence":{"senders":{}}}' \
    '{"room":{"include_leave":"yes"}}' '{"room":{"state":{"lazy_load_members":1}}}' \
    '{"room":{"timeline":{"contains_url":"no"}}}' '{"account_data":[]}'; do
	sync alice "$bad"
	is_err 400 M_BAD_JSON "sync: filter: refused: $bad"
	as alice
	req POST "$v3/user/$(enc "$user")/filter" "$bad"
	is_err 400 M_BAD_JSON "defineFilter: refused: $bad"
done
done_testing
