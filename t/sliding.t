#!/bin/sh
# Sliding sync (MSC4186) in both of its shapes: lists and their windows,
# subscriptions, required state, timelines, and positions.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$(dirname "$0")/slide.sh"
start
user alice
user bob
user carol
as bob
req PUT $v3/profile/$(enc "$user")/displayname '{"displayname":"Bob"}'

# Ids of the rooms in an answer by their names.
rooms='[.rooms[] | .name // "?"] | sort'
texts='[.timeline[].content.body // empty]'

windows() {
	create alice '{"name":"one"}'; one=$room
	create alice '{"name":"two"}'; two=$room
	create alice '{"name":"three"}'; three=$room
	req GET $v3/joined_rooms
	count=$(get_json '.joined_rooms | length')
	slide alice '' "$(list '[0,1]')"
	is_status 200 "$shape: a first request"
	is_json "$rooms" '["three","two"]' "$shape: a window holds the rooms that were active last"
	is_json .lists "{\"all\":{\"count\":$count}}" "$shape: a list says how many rooms belong into it"
	is_json "[.rooms[] | .initial] | unique" '[true]' "$shape: all of a room comes at first"
	first=$pos
	slide alice "$first" "$(list '[0,1]')"
	is_json .rooms '{}' "$shape: then nothing, while nothing happens"
	is_json .lists.all.count "$count" "$shape: but how many there are"
	slide alice "$pos" "$(list '[0,2]')"
	is_json "$rooms" '["one"]' "$shape: a larger window brings only what was not sent"
	in_room "$one"
	say alice hello
	slide alice "$pos" "$(list '[0,0]')"
	is_json ".rooms[\"$one\"] | [.initial, $texts, .num_live, .limited, has(\"name\")]" \
	    '[null,["hello"],1,false,false]' "$shape: a room that is known brings what is new"
	in_room "$two"
	say alice unseen seen
	in_room "$three"
	say alice top
	slide alice "$pos" "$(list '[0,0]')"
	is_json '.rooms | keys == ["'"$three"'"]' true "$shape: a room out of the window is not told of"
	slide alice "$pos" "$(list '[0,1]')"
	is_json ".rooms[\"$two\"] | [$texts, .num_live]" '[["unseen","seen"],0]' \
	    "$shape: when it is in again, all since then is told"
	is_json ".rooms | has(\"$three\")" false "$shape: and the others are not told again"
	slide alice "$pos" '{"room_subscriptions":{"'"$one"'":{"timeline_limit":1,"required_state":[]}}}'
	is_json .rooms '{}' "$shape: a subscription to a room that is known"
	in_room "$one"
	say alice again
	slide alice "$pos" '{"room_subscriptions":{"'"$one"'":{"timeline_limit":1,"required_state":[]}}}'
	is_json ".rooms[\"$one\"] | $texts" '["again"]' "$shape: brings what is new in it"
}

positions() {
	create alice '{"name":"place"}'
	slide alice '' "$(list '[0,0]')"
	first=$pos
	say alice mark
	slide alice "$first" "$(list '[0,0]')"
	is_json ".rooms[\"$room\"] | $texts" '["mark"]' "$shape: a message"
	second=$pos
	slide alice "$first" "$(list '[0,0]')"
	is_json ".rooms[\"$room\"] | $texts" '["mark"]' "$shape: the same pos again is answered again"
	third=$pos
	slide alice "$third" "$(list '[0,0]')"
	is_json .rooms '{}' "$shape: from the base that it had"
	slide alice "$first" "$(list '[0,0]')"
	is_err 400 M_UNKNOWN_POS "$shape: a pos before the last is unknown"
	for bad in nonsense "${third}x" c9999_s1_0_.0; do
		slide alice "$bad" "$(list)"
		is_err 400 M_UNKNOWN_POS "$shape: pos $bad is unknown"
	done
	slide bob "$third" "$(list)"
	is_err 400 M_UNKNOWN_POS "$shape: somebody else's pos is unknown (security 19)"
	slide alice "$third" '{"conn_id":"other"}'
	is_err 400 M_UNKNOWN_POS "$shape: that of another connection is unknown"
	slide alice '' '{"conn_id":"other"}'
	slide alice "$third" "$(list '[0,0]')"
	is_status 200 "$shape: connections do not end each other"
	fourth=$pos
	slide alice '' "$(list '[0,0]')"
	slide alice "$fourth" "$(list '[0,0]')"
	is_err 400 M_UNKNOWN_POS "$shape: a connection that begins anew ends the old one"
	slide alice '' "$(list '[0,0]')"
	for n in 1 2 3 4 5 6 7 8; do
		last=$pos
		slide alice '' "{\"conn_id\":\"more$n\"}"
		pos=$last
	done
	slide alice "$pos" "$(list '[0,0]')"
	is_err 400 M_UNKNOWN_POS "$shape: the oldest of too many connections is forgotten"
	slide alice '' "$(list '[0,0]')"
	say alice earlier later
	as alice
	req GET "$here/messages?dir=b&limit=1&from=$(enc "$pos")"
	is_json '[.chunk[].content.body]' '["mark"]' "$shape: /messages understands a pos"
}

