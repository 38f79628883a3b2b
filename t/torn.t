#!/bin/sh
# createRoom, join and upgrade, killed in the middle a hundred times each: never
# half a room (security 31, 36).
T=cgi
. "$(dirname "$0")/lib.sh"
start
v3=/_matrix/client/v3
user anna
invited=
n=0
while [ $((n += 1)) -le 45 ]; do
	user "u$n"
	invited="$invited${invited:+,}\"@u$n:localhost\""
done

# torn NAME METHOD PATH BODY: the request, by a program that may be killed.
torn() {
	guard="perl $SRC/t/tools/kill.pl $tmp/lives.$1"
	# Who looks for leaks is startled when the program goes meanwhile.
	env=ASAN_OPTIONS=detect_leaks=0
	shift
	req "$@"
	guard= env=
}

# both NAME: were enough of them killed, and enough not, to prove anything?
both() {
	read -r us killed ended <"$tmp/lives.$1"
	[ "$killed" -ge 20 ] && [ "$ended" -ge 20 ]
	ok $? "$1: killed $killed times, whole $ended times"
}

# The rooms that the caller is in, or invited to, one a line.
rooms() {
	req GET "$v3/sync"
	get_json ".rooms.$1 // {} | keys[]" | sort
}

# ------------------------------------------------------------- createRoom
as anna
for n in $(seq 100); do
	torn createRoom POST $v3/createRoom '{"name": "torn", "room_alias_name":
	    "torn'"$n"'", "invite": ['"$invited"']}'
done
both createRoom
rooms join >"$tmp/made"
bad=0
while read -r room; do
	req GET "$v3/rooms/$(enc "$room")/members?membership=invite"
	[ "$(get_json '.chunk | length')" = 45 ] || bad=$((bad + 1))
	req GET "$v3/rooms/$(enc "$room")/state/m.room.name"
	[ "$(get_json .name)" = torn ] || bad=$((bad + 1))
done <"$tmp/made"
is $bad 0 'createRoom: all that are there are whole'
for name in u1 u45; do
	as $name
	rooms invite >"$tmp/$name"
	cmp -s "$tmp/$name" "$tmp/made"
	ok $? "createRoom: $name is invited to just those"
done
as anna
free=0
for n in $(seq 100); do
	req POST "$v3/join/$(enc "#torn$n:localhost")" '{}'
	if [ "$status" = 404 ]; then
		free=$((free + 1))
	elif ! grep -qxF "$(get_json .room_id)" "$tmp/made"; then
		bad=$((bad + 1))
	fi
done
is "$bad" 0 'createRoom: aliases lead to whole rooms'
is $((free + $(wc -l <"$tmp/made"))) 100 'createRoom: or nowhere'

# ------------------------------------------------------------------- join
: >"$tmp/public"
for n in $(seq 100); do
	req POST $v3/createRoom '{"preset": "public_chat"}'
	get_json .room_id >>"$tmp/public"
done
as u2
while read -r room; do
	torn join POST "$v3/join/$(enc "$room")" '{}'
done <"$tmp/public"
both join
rooms join >"$tmp/joined"
as anna
: >"$tmp/members"
while read -r room; do
	req GET "$v3/rooms/$(enc "$room")/members?membership=join"
	[ "$(get_json '.chunk | length')" != 2 ] || echo "$room"
done <"$tmp/public" | sort >"$tmp/members"
cmp -s "$tmp/joined" "$tmp/members"
ok $? 'join: who is in a room hears of it, and is a member for others'
as u2
while read -r room; do
	req POST "$v3/join/$(enc "$room")" '{}'
	echo "$status"
done <"$tmp/public" | sort -u >"$tmp/statuses"
is "$(cat "$tmp/statuses")" 200 'join: all can be joined then'
while read -r room; do
	req GET "$v3/rooms/$(enc "$room")/messages?dir=b&limit=100"
	get_json '[.chunk[] | select(.state_key == "@u2:localhost")] | length'
done <"$tmp/public" | sort -u >"$tmp/counts"
is "$(cat "$tmp/counts")" 1 'join: and are joined once'

# ---------------------------------------------------------------- upgrade
as anna
rooms join >"$tmp/before"
while read -r room; do
	torn upgrade POST "$v3/rooms/$(enc "$room")/upgrade" \
	    '{"new_version": "12"}'
done <"$tmp/public"
both upgrade
rooms join | comm -13 "$tmp/before" - >"$tmp/new"
while read -r room; do
	req GET "$v3/rooms/$(enc "$room")/state/m.room.tombstone"
	[ "$status" != 200 ] || get_json .replacement_room
done <"$tmp/public" | sort >"$tmp/replacements"
cmp -s "$tmp/new" "$tmp/replacements"
ok $? 'upgrade: each new room is one that an old room names'
while read -r room; do
	req GET "$v3/rooms/$(enc "$room")/state"
	get_json '[.[].type] | map(select(. == "m.room.create" or
	    . == "m.room.member" or . == "m.room.power_levels" or
	    . == "m.room.join_rules")) | length'
done <"$tmp/new" | sort -u >"$tmp/counts"
is "$(cat "$tmp/counts")" 4 'upgrade: and is whole'
done_testing
