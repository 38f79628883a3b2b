#!/bin/sh
# mxcgi purge history: what goes, what stays, and what clients see of it.
. "$(dirname "$0")/lib.sh"

start
for name in ann bob; do user $name; done
is_exit() { is "$status" "$1" "$2"; }
lines() { jq -s . "$tmp/body" >"$tmp/all"; cp "$tmp/all" "$tmp/body"; }
housekeep() {
	MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once \
	    2>>"$tmp/log"
}
v3=/_matrix/client/v3
txn=0
put_event() { # TYPE CONTENT: sets $event
	txn=$((txn + 1))
	req PUT "$v3/rooms/$r/send/$1/t$txn" "$2"
	event=$(get_json .event_id)
}
say() { put_event m.room.message "{\"msgtype\":\"m.text\",\"body\":\"$1\"}"; }
event_of() { req GET "$v3/rooms/$r/event/$(enc "$1")"; }
search() { req POST $v3/search "{\"search_categories\":{\"room_events\":{\"search_term\":\"$1\"}}}"; }
count_of() { get_json '.search_categories.room_events.count'; }
moment() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }
unread() {
	req GET "$v3/sync"
	is_json ".rooms.join[\"$room\"].unread_notifications.notification_count" \
	    "$1" "$2"
}

as ann
req POST $v3/createRoom '{"preset":"public_chat","name":"first name"}'
room=$(get_json .room_id) r=$(enc "$(get_json .room_id)")
as bob
req POST "$v3/join/$r" '{}'
as ann
say 'one walrus';	one=$event
say 'two';		two=$event
put_event m.room.message "{\"msgtype\":\"m.text\",\"body\":\"in the thread\",\"m.relates_to\":{\"rel_type\":\"m.thread\",\"event_id\":\"$one\"}}"
reply=$event
put_event m.reaction "{\"m.relates_to\":{\"rel_type\":\"m.annotation\",\"event_id\":\"$two\",\"key\":\"+\"}}"
req PUT "$v3/rooms/$r/state/m.room.name" '{"name":"second name"}'
req PUT "$v3/rooms/$r/state/org.example.x" '{"secret":"told"}'
told=$(get_json .event_id)
req PUT "$v3/rooms/$r/redact/$(enc "$told")/x1" '{"reason":"kept"}'
kept=$(get_json .event_id)
say 'three walrus';	three=$event
req PUT "$v3/rooms/$r/redact/$(enc "$three")/x2" '{}'
say 'four @bob:localhost'
as bob
req POST "$v3/rooms/$r/receipt/m.read/$(enc "$two")" '{}'
req GET "$v3/sync"
old=$(get_json .next_batch)
req GET "$v3/rooms/$r/messages?dir=b&limit=3"
back=$(get_json .end)
cut=$(moment)
as ann
say 'five walrus';	five=$event
put_event m.room.message "{\"msgtype\":\"m.text\",\"body\":\"late\",\"m.relates_to\":{\"rel_type\":\"m.thread\",\"event_id\":\"$one\"}}"
late=$event
say 'six';		six=$event
housekeep
as bob
search walrus;		is "$(count_of)" 2 'before: two are found'

# ------------------------------------------------------- how it is called

admin purge history "$room"
is_exit 64 'before when?'
admin purge history --before "$cut"
is_exit 64 'of which room?'
admin purge history "$room" --all --before "$cut"
is_exit 64 'of one or of all?'
admin purge history "$room" --before "$cut" --days 3
is_exit 64 'one or the other'
for odd in yesterday 2026-13-01 2026-01-01T00:00 2999-01-01 ''; do
	admin purge history "$room" --before "$odd"
	is_exit 64 "--before '$odd'"
done
for odd in 0 -1 x 99999999; do
	admin purge history "$room" --days "$odd"
	is_exit 64 "--days $odd"
	admin purge history "$room" --days 1 --keep-last "${odd%9*}x"
	is_exit 64 "--keep-last ${odd%9*}x"
done
admin purge history '!nothing:localhost' --days 1
is_exit 67 'of no room'
admin purge history "$room" --days 1 --json; lines
is_json '.[-1] | [.rooms, .events, .deleted]' '[0,0,false]' 'nothing is a day old'

# -------------------------------------------------------------------- a look

admin purge history "$room" --before "$cut"
is_exit 0 'what would go'
like '--yes deletes them' 'is told'
admin purge history --all --before "$cut" --json; lines
is_json '.[-1] | [.rooms, .deleted]' '[1,false]' 'of all rooms'
is_json '.[0].room_id' "\"$room\"" 'by room'
event_of "$one"
is_status 200 'and nothing went'
admin purge history "$room" --before "$cut" --keep-last 100 --json; lines
is_json '.[-1].events' 0 'the last hundred stay'
admin purge history "$room" --before "$cut" --keep-last 4 --json; lines
few=$(get_json '.[-1].events')

# --------------------------------------------------------------- it is done

# holding NAME: a backup is at that, until release.
holding() {
	mkfifo "$tmp/go"
	flock "$tmp/run/$1.lock" cat "$tmp/go" &
	flock=$!
	until ! flock -n "$tmp/run/$1.lock" true; do sleep 0.02; done
}
release() { : >"$tmp/go"; wait $flock; rm "$tmp/go"; }

