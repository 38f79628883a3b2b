#!/bin/sh
# What happened in one's rooms: GET /sync in today's shape.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
user alice
user bob
user carol
user dave

# What an answer has of $room.
in_answer() {
	joined=".rooms.join[\"$room\"]" invited=".rooms.invite[\"$room\"]"
	left=".rooms.leave[\"$room\"]"
}
# sync NAME [QUERY]
sync() { as "$1"; in_answer; req GET "$v3/sync${2:+?$2}"; }
filter() { enc "$1"; }
next() { get_json .next_batch; }
# now NAME: $since is where NAME stands.
now() { sync "$1" 'filter=%7B%22room%22:%7B%22rooms%22:%5B%5D%7D%7D'; since=$(next); }
told() { is_json "$brief $joined | .timeline.events | brief" "[$1]" "$2"; }
nothing() {
	is_json '[.rooms[] | length] | add' 0 "$1"
}

# ------------------------------------------------------------- what is refused
token=
req GET $v3/sync
is_err 401 M_MISSING_TOKEN 'without a token'
token=syt_wrong
req GET $v3/sync
is_err 401 M_UNKNOWN_TOKEN 'with a wrong one'
for q in since= since=x since=s1 since=t1-1 since=s99999999_0_x.0 \
    since=s99999999999999999999_0_x.0 since=s-1_0_x.0 timeout=-1 timeout=soon \
    full_state=maybe use_state_after=1 set_presence=asleep filter= filter=0 \
    filter=nobody filter=99999999999999999999; do
	sync alice "$q"
	is_err 400 M_INVALID_PARAM "$q"
done
sync alice "filter=$(filter '{"room":{')"
is_err 400 M_NOT_JSON 'a filter that is no JSON'
sync alice "filter=$(filter '{"room":{"timeline":{"limit":"ten"}}}')"
is_err 400 M_BAD_JSON 'a filter with a wrong value'
sync alice "filter=$(filter "{\"x\":\"$(printf %05000d 0)\"}")"
is_err 400 M_INVALID_PARAM 'an inline filter that is too long to wait with'

# --------------------------------------------------------- nobody's first sync
sync alice 'timeout=60000&set_presence=offline'
is_status 200 'a first sync does not wait'
is_json \
    '[.rooms.join, .rooms.invite, .rooms.leave, .presence, .to_device]' \
    '[{},{},{},{"events":[]},{"events":[]}]' 'nothing is there'
is_json '.account_data.events | map(.type)' '["m.push_rules"]' 'but the rules'
is_json '.next_batch | type' '"string"' 'and a token'
is_json '[.device_one_time_keys_count, .device_unused_fallback_key_types]' \
    '[{"signed_curve25519":0},[]]' 'nor a key'
is_json 'has("device_lists")' false 'nor a change of devices, at first'
since=$(next)
sync alice "since=$since"
is_json '[.rooms.join, .next_batch]' "[{},\"$since\"]" \
    'nothing after that either'
sync alice "since=$since&timeout=100"
is_json '[.rooms.join, .next_batch]' "[{},\"$since\"]" 'nor when waited for'
sync alice "since=$(printf %s "$since" | sed 's/_[A-Za-z]*[.]/_elsewhere./')"
is_json .rooms.join '{}' 'a token from before the volatile store was lost'

# ---------------------------------------------------------------- a new room
create alice '{"name":"den","topic":"foxes"}'
sync alice "since=$since"
told \
    '"m.room.create","join alice","m.room.power_levels","m.room.join_rules","m.room.history_visibility","m.room.guest_access","den","foxes"' \
    'a new room is told of from its beginning'
is_json \
    "$joined | [.state.events, .timeline.limited, .ephemeral, .account_data]" \
    '[[],false,{"events":[]},{"events":[]}]' 'with no state before that'
is_json "$joined.summary" \
    '{"m.heroes":[],"m.invited_member_count":0,"m.joined_member_count":1}' \
    'and who is in it'
is_json "$joined.timeline.events[0] | keys" \
    '["content","event_id","origin_server_ts","sender","state_key","type","unsigned"]' \
    'events have no room_id here'
