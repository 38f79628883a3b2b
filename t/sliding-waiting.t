#!/bin/sh
# Sliding sync (MSC4186): waiting, what a connection remembers, and extensions:
# account data, receipts, typing.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$(dirname "$0")/slide.sh"
start

texts='[.timeline[].content.body // empty]'
minute=60000

# with EXTENSIONS [RANGE]: the list "all", and these.
with() { list "${2:-[0,9]}" 5 | jq -c --argjson x "$1" '.extensions = $x'; }

people() {
	user "ann$shape"
	ann=ann$shape
	user "ben$shape"
	ben=ben$shape
	create "$ann" '{"preset":"public_chat","name":"hall"}'
	hall=$room
	come "$ben"
}

waiting() {
	slide "$ann" '' "$(list)"
	slide_bg "$ann" "$pos" "$(list)" $minute
	say "$ben" hello
	slide_wait
	is_json ".rooms[\"$hall\"] | $texts" '["hello"]' "$shape: a message wakes who waits"
	slide_bg "$ann" "$pos" "$(list '[0,0]')" $minute
	user "cat$shape"
	create "cat$shape"
	invite "cat$shape" "$ann"
	slide_wait
	is_json "[.rooms[\"$room\"].invite_state[0].type, (.rooms | length)]" '["m.room.create",1]' \
	    "$shape: so does an invitation"
	slide "$ann" "$pos" "$(list '[0,0]')" 1
	is_json .rooms '{}' "$shape: the time is over, and nothing happened"
	slide_bg "$ann" "$pos" "$(list '[0,0]')" $minute
	in_room "$hall"
	say "$ben" late
	slide_wait
	is_json ".rooms[\"$hall\"] | $texts" '["late"]' "$shape: who waits is told of what comes into a window"
	slide "$ann" '' "$(list '[5,9]')" $minute
	is_status 200 "$shape: a first request does not wait"
	big=$(list | jq -c --arg s "$(printf %04096d 0)" '.ignored = ($s + $s)')
	slide "$ann" '' "$big"
	slide_bg "$ann" "$pos" "$big" $minute
	say "$ben" heard
	slide_wait
	is_json ".rooms[\"$hall\"] | $texts" '["heard"]' "$shape: however much was asked"
}

account_data() {
	x='{"account_data":{"enabled":true}}'
	ours=$v3/user/$(enc "@$ann:localhost")
	as "$ann"
	req PUT "$ours/account_data/org.example.a" '{"a":1}'
	req PUT "$ours/rooms/$(enc "$hall")/account_data/org.example.b" '{"b":1}'
	slide "$ann" '' "$(with '{}')"
	is_json .extensions '{}' "$shape: no extension that is not asked for"
	slide "$ann" "$pos" "$(with "$x")"
	is_json "[.extensions.account_data | (.global[] | select(.type == \"org.example.a\").content), .rooms[\"$hall\"][0].content]" \
	    '[{"a":1},{"b":1}]' "$shape: account data, all of it at first"
	slide "$ann" "$pos" "$(with "$x")"
	is_json .extensions '{}' "$shape: and once"
	slide_bg "$ann" "$pos" "$(with "$x")" $minute
	as "$ann"
	req PUT "$ours/account_data/org.example.a" '{"a":2}'
	slide_wait
	is_json .extensions.account_data.global '[{"content":{"a":2},"type":"org.example.a"}]' \
	    "$shape: a change wakes who waits"
	req PUT "$ours/rooms/$(enc "$hall")/account_data/org.example.b" '{"b":2}'
	slide "$ann" "$pos" "$(with '{"account_data":{"enabled":true,"lists":[]}}')"
	is_json .extensions '{}' "$shape: of rooms in no list"
	slide "$ann" "$pos" "$(with '{"account_data":{"enabled":true,"lists":["all"]}}')"
	is_json '.extensions.account_data.rooms[][].content' '{"b":2}' "$shape: it is kept until it is asked for"
	slide "$ben" '' "$(with "$x")"
	is_json '.extensions.account_data.rooms' null "$shape: nobody else's (security 17)"
}

