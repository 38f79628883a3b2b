#!/bin/sh
# Threads: what is told of one with its root, and GET /rooms/{roomId}/threads.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
user dora
v3=/_matrix/client/v3
v1=/_matrix/client/v1
txn=0

create() {
	as alice
	req POST "$v3/createRoom" "${1-}"
	room=$(get_json .room_id)
	here=$v3/rooms/$(enc "$room") there=$v1/rooms/$(enc "$room")
}
join() { as "$1"; req POST "$here/join"; }
# post CONTENT leaves the event in $event.
post() {
	req PUT "$here/send/m.room.message/t$((txn += 1))" "$1"
	event=$(get_json .event_id)
}
say() { post "{\"msgtype\":\"m.text\",\"body\":\"$1\"}"; }
reply() { rel m.thread "$1" "${2-}"; }
rel() { post "{\"body\":\"x\",\"m.relates_to\":{\"rel_type\":\"$1\",\"event_id\":\"$2\"${3-}}}"; }
redact() { req PUT "$here/redact/$(enc "$1")/r$((txn += 1))" '{}'; }
# thread EVENT WANT NAME: id of the newest reply, count, participation
thread() {
	req GET "$here/messages?dir=b&limit=1000"
	jq --arg id "$1" '.chunk[] | select(.event_id == $id)' "$tmp/body" >"$tmp/one"
	cp "$tmp/one" "$tmp/body"
	is_json '.unsigned."m.relations"."m.thread" | [.latest_event.event_id, .count, .current_user_participated]' "$2" "$3"
}
none='[null,null,null]'
threads() { req GET "$there/threads${1-}"; }
ids() { for id; do printf '"%s",' "$id"; done | sed 's/,$//; s/^/[/; s/$/]/'; }

create '{"preset":"public_chat"}'
join bob
join carol
as alice
say root; root=$event
thread "$root" "$none" 'a message without a thread'
threads
is_json . '{"chunk":[]}' 'getThreadRoots: no threads'

# ---------------------------------------------------------- with the root
as bob
reply "$root"; one=$event
is_status 200 'a reply'
thread "$root" "[\"$one\",1,true]" 'm.thread: the newest, how many, and that one took part'
as alice
thread "$root" "[\"$one\",1,true]" 'who sent the root took part'
as carol
thread "$root" "[\"$one\",1,false]" 'who did neither, did not'
reply "$root" ',"is_falling_back":true,"m.in_reply_to":{"event_id":"'"$one"'"}'; two=$event
thread "$root" "[\"$two\",2,true]" 'until they do'
is_json '.unsigned."m.relations"."m.thread".latest_event | [.sender, .room_id, .type, .content.body]' \
    "[\"@carol:localhost\",\"$room\",\"m.room.message\",\"x\"]" 'the newest is there whole'
post "{\"body\":\"* y\",\"m.new_content\":{\"body\":\"y\"},\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"$two\"}}"
thread "$root" "[\"$two\",2,true]" 'an edit of a reply is no reply'
is_json '.unsigned."m.relations"."m.thread".latest_event.unsigned."m.relations"."m.replace".event_id' \
    "\"$event\"" 'but is told with it'

# ------------------------------------------------------------- what may not
as bob
reply "$one"
is_err 400 M_UNKNOWN 'no thread begins within a thread'
rel m.reference "$root"; refers=$event
reply "$refers"
is_err 400 M_UNKNOWN 'nor at what relates to another event'
post "{\"body\":\"x\",\"m.relates_to\":{\"m.in_reply_to\":{\"event_id\":\"$root\"}}}"
reply "$event"
is_status 200 'but at a reply outside of threads'
in_reply=$event
req GET "$there/relations/$(enc "$root")/m.thread"
is_json '[.chunk[].event_id]' "$(ids "$two" "$one")" 'getRelatingEventsWithRelType: all of a thread'

# ---------------------------------------------------------------- redaction
as alice
redact "$two"
thread "$root" "[\"$one\",1,true]" 'without what was redacted'
as carol
thread "$root" "[\"$one\",1,false]" 'to which one counts no more'
as alice
redact "$one"
thread "$root" "$none" 'without the last there is no thread'
redact "$in_reply"
threads
is_json . '{"chunk":[]}' 'getThreadRoots: none'
as bob
reply "$root"; one=$event
as alice
redact "$root"
thread "$root" "[\"$one\",1,true]" 'a redacted root keeps its thread'
threads
is_json '.chunk | [.[0].event_id, .[0].content, length]' "[\"$root\",{},1]" 'getThreadRoots: and is listed'