since=$(next)
say alice hello
sync alice "since=$since"
told '"hello"' 'then what is said'
is_json "$joined | [.state.events, .timeline.limited, has(\"summary\")]" \
    '[[],false,false]' 'and nothing else'
is_json \
    "$joined.timeline.events[0] | [.event_id, .sender, .unsigned.transaction_id]" \
    "[\"$said\",\"@alice:localhost\",\"say$txn\"]" \
    'with the transaction id for the device that sent it'
since=$(next)
sync alice "since=$since"
nothing 'each event is told once'
sync dave
nothing 'others hear nothing of it'

# ------------------------------------------------------------------- invited
now bob
invite alice bob
set_state alice m.room.name '{"name":"later"}'
sync bob "since=$since"
is_json "$brief $invited.invite_state.events | brief" \
    '["m.room.create","m.room.join_rules","den","foxes","join alice","invite bob"]' \
    'who is invited learns what the room was like then'
is_json "[$invited.invite_state.events[] | keys] | unique" \
    '[["content","sender","state_key","type"]]' 'as stripped state'
is_json "$invited.invite_state.events | last | [.sender, .state_key]" \
    '["@alice:localhost","@bob:localhost"]' 'and from whom it is'
is_json '[.rooms.join, .rooms.leave]' '[{},{}]' \
    'the room is in no other section'
since=$(next)
say alice 'not for bob'
sync bob "since=$since"
nothing 'nothing more is told to who is invited'
sync bob
is_json "$invited.invite_state.events | length" 6 \
    'a first sync tells of the invitation again'

# -------------------------------------------------------------------- joined
before=$since
come bob
sync bob "since=$before"
is_json '[.rooms.invite, .rooms.leave]' '[{},{}]' \
    'who joins is not invited any more'
is_json "$brief $joined.timeline.events | brief | .[-4:]" \
    '["invite bob","later","not for bob","join bob"]' \
    'the newest that they may see'
is_json "$joined.timeline | [.limited, (.events | length)]" '[true,10]' \
    'as many as there are by default'
is_json "$brief $joined.state.events | brief" \
    '["m.room.create","join alice","m.room.power_levels"]' \
    'and the whole state before that'
is_json "$joined.summary" \
    '{"m.heroes":["@alice:localhost"],"m.invited_member_count":0,"m.joined_member_count":2}' \
    'and who is there'
joined_since=$(next)
member bob bob '{"membership":"join","displayname":"Bob"}'
sync bob "since=$joined_since"
told '"join bob"' 'a change of name is no new join'
is_json "$joined | [.state.events, .timeline.limited]" '[[],false]' \
    'and repeats nothing'
is_json "$joined.timeline.events[0].unsigned.prev_content" \
    '{"membership":"join"}' 'but says what was'
now bob
sync alice
is_json "$joined.summary.\"m.heroes\"" '["@bob:localhost"]' \
    'heroes are the others'

# ------------------------------------------------- the state before the timeline
create alice '{"name":"old","topic":"kept"}'
say alice m1
set_state alice m.room.name '{"name":"new"}'
set_state alice m.room.avatar '{"url":"mxc://localhost/a"}'
set_state alice m.room.name '{"name":"newest"}'
say alice m2
limit5=$(filter '{"room":{"timeline":{"limit":5}}}')
sync alice "filter=$limit5"
told '"m1","new","m.room.avatar","newest","m2"' 'the newest five'
is_json "$brief $joined.state.events | brief" \
    '["m.room.create","join alice","m.room.power_levels","m.room.join_rules","m.room.history_visibility","m.room.guest_access","old","kept"]' \
    'state is what was so before them: no avatar, the old name'
is_json "$joined.timeline | [.limited, (.prev_batch | type)]" \
    '[true,"string"]' 'there is more before'
sync alice "filter=$limit5&use_state_after=true"
is_json \
    "$brief [$joined | has(\"state\"), (.state_after.events | brief | sort)]" \
    '[false,["join alice","kept","m.room.avatar","m.room.create","m.room.guest_access","m.room.history_visibility","m.room.join_rules","m.room.power_levels","newest"]]' \
    'or what is so after them'
sync alice "filter=$limit5&org.matrix.msc4222.use_state_after=true"
is_json \
    "$joined | [has(\"state\"), (.[\"org.matrix.msc4222.state_after\"].events | length)]" \
    '[false,9]' 'also by its name from before'