admin room show "$room" --json
state=$(get_json .state_events)
holding snapshot
admin purge history "$room" --before "$cut" --json; lines
is_json '.[-1] | [.events > 0, .deleted]' '[true,false]' 'one may look during a backup'
"$mxcgi" purge history "$room" --before "$cut" --keep-last 4 --yes --json \
    --config "$tmp/mxcgi.conf" >"$tmp/purged" 2>&1 &
purge=$!
sleep 0.5
as bob
event_of "$one";	is_status 200 'what is to go waits for its end'
release
wait $purge
is $? 0 'and then goes'
cp "$tmp/purged" "$tmp/body"
status=0; lines
is_json '.[-1] | [.rooms, .events, .deleted]' "[1,$few,true]" 'as many as were told'
as bob
event_of "$one";	is_err 404 M_NOT_FOUND 'an old one is gone'
req GET "$v3/rooms/$r/messages?dir=b&limit=100"
is_json '[.chunk[] | select(.content.body).content.body]' \
    '["six","late","five walrus","four @bob:localhost"]' 'the last four stay'
admin purge history "$room" --before "$cut" --yes --json; lines
is_json '.[-1].events' 1 'the fourth goes without that'
req GET "$v3/rooms/$r/messages?dir=b&limit=100"
is_json '[.chunk[] | select(.content.body).content.body]' \
    '["six","late","five walrus"]' 'what came later stays'
is_json '.chunk[-1].type' '"m.room.create"' 'one reads back to the beginning'
is_json '.chunk | map(select(.type == "m.room.name").content.name)' \
    '["second name","first name"]' 'past all of its state'
is_json "[.chunk[] | select(.event_id == \"$told\")][0] | .content, .unsigned.redacted_because.event_id" \
    "$(printf '{}\n"%s"' "$kept")" 'and what redacted that'
admin room show "$room" --json
is_json .state_events "$state" 'no state is lost'
req GET "$v3/rooms/$r/messages?dir=f&limit=100"
is_json '[.chunk[0].type, .chunk[-1].content.body]' '["m.room.create","six"]' \
    'forwards, too'
req GET "$v3/rooms/$r/messages?dir=b&limit=100&from=$back"
is_json '.chunk[-1].type, (.chunk | map(.content.body // empty))' \
    "$(printf '"m.room.create"\n[]')" 'a token from the midst of it leads to the end'
req GET "$v3/rooms/$r/messages?dir=f&limit=100&from=$back"
is_json '.chunk | map(.content.body // empty)' \
    '["five walrus","late","six"]' 'and to what stayed'
req GET "$v3/sync?since=$old"
is_json ".rooms.join[\"$room\"].timeline.events | map(.content.body)" \
    '["five walrus","late","six"]' 'sync goes on from before'
req GET "$v3/rooms/$r/context/$(enc "$five")"
is_status 200 'what is around the first that stayed'
is_json '[.events_before[].content.body // empty]' '[]' 'is no message'

# ------------------------------------------------- what hung on what went

search walrus;		is "$(count_of)" 1 'search finds what stayed'
is_json '.search_categories.room_events.results[0].result.content.body' \
    '"five walrus"' 'and that alone'
req GET "/_matrix/client/v1/rooms/$r/relations/$(enc "$two")"
is_err 404 M_NOT_FOUND 'what went has no relations'
req GET "/_matrix/client/v1/rooms/$r/threads"
is_json .chunk '[]' 'nor a thread'
event_of "$late";	is_status 200 'a late reply stays'
req GET "$v3/rooms/$r/messages?dir=b&limit=1"
is_json '.chunk[0].event_id' "\"$six\"" 'the newest is the newest'
req GET "$v3/sync"
is_json ".rooms.join[\"$room\"].ephemeral.events[].content | keys" '' \
    'nobody has read what is gone'
unread 2 'unread is what stayed outside of the thread that went'
say 'my own'
unread 0 'nothing is when one speaks'
as ann
say 'and seven'
as bob
unread 1 'and goes on to be counted'
as ann
put_event m.room.message "{\"msgtype\":\"m.text\",\"body\":\"in a thread again\",\"m.relates_to\":{\"rel_type\":\"m.thread\",\"event_id\":\"$one\"}}"
is_status 200 'one may answer what is gone'
req GET "/_matrix/client/v1/rooms/$r/threads"
is_json .chunk '[]' 'which is no thread that one could show'
as bob
req GET $v3/sync
is_json ".rooms.join[\"$room\"].unread_notifications.notification_count" 2 'and counts'
req POST "$v3/rooms/$r/receipt/m.read/$(enc "$event")" '{}'
is_status 200 'a receipt'
unread 0 'ends that'

# -------------------------------------------------------- what is at the end

as ann
say 'the very last'
last=$event
cut=$(moment)
admin purge history --all --before "$cut" --yes
is_exit 0 'all there is'
event_of "$last"
is_status 200 'what the next hangs from stays'
is_json .content '{}' 'and says nothing'
search last;		is "$(count_of)" 0 'nor is it found'
say 'goes on';		next=$event
is_status 200 'the room goes on'
admin purge history --all --before "$(moment)" --yes --json; lines
is_json '.[-1].events' 1 'then it goes, too'
event_of "$last";	is_err 404 M_NOT_FOUND 'and is no more'
event_of "$next";	is_json .content '{}' 'the next has its place'
as bob
unread 0 'nothing is unread of nothing'
admin verify
is_exit 0 'the database is sound'
housekeep
is $? 0 'and is kept'
admin purge --help
is_exit 0 'help'
like 'mxcgi purge rooms' 'names the verbs'

done_testing
