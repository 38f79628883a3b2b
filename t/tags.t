#!/bin/sh
# Tags of rooms: /user/{userId}/rooms/{roomId}/tags.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
user alice
user bob
create alice '{"name":"den"}'
tags=$v3/user/$(enc "$user_alice")/rooms/$(enc "$room")/tags
j=".rooms.join[\"$room\"]"
sync() { req GET "$v3/sync?timeout=0${1:+&since=$1}"; since=$(get_json .next_batch); }

as alice
req GET "$tags"
is_json . '{"tags":{}}' 'getRoomTags: none yet'
req PUT "$tags/m.favourite" '{"order":0.25}'
is_status 200 'setRoomTag: a tag with an order'
is_json . '{}' 'setRoomTag: the answer is empty'
req PUT "$tags/u.work" '{}'
is_status 200 'setRoomTag: one without'
req PUT "$tags/$(enc 'u.a/b c')" '{"order":1,"org.example.icon":"x"}'
is_status 200 'setRoomTag: any name, and more in it'
req GET "$tags"
is_json .tags \
    '{"m.favourite":{"order":0.25},"u.a/b c":{"order":1,"org.example.icon":"x"},"u.work":{}}' \
    'getRoomTags: all of them'
req PUT "$tags/m.favourite" '{"order":0}'
req GET "$tags"
is_json '.tags["m.favourite"]' '{"order":0}' 'setRoomTag: again, with another order'
req DELETE "$tags/$(enc 'u.a/b c')"
is_status 200 'deleteRoomTag: off'
is_json . '{}' 'deleteRoomTag: the answer is empty'
req GET "$tags"
is_json '.tags | keys' '["m.favourite","u.work"]' 'deleteRoomTag: the others stay'
req DELETE "$tags/u.none"
is_status 200 'deleteRoomTag: one that is not there is off already'

# ---------------------------------------------------------------- how it is told
sync
is_json "$j.account_data.events" \
    '[{"content":{"tags":{"m.favourite":{"order":0},"u.work":{}}},"type":"m.tag"}]' \
    'sync has them in one m.tag'
before=$since
req PUT "$tags/u.new" '{}'
sync "$since"
is_json "$j.account_data.events | map(.content.tags | keys)" \
    '[["m.favourite","u.new","u.work"]]' 'and all of them when one is new'
bg wait GET "$v3/sync?timeout=30000&since=$since"
req DELETE "$tags/u.new"
bg_wait wait
is_json "$j.account_data.events | map(.content.tags | keys)" \
    '[["m.favourite","u.work"]]' 'or gone'
req GET "/_matrix/client/api/v1/events?timeout=0&from=$before"
is_json '.chunk | map([.type, .room_id, (.content.tags | keys)])' \
    "[[\"m.tag\",\"$room\",[\"m.favourite\",\"u.work\"]]]" \
    '/events has m.tag with the room_id'
path=$v3/user/$(enc "$user_alice")/rooms/$(enc "$room")/account_data/m.tag
req GET "$path"
is_json '.tags | keys' '["m.favourite","u.work"]' 'they are account data'
req PUT "$path" '{"tags":{"u.whole":{}},"x":1}'
req PUT "$tags/u.more" '{}'
req GET "$path"
is_json . '{"tags":{"u.more":{},"u.whole":{}},"x":1}' \
    'which can be set as a whole'
req PUT "$path" '{"tags":[]}'
req GET "$tags"
is_json . '{"tags":{}}' 'getRoomTags: what is no list of tags has none'
req PUT "$tags/u.more" '{}'
req GET "$tags"
is_json . '{"tags":{"u.more":{}}}' 'setRoomTag: and takes one all the same'

# ------------------------------------------------------------- what is refused
for order in -0.1 1.1 2 1e300; do
	req PUT "$tags/u.x" "{\"order\":$order}"
	is_err 400 M_INVALID_PARAM "setRoomTag: order $order"
done
for order in '"0.5"' '[]' true; do
	req PUT "$tags/u.x" "{\"order\":$order}"
	is_err 400 M_BAD_JSON "setRoomTag: order $order"
done
req PUT "$tags/$(printf %0255d 0)" '{}'
is_status 200 'setRoomTag: a name of 255 bytes'
req PUT "$tags/$(printf %0256d 0)" '{}'
is_err 400 M_INVALID_PARAM 'setRoomTag: no longer one (security 19)'
req PUT "$tags/u.x" '[]'
is_err 400 M_BAD_JSON 'setRoomTag: no object'
i=2
while [ $i -lt 110 ]; do
	req PUT "$tags/u.$i" '{}'
	[ "$status" = 200 ] || break
	i=$((i + 1))
done
is "$i $status" '100 413' 'setRoomTag: a hundred at most (security 19)'
req PUT "$tags/u.2" '{"order":1}'
is_status 200 'setRoomTag: those that are there can be changed'
as bob
req GET "$tags"
is_err 403 M_FORBIDDEN "getRoomTags: another's (security 17)"
req PUT "$tags/u.x" '{}'
is_err 403 M_FORBIDDEN "setRoomTag: another's (security 18)"
req DELETE "$tags/u.2"
is_err 403 M_FORBIDDEN "deleteRoomTag: another's (security 18)"
bobs=$v3/user/$(enc "$user_bob")/rooms/$(enc "$room")/tags
req GET "$bobs"
is_json . '{"tags":{}}' 'getRoomTags: of a room one never was in there are none'
req PUT "$bobs/u.x" '{}'
is_err 403 M_FORBIDDEN 'setRoomTag: nor can there be'
req DELETE "$bobs/u.x"
is_err 403 M_FORBIDDEN 'deleteRoomTag: nor be taken off'
req GET "$v3/user/$(enc "$user_bob")/rooms/nonsense/tags"
is_err 400 M_INVALID_PARAM 'getRoomTags: no room id'
invite alice bob
as bob
req PUT "$bobs/u.x" '{}'
is_status 200 'setRoomTag: who is invited may'
come bob
sync
is_json "$j.account_data.events | map(.content.tags | keys)" '[["u.x"]]' \
    'and has it once they are in'
admin user suspend bob
as bob
req PUT "$bobs/u.y" '{}'
is_status 200 'setRoomTag: a suspended account may tidy up'
req PUT "$here/send/m.room.message/x" '{"msgtype":"m.text","body":"x"}'
is_err 403 M_USER_SUSPENDED 'and is one'
done_testing
