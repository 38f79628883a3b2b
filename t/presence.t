#!/bin/sh
# Presence: PUT and GET /presence/{userId}/status, what /sync and /events tell
# of it, and how it ends by itself.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
conf presence enabled yes
conf accounts guests yes
start
user alice
user bob
user carol
user dave
create alice '{"preset":"public_chat","name":"den"}'
come bob
v1=/_matrix/client/api/v1
v2=/_matrix/client/v2_alpha

say_of() { as "$1"; req PUT "$v3/presence/$(enc "$user")/status" "$2"; }
# look NAME WHOM: the status of WHOM, as NAME sees it.
look() { as "$1"; eval "whom=\$user_$2"; req GET "$v3/presence/$(enc "$whom")/status"; }
# Without a word nobody's presence changes by a sync of the test itself.
sync() { as "$1"; req GET "$v3/sync?timeout=0&set_presence=offline${2:+&since=$2}${3:+&$3}"; since=$(get_json .next_batch); }
sync_as() { as "$1"; req GET "$v3/sync?timeout=0&set_presence=$2"; }
# wait_for NAME SINCE: in the background, until there is news.
wait_for() { as "$1"; bg wait GET "$v3/sync?timeout=60000&set_presence=offline&since=$2"; }
# What is told, sorted: [[sender, presence], ...]
brief='[(.presence.events // [])[] | [.sender[1:-10], .content.presence]] | sort'
told() { is_json "$brief" "$1" "$2"; }

# ---------------------------------------------------------------- the status
look alice alice
is_json . '{"presence":"offline"}' 'getPresence: who never came is offline'
say_of alice '{"presence":"online","status_msg":"here"}'
is_status 200 'setPresence: online'
is_json . '{}' 'setPresence: the answer is empty'
look bob alice
is_json '[.presence, .status_msg, .currently_active, (.last_active_ago | type)]' \
    '["online","here",true,"number"]' 'getPresence: who shares a room'
say_of alice '{"presence":"unavailable"}'
look bob alice
is_json '[.presence, .status_msg, .currently_active]' '["unavailable",null,null]' \
    'setPresence: without a message there is none'
say_of alice '{"presence":"offline"}'
look alice alice
is_json .presence '"offline"' 'getPresence: of oneself'
look carol alice
is_err 403 M_FORBIDDEN 'getPresence: who shares no room may not (security 17)'
as carol
req GET "$v3/presence/$(enc @nobody:localhost)/status"
is_err 403 M_FORBIDDEN 'getPresence: nor of who is not there, the same'
invite alice carol
look carol alice
is_err 403 M_FORBIDDEN 'getPresence: who is only invited may not'
for body in '{}' '{"status_msg":"x"}'; do
	say_of alice "$body"
	is_err 400 M_MISSING_PARAM "setPresence: presence is missing: $body"
done
for body in '{"presence":1}' '{"presence":"online","status_msg":5}' '[]'; do
	say_of alice "$body"
	is_err 400 M_BAD_JSON "setPresence: $body"
done
for word in hidden busy free_for_chat '' ONLINE; do
	say_of alice "{\"presence\":\"$word\"}"
	is_err 400 M_INVALID_PARAM "setPresence: no such word: $word"
done
long=$(printf '%01025d' 0)
say_of alice "{\"presence\":\"online\",\"status_msg\":\"$long\"}"
is_err 400 M_INVALID_PARAM 'setPresence: a message has its bound'
look alice alice
is_json .presence '"offline"' 'setPresence: what is refused changes nothing'
as bob
req PUT "$v3/presence/$(enc "$user_alice")/status" '{"presence":"online"}'
is_err 403 M_FORBIDDEN 'setPresence: of somebody else (security 18)'
token=
req PUT "$v3/presence/$(enc "$user_alice")/status" '{"presence":"online"}'
is_err 401 M_MISSING_TOKEN 'setPresence: without a token'
req GET "$v3/presence/$(enc "$user_alice")/status"
is_err 401 M_MISSING_TOKEN 'getPresence: without a token'

# ---------------------------------------------------------------------- /sync
sync alice
told '[]' 'sync: those who are offline are not told'
alices=$since
look bob bob
is_json .presence '"offline"' 'sync: nobody is online without a sync'
sync_as bob online
sync alice "$alices"
told '[["bob","online"]]' 'PRE-1, EVS-4: who syncs is online to who shares a room'
is_json '.presence.events[0] | [.type, .sender, (.content | keys)]' \
    '["m.presence","@bob:localhost",["currently_active","last_active_ago","presence"]]' \
    'sync.presence: an m.presence event'