limit0=$(filter '{"room":{"timeline":{"limit":0}}}')
sync alice "filter=$limit0"
is_json \
    "$brief $joined | [.timeline.events, .timeline.limited, (.state.events | brief | .[-3:])]" \
    '[[],true,["kept","m.room.avatar","newest"]]' \
    'without any timeline: the state as it is'
req GET \
    "$here/messages?dir=b&limit=1&from=$(get_json "$joined.timeline.prev_batch")"
is_json '[.chunk[].content.body]' '["m2"]' 'and its prev_batch has all of it'

# ------------------------------------------------------------------- a gap
now alice
start=$since
say alice g1 g2
set_state alice m.room.topic '{"topic":"gone by"}'
set_state alice m.room.topic '{"topic":"of the gap"}'
say alice g3 g4
set_state alice m.room.name '{"name":"seen"}'
say alice g5 g6 g7
sync alice "since=$start&filter=$limit5"
told '"g4","seen","g5","g6","g7"' 'after a gap the newest events'
is_json "$brief $joined | [.timeline.limited, (.state.events | brief)]" \
    '[true,["of the gap"]]' \
    'and what the gap did to the state, once, without what the timeline tells'
prev=$(get_json "$joined.timeline.prev_batch") end=$(next)
req GET "$here/messages?dir=b&limit=100&from=$prev&to=$start"
is_json "$brief .chunk | brief" '["g3","of the gap","gone by","g2","g1"]' \
    'messages from prev_batch to since fill it without gap or overlap'
sync alice "since=$end&filter=$limit5"
nothing 'the next token stands behind all of it'
sync alice "since=$start&filter=$limit5&use_state_after=true"
is_json "$brief [$joined.state_after.events | brief | sort]" \
    '[["of the gap","seen"]]' 'state_after has what changed in all'
limit10=$(filter '{"room":{"timeline":{"limit":10}}}')
sync alice "since=$start&filter=$limit10"
is_json \
    "$joined | [(.timeline.events | length), .timeline.limited, .state.events]" \
    '[10,false,[]]' 'ten of ten are not limited'

# -------------------------------------------------------------- full_state
sync alice "since=$end&full_state=true&timeout=60000"
is_json \
    "$brief $joined | [.timeline.events, .timeline.limited, (.state.events | length)]" \
    '[[],false,9]' \
    'full_state does not wait, and tells all state without news'
is_json '.rooms.join | length' 2 'of all rooms'
is_json "$joined.timeline.prev_batch | type" '"string"' \
    'with a place to page back from'
say alice fs
sync alice "since=$end&full_state=true"
told '"fs"' 'beside the news'

# ------------------------------------------------------------------- filters
now alice
set_state alice m.room.topic '{"topic":"f0"}'
f=$(filter '{"room":{"timeline":{"types":["m.room.message"]}}}')
sync alice "since=$since&filter=$f"
is_json "$brief $joined | [.timeline.events, (.state.events | brief)]" \
    '[[],["f0"]]' 'what the timeline does not want is told as state'
now alice
start=$since
say alice f1
set_state alice m.room.topic '{"topic":"f2"}'
set_state alice org.example.mark/k '{"name":"f3"}'
say alice f4
f=$(filter '{"room":{"timeline":{"types":["m.room.message"]}}}')
sync alice "since=$start&filter=$f"
told '"f1","f4"' 'only some types'
is_json "$brief $joined | [.timeline.limited, (.state.events | brief)]" \
    '[false,["f2","f3"]]' \
    'what the timeline holds back of the state is in state'
f=$(filter '{"room":{"timeline":{"types":["m.room.message"]},"state":{"not_types":["m.*"]}}}')
sync alice "since=$start&filter=$f"
is_json "$brief [$joined.state.events | brief]" '[["f3"]]' \
    'unless the filter of state does not want it'
f=$(filter '{"room":{"timeline":{"types":["m.room.message"],"limit":1}}}')
sync alice "since=$start&filter=$f"
told '"f4"' 'a limit counts what fits'
is_json "$brief $joined | [.timeline.limited, (.state.events | brief)]" \
    '[true,["f2","f3"]]' 'and state is not lost with it'
