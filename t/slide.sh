# slide.sh - sourced after talk.sh by tests of sliding sync, which ask the same
# of both of its shapes; $shape says of which: msc3575 or v4.
#
# slide NAME POS BODY [TIMEOUT]     ask as NAME; POS '' for a new connection.
#                                   BODY is in the older shape, and made into
#                                   the newer.  Sets $pos; the answer is made
#                                   into the older shape in $tmp/body
# slide_bg NAME POS BODY TIMEOUT    the same in the background; slide_wait
# list [RANGE] [LIMIT] [STATE] [FILTERS]    a body with the list "all"

unstable=/_matrix/client/unstable/org.matrix.simplified_msc3575/sync

# What the two call otherwise.
to_v4='def state: {include: [.[] | select(. != ["m.room.member", "$LAZY"]) |
	(if .[0] == "*" then {} else {type: .[0]} end) +
	(if .[1] == "*" then {} else {state_key: (if .[1] == "$ME" then $me else .[1] end)} end)],
	lazy_members: any(.[]; . == ["m.room.member", "$LAZY"])};
    def config: .required_state |= state;
    .lists = ((.lists // {}) | map_values(config | if .ranges then .range = .ranges[0] else . end |
	del(.ranges) | if .filters.is_invite != null then
	.filters.is_invited = .filters.is_invite | del(.filters.is_invite) else . end)) |
    .room_subscriptions = ((.room_subscriptions // {}) | map_values(config)) |
    if $pos != "" then .pos = $pos else . end | .timeout = $timeout'
from_v4='.rooms |= map_values(
    (if .timeline_events then .timeline = .timeline_events | del(.timeline_events) else . end) |
    (if .stripped_state then .invite_state = .stripped_state | del(.stripped_state) else . end) |
    (if .expanded_timeline then .unstable_expanded_timeline = true |
	del(.expanded_timeline) else . end))'

slide_ask() {
	as "$1"
	if [ "$shape" = v4 ]; then
		path=/_matrix/client/v4/sync
		sent=$(jq -cn --argjson body "$3" --arg pos "$2" --arg me "$user" \
		    --argjson timeout "${4:-0}" "\$body | $to_v4")
	else
		path="$unstable?timeout=${4:-0}${2:+&pos=$(enc "$2")}"
		sent=$3
	fi
}

slide_took() {
	pos=$(get_json .pos)
	[ "$shape" = v4 ] && [ "$status" = 200 ] || return 0
	jq -c "$from_v4" "$tmp/body" >"$tmp/body.older"
	mv "$tmp/body.older" "$tmp/body"
}

slide() { slide_ask "$@"; req POST "$path" "$sent"; slide_took; }
slide_bg() { slide_ask "$@"; bg slide POST "$path" "$sent"; }
slide_wait() { bg_wait slide; slide_took; }

list() {
	printf '{"lists":{"all":{"ranges":[%s],"timeline_limit":%s,"required_state":%s,"filters":%s}}}' \
	    "${1:-[0,99]}" "${2:-5}" "${3:-[]}" "${4:-"{}"}"
}