is_json '[.rooms.join, .account_data.events]' '[{},[]]' 'sync: and nothing else'
bobs=$since
sync alice "$since"
told '[]' 'sync: once'
sync_as bob online
sync alice "$since"
told '[]' 'sync: to go on is no news'
sync carol
told '[]' 'sync: who shares no room hears nothing (security 17)'
sync alice
told '[["bob","online"]]' 'sync: a first one has those who are not offline'
sync_as bob unavailable
sync alice "$bobs"
told '[["bob","unavailable"]]' 'sync: set_presence=unavailable'
sync_as bob offline
look alice bob
is_json .presence '"unavailable"' 'sync: set_presence=offline changes nothing'
as bob
req GET "$v3/sync?timeout=0"
look alice bob
is_json .presence '"online"' 'PRE-5: sync: without set_presence one is online'
as bob
req GET "$v3/sync?timeout=0&set_presence=hidden"
is_err 400 M_INVALID_PARAM 'sync: no such word'
slide=/_matrix/client/unstable/org.matrix.simplified_msc3575/sync
as bob
req POST "$slide?timeout=0&set_presence=unavailable" '{}'
look alice bob
is_json .presence '"unavailable"' 'sliding sync: set_presence=unavailable'
as bob
req POST "$slide?timeout=0&set_presence=offline" '{}'
look alice bob
is_json .presence '"unavailable"' 'sliding sync: set_presence=offline changes nothing'
as bob
req POST /_matrix/client/v4/sync '{"set_presence":"online"}'
look alice bob
is_json .presence '"online"' 'sliding sync, v4: set_presence=online'
as bob
req POST /_matrix/client/v4/sync '{"set_presence":"unavailable"}'
look alice bob
is_json .presence '"unavailable"' 'sliding sync, v4: set_presence=unavailable'
as bob
req POST "$slide?timeout=0" '{}'
look alice bob
is_json .presence '"online"' 'sliding sync: without set_presence one is online'
say_of bob '{"presence":"unavailable","status_msg":"lunch"}'
sync_as bob online
look alice bob
is_json '[.presence, .status_msg]' '["unavailable","lunch"]' \
    'setPresence: unavailable stays so while clients sync'
say bob 'back'
look alice bob
is_json .presence '"online"' 'PRE-3: until they do something'
say_of bob '{"presence":"offline"}'
sync alice "$alices"
told '[["bob","offline"]]' 'sync: who goes offline is told'
sync_as bob online
look alice bob
is_json .presence '"online"' 'setPresence: offline ends with a sync that says online'