set_state alice m.room.topic '{"topic":"f5"}'
sync alice "since=$start&filter=$f"
is_json "$brief $joined | [(.timeline.events, .state.events) | brief]" \
    '[["f4"],["f3","f5"]]' 'of each piece of state only the newest'
f=$(filter '{"room":{"timeline":{"senders":["@bob:localhost"]},"state":{"types":[]}}}')
sync alice "since=$start&filter=$f&timeout=100"
nothing 'where nothing fits nothing is told'
f=$(filter '{"room":{"timeline":{"not_types":["m.room.message","m.room.topic"]}}}')
sync alice "since=$start&filter=$f"
told '"f3"' 'types can be left out'
f=$(filter "{\"room\":{\"not_rooms\":[\"$room\"]}}")
sync alice "since=$start&filter=$f"
nothing 'and rooms'
sync alice "filter=$f"
is_json '.rooms.join | length' 1 'also of a first sync'
f=$(filter "{\"room\":{\"rooms\":[\"$room\"]},\"event_fields\":[\"type\"],\"org.example\":1}")
sync alice "filter=$f"
is_json '.rooms.join | keys' "[\"$room\"]" 'or only one is asked for'
req POST "$v3/user/$(enc "$user")/filter" '{"room":{"timeline":{"limit":1}}}'
id=$(get_json .filter_id)
sync alice "since=$start&filter=$id"
told '"f5"' 'a stored filter by its id'
sync bob "filter=$id"
is_err 400 M_INVALID_PARAM 'which is nobody else'"'"'s'

# ------------------------------------------------------------ going, declining
invite alice dave
now dave
go dave
sync dave "since=$since"
is_json \
    "$brief $left | [(.timeline.events | brief), .state.events, .timeline.limited]" \
    '[["leave dave"],[],false]' \
    'who declines is told that it is so, and nothing else'
is_json '[.rooms.join, .rooms.invite]' '[{},{}]' 'in no other section'
sync dave
nothing 'a first sync is silent about it'
now dave
invite alice dave
member alice dave '{"membership":"leave"}'
sync dave "since=$since"
is_json "$brief $left.timeline.events | brief" '["leave dave"]' \
    'an invitation can be taken back'

create alice '{"preset":"public_chat","name":"pub"}'
come carol
now carol
start=$since
say alice 'while she was in'
go carol
say alice 'after she left'
set_state alice m.room.name '{"name":"new owner"}'
sync carol "since=$start"
is_json \
    "$brief $left | [(.timeline.events | brief), .state.events, .timeline.limited]" \
    '[["while she was in","leave carol"],[],false]' \
    'who leaves is told what happened until then'
is_json '.rooms.join' '{}' 'and is in the room no more'
end=$(next)
sync carol "since=$end&timeout=100"
nothing 'and only once'
sync carol
nothing 'a first sync does not mention the room'
f=$(filter '{"room":{"include_leave":true,"timeline":{"limit":2}}}')
sync carol "filter=$f"
is_json "$brief $left | [(.timeline.events | brief), .timeline.limited]" \
    '[["while she was in","leave carol"],true]' 'unless it is asked to'
is_json \
    "$brief [$left.state.events | brief | .[] | select(test(\"pub|owner|carol\"))]" \
    '["pub","join carol"]' 'with the state as it was then'
req GET \
    "$here/messages?dir=b&limit=1&from=$(get_json "$left.timeline.prev_batch")"
is_json "$brief .chunk | brief" '["join carol"]' \
    'and paging back goes on before that'

# ---------------------------------------------------------------- coming again
come carol
sync carol "since=$end"
is_json "$brief $joined.timeline.events | brief | .[-3:]" \
    '["after she left","new owner","join carol"]' \
    'who comes again is told what she missed'
is_json "$joined.timeline.limited" true 'in a timeline of its own'
is_json \
    "[$joined.state.events[], $joined.timeline.events[] | select(has(\"state_key\")) | [.type, .state_key]] | unique | length" \
    8 'with the whole state'
is_json '.rooms.leave' '{}' 'and has not left'
f=$(filter '{"room":{"timeline":{"limit":100}}}')
sync carol "since=$end&filter=$f"
is_json "$joined.timeline | [.limited, (.events | length)]" '[true,13]' \
    'of its own also where all fits: it is no continuation'