# What of the state an answer holds.
state='([.required_state[] | .type[7:] + "/" + .state_key] | sort)'

required() {
	create alice '{"name":"den","topic":"old","preset":"public_chat"}'
	come bob
	only() {
		slide alice '' "{\"room_subscriptions\":{\"$room\":{\"timeline_limit\":${2:-0},\"required_state\":$1}}}"
	}
	here_state=".rooms[\"$room\"] | $state"
	only '[]'
	is_json "$here_state" '[]' "$shape: no required state"
	only '[["m.room.name",""],["m.room.nothing",""]]'
	is_json "$here_state" '["name/"]' "$shape: a piece of state"
	only '[["m.room.member","*"]]'
	is_json "$here_state" '["member/@alice:localhost","member/@bob:localhost"]' \
	    "$shape: any state key"
	only '[["*",""]]'
	is_json "$here_state | index(\"name/\") != null and all(endswith(\"/\"))" true \
	    "$shape: any type"
	only '[["*","*"]]'
	is_json "$here_state | index(\"name/\") != null and index(\"member/@bob:localhost\") != null" \
	    true "$shape: everything"
	only '[["m.room.member","$ME"]]'
	is_json "$here_state" '["member/@alice:localhost"]' "$shape: oneself"
	say bob hi
	only '[["m.room.member","$LAZY"]]' 1
	is_json "$here_state" '["member/@bob:localhost"]' "$shape: members lazily: who speaks"
	lazy='{"room_subscriptions":{"'"$room"'":{"timeline_limit":5,"required_state":[["m.room.member","$LAZY"],["m.room.topic",""]]}}}'
	slide alice "$pos" "$lazy"
	is_json "$here_state" '["member/@alice:localhost","member/@bob:localhost","topic/"]' \
	    "$shape: what is wanted more comes at once, with all who speak there"
	say bob there
	slide alice "$pos" "$lazy"
	is_json "$here_state" '[]' "$shape: lazily, members once"
	come carol
	slide alice "$pos" "$lazy"
	is_json "$here_state" '["member/@carol:localhost"]' "$shape: and each change of members"
	is_json ".rooms[\"$room\"] | [.joined_count, .invited_count]" '[3,0]' \
	    "$shape: how many are in it, when that changes"
	set_state alice m.room.topic '{"topic":"new"}'
	say alice 1 2 3 4 5 6
	slide alice "$pos" "$lazy"
	is_json ".rooms[\"$room\"] | [.limited, $texts, $state]" \
	    '[true,["2","3","4","5","6"],["member/@alice:localhost","topic/"]]' \
	    "$shape: over a gap the state that changed, and who speaks"
	as alice
	req GET "$here/messages?dir=b&limit=1&from=$(enc "$(get_json ".rooms[\"$room\"].prev_batch")")"
	is_json '[.chunk[].content.body]' '["1"]' "$shape: prev_batch leads before the gap"
	set_state alice m.room.topic '{"topic":"shame"}'
	topic=$(get_json .event_id)
	slide alice "$pos" "$lazy"
	as alice
	req PUT "$here/redact/$(enc "$topic")/$shape" '{}'
	say alice 1 2 3 4 5 6
	slide alice "$pos" "$lazy"
	is_json "[.rooms[\"$room\"] | .limited, (.required_state[] | select(.type == \"m.room.topic\").content)]" \
	    '[true,{}]' "$shape: and state that was redacted in it"
	slide alice "$pos" "$lazy"
	is_json .rooms '{}' "$shape: once"
	slide alice '' '{"lists":{"a":{"ranges":[[0,0]],"timeline_limit":1,"required_state":[["m.room.name",""]]},
	    "b":{"ranges":[[0,0]],"timeline_limit":3,"required_state":[["m.room.topic",""]]}}}'
	is_json ".rooms[\"$room\"] | [$texts, $state]" '[["4","5","6"],["name/","topic/"]]' \
	    "$shape: of several lists the longest timeline and all state"
}

expanded() {
	create alice '{"name":"long"}'
	say alice 1 2 3 4
	slide alice '' "$(list '[0,0]' 1)"
	is_json ".rooms[\"$room\"] | [$texts, .limited, .unstable_expanded_timeline]" \
	    '[["4"],true,null]' "$shape: a short timeline"
	slide alice "$pos" "$(list '[0,0]' 3)"
	is_json ".rooms[\"$room\"] | [$texts, .limited, .num_live, .unstable_expanded_timeline, .initial]" \
	    '[["2","3","4"],true,0,true,null]' "$shape: a longer one is told at once"
	say alice 5 6
	slide alice "$pos" "$(list '[0,0]' 3)"
	is_json ".rooms[\"$room\"] | [$texts, .unstable_expanded_timeline]" '[["5","6"],null]' \
	    "$shape: and only once"
	slide alice "$pos" "$(list '[0,0]' 5)"
	is_json .rooms '{}' "$shape: not when the client has as many already"
}

