#!/bin/sh
# Presence: of people who meet, of those who are ignored, of a profile that
# changes, by sliding sync, and when `events` is killed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$(dirname "$0")/slide.sh"
conf presence enabled yes
start
v1=/_matrix/client/api/v1
v2=/_matrix/client/v2_alpha
for name in alice bob carol; do
	user $name
done
create alice '{"preset":"public_chat","name":"den"}'

# Nobody's presence changes by a sync of the test itself.
sync() { as "$1"; req GET "${3:-$v3}/sync?timeout=0&set_presence=offline${2:+&since=$2}"; since=$(get_json .next_batch); }
sync_as() { as "$1"; req GET "$v3/sync?timeout=0&set_presence=$2"; }
wait_for() { as "$1"; bg wait GET "${3:-$v3}/sync?timeout=60000&set_presence=offline&since=$2"; }
say_of() { as "$1"; req PUT "$v3/presence/$(enc "$user")/status" "$2"; }
look() { as "$1"; req GET "$v3/presence/$(enc "@$2:localhost")/status"; }
# What is told, sorted: [[user, presence], ...], in either form.
told='[(.presence.events // .chunk)[] | select(.type == "m.presence") |
    [(.sender // .content.user_id)[1:-10], .content.presence]] | sort'

# ----------------------------------------------------------- people who meet
sync_as alice online
sync bob '' $v2
bobs=$since
as bob
req GET "$v1/initialSync"
end=$(get_json .end)
sync alice '' $v2
sync_as bob online
sync alice "$since" $v2
is_json "$told" '[]' 'PRE-1: nothing is told of strangers (security 17)'
wait_for alice "$since" $v2
come bob
bg_wait wait
is_json "$told" '[["bob","online"]]' 'PRE-1: v2_alpha tells who waits of who comes in'
is_json 'has("device_lists")' false 'PRE-1: and of no device'
wait_for alice "$(get_json .next_batch)" $v2
say bob 'a word'
bg_wait wait
is_json "$told" '[]' 'PRE-1: once'
sync bob "$bobs" $v2
is_json "$told | map(select(.[0] == \"alice\"))" '[["alice","online"]]' \
    'PRE-1: and who comes in of who is there'
as bob
req GET "$v1/events?timeout=0&from=$end&limit=1"
is_json "$told | map(select(.[0] == \"alice\"))" '[["alice","online"]]' \
    'PRE-1, EVS-1: so does /events, with the event that says they met'
is_json '[.chunk[] | select(.type == "m.room.member").content.membership]' '["join"]' \
    'EVS-1: which is the one that was asked for'
req GET "$v1/events?timeout=0&from=$(get_json .end)"
is_json "$told | map(select(.[0] == \"alice\"))" '[]' 'PRE-1: once'
end=$(get_json .end)
bg wait GET "$v1/events?timeout=60000&from=$end"
sync_as carol online
come carol
bg_wait wait
is_json "$told | map(select(.[0] == \"carol\"))" '[["carol","online"]]' \
    'PRE-1: who waits there hears of who comes in'
go carol

# ------------------------------------------------------------------- ignoring
ignore() { as alice; req PUT "$v3/user/$(enc "$user")/account_data/m.ignored_user_list" "{\"ignored_users\":$1}"; }
sync alice
alices=$since
ignore '{"@bob:localhost":{},"@alice:localhost":{}}'
is_status 200 'somebody is ignored'
say_of bob '{"presence":"unavailable","status_msg":"look at me"}'
sync alice "$alices"
is_json "$told" '[]' 'ignoring: who is ignored is not told of'
sync alice
is_json "$told | map(select(.[0] == \"bob\"))" '[]' 'ignoring: nor in a first sync'
sync alice '' $v2
is_json "$told | map(select(.[0] == \"bob\"))" '[]' 'ignoring: nor in one of 2015'
as alice
req GET "$v1/initialSync"
is_json '[.presence[].content.user_id | select(. == "@bob:localhost")]' '[]' \
    'ignoring: nor in initialSync'
sync alice
alices=$since
say_of alice '{"presence":"online","status_msg":"me"}'
sync alice "$alices"
is_json "$told" '[["alice","online"]]' 'ignoring: nobody ignores themselves'
ignore '{}'
sync alice
alices=$since
say_of bob '{"presence":"online"}'
sync alice "$alices"
is_json "$told" '[["bob","online"]]' 'ignoring: and it ends'

# -------------------------------------------------------------- the profile
user dave
come dave
sync alice
alices=$since
as dave
req PUT "$v1/profile/$(enc "$user_dave")/displayname" '{"displayname":"Dave"}'
req PUT "$v1/profile/$(enc "$user_dave")/avatar_url" '{"avatar_url":"mxc://localhost/d"}'
# As CGI the next requests to `rooms` do the work.
daves='[.presence.events[] | select(.content.user_id == "@dave:localhost").content |
    [.presence, .displayname, .avatar_url]]'
tries=0
until sync alice "$alices" $v2; [ "$(get_json "$daves | length")" = 1 ] ||
    [ $((tries += 1)) -gt 200 ]; do
	say bob nothing
done
is_json "$daves" '[["offline","Dave","mxc://localhost/d"]]' \
    'PRO-2, PRE-4: a new profile is told of who was never here, with what they show'

# ---------------------------------------------------------------- sliding sync
for shape in msc3575 v4; do
	user "erin$shape"
	come "erin$shape"
	slide_says() {
		slide_ask "erin$shape" '' "$(list)"
		if [ "$shape" = v4 ]; then
			sent=$(printf %s "$sent" | jq -c --arg word "$1" 'if $word == "" then . else .set_presence = $word end')
		else
			path=$path${1:+&set_presence=$1}
		fi
		req POST "$path" "$sent"
	}
	slide_says offline
	look alice "erin$shape"
	is_json .presence '"offline"' "$shape: set_presence=offline connects nobody"
	slide_says unavailable
	look alice "erin$shape"
	is_json .presence '"unavailable"' "$shape: set_presence=unavailable"
	slide_says ''
	look alice "erin$shape"
	is_json '[.presence, .currently_active]' '["online",true]' \
	    "PRE-5: $shape: without a word who syncs is online"
	slide_says hidden
	is_err 400 M_INVALID_PARAM "$shape: no such word"
done

# ------------------------------------------------------------ `events` is killed
if [ "$T" = fcgi ]; then
	expect_log 'mxcgi (warn|error) events'
	expect_log 'upstream prematurely closed|recv\(\) failed|Connection reset'
	expect_log 'Broken pipe|Connection refused|no live upstreams'
	sync alice
	alices=$since
	wait_for alice "$alices"
	kills=0
	while [ $kills -lt 4 ]; do
		for pid in $(pids_of events); do
			kill -9 "$pid" 2>/dev/null && kills=$((kills + 1))
		done
		say_of bob "{\"presence\":\"unavailable\",\"status_msg\":\"$kills\"}"
	done
	look alice bob
	is_json '[.presence, .status_msg]' "[\"unavailable\",\"$kills\"]" \
	    'kill -9: what was said stands (security 36)'
	# nginx gives up, or asks the successor.
	bg_wait wait
	until [ "$status" = 200 ]; do
		sync alice "$alices"
	done
	until [ "$(get_json '.presence.events[-1].content.status_msg')" = "$kills" ] ||
	    [ "$(get_json '.presence.events | length')" = 0 ]; do
		sync alice "$(get_json .next_batch)"
	done
	is_json '[.presence.events[] | [.sender, .content.status_msg]]' \
	    "[[\"@bob:localhost\",\"$kills\"]]" 'kill -9: and is told by the successor'
	wait_for alice "$(get_json .next_batch)"
	say_of bob '{"presence":"online"}'
	bg_wait wait
	until [ "$status" = 200 ]; do
		sync alice "$alices"
	done
	is_json "$told" '[["bob","online"]]' 'kill -9: who waits there is told, too'
fi
done_testing