sync carol "since=$start"
is_json "$joined.timeline.limited" true \
    'also where leaving and coming fall between two syncs'

# ------------------------------------------------------------- sent away, banned
now carol
start=$since
say alice 'before the kick'
member alice carol '{"membership":"leave","reason":"noise"}'
say alice 'after the kick'
sync carol "since=$start"
is_json \
    "$brief $left.timeline.events | [(brief), (last | .sender, .content.reason)]" \
    '[["before the kick","leave carol"],"@alice:localhost","noise"]' \
    'who is kicked is told by whom and why'
end=$(next)
member alice carol '{"membership":"ban"}'
say alice 'after the ban'
sync carol "since=$end"
is_json "$brief $left | [(.timeline.events | brief), .state.events]" \
    '[["ban carol"],[]]' 'a ban is told of, though she was out already'
sync carol "since=$start"
is_json "$brief $left.timeline.events | brief" \
    '["before the kick","leave carol","ban carol"]' \
    'both at once, and nothing of what was said in between'
come bob
now bob
say alice 'x1'
member alice bob '{"membership":"ban"}'
sync bob "since=$since"
is_json "$brief $left.timeline.events | brief" '["x1","ban bob"]' \
    'banned out of the room'
since=$(next)
member alice bob '{"membership":"leave"}'
sync bob "since=$since"
is_json "$brief $left.timeline.events | brief" '["leave bob"]' 'and let off'

now dave
come dave
say alice 'a short visit'
go dave
f=$(filter '{"room":{"timeline":{"limit":2}}}')
sync dave "since=$since&filter=$f"
is_json "$brief $left | [(.timeline.events | brief), .timeline.limited]" \
    '[["a short visit","leave dave"],true]' 'in and out between two syncs'
is_json "$brief [$left.state.events | brief | .[] | select(test(\"owner|dave\"))]" \
    '["new owner","join dave"]' 'with the whole state, since none was known'

# ------------------------------------------------------- what was before my time
create alice \
    '{"preset":"public_chat","name":"club","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}'
say alice 'among ourselves'
now bob
come bob
say alice 'welcome'
sync bob "since=$since"
told '"join bob","welcome"' 'history from before the join is hidden'
is_json "$brief $joined | [.timeline.limited, (.state.events | brief | sort)]" \
    '[true,["club","join alice","m.room.create","m.room.guest_access","m.room.history_visibility","m.room.join_rules","m.room.power_levels"]]' \
    'the state is not'
prev=$(get_json "$joined.timeline.prev_batch")
req GET "$here/messages?dir=b&limit=50&from=$prev"
is_json '.chunk | map(.content.body // empty)' '[]' \
    'nor does paging back reveal it'
go bob
say alice 'without bob'
set_state alice m.room.topic '{"topic":"new rules"}'
now bob
come bob
sync bob "since=$since"
told '"join bob"' 'what happened while out stays hidden'
is_json \
    "$brief [$joined.state.events | brief | .[] | select(. == \"new rules\" or . == \"leave bob\")] | sort" \
    '["leave bob","new rules"]' 'the state it left is told'
sync bob
told '"join bob"' \
    'by a first sync too: the timeline does not jump over what is hidden'
is_json \
    "$brief [$joined.state.events | brief | .[] | select(. == \"new rules\")]" \
    '["new rules"]' 'since the state would be wrong then'

# ------------------------------------------------------------------- waiting
create alice
invite alice bob
come bob
invite alice carol
come carol
now alice
bg a GET "$v3/sync?since=$since&timeout=60000"
now carol
bg c GET "$v3/sync?since=$since&timeout=60000"
now dave
bg d GET "$v3/sync?since=$since&timeout=2000"
say bob 'wake up'
bg_wait a
told '"wake up"' 'who waits is woken by a message'
bg_wait c
told '"wake up"' 'and so is another'
now carol
say bob early
as carol
bg c GET "$v3/sync?since=$since&timeout=60000"
bg_wait c
told '"early"' 'what came before the waiting began is told at once'
bg_wait d
is_status 200 'who has nothing to do with it waits until the time is over'
nothing 'and is told nothing'
is_json '.next_batch | type' '"string"' 'but a token to go on with'

