#!/bin/sh
# Who may read what: readers who were in, are in, were invited, knocked or never
# came, in rooms whose history visibility changes from each value to each, at
# every endpoint that tells of a room.  What each ought to get is computed from
# the events and the rules of the specification, by readers.jq.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"

conf accounts guests yes
start
readers='joined invited asked refused left banned forgot back knocked never'
for reader in $readers alice; do user $reader; done
token=
req POST "$v3/register?kind=guest" '{}'
# shellcheck disable=SC2034  # of `as guest`
token_guest=$(get_json .access_token) user_guest=$(get_json .user_id)
readers="$readers guest"

# What alice says is kept: $said_m1 and so on, as segments of paths.
mark() {
	say alice "said $1"
	eval "said_$1=\$(enc \"\$said\")"
}
reply() {
	as alice
	req PUT "$here/send/m.room.message/reply$((txn += 1))" \
	    "{\"msgtype\":\"m.text\",\"body\":\"said $1\",\"m.relates_to\":{\"rel_type\":\"m.thread\",\"event_id\":\"$2\"}}"
}
put_out() { as alice; req POST "$here/$1" "{\"user_id\":\"@$2:localhost\"}"; }
has_read() { as "$1"; req POST "$here/receipt/m.read/$2" '{}'; }

# One room, whose history visibility changes from $1 to $2.
happen() {
	create alice "{\"preset\":\"public_chat\",\"room_alias_name\":\"$1-$2\",\"initial_state\":[{\"type\":\"m.room.history_visibility\",\"content\":{\"history_visibility\":\"$1\"}}]}"
	mark m1
	first_root=$said
	for one in joined left banned forgot back; do come $one; done
	mark m2
	reply t1 "$first_root"
	for one in invited asked refused; do invite alice $one; done
	set_state alice m.room.join_rules '{"join_rule":"knock"}'
	as knocked
	req POST "$v3/knock/$(enc "$room")" '{}'
	set_state alice m.room.topic '{"topic":"one"}'
	mark m3

	set_state alice m.room.history_visibility \
	    "{\"history_visibility\":\"$2\"}"
	mark m4
	reply t2 "$first_root"
	reply t3 "$said"
	last_root=$said
	for one in left forgot back; do go $one; done
	put_out ban banned
	put_out kick refused
	set_state alice m.room.topic '{"topic":"two"}'
	mark m5
	reply t4 "$first_root"
	reply t5 "$last_root"

	come asked
	invite alice back
	come back
	set_state alice m.room.topic '{"topic":"three"}'
	mark m6
	as forgot
	req POST "$here/forget" '{}'
	has_read joined "$said_m4"
	has_read alice "$said_m6"
	echo "$1-$2 $(enc "$room") $said_m1 $said_m3 $said_m4 $said_m5" \
	    >>"$tmp/rooms"
}

# A moment before all of them.
req GET "$v3/sync"
since=$(get_json .next_batch)
for from in world_readable shared invited joined; do
	for to in world_readable shared invited joined; do
		happen $from $to
	done
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
	ask m4 GET "$of/event/$4"
	ask m5 GET "$of/event/$5"
}

all_rooms=$(enc '{"room":{"include_leave":true,"timeline":{"limit":100}}}')
ask_of_all() {
	name=
	ask sync GET "$v3/sync?filter=$all_rooms"
	ask since GET "$v3/sync?filter=$all_rooms&since=$since"
	ask initial GET "$v3/initialSync?archived=true&limit=100"
	from=$since last=
	while [ "$from" != "$last" ]; do
		ask events GET "$v3/events?limit=500&from=$from"
		last=$from
		from=$(jq -r '.end // empty' "$tmp/$reader.body")
		[ -n "$from" ] || break
	done
	from=
	while :; do
		ask search POST "$v3/search${from:+?next_batch=$from}" \
		    "$tmp/search"
		from=$(jq -r '.search_categories.room_events.next_batch // empty' \
		    "$tmp/$reader.body")
		[ -n "$from" ] || break
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

echo '{"search_categories":{"room_events":{"search_term":"said","keys":["content.body"],"order_by":"recent","filter":{"limit":500}}}}' \
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

jq -rn -f "$SRC/t/readers.jq" "$tmp"/answers.* >"$tmp/verdict" 2>"$tmp/body"
ok $? 'the answers can be read'
asked=
: >"$tmp/body"
while read -r word what; do
	case $word in
	ok) ok 0 "$what" ;;
	not) ok 1 "${what#ok }" ;;
	*) echo "$word $what" ;;
	esac
done <"$tmp/verdict"
done_testing