# ----------------------------------------------------------------- the filter
filtered() { sync alice '' "filter=$(enc "{\"presence\":$1}")"; }
filtered '{"types":["m.presence"]}'
told '[["bob","online"]]' 'filter: types'
filtered '{"not_types":["m.*"]}'
told '[]' 'filter: not_types'
filtered '{"senders":["@carol:localhost"]}'
told '[]' 'filter: senders'
filtered '{"not_senders":["@bob:localhost"]}'
told '[]' 'filter: not_senders'
filtered '{"limit":0}'
told '[]' 'filter: limit'
sync_as alice online
filtered '{"limit":1}'
is_json '.presence.events | length' 1 'filter: limit 1'

# -------------------------------------------------------------- coming together
sync_as carol online
sync alice
alices=$since
told '[["alice","online"],["bob","online"]]' 'sync: oneself, and who shares a room'
sync carol
carols=$since
come carol
sync alice "$alices"
told '[["carol","online"]]' 'sync: who comes in is told as they are'
alices=$since
sync carol "$carols"
told '[["alice","online"],["bob","online"]]' 'sync: and told of who is there'
sync carol "$since"
told '[]' 'sync: once'
go carol
say_of carol '{"presence":"unavailable"}'
sync alice "$alices"
told '[]' 'sync: who left is not told of any more (security 17)'
alices=$since
# called NAME: alice is, and her rooms hear of it, for which as CGI the next
# request to `rooms` does the work.
called() { as alice; req PUT "$v3/profile/$(enc "$user_alice")/displayname" "{\"displayname\":\"$1\"}"; say carol nothing; }
name='[.presence.events[] | select(.sender == "@alice:localhost").content.displayname]'
called Al
sync bob
is_json "$name" '["Al"]' 'PRE-4: with the displayname'
bobs=$since
called Ally
until sync bob "$bobs" && [ "$(get_json "$name | .[0]")" = Ally ]; do :; done
is_json '[.presence.events[].sender]' '["@alice:localhost"]' 'PRO-2, PRE-4: a new one is told'

# -------------------------------------------------------------------- waiting
sync alice
wait_for alice "$since"
say_of bob '{"presence":"unavailable","status_msg":"tea"}'
bg_wait wait
is_json '[.presence.events[] | [.sender, .content.presence, .content.status_msg]]' \
    '[["@bob:localhost","unavailable","tea"]]' 'sync: who waits is told'
wait_for alice "$(get_json .next_batch)"
say_of carol '{"presence":"online"}'
say bob 'a word'
bg_wait wait
is_json '[.rooms.join[].timeline.events[].content.body]' '["a word"]' \
    'sync: who waits is not woken by strangers'

# ---------------------------------------------------------------------- 2015
as bob
req PUT "$v1/presence/$(enc "$user_bob")/status" '{"presence":"free_for_chat"}'
is_status 200 'PRE-1: free_for_chat'
as alice
req GET "$v1/presence/$(enc "$user_bob")/status"
is_json '[.presence, .status_msg, (.last_active_ago | type)]' \
    '["free_for_chat",null,"number"]' 'PRE-3: GET status of 2015'
look alice bob
is_json .presence '"online"' 'free_for_chat is online today'
as dave
req GET "$v1/presence/$(enc "$user_bob")/status"
is_err 404 M_NOT_FOUND 'PRE-1: of who shows one nothing'
as alice
req GET "$v2/sync?timeout=0&set_presence=offline"
is_json '[.presence.events[] | select(.content.user_id == "@bob:localhost") | [.type, .content.presence]]' \
    '[["m.presence","free_for_chat"]]' 'SYN-6, PRE-1: v2_alpha has presence'

is_json '[.presence.events[] | has("sender")] | any' false 'CON-12, PRE-1: in its own form'
# hear NAME FROM: /events, which makes its caller online.
hear() { as "$1"; req GET "$v1/events?timeout=0&from=$2"; end=$(get_json .end); }
of_bob='[.chunk[] | select(.type == "m.presence" and .content.user_id == "@bob:localhost").content.presence]'
as alice
req GET "$v1/initialSync"
is_json '[.presence[] | select(.content.user_id == "@bob:localhost") | [.type, .content.presence, has("event_id")]]' \
    '[["m.presence","free_for_chat",false]]' 'PRE-1: initialSync has presence'
end=$(get_json .end)
req GET "$v1/rooms/$(enc "$room")/initialSync"
is_json '[.presence[].content.user_id] | index("@bob:localhost") != null' true \
    'PRE-1: so has that of a room'
is_json '[.presence[].content.user_id] | index("@carol:localhost")' null \
    'PRE-1: of its members'
req GET "$v3/initialSync"
is_json '[.presence[] | select(.sender == "@bob:localhost").content.presence]' '["online"]' \
    'initialSync: today in the form of today'
hear alice "$end"
as bob
req PUT "$v1/presence/$(enc "$user_bob")/status" '{"presence":"unavailable"}'
hear alice "$end"
is_json "$of_bob" '["unavailable"]' 'EVS-1, PRE-1: /events tells of it'
hear alice "$end"
is_json .chunk '[]' 'EVS-1: once'
bg wait GET "$v1/events?timeout=60000&from=$end"
as bob
req PUT "$v1/presence/$(enc "$user_bob")/status" '{"presence":"offline"}'
bg_wait wait
is_json "$of_bob" '["offline"]' 'EVS-1: who waits there is told'
hear bob ''
look alice bob
is_json .presence '"offline"' 'EVS-4: what is refused connects nobody'
as bob
req GET "$v1/events?timeout=0"
look alice bob
is_json .presence '"online"' 'EVS-4: /events makes one online'

# ------------------------------------------------------------------ the lists
# list NAME BODY: change it; listed NAME: who is on it.
list() { as "$1"; req POST "$v1/presence/list/$(enc "$user")" "$2"; }
listed() { as "$1"; req GET "$v1/presence/list/$(enc "$user")"; }
listed dave
is_json . '[]' 'PRE-2: nobody is on a list at first'
list dave '{"invite":["@bob:localhost","@nobody:localhost"]}'
is_status 200 'PRE-2: to invite somebody'
listed dave
is_json . '[]' 'PRE-2: who has not accepted is not shown (security 17)'
look dave bob
is_err 403 M_FORBIDDEN 'PRE-2: nor to be looked at (security 17)'
list bob '{"invite":["@dave:localhost"]}'
listed dave
is_json '[.[] | [.type, .content.user_id, .content.presence]]' \
    '[["m.presence","@bob:localhost","online"]]' 'PRE-2: who invites back has accepted'
look dave bob
is_json .presence '"online"' 'PRE-2: and is shown'
sync dave
is_json '[.presence.events[].sender]' '["@bob:localhost"]' 'PRE-1: to who has them on a list'
daves=$since
wait_for dave "$daves"
say_of bob '{"presence":"unavailable"}'
bg_wait wait
told '[["bob","unavailable"]]' 'PRE-1: also while they wait'
list alice '{"invite":["@bob:localhost"]}'
listed alice
is_json '[.[].content.user_id]' '["@bob:localhost"]' 'PRE-2: who shares a room is shown anyway'
list dave '{"drop":["@bob:localhost"]}'
listed dave
is_json . '[]' 'PRE-2: to drop somebody'
look dave bob
is_err 403 M_FORBIDDEN 'PRE-2: ends it'
as dave
req GET "$v1/presence/list/$(enc "$user_bob")"
is_err 403 M_FORBIDDEN 'PRE-2: the list of somebody else (security 18)'
req POST "$v1/presence/list/$(enc "$user_bob")" '{"drop":["@dave:localhost"]}'
is_err 403 M_FORBIDDEN 'PRE-2: nor is it changed (security 18)'
for path in v2_alpha r0; do
	as alice
	req GET "/_matrix/client/$path/presence/list/$(enc "$user_alice")"
	is_json '[.[].content.user_id]' '["@bob:localhost"]' "PRE-2: by $path, too"
done
for body in '{"invite":"@bob:localhost"}' '{"invite":[5]}' '{"drop":["bob"]}'; do
	list dave "$body"
	is_err 400 M_BAD_JSON "PRE-2: $body"
done
for way in invite drop; do
	list dave "$(jq -nc --arg way "$way" \
	    '{($way): [range(1001) | "@\(.):x"]}')"
	is_err 413 M_TOO_LARGE "PRE-2: too many to $way at once (security 19)"
done

# ------------------------------------------------------- a new volatile store
sync alice
alices=$since
stop
rm -f "$tmp"/run/volatile.db*
start
sync alice "$alices"
told '[["alice","offline"],["bob","offline"]]' \
    'what is volatile is told anew: nobody is thought to be online for ever'
sync alice "$since"
told '[]' 'once'
sync_as bob online
sync alice "$since"
told '[["bob","online"]]' 'and who comes back is'

# ------------------------------------------------------------------- the time
stop
conf presence idle_after 900
conf presence offline_after 500
rm -f "$tmp"/run/volatile.db*
start
sync alice
alices=$since
sync bob
as bob
bg stays GET "$v3/sync?timeout=2500&since=$since&filter=$(enc '{"presence":{"types":[]}}')"
# Each word that alice hears of bob while she waits, and does nothing.
heard=
until [ "${heard##* }" = offline ]; do
	wait_for alice "$alices"
	bg_wait wait
	[ "$status" = 200 ] || break
	alices=$(get_json .next_batch)
	for word in $(get_json '[.presence.events[].content.presence] | join(" ")'); do
		[ "${heard##* }" = "$word" ] || heard="$heard $word"
	done
done
bg_wait stays
is "$heard" ' online unavailable offline' \
    'PRE-5: who does nothing is idle and who has gone is offline, by time alone'

# ------------------------------------------------------------------ the switch
stop
conf presence enabled no
start
say_of bob '{"presence":"online","status_msg":"x"}'
is_status 200 'setPresence: switched off, nothing happens'
look alice bob
is_json . '{"presence":"offline"}' 'getPresence: and nothing is told'
sync_as bob online
sync alice
told '[]' 'sync: neither'
say bob 'still there'
is_status 200 'and all else goes on'
done_testing