now dave
bg d GET "$v3/sync?since=$since&timeout=60000&filter=$limit5"
invite alice dave
bg_wait d
is_json "$invited.invite_state.events | last | .state_key" '"@dave:localhost"' \
    'an invitation wakes'
since=$(next)
as dave
bg d GET "$v3/sync?since=$since&timeout=60000"
member alice dave '{"membership":"ban"}'
bg_wait d
is_json "$brief $left.timeline.events | brief" '["ban dave"]' \
    'so does being banned'

now bob
f=$(filter '{"room":{"timeline":{"types":["m.room.message"]},"state":{"types":[]}}}')
bg b GET "$v3/sync?since=$since&timeout=60000&filter=$f"
set_state alice m.room.topic '{"topic":"of no interest"}'
say alice 'of interest'
bg_wait b
told '"of interest"' 'a filter decides what wakes'

# Two devices of one user, of which one goes.
as bob
req POST $v3/login \
    '{"type":"m.login.password","identifier":{"type":"m.id.user","user":"bob"},"password":"secret of bob"}'
token_second=$(get_json .access_token) user_second=$user_bob
now bob
bg b GET "$v3/sync?since=$since&timeout=60000"
as second
bg s GET "$v3/sync?since=$since&timeout=60000"
req POST $v3/logout '{}'
is_status 200 'a device logs out'
bg_wait s
is_err 401 M_UNKNOWN_TOKEN 'which ends its waiting'
say alice 'still there'
bg_wait b
told '"still there"' 'while the other device goes on'

# -------------------------------------- fifty messages, in order, exactly once
now bob
as alice
printf '{"body":"flood"}' >"$tmp/flood.sent"
{
	i=0
	while [ $i -lt 50 ]; do
		i=$((i + 1))
		send "$tmp/flood" PUT "$here/send/m.room.message/flood$i" "$tmp/flood.sent"
	done
} &
flood=$!
: >"$tmp/heard"
# Bob may be slow to ask again; what ten events cannot tell would be lost here.
f=$(filter '{"room":{"timeline":{"limit":100}}}')
as bob
i=0
while [ "$(wc -l <"$tmp/heard")" -lt 50 ] && [ $i -lt 100 ]; do
	i=$((i + 1))
	req GET "$v3/sync?since=$since&timeout=10000&filter=$f"
	[ "$status" = 200 ] || break
	get_json "$joined | select(.) | .timeline | if .limited then \"limited\" else .events[].event_id end" \
	    >>"$tmp/heard"
	since=$(next)
done
wait $flood
req GET "$here/messages?dir=b&limit=50"
jq -r '.chunk | reverse | .[].event_id' "$tmp/body" >"$tmp/said"
is "$(sort -u "$tmp/heard" | wc -l)" 50 'fifty messages are heard'
is "$(cmp "$tmp/said" "$tmp/heard" 2>&1)" '' 'in order, each once'

# -------------------------------------------------------------------- knocking
create alice '{"room_version":"10","name":"cellar","preset":"private_chat"}'
set_state alice m.room.join_rules '{"join_rule":"knock"}'
user frank
now frank
member frank frank '{"membership":"knock","reason":"let me in"}'
is_status 200 'frank knocks'
sync frank "since=$since"
is_json "$brief .rooms.knock[\"$room\"].knock_state.events | brief | [.[2], .[-1]]" \
    '["cellar","knock frank"]' 'who knocks is told of the room, and that they do'
is_json "[.rooms.knock[\"$room\"] | keys, (.knock_state.events[0] | keys)]" \
    '[["knock_state"],["content","sender","state_key","type"]]' 'no more than that'
is_json '[.rooms.join, .rooms.invite, .rooms.leave]' '[{},{},{}]' \
    'and only there'
end=$(next)
say alice 'somebody knocks'
sync frank "since=$end"
nothing 'and once (security 17)'
sync frank
is_json '.rooms.knock | length' 1 'a first sync tells of it again'
member alice frank '{"membership":"leave"}'
sync frank "since=$end"
is_json "$brief [.rooms.knock, ($left.timeline.events | brief)]" \
    '[{},["leave frank"]]' 'who is turned away is told so, and nothing else (security 17)'
