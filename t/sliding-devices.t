#!/bin/sh
# Sliding sync (MSC4186): what is a device's own, messages of other devices and
# what encryption needs to know.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$(dirname "$0")/devices.sh"
. "$(dirname "$0")/slide.sh"
start

minute=60000
# asks EXTENSIONS: no rooms, these only.
asks() { printf '{"lists":{"all":{"ranges":[[0,9]],"timeline_limit":0,"required_state":[]}},"extensions":%s}' "$1"; }
bodies='[.extensions.to_device.events[].content.n]'
batch() { next=$(get_json .extensions.to_device.next_batch); }
mail() { asks "{\"to_device\":{\"enabled\":true${1:+,\"since\":\"$1\"}${2:+,\"limit\":$2}}}"; }

messages() {
	as "$ben"
	send_to "$ben" m.test "{\"@$ann:localhost\":{\"*\":{\"n\":1}}}"
	send_to "$ben" m.test "{\"@$ann:localhost\":{\"*\":{\"n\":2}}}"
	slide "$ann" '' "$(mail '' 1)"
	is_json "$bodies" '[1]' "$shape: messages to the device, no more than it asks for"
	batch
	slide "$ann" "$pos" "$(mail "$next")"
	is_json "$bodies" '[2]' "$shape: since says what it has"
	slide "$ann" '' "$(mail "$next")"
	is_json "$bodies" '[2]' "$shape: what it does not confirm comes again, by any connection"
	batch
	slide "$ann" "$pos" "$(mail "$next")"
	is_json "$bodies" '[]' "$shape: then there are none"
	slide_bg "$ann" "$pos" "$(mail "$next")" $minute
	send_to "$ben" m.test "{\"@$ann:localhost\":{\"*\":{\"n\":3}}}"
	slide_wait
	is_json "$bodies" '[3]' "$shape: a message wakes who waits"
	batch
	slide "$ben" '' "$(mail)"
	is_json "$bodies" '[]' "$shape: others have their own (security 17)"
	slide "$ben" '' "$(mail "$next")"
	slide "$ann" '' "$(mail)"
	is_json "$bodies" '[3]' "$shape: and confirm nobody else's (security 19)"
	slide "$ann" '' "$(mail "$next")"
	slide "$ann" '' "$(mail)"
	is_json "$bodies" '[]' "$shape: what is confirmed is gone"
	slide "$ann" '' "$(mail nonsense)"
	is_err 400 M_INVALID_PARAM "$shape: a since that is none"
	far=9007199254740991
	send_to "$ben" m.test "{\"@$ann:localhost\":{\"*\":{\"n\":4}}}"
	slide "$ann" '' "$(mail $far)"
	is_json "$bodies" '[4]' "$shape: what was never sent nobody has (security 19)"
	batch
	slide "$ann" "$pos" "$(mail "$next")"
	slide_bg "$ann" "$pos" "$(mail $far)" $minute
	send_to "$ben" m.test "{\"@$ann:localhost\":{\"*\":{\"n\":5}}}"
	slide_wait
	is_json "$bodies" '[5]' "$shape: and who says so hears what comes"
	slide "$ann" '' "$(mail)"
	is_json "$bodies" '[5]' "$shape: it confirms nothing (security 19)"
	batch
	slide "$ann" '' "$(mail "$next")"
}

keys() {
	x='{"e2ee":{"enabled":true}}'
	identity "$ann"
	identity "$ben"
	upload "$ann" "{\"device_keys\":$(device_keys "$ann"),\"one_time_keys\":$(one_time "$ann" a1 a2)}"
	slide "$ann" '' "$(asks "$x")"
	is_json '.extensions.e2ee | [.device_one_time_keys_count.signed_curve25519, .device_unused_fallback_key_types, has("device_lists")]' \
	    '[2,[],false]' "$shape: how many keys are left, and no device lists at first"
	upload "$ben" "{\"device_keys\":$(device_keys "$ben")}"
	slide "$ann" "$pos" "$(asks "$x")"
	is_json .extensions.e2ee.device_lists.changed '[]' "$shape: devices of strangers are nobody's business (security 12)"
	create "$ann" '{"preset":"public_chat"}'
	come "$ben"
	slide "$ann" "$pos" "$(asks "$x")"
	is_json ".extensions.e2ee.device_lists.changed | index(\"@$ben:localhost\") != null" true \
	    "$shape: who comes to share a room"
	slide_bg "$ann" "$pos" "$(asks "$x")" $minute
	device "$ben" "again$ben"
	identity "again$ben"
	upload "again$ben" "{\"device_keys\":$(device_keys "again$ben")}"
	slide_wait
	is_json .extensions.e2ee.device_lists "{\"changed\":[\"@$ben:localhost\"],\"left\":[]}" \
	    "$shape: a new device wakes who waits"
	slide "$ann" "$pos" "$(asks '{}')"
	as "again$ben"
	req POST $v3/logout '{}'
	slide "$ann" "$pos" "$(asks '{}')"
	is_json .extensions '{}' "$shape: not asked for"
	slide "$ann" "$pos" "$(asks "$x")"
	is_json .extensions.e2ee.device_lists.changed "[\"@$ben:localhost\"]" \
	    "$shape: what changed meanwhile is told when it is asked for"
	go "$ben"
	slide "$ann" "$pos" "$(asks "$x")"
	is_json .extensions.e2ee.device_lists.left "[\"@$ben:localhost\"]" "$shape: who shares no room any more"
}

# Half a MiB is kept of each of these connections.
hoard() {
	expect_log 'buffered to a temporary file'
	user dora
	create dora
	jq -cn '("x" * 251) as $x | {conn_id: "CONN", lists: {a: {ranges: [[0, 0]], timeline_limit: 0,
	    required_state: [range(1000) | [("\($x)\(.)")[0:255], $x]]}}}' >"$tmp/large"
	for n in 1 2 3 4 5; do
		device dora "dora$n"
		for conn in a b c d e f g h; do
			as "dora$n"
			sed "s/CONN/$conn/" "$tmp/large" >"$tmp/ask"
			req_file POST "$unstable?timeout=0" "$tmp/ask"
			[ "$n$conn" != 1a ] || oldest=$(get_json .pos)
		done
	done
	is_status 200 'a user has many devices with many connections'
	newest=$(get_json .pos)
	req_file POST "$unstable?timeout=0&pos=$(enc "$newest")" "$tmp/ask"
	is_status 200 'the last of them goes on'
	as dora1
	sed "s/CONN/a/" "$tmp/large" >"$tmp/ask"
	req_file POST "$unstable?timeout=0&pos=$(enc "$oldest")" "$tmp/ask"
	is_err 400 M_UNKNOWN_POS 'of too much in all the oldest is forgotten (security 19)'
}

for shape in msc3575 v4; do
	user "ann$shape"
	ann=ann$shape
	user "ben$shape"
	ben=ben$shape
	messages
	keys
done
hoard
done_testing
