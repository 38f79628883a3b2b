#!/bin/sh
# Who may read what: readers who were in, are in, were invited, knocked or never
# came, in rooms whose history visibility changes from each value to each, at
# every endpoint that tells of a room.  What each ought to get is computed from
# the events and the rules of the specification, by readers.jq.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"

conf accounts guests yes
expect_log 'upstream response is buffered to a temporary file'
start
readers='joined invited asked refused left banned forgot back knocked never'
for reader in $readers alice; do user $reader; done
token=
req POST "$v3/register?kind=guest" '{}'
# shellcheck disable=SC2034  # of `as guest`
token_guest=$(get_json .access_token) user_guest=$(get_json .user_id)
readers="$readers guest"

# What alice says in the room $name; the event is kept as MARK of that room.
text_of() { printf '"msgtype":"m.text","body":"said %s in %s"' "$1" "$name"; }
keep() { echo "$said" >"$tmp/$name.$1"; }
kept() { cat "$tmp/$name.$1"; }
mark() {
	say alice "said $1 in $name"
	keep "$1"
}
# relate MARK REL_TYPE TO [MORE]
relate() {
	as alice
	req PUT "$here/send/m.room.message/relate$((txn += 1))" "{$(text_of "$1")
	    ${4-},\"m.relates_to\":{\"rel_type\":\"$2\",
	    \"event_id\":\"$(kept "$3")\"}}"
}
reply() { relate "$1" m.thread "$2"; }
edit() { relate "$1" m.replace "$2" ",\"m.new_content\":{$(text_of "$1")}"; }
put_out() { as alice; req POST "$here/$1" "{\"user_id\":\"@$2:localhost\"}"; }
has_read() {
	as "$1"
	req POST "$here/receipt/m.read/$(enc "$(kept "$2")")" '{}'
}
topic() { set_state alice m.room.topic "{\"topic\":\"$1\"}"; }

# While history visibility is $1.
before() {
	create alice "{\"preset\":\"public_chat\",\"room_alias_name\":\"$name\",
	    \"initial_state\":[{\"type\":\"m.room.history_visibility\",
	    \"content\":{\"history_visibility\":\"$1\"}}]}"
	said=$room
	keep room
	mark m1
	for one in joined left banned forgot back; do come $one; done
	mark m2
	reply t1 m1
	for one in invited asked refused; do invite alice $one; done
	set_state alice m.room.join_rules '{"join_rule":"knock"}'
	as knocked
	req POST "$v3/knock/$(enc "$room")" '{}'
	topic one
	mark m3
}

# While it is $1.
after() {
	in_room "$(kept room)"
	set_state alice m.room.history_visibility \
	    "{\"history_visibility\":\"$1\"}"
	mark m4
	reply t2 m1
	reply t3 m4
	for one in left forgot back; do go $one; done
	put_out ban banned
	put_out kick refused
	topic two
	mark m5
	reply t4 m1
	reply t5 m4
	edit e1 m2
	come asked
	invite alice back
	come back
	topic three
	mark m6
	as forgot
	req POST "$here/forget" '{}'
	has_read joined m4
	has_read alice m6
	echo "$name $(for one in room m1 m3 m4 m5; do enc "$(kept $one)"; done |
	    tr '\n' ' ')" >>"$tmp/rooms"
}

# What comes behind now: the token of a sync.
now() { as alice; req GET "$v3/sync"; get_json .next_batch; }

since=$(now)
values='world_readable shared invited joined'
for from in $values; do
	for to in $values; do name=$from-$to; before $from; done
done
half=$(now)
for from in $values; do
	for to in $values; do name=$from-$to; after $to; done
done

# ------------------------------------------------------------- the questions

# As $reader, of $name: ask QUESTION METHOD PATH [FILE].  The answer is added to
# the answers of $reader.
ask() {
	send "$tmp/$reader" "$2" "$3" "${4-}"
	printf '{"reader":"%s","room":"%s","of":"%s","status":%s,"body":' \
	    "$reader" "$name" "$1" "$(cat "$tmp/$reader.status")"
	cat "$tmp/$reader.body"
	echo '}'
}

ask_of_room() {
	of=$v3/rooms/$1 of1=/_matrix/client/v1/rooms/$1
	ask messages GET "$of/messages?dir=b&limit=1000"
	ask state GET "$of/state"
	ask members GET "$of/members"
	ask topic GET "$of/state/m.room.topic"
	ask joined_members GET "$of/joined_members"
	ask aliases GET "$of/aliases"
	ask room_initial GET "$of/initialSync?limit=100"
	ask relations GET "$of1/relations/$2?limit=100"
	ask threads GET "$of1/threads?limit=100"
	ask first GET "$of1/timestamp_to_event?ts=0&dir=f"
	ask last GET "$of1/timestamp_to_event?ts=9000000000000&dir=b"
	ask m1 GET "$of/event/$2"
	ask context GET "$of/context/$3?limit=100"
	ask m4 GET "$v3/events/$4"
	ask m5 GET "$of/event/$5"
}

next() { jq -r "$1 // empty" "$tmp/$reader.body"; }
all_rooms=$(enc '{"room":{"include_leave":true,"timeline":{"limit":100}}}')
ask_of_all() {
	name=
	ask sync GET "$v3/sync?filter=$all_rooms"
	ask since GET "$v3/sync?filter=$all_rooms&since=$since"
	ask half GET "$v3/sync?filter=$all_rooms&since=$half"
	ask initial GET "$v3/initialSync?archived=true&limit=100"
	from=$since last=
	while [ "$from" != "$last" ]; do
		ask events GET "$v3/events?limit=500&from=$from"
		last=$from from=$(next .end)
	done
	from=start
	while [ -n "$from" ]; do
		[ "$from" != start ] || from=
		ask search POST "$v3/search${from:+?next_batch=$from}" \
		    "$tmp/search"
		from=$(next .search_categories.room_events.next_batch)
	done
}

# Of the rooms in $tmp/rooms: every question of this reader.
ask_all() {
	as "$reader"
	while read -r name room m1 m3 m4 m5; do
		ask_of_room "$room" "$m1" "$m3" "$m4" "$m5"
	done <"$tmp/rooms"
	ask_of_all
}

echo '{"search_categories":{"room_events":{"search_term":"said",
    "keys":["content.body"],"order_by":"recent","filter":{"limit":500}}}}' \
    >"$tmp/search"
for reader in $readers; do
	ask_all >"$tmp/answers.$reader"
done
reader=alice
as alice
while read -r name room rest; do
	ask messages GET "$v3/rooms/$room/messages?dir=f&limit=1000"
done <"$tmp/rooms" >"$tmp/answers.alice"

# ------------------------------------------------------------ the verdict

# The jq it is written for, not what stands for it in lib.sh.
command jq -rn -f "$SRC/t/readers.jq" "$tmp"/answers.* >"$tmp/verdict" 2>"$tmp/body"
ok $? 'the answers can be read'
asked=
: >"$tmp/body"
while read -r word what; do
	case $word in
	ok) ok 0 "HIS-1: $what (security 17)" ;;
	not) ok 1 "HIS-1: ${what#ok } (security 17)" ;;
	*) echo "$word $what" ;;
	esac
done <"$tmp/verdict"
done_testing
