#!/bin/sh
# mxcgi stats: how much there is of everything.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"

start
is_exit() { is "$status" "$1" "$2"; }
v3=/_matrix/client/v3

admin stats --json
is_exit 0 'of nothing'
is_json '[.accounts.users, .rooms.rooms, .events.events, .media.uploaded, .largest_rooms]' \
    '[0,0,0,0,[]]' 'is nothing'
is_json '.days | length, (map(.events + .accounts + .media) | add)' \
    "$(printf '7\n0')" 'on each of seven days'

for name in ann bob eve; do user $name; done
as ann
for name in '"small"' '"\u001b[31mlarge"'; do
	req POST $v3/createRoom "{\"preset\":\"public_chat\",\"name\":$name}"
done
room=$(get_json .room_id) r=$(enc "$(get_json .room_id)")
for n in 1 2 3 4 5; do
	req PUT "$v3/rooms/$r/send/m.room.message/$n" '{"msgtype":"m.text","body":"x"}'
done
printf 'some text' >"$tmp/text"
upload "$tmp/text" text/plain
as bob
req POST "$v3/join/$r" '{}'
deactivate eve
admin user lock bob

events=0
for id in $(admin room list --json; get_json .events); do
	events=$((events + id))
done
admin stats --json
is_json '[.accounts.users, .accounts.deactivated, .accounts.locked, .accounts.guests]' \
    '[3,1,1,0]' 'accounts'
is_json '.active' '{"in_1_day":2,"in_30_days":2,"in_7_days":2}' \
    'who was here: no session of who is gone is left'
is_json '[.rooms.rooms, .rooms.joined]' '[2,2]' 'rooms'
is_json '.events.events' "$events" 'events, as the list of rooms has them'
is_json '[.media.uploaded, .media.bytes]' '[1,9]' 'media'
is_json '.largest_rooms | map([.name, .joined_members])' \
    '[["\u001b[31mlarge",2],["small",1]]' 'the largest room first'
is_json '.database | .bytes + .wal_bytes > 100000' true 'the database has a size'
is_json '.days | map(.events) | add' "$events" 'events of the day'
is_json '.days | map(.accounts) | add' 3 'accounts'
is_json '.days | map(.media) | add' 1 'media'
is_json '.days[0].day' "\"$(date -u +%F)\"" 'the first is today'
admin stats --json --days 366
is_json '.days | length' 366 'of a year'
admin stats --days 2
like '^events +events +[0-9]+$' 'in words'
like '\?\[31mlarge$' 'a name is no order to the terminal'
is "$(grep -c '^20..-..-.. ' "$tmp/body")" 2 'of two days'
for odd in 0 367 -1 x ''; do
	admin stats --days "$odd"
	is_exit 64 "--days '$odd'"
done
admin stats today
is_exit 64 'no argument'

done_testing
