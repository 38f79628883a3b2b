#!/bin/sh
# What a room has to tell all who wait for it is made once a round; what differs
# from one of them to the next differs all the same.
T=fcgi
. "$(dirname "$0")/lib.sh"

v3=/_matrix/client/v3
conf server log_level debug
start
user ann
req POST $v3/createRoom '{"preset":"public_chat"}'
room_id=$(get_json .room_id)
room=$(enc "$room_id")
for name in bob cy dan; do
	user $name
	req POST "$v3/join/$room"
done
as cy
req PUT "$v3/user/$(enc "$user")/account_data/m.ignored_user_list" \
    '{"ignored_users":{"@nobody:localhost":{}}}'
as ann
req POST $v3/login \
    '{"type":"m.login.password","user":"ann","password":"secret of ann"}'
token_other=$(get_json .access_token)

lazy=$(enc '{"room":{"state":{"lazy_load_members":true}}}')
topics=$(enc '{"room":{"timeline":{"types":["m.room.topic"]}}}')

# Everybody waits from $since: one client as each user, of ann two, and of dan
# one for each of these filters.
wait_all() {
	for name in ann other bob cy dan; do
		eval "token=\$token_$name"
		bg "$name" GET "$v3/sync?since=$since&timeout=50000"
	done
	bg lazy GET "$v3/sync?since=$since&timeout=50000&filter=$lazy"
	bg topics GET "$v3/sync?since=$since&timeout=50000&filter=$topics"
	bg after GET "$v3/sync?since=$since&timeout=50000&use_state_after=true"
	as ann
}
say() {	# TXNID
	req PUT "$v3/rooms/$room/send/m.room.message/$1" \
	    "{\"msgtype\":\"m.text\",\"body\":\"$1\"}"
}
told='[.rooms.join[$room].timeline.events[] | {(.content.body): [.sender, .unsigned.transaction_id, .unsigned.membership]}]'
told=$(printf %s "$told" | sed "s/\\\$room/\"$room_id\"/")

# Who is answered in the same round is for the machine to say, so once more.
is_shared() { grep -q ' debug.* rooms made once for all: ' "$tmp/log"; }
tries=0
while [ $tries = 0 ] || { ! is_shared && [ $tries -lt 50 ]; }; do
	tries=$((tries + 1))
	as ann
	req GET "$v3/sync"
	since=$(get_json .next_batch)
	wait_all
	say "once.$tries"
	for name in ann other bob cy dan lazy after; do
		bg_wait $name
		cp "$tmp/body" "$tmp/answer.$name"
	done
	req PUT "$v3/rooms/$room/state/m.room.topic" "{\"topic\":\"$tries\"}"
	bg_wait topics
	cp "$tmp/body" "$tmp/answer.topics"
done
is_shared
ok $? 'a room is made once, and taken by others'
for name in other bob cy dan lazy after; do
	cp "$tmp/answer.$name" "$tmp/body"
	is_json "$told" "[{\"once.$tries\":[\"@ann:localhost\",null,\"join\"]}]" \
	    "$name hears of it"
done
cp "$tmp/answer.ann" "$tmp/body"
is_json "$told" "[{\"once.$tries\":[\"@ann:localhost\",\"once.$tries\",\"join\"]}]" \
    'who sent it finds the transaction id'
cp "$tmp/answer.after" "$tmp/body"
is_json ".rooms.join[\"$room_id\"] | [has(\"state\"), has(\"state_after\")]" \
    '[false,true]' 'the state is where each wants it'
cp "$tmp/answer.topics" "$tmp/body"
is_json "[.rooms.join[\"$room_id\"].timeline.events[].type]" \
    '["m.room.topic"]' 'a filter is each client'"'"'s own'

# From several positions: the first of these hears of both, the others of one.
as ann
req GET "$v3/sync"
since=$(get_json .next_batch)
say early
req GET "$v3/sync?since=$since"
middle=$(get_json .next_batch)
say late
for name in bob dan bob; do
	as $name
	req GET "$v3/sync?since=$since"
	is_json '[.rooms.join[].timeline.events[].content.body]' \
	    '["early","late"]' "$name from the first position"
	req GET "$v3/sync?since=$middle"
	is_json '[.rooms.join[].timeline.events[].content.body]' '["late"]' \
	    "$name from the second"
done

# All at once, from both.
for n in 1 2 3 4 5 6 7 8; do
	as bob
	bg first$n GET "$v3/sync?since=$since"
	as dan
	bg second$n GET "$v3/sync?since=$middle"
done
good=0
for n in 1 2 3 4 5 6 7 8; do
	bg_wait first$n
	[ "$(get_json '[.rooms.join[].timeline.events[].content.body] | join(" ")')" \
	    != 'early late' ] || good=$((good + 1))
	bg_wait second$n
	[ "$(get_json '[.rooms.join[].timeline.events[].content.body] | join(" ")')" \
	    != 'late' ] || good=$((good + 1))
done
is $good 16 'together, from the first position and from the second'
done_testing
