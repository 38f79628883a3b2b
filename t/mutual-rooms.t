#!/bin/sh
# Which rooms two users share: GET /mutual_rooms.
. "$(dirname "$0")/lib.sh"
start
v3=/_matrix/client/v3 mutual=/_matrix/client/v1/mutual_rooms
old=/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms
user alice
user bob
user carol
room() { # CREATOR [BODY]
	as "$1"
	req POST $v3/createRoom "${2-"{}"}"
	room=$(get_json .room_id)
}
join() { as "$1"; req POST "$v3/join/$(enc "$room")" '{}'; }
bob='?user_id=%40bob%3Alocalhost'
as alice
req GET "$mutual$bob"
is_json . '{"count":0,"joined":[]}' 'getMutualRooms: none'
req GET "$mutual?user_id=@nobody:localhost"
is_json . '{"count":0,"joined":[]}' 'getMutualRooms: with nobody'
req GET "$mutual?user_id=@x:elsewhere.example"
is_json .joined '[]' 'getMutualRooms: with somebody of another server'
for query in '' '?user_id=bob' '?user_id=@alice:localhost' "$bob&from=x" "$bob&from=-1"; do
	case $query in '') code=M_MISSING_PARAM ;; *) code=M_INVALID_PARAM ;; esac
	req GET "$mutual$query"
	is_err 400 $code "getMutualRooms: refused: $query"
done
room carol '{"preset":"public_chat"}'; join bob
room alice '{"invite":["@bob:localhost"]}'; invited=$room
room alice
room bob '{"preset":"public_chat"}'; left=$room; join alice
room bob '{"preset":"public_chat"}'; one=$room; join alice
as alice
req POST "$v3/rooms/$(enc "$left")/leave" '{}'
req GET "$mutual$bob"
is_json . "{\"count\":1,\"joined\":[\"$one\"]}" 'getMutualRooms: only where both are in'
as bob
req POST "$v3/join/$(enc "$invited")" '{}'
req GET "$mutual?user_id=@alice:localhost"
is_json '.joined | sort' "$(jq -cn --arg a "$one" --arg b "$invited" '[$a, $b] | sort')" \
    'getMutualRooms: the same from the other side'
req GET "$old?user_id=@alice:localhost"
is_json '.joined | length' 2 'under the name of its MSC'
as carol
req GET "$mutual?user_id=@alice:localhost"
is_json .count 0 'getMutualRooms: others share none'
n=0
while [ $n -lt 101 ]; do
	n=$((n + 1))
	room carol '{"preset":"public_chat"}'; join bob
done
as carol
req GET "$mutual$bob"
is_json '[.count, (.joined | length)]' '[102,100]' 'getMutualRooms: many come in pages'
req GET "$mutual$bob&from=$(get_json .next_batch)"
is_json '[.count, (.joined | length), .next_batch]' '[102,2,null]' 'getMutualRooms: the last page'
req GET "$old$bob"
req GET "$old$bob&batch_token=$(get_json .next_batch_token)"
is_json '.joined | length' 2 'and so under the other name'
token=
req GET "$mutual$bob"
is_err 401 M_MISSING_TOKEN 'getMutualRooms: not for strangers'
done_testing