# ----------------------------------------------------------------- the list
create '{"preset":"public_chat"}'
join bob
as alice
say a; a=$event
say b; b=$event
as bob
say c; c=$event
as alice
reply "$a"
reply "$b"
as bob
reply "$c"
threads
is_json '[.chunk[].event_id]' "$(ids "$c" "$b" "$a")" 'getThreadRoots: that with the newest reply first'
is_json '.chunk[1] | [.room_id, .content.body, .unsigned."m.relations"."m.thread".count]' \
    "[\"$room\",\"b\",1]" 'with what is told of each'
reply "$a"
threads
is_json '[.chunk[].event_id]' "$(ids "$a" "$c" "$b")" 'a reply brings a thread to the front'
threads '?include=participated'
is_json '[.chunk[].event_id]' "$(ids "$a" "$c")" 'getThreadRoots: those that one took part in'
threads '?include=all&limit=2'
is_json '[.chunk[].event_id]' "$(ids "$a" "$c")" 'getThreadRoots: a page'
threads "?limit=2&from=$(get_json .next_batch)"
is_json '[[.chunk[].event_id], has("next_batch")]' "[$(ids "$b"),false]" 'and the last'
redact "$event"
threads
is_json '[.chunk[].event_id]' "$(ids "$c" "$b" "$a")" 'where its newest is redacted it falls back'
for query in include=x limit=0 limit=x from=x; do
	threads "?$query"
	is_err 400 M_INVALID_PARAM "no such list: $query"
done
req GET "/_matrix/client/unstable/rooms/$(enc "$room")/threads"
is_json '[.chunk[].event_id]' "$(ids "$c" "$b" "$a")" 'by the unstable path, too'

# ------------------------------------------------------------ who sees what
as dora
threads
is_err 403 M_FORBIDDEN 'getThreadRoots: who never was in (security 17)'
req GET "$v1/rooms/$(enc '!none:localhost')/threads"
is_err 403 M_FORBIDDEN 'a room that there is not'
as bob
req POST "$here/leave"
as alice
reply "$c"; last=$event
reply "$b"
reply "$a"
say d; d=$event
reply "$d"
as bob
threads
is_json '[.chunk[] | [.event_id, .unsigned."m.relations"."m.thread".count]]' \
    "[[\"$c\",1],[\"$b\",1],[\"$a\",1]]" 'getThreadRoots: who left sees what was so then (security 17)'
threads '?limit=1'
is_json '[.chunk[].event_id]' "$(ids "$c")" 'in pages'
threads "?limit=1&from=$(get_json .next_batch)"
is_json '[.chunk[].event_id]' "$(ids "$b")" 'in the order of what they saw (security 17)'
req POST "$here/forget"
threads
is_err 403 M_FORBIDDEN 'who forgot the room sees nothing of it (security 17)'
as alice
thread "$c" "[\"$last\",2,true]" 'who is in sees all'
create '{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}'
say a; a=$event
reply "$a"
join carol
threads
is_json . '{"chunk":[]}' 'who joined later sees none, where history is for those who are in (security 17)'
as alice
req PUT "$here/state/m.room.history_visibility" '{"history_visibility":"shared"}'
say b; b=$event
reply "$b"; early=$event
req PUT "$here/state/m.room.history_visibility" '{"history_visibility":"joined"}'
reply "$b"
join dora
thread "$b" "[\"$early\",1,false]" 'of a thread one sees a part, and so many (security 17)'
as carol
thread "$b" "[\"$(as alice; thread_last=$event; echo "$thread_last")\",2,false]" 'another sees all'

# ---------------------------------------------------------------- ignoring
create '{"preset":"public_chat"}'
join bob
join carol
as alice
say a; a=$event
reply "$a"; one=$event
as carol
reply "$a"; two=$event
say b; b=$event
as alice
reply "$b"
as bob
thread "$a" "[\"$two\",2,false]" 'two replies'
req PUT "$v3/user/@bob:localhost/account_data/m.ignored_user_list" '{"ignored_users":{"@carol:localhost":{}}}'
thread "$a" "[\"$one\",1,false]" 'one, for who ignores who sent the other'
threads
is_json '[.chunk[] | [.event_id, .content.body]]' "[[\"$b\",null],[\"$a\",\"a\"]]" \
    'getThreadRoots: a root by somebody ignored comes without content'
as alice
thread "$a" "[\"$two\",2,true]" 'who ignores nobody is told of both'
threads
is_json '[.chunk[] | [.event_id, .content.body]]' "[[\"$b\",\"b\"],[\"$a\",\"a\"]]" 'with all content'

done_testing
