#!/bin/sh
# Sliding sync (MSC4186): which rooms are told of, and what of them, by what
# their user is to them; and the filters of lists.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$(dirname "$0")/slide.sh"
start

texts='[.timeline[].content.body // empty]'
here_texts() { is_json ".rooms[\"$room\"] | $texts" "$1" "$2"; }
absent() { is_json ".rooms | has(\"$room\")" false "$1"; }
known() { is_json ".rooms | has(\"$room\")" true "$1"; }
state='([.required_state[] | .type[7:] + "/" + .state_key] | sort)'
# The one room by a subscription.
one() { printf '{"room_subscriptions":{"%s":{"timeline_limit":20,"required_state":[["*","*"]]}}}' "$room"; }

# Everyone anew for each shape: their lists hold nothing else.
people() {
	for name in ann ben cat; do
		user "$name$shape"
		eval "$name=$name$shape"
	done
}

doors() {
	create "$ann" '{"name":"secret","topic":"hidden"}'
	say "$ann" before
	slide "$ben" '' "$(one)"
	is_json .rooms '{}' "$shape: nobody is told of rooms of others (security 17)"
	invite "$ann" "$ben"
	slide "$ben" '' "$(list)"
	known "$shape: an invitation"
	is_json ".rooms[\"$room\"] | [.timeline // [], .required_state // [], .initial,
	    ([.invite_state[] | select(.type == \"m.room.name\").content.name]),
	    ([.invite_state[] | select(.state_key == \"@$ben:localhost\").content.membership])]" \
	    '[[],[],true,["secret"],["invite"]]' "$shape: stripped state, and nothing else"
	say "$ann" meanwhile
	slide "$ben" "$pos" "$(list)"
	is_json .rooms '{}' "$shape: who is invited hears nothing more"
	slide "$ben" "$pos" "$(list '[0,9]' 5 '[]' '{"is_invite":false}')"
	is_json .lists.all.count 0 "$shape: a list without invitations"
	slide "$ben" "$pos" "$(list '[0,9]' 5 '[]' '{"is_invite":true}')"
	is_json .lists.all.count 1 "$shape: and one of them alone"
	come "$ben"
	slide "$ben" "$pos" "$(list '[0,9]' 20)"
	is_json ".rooms[\"$room\"].initial" true "$shape: who comes in is told all of it"
	here_texts '["before","meanwhile"]' "$shape: with its shared history"

	create "$ann" '{"name":"calm"}'
	invite "$ann" "$ben"
	slide "$ben" "$pos" "$(list)"
	known "$shape: another invitation"
	go "$ben"
	slide "$ben" "$pos" "$(list)"
	known "$shape: its refusal is told"
	is_json ".rooms[\"$room\"] | [.timeline // [], .required_state // [], ([.invite_state[].type] | unique)]" \
	    '[[],[],["m.room.member"]]' "$shape: and nothing of the room (security 17)"
	slide "$ben" "$pos" "$(list)"
	absent "$shape: once"

	create "$ann" '{"initial_state":[{"type":"m.room.join_rules","state_key":"","content":{"join_rule":"knock"}}]}'
	as "$ben"
	req POST "$v3/knock/$(enc "$room")" '{}'
	slide "$ben" "$pos" "$(list)"
	is_json "[.rooms[\"$room\"] | .invite_state[] |
	    select(.state_key == \"@$ben:localhost\").content.membership]" '["knock"]' \
	    "$shape: a knock, with what may be seen at the door"
}

leaving() {
	create "$ann" '{"preset":"public_chat","name":"hall"}'
	come "$ben"
	come "$cat"
	slide "$ben" '' "$(one)"
	bens=$pos
	slide "$cat" '' "$(list)"
	cats=$pos
	say "$ann" told
	go "$ben"
	say "$ann" untold
	set_state "$ann" m.room.name '{"name":"later"}'
	slide "$ben" "$bens" "$(one)"
	here_texts '["told"]' "$shape: who left is told what they heard, and no more (security 17)"
	is_json "[.rooms[\"$room\"].timeline[-1].content.membership,
	    ([.rooms[\"$room\"].required_state[] | select(.type == \"m.room.name\")] | length)]" \
	    '["leave",0]' "$shape: and that they left"
	slide "$ben" "$pos" "$(one)"
	absent "$shape: once"
	slide "$ben" '' "$(one)"
	absent "$shape: and to a new connection not at all"
	slide "$ben" '' "$(list '' 5)"
	absent "$shape: nor in a list"

	member "$ann" "$cat" '{"membership":"ban","reason":"noise"}'
	say "$ann" behind
	set_state "$ann" m.room.topic '{"topic":"behind"}'
	slide "$cat" "$cats" "$(list '[0,9]' 20 '[["*","*"]]')"
	is_json ".rooms[\"$room\"] | [.timeline[-1].content.membership, $texts]" \
	    '["ban",["told","untold"]]' "$shape: who is banned is told so (security 17)"
	is_json "[.rooms[\"$room\"].required_state[] | select(.type == \"m.room.topic\")]" '[]' \
	    "$shape: and no state from behind it (security 17)"
	say "$ann" more
	slide "$cat" "$pos" "$(list '[0,9]' 20 '[["*","*"]]')"
	absent "$shape: nothing of what goes on there"
	slide "$cat" '' "$(list '[0,9]' 20 '[["*","*"]]')"
	is_json ".rooms[\"$room\"] | [.name, $texts, has(\"joined_count\")]" \
	    '["later",["told","untold"],false]' \
	    "$shape: a new connection hears of the ban, and of the room up to it (security 17)"
	member "$ann" "$cat" '{"membership":"leave"}'
	come "$cat"
	slide "$cat" "$pos" "$(list '[0,9]' 20 '[["*","*"]]')"
	is_json ".rooms[\"$room\"] | [.initial, ($texts | contains([\"behind\",\"more\"]))]" '[true,true]' \
	    "$shape: who is back is told all of it"

	create "$ann" '{"preset":"public_chat","name":"hall"}'
	come "$cat"
	slide "$cat" '' "$(list '[0,9]' 5 '[["m.room.name",""]]')"
	member "$ann" "$cat" '{"membership":"leave"}'
	slide "$cat" "$pos" "$(list '[0,9]' 5 '[["m.room.name",""]]')"
	set_state "$ann" m.room.topic '{"topic":"behind"}'
	slide "$cat" "$pos" "$(list '[0,9]' 5 '[["m.room.name",""]]')"
	member "$ann" "$cat" '{"membership":"ban"}'
	slide "$cat" "$pos" "$(list '[0,9]' 5 '[["m.room.name",""],["m.room.topic",""]]')"
	is_json ".rooms[\"$room\"] | [.required_state, .timeline[].content.membership]" \
	    '[[],"ban"]' "$shape: who asks for other state after that is told none of today's (security 17)"

	create "$ann" '{"preset":"public_chat"}'
	member "$ann" "$cat" '{"membership":"ban"}'
	slide "$cat" '' "$(list)"
	absent "$shape: a ban from a room they were never in is no room of theirs"

	create "$ann" '{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","state_key":"","content":{"history_visibility":"joined"}}]}'
	say "$ann" private
	come "$ben"
	say "$ann" public
	slide "$ben" '' "$(one)"
	here_texts '["public"]' "$shape: who may not see what was before them is not told it (security 17)"
	as "$ben"
	go "$ben"
	req POST "$here/forget" '{}'
	slide "$ben" "$pos" "$(one)"
	absent "$shape: a room that is forgotten"

	create "$ann" '{"preset":"public_chat"}'
	come "$ben"
	slide "$ann" '' "$(one)"
	as "$ann"
	req PUT "$v3/user/$(enc "$user")/account_data/m.ignored_user_list" \
	    "{\"ignored_users\":{\"@$ben:localhost\":{}}}"
	say "$ben" noise
	slide "$ann" "$pos" "$(one)"
	absent "$shape: what an ignored user says is not told"
	say "$ann" music
	slide "$ann" "$pos" "$(one)"
	here_texts '["music"]' "$shape: what others say is"
	req PUT "$v3/user/$(enc "$user")/account_data/m.ignored_user_list" \
	    "{\"ignored_users\":{\"$user\":{}}}"
	say "$ann" tune
	slide "$ann" "$pos" "$(one)"
	here_texts '["tune"]' "$shape: nobody ignores themselves"
	req PUT "$v3/user/$(enc "$user")/account_data/m.ignored_user_list" '{"ignored_users":{}}'
}

# fits FILTERS NAMES NAME: who of the rooms is in such a list.
fits() {
	slide "$cat" '' "$(list '[0,99]' 0 '[]' "$1")"
	is_json '[.rooms[].name] | sort' "$2" "$shape: $3"
	is_json .lists.all.count "$(printf %s "$2" | jq length)" "$shape: as many as it says"
}

filters() {
	user "fred$shape"
	cat=fred$shape
	create "$cat" '{"name":"space","creation_content":{"type":"m.space"}}'; space=$room
	create "$cat" '{"name":"safe","initial_state":[{"type":"m.room.encryption","state_key":"","content":{"algorithm":"m.megolm.v1.aes-sha2"}}]}'; safe=$room
	create "$cat" '{"name":"odd","creation_content":{"type":"org.example.odd"}}'
	create "$cat" '{"name":"plain"}'; plain=$room
	fits '{}' '["odd","plain","safe","space"]' 'a list of all'
	fits '{"is_encrypted":true}' '["safe"]' 'rooms that are encrypted'
	fits '{"is_encrypted":false}' '["odd","plain","space"]' 'and those that are not'
	fits '{"room_types":["m.space"]}' '["space"]' 'rooms of a type'
	fits '{"room_types":[null]}' '["plain","safe"]' 'rooms of none'
	fits '{"room_types":[null,"org.example.odd"]}' '["odd","plain","safe"]' 'rooms of several'
	fits '{"not_room_types":["m.space"]}' '["odd","plain","safe"]' 'not of a type'
	fits '{"not_room_types":[null]}' '["odd","space"]' 'not without one'
	fits '{"room_types":["m.space",null],"not_room_types":["m.space"]}' '["plain","safe"]' \
	    'what is excluded wins'
	set_state "$cat" x '{}'
	in_room "$space"
	set_state "$cat" "m.space.child/$(enc "$plain")" '{"via":["localhost"]}'
	set_state "$cat" "m.space.child/$(enc "$safe")" '{}'
	fits "{\"spaces\":[\"$space\"]}" '["plain"]' 'rooms of a space'
	fits '{"spaces":["!unknown:localhost"]}' '[]' 'of a space that is none of theirs'
	req PUT "$v3/user/$(enc "$user")/account_data/m.direct" "{\"@x:localhost\":[\"$safe\"],\"y\":1}"
	fits '{"is_dm":true}' '["safe"]' 'direct messages'
	fits '{"is_dm":false}' '["odd","plain","space"]' 'and others'
	req PUT "$v3/user/$(enc "$user")/rooms/$(enc "$plain")/tags/u.work" '{}'
	req PUT "$v3/user/$(enc "$user")/rooms/$(enc "$safe")/tags/u.work" '{}'
	req PUT "$v3/user/$(enc "$user")/rooms/$(enc "$safe")/tags/m.favourite" '{}'
	fits '{"tags":["u.work"]}' '["plain","safe"]' 'rooms with a tag'
	fits '{"tags":["u.work"],"not_tags":["m.favourite"]}' '["plain"]' 'but not with another'
	fits '{"not_tags":["u.work"]}' '["odd","space"]' 'rooms without a tag'
}

for shape in msc3575 v4; do
	people
	doors
	leaving
	filters
done

# --------------------------------------------------------------- only in v4
shape=v4
v4=/_matrix/client/v4/sync
create "$ann" '{"name":"named","topic":"spoken of"}'
v4_state() {
	as "$ann"
	req POST $v4 "{\"room_subscriptions\":{\"$room\":{\"timeline_limit\":0,\"required_state\":$1}}}"
}
v4_state '{"include":[{}],"exclude":[{"type":"m.room.create"},{"state_key":"@x:localhost"}]}'
is_json "[.rooms[\"$room\"].required_state[].type] | [index(\"m.room.create\"), (length > 4)]" \
    '[null,true]' 'v4: what is excluded is not told'
v4_state '{"include":[{}],"lazy_members":true}'
is_json "[.rooms[\"$room\"].required_state[] | select(.type == \"m.room.member\")]" '[]' \
    'v4: with lazy_members everything is everything but members'
v4_state '{"include":[{},{"type":"m.room.member"}],"lazy_members":true}'
is_json "[.rooms[\"$room\"].required_state[] | select(.type == \"m.room.member\")] | length" 1 \
    'v4: unless they are named'
v4_state '{"lazy_members":true}'
is_json ".rooms[\"$room\"] | [.membership, has(\"lists\"), .required_state]" '["join",false,[]]' \
    'v4: membership, and no lists where it is in none'
req POST $v4 '{"lists":{"a":{"timeline_limit":0,"required_state":{}},"b":{"range":[0,0],"timeline_limit":0,"required_state":{}},"c":{"range":[9,9],"timeline_limit":0,"required_state":{}}}}'
is_json ".rooms[\"$room\"].lists" '["a","b"]' 'v4: the lists it is in'
is_json '.lists.a.count == (.rooms | length)' true 'v4: a list without a range holds all rooms'
pos=$(get_json .pos)
set_state "$ann" m.room.name '{}'
req POST $v4 "{\"pos\":\"$pos\",\"lists\":{\"a\":{\"timeline_limit\":0,\"required_state\":{}}}}"
is_json ".rooms[\"$room\"].name, (.rooms[\"$room\"] | has(\"name\"))" 'null
true' 'v4: a name that is gone is null'

# ------------------------------------------------------------ what is refused
refused() {	# ERRCODE BODY NAME
	req POST "$at" "$2"
	is_err "${4:-400}" "$1" "$3"
}
many() { jq -cn --argjson n "$1" --argjson v "$2" '[range($n) | {key: "k\(.)", value: $v}] | from_entries'; }
at=$unstable
refused M_BAD_JSON '{"lists":[]}' 'lists is an object'
refused M_BAD_JSON '{"lists":{"a":{"ranges":[[0,9]],"required_state":[]}}}' 'a list has a timeline_limit'
refused M_BAD_JSON '{"lists":{"a":{"ranges":[[9,0]],"timeline_limit":1,"required_state":[]}}}' 'a range goes forward'
refused M_BAD_JSON '{"lists":{"a":{"ranges":[[-1,0]],"timeline_limit":1,"required_state":[]}}}' 'from 0 on'
refused M_BAD_JSON '{"lists":{"a":{"ranges":[0,1],"timeline_limit":1,"required_state":[]}}}' 'and is a pair'
refused M_BAD_JSON '{"lists":{"a":{"ranges":[[0,1]],"timeline_limit":1,"required_state":["x"]}}}' 'so is required state'
refused M_BAD_JSON '{"lists":{"a":{"ranges":[[0,1]],"timeline_limit":-1,"required_state":[]}}}' 'a limit below 0'
refused M_BAD_JSON '{"lists":{"a":{"timeline_limit":1,"required_state":[],"filters":{"is_dm":1}}}}' 'a flag of a filter'
refused M_BAD_JSON '{"lists":{"a":{"timeline_limit":1,"required_state":[],"filters":{"tags":[null]}}}}' 'a list of a filter'
refused M_BAD_JSON '{"room_subscriptions":{"!a:b":1}}' 'a subscription is an object'
refused M_BAD_JSON '{"conn_id":1}' 'conn_id is a text'
refused M_BAD_JSON '{"extensions":{"typing":{"enabled":1}}}' 'an extension is enabled or not'
refused M_TOO_LARGE "{\"lists\":$(many 101 '{"timeline_limit":1,"required_state":[]}')}" 'too many lists (security 19)' 413
refused M_TOO_LARGE "{\"room_subscriptions\":$(many 1001 '{"timeline_limit":1,"required_state":[]}')}" \
    'too many subscriptions (security 19)' 413
refused M_TOO_LARGE "{\"lists\":{\"a\":{\"timeline_limit\":1,\"required_state\":$(jq -cn '[range(1001) | ["t", "k\(.)"]]')}}}" \
    'too much required state (security 19)' 413
for names in tags not_tags spaces room_types not_room_types; do
	refused M_TOO_LARGE "{\"lists\":{\"a\":{\"timeline_limit\":1,\"required_state\":[],\"filters\":{\"$names\":$(jq -cn '[range(101) | "n"]')}}}}" \
	    "too many $names in a filter (security 19)" 413
done
refused M_TOO_LARGE "{\"extensions\":{\"typing\":{\"enabled\":true,\"lists\":$(jq -cn '[range(101) | "n"]')}}}" \
    'too many lists in an extension (security 19)' 413
refused M_TOO_LARGE "{\"extensions\":{\"typing\":{\"enabled\":true,\"rooms\":$(jq -cn '[range(1001) | "n"]')}}}" \
    'too many rooms in an extension (security 19)' 413
at="$unstable?timeout=x"
refused M_INVALID_PARAM '{}' 'timeout is a number'
at="$unstable?set_presence=asleep"
refused M_INVALID_PARAM '{}' 'a presence that there is not'
at=$v4
refused M_INVALID_PARAM '{"set_presence":"asleep"}' 'v4: a presence that there is not'
refused M_INVALID_PARAM '{"lists":{"a b":{"timeline_limit":1,"required_state":{}}}}' 'v4: a name of a list'
refused M_BAD_JSON '{"lists":{"a":{"timeline_limit":1,"required_state":[]}}}' 'v4: required_state is an object'
refused M_BAD_JSON '{"lists":{"a":{"timeline_limit":1,"required_state":{"include":[{"type":1}]}}}}' 'v4: a type is a text'
refused M_BAD_JSON '{"lists":{"a":{"timeline_limit":1}}}' 'v4: and required'
refused M_BAD_JSON '{"timeout":"1"}' 'v4: timeout is a number'
refused M_BAD_JSON '{"pos":1}' 'v4: pos is a text'
refused M_UNKNOWN_POS '{"pos":""}' 'v4: and one of this server'
done_testing