looks() {
	create alice '{"preset":"public_chat"}'
	come bob
	slide alice '' "$(list '[0,0]')"
	is_json ".rooms[\"$room\"] | [.name, .heroes, .avatar, .is_dm]" \
	    '[null,[{"displayname":"Bob","user_id":"@bob:localhost"}],null,null]' \
	    "$shape: a room without a name has heroes"
	stamp=$(get_json ".rooms[\"$room\"].bump_stamp")
	set_state alice m.room.name '{"name":"Tea"}'
	set_state alice m.room.avatar '{"url":"mxc://localhost/pot"}'
	slide alice "$pos" "$(list '[0,0]')"
	is_json ".rooms[\"$room\"] | [.name, .avatar, has(\"heroes\")]" \
	    '["Tea","mxc://localhost/pot",false]' "$shape: a name and a picture, when they change"
	is "$(get_json ".rooms[\"$room\"].bump_stamp")" "$stamp" "$shape: state does not bump a room"
	say alice hello
	slide alice "$pos" "$(list '[0,0]')"
	is_json ".rooms[\"$room\"].bump_stamp > $stamp" true "$shape: a message does"
	is_json ".rooms[\"$room\"] | has(\"name\")" false "$shape: a name is not told twice"
	as alice
	req PUT "$v3/user/$(enc "$user")/account_data/m.direct" "{\"@bob:localhost\":[\"$room\"]}"
	slide alice "$pos" "$(list '[0,0]')"
	is_json ".rooms[\"$room\"].is_dm" true "$shape: it becomes a direct message"
	slide alice "$pos" "$(list '[0,0]')"
	is_json .rooms '{}' "$shape: which is told once"
}

# More rooms than one process answers between others: another does it.
many() {
	user "many$shape"
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
		create "many$shape" "{\"name\":\"$n\"}"
	done
	slide "many$shape" '' "$(list '[0,99]' 1 '[["*","*"]]')"
	is_json '[.lists.all.count, (.rooms | length), ([.rooms[].name] | unique | length)]' \
	    '[25,25,25]' "$shape: many rooms at once"
	slide "many$shape" "$pos" "$(list '[0,99]' 1 '[["*","*"]]')"
	is_json .rooms '{}' "$shape: which are known then"
	[ "$shape" = msc3575 ] || return 0
	slide "many$shape" '' "$(list '[0,1],[4,4]' 0)"
	is_json '[.rooms[].name] | sort' '["21","24","25"]' "$shape: several windows into a list"
}

unread() {
	create alice '{"name":"read","preset":"public_chat"}'
	in_room "$room"
	come bob
	slide bob '' "$(list '[0,0]')"
	is_json ".rooms[\"$room\"].notification_count" "$1" "$shape: nothing is unread"
	say alice hello
	slide bob "$pos" "$(list '[0,0]')"
	is_json ".rooms[\"$room\"] | [.notification_count, .highlight_count]" "$2" \
	    "$shape: a message is, once it is told"
	has_read alice m.read
	slide bob "$pos" "$(list '[0,0]')"
	is_json .rooms '{}' "$shape: what others have read changes nothing"
	has_read bob m.read.private
}

# has_read NAME KIND: up to $said
has_read() {
	as "$1"
	req POST "$here/receipt/$2/$(enc "$said")" '{}'
	is_status 200 "$shape: $1 has read"
}

# Of the two only msc3575 has counts, so only there is it news that they change.
read_elsewhere_msc3575() {
	slide bob "$pos" "$(list '[0,0]')" 60000
	is_json ".rooms | map_values([.notification_count, .timeline, .required_state])" \
	    "{\"$room\":[0,[],[]]}" "$shape: what another device has read"
	slide_bg bob "$pos" "$(list '[0,0]')" 60000
	say alice again
	slide_wait
	is_json ".rooms[\"$room\"].notification_count" 1 "$shape: is told once"
	slide_bg bob "$pos" "$(list '[0,0]')" 60000
	has_read bob m.read
	slide_wait
	is_json ".rooms | map_values(.notification_count)" "{\"$room\":0}" \
	    "$shape: and to who waits"
}
read_elsewhere_v4() {
	slide bob "$pos" "$(list '[0,0]')"
	is_json .rooms '{}' "$shape: nor does what another device has"
}

for shape in msc3575 v4; do
	many
	windows
	positions
	required
	expanded
	looks
	[ $shape = v4 ] || unread 0 '[1,0]'
	[ $shape = msc3575 ] || unread null '[null,null]'
	read_elsewhere_$shape
done
done_testing