end=$(next)
member frank frank '{"membership":"knock"}'
invite alice frank
sync frank "since=$end"
is_json '[(.rooms.invite | length), (.rooms.knock | length)]' '[1,0]' \
    'who is answered is invited'
come frank
sync frank "since=$end"
is_json "[(.rooms.join | length), (.rooms.knock | length), $joined.timeline.limited]" \
    '[1,0,true]' 'and then in'
sync alice "filter=$(filter "{\"room\":{\"rooms\":[\"$room\"]}}")"
is_json '.rooms.knock' '{}' 'others see it in the room'

# ------------------------------------- state beside what a filter lets through
create alice '{"topic":"one","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}'
invite alice bob
come bob
set_state alice m.room.name '{"name":"seen"}'
go bob
set_state alice m.room.topic '{"topic":"meanwhile"}'
invite alice bob
come bob
sync bob "filter=$(filter '{"room":{"timeline":{"types":["m.room.name"]}}}')"
is_json "$brief [$joined | (.timeline, .state) | .events | brief | map(select(. == (\"seen\", \"one\", \"meanwhile\")))]" \
    '[["seen"],["meanwhile"]]' \
    'state that changed unseen behind the timeline is in state'
set_state alice m.room.power_levels '{"state_default":0}'
set_state alice m.room.name '{"name":"by alice"}'
set_state bob m.room.name '{"name":"by bob"}'
say alice after
sync alice "filter=$(filter '{"room":{"timeline":{"not_senders":["@bob:localhost"]}}}')"
told '"after"' 'a timeline ends before state that what is held back replaced'
is_json "$brief $joined | [.timeline.limited, (.state.events | brief | map(select(startswith(\"by\"))))]" \
    '[true,["by bob"]]' 'so that the newer state is in state, and the older nowhere'
go bob
sync bob "filter=$(filter '{"room":{"timeline":{"limit":0},"include_leave":true}}')"
is_json "$left.timeline | [.events, .limited, (.prev_batch | type)]" \
    '[[],true,"string"]' 'who left and asks for no events may page back to them'
req GET "$here/messages?dir=b&limit=2&from=$(get_json "$left.timeline.prev_batch")"
is_json "$brief .chunk | brief" '["leave bob","after"]' 'from their end'

now bob
member alice bob '{"membership":"ban"}'
sync bob "since=$since&use_state_after=true"
is_json "$brief [$left | (.timeline, .state_after) | .events | brief]" \
    '[["ban bob"],["ban bob"]]' \
    'who is banned after leaving is so in state after the timeline'

# ------------------------------------------------------------------ many rooms
user erin
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
	create erin "{\"name\":\"room $i\"}"
done
sync erin
is_json '.rooms.join | length' 24 'a first sync of many rooms'
is_json \
    "$brief [.rooms.join[] | [.timeline.events | brief | .[-1]]] | unique | length" \
    24 'tells of each'
since=$(next)
say erin 'in the last'
sync erin "since=$since"
is_json '.rooms.join | length' 1 'one room has news'
told '"in the last"' 'which are told'

# ------------------------------------------------- much that happened meanwhile
# What nobody could foresee to be long is read by the process for long answers.
long_read() {
	for pid in $(pids_of events); do
		tr '\0' '\n' <"/proc/$pid/environ" | grep -q '^MXCGI_LONG=' &&
		    awk '$1 == "rchar:" { print $2 }' "/proc/$pid/io"
	done
}
expect_log 'a temporary file'
create alice
now alice
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	set_state alice "org.example.long/$i" "{\"topic\":\"$(printf %060000d "$i")\"}"
done
[ "$T" = cgi ] || before=$(long_read)
sync alice "since=$since&filter=$(filter '{"room":{"timeline":{"limit":1}}}')"
is_json "$joined | .state.events + .timeline.events | map(.state_key | tonumber) | sort == [range(1; 21)]" \
    true 'long changes over a long time are told'
if [ "$T" = fcgi ]; then
	[ $(($(long_read) - before)) -gt 1000000 ]
	ok $? 'and hold nobody up'
fi
req GET "$here/initialSync?limit=0"
is_json '.state | map(select(.type == "org.example.long")) | length' 20 'and so is a long state'
done_testing