receipts() {
	x='{"receipts":{"enabled":true}}'
	in_room "$hall"
	say "$ann" one
	as "$ben"
	req POST "$here/receipt/m.read/$(enc "$said")" '{}'
	req POST "$here/receipt/m.read/$(enc "$said")" '{"thread_id":"main"}'
	req POST "$here/receipt/m.read.private/$(enc "$said")" '{}'
	slide "$ann" '' "$(with "$x")"
	is_json ".extensions.receipts.rooms[\"$hall\"] | [.type, (.content[\"$said\"] | keys), (.content[\"$said\"][\"m.read\"] | keys)]" \
	    "[\"m.receipt\",[\"m.read\"],[\"@$ben:localhost\"]]" \
	    "$shape: receipts, but no private ones of others (security 17)"
	slide "$ann" "$pos" "$(with "$x")"
	is_json .extensions '{}' "$shape: once"
	say "$ann" two
	slide "$ann" "$pos" "$(with "$x")"
	slide_bg "$ann" "$pos" "$(with "$x")" $minute
	as "$ben"
	req POST "$here/receipt/m.read/$(enc "$said")" '{}'
	slide_wait
	is_json ".extensions.receipts.rooms[\"$hall\"].content | keys" "[\"$said\"]" \
	    "$shape: a receipt wakes who waits"
	is_json .rooms '{}' "$shape: and is no news of the room itself"
	slide "$ben" '' "$(with "$x")"
	is_json ".extensions.receipts.rooms[\"$hall\"].content[] | select(has(\"m.read.private\")) | .[\"m.read.private\"] | keys" \
	    "[\"@$ben:localhost\"]" "$shape: one's own private one"
}

typing() {
	x='{"typing":{"enabled":true}}'
	in_room "$hall"
	slide "$ann" '' "$(with "$x")"
	is_json .extensions '{}' "$shape: nobody types"
	slide_bg "$ann" "$pos" "$(with "$x")" $minute
	as "$ben"
	req PUT "$here/typing/$(enc "$user")" '{"typing":true,"timeout":60000}'
	slide_wait
	is_json ".extensions.typing.rooms[\"$hall\"]" \
	    "{\"content\":{\"user_ids\":[\"@$ben:localhost\"]},\"type\":\"m.typing\"}" \
	    "$shape: somebody begins to type"
	slide "$ann" "$pos" "$(with "$x")"
	is_json .extensions '{}' "$shape: once"
	as "$ben"
	req PUT "$here/typing/$(enc "$user")" '{"typing":false}'
	slide "$ann" "$pos" "$(with "$x")"
	is_json ".extensions.typing.rooms[\"$hall\"].content" '{"user_ids":[]}' "$shape: and stops"
	req PUT "$here/typing/$(enc "@$ben:localhost")" '{"typing":true,"timeout":60000}'
	as "$ben"
	req PUT "$here/typing/$(enc "$user")" '{"typing":true,"timeout":60000}'
	slide "$ann" '' "$(with "$x")"
	is_json ".extensions.typing.rooms[\"$hall\"].content.user_ids | length" 1 \
	    "$shape: a new connection is told who types now"
	as "$ben"
	req PUT "$here/typing/$(enc "$user")" '{"typing":false}'
}

for shape in msc3575 v4; do
	people
	waiting
	account_data
	receipts
	typing
done

# ------------------------------------------------------- what may get lost
slide "$ann" '' "$(list)"
kept=$pos
stop
start
slide "$ann" "$kept" "$(list)"
is_status 200 'a position outlives the programs'
kept=$pos
stop
rm -f "$tmp"/run/volatile.db*
start
slide "$ann" "$kept" "$(list)"
is_err 400 M_UNKNOWN_POS 'but not the volatile store'
slide "$ann" '' "$(list)"
is_json ".rooms | has(\"$hall\")" true 'the client begins anew'

# ------------------------------------------------------------ a session ends
slide_bg "$ann" "$pos" "$(list)" $minute
req POST $v3/logout '{}'
bg_wait slide
is_err 401 M_UNKNOWN_TOKEN 'who waits hears that the session is over'
done_testing
