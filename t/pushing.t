#!/bin/sh
# What push gateways are told, and when: by the predefined rules, by a user's
# own, over outages, and never too much.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$SRC/t/tools/gateway.sh"
conf outbound allow 127.0.0.1
conf outbound timeout 5s
gateway_start
start
user alice
user bob
user carol

post() {
	as "$1"
	req PUT "$here/send/$2/p$((txn += 1))" "$3"
	said=$(get_json .event_id)
}
text() { post "$1" m.room.message "{\"msgtype\":\"m.text\",\"body\":\"$2\"}"; }
mark() { as "$1"; req POST "$here/receipt/${3-m.read}/$(enc "$2")" '{}'; }
bodies='map(.content.body // .type // "counts")'

# ---------------------------------------------------------- the whole of one
create alice '{"preset":"public_chat","name":"den","room_alias_name":"den"}'
den=$room
text alice before
come bob
pusher bob bob '.data += {own: {n: 1.5}} | .profile_tag = "tag"'
as alice
req PUT $v3/profile/@alice:localhost/displayname '{"displayname":"Alice \"A\""}'
come carol
text alice one
one=$said
got 1
is_got 'map(.devices[0].pushkey_ts |= (. > 1500000000))[0]' \
    "{\"content\":{\"body\":\"one\",\"msgtype\":\"m.text\"},\"counts\":{\"unread\":1},\"devices\":[{\"app_id\":\"org.example.app\",\"data\":{\"own\":{\"n\":1.5}},\"pushkey\":\"bob\",\"pushkey_ts\":true,\"tweaks\":{}}],\"event_id\":\"$one\",\"prio\":\"low\",\"room_alias\":\"#den:localhost\",\"room_id\":\"$den\",\"room_name\":\"den\",\"sender\":\"@alice:localhost\",\"sender_display_name\":\"Alice \\\"A\\\"\",\"type\":\"m.room.message\"}" \
    'PSH-10, notify: all that there is to say of an event'
is "$(jq -c 'map(.path) | unique' "$tmp/requests")" '["/_matrix/push/v1/notify"]' 'at the URL of the pusher'
text alice two
got 2
text bob three
text alice four
got 3
is_got "$bodies" '["one","two","four"]' \
    'PSH-5: in their order, and not what the user sent'
is_got 'map(.counts.unread)' '[1,2,1]' 'with how much is unread; to send is to have read'

# ------------------------------------------------------------ event_id_only
forget
pusher carol carol '.data.format = "event_id_only"'
text alice five
got 1 carol
is_got '.[0] | del(.devices[0].pushkey_ts)' \
    "{\"counts\":{\"unread\":5},\"devices\":[{\"app_id\":\"org.example.app\",\"data\":{\"format\":\"event_id_only\"},\"pushkey\":\"carol\",\"tweaks\":{}}],\"event_id\":\"$said\",\"prio\":\"low\",\"room_id\":\"$den\"}" \
    'notify: event_id_only is the event id and little more'
got 1 bob

# -------------------------------------------------------- the predefined rules
# told NAME WANT: what bob's gateway got of what was sent since forget, up to an
# event that always notifies: how loudly, and how urgently.
told() {
	text alice end
	until_so ends || ok 1 'the end arrives'
	is_got ".[:-1] | map([.type, .devices[0].tweaks.sound, .devices[0].tweaks.highlight, .prio])" "$2" "$1"
	forget
}
ends() { has_got 1 bob; [ "$(jq -r '.[-1].content.body' "$tmp/got")" = end ]; }
forget
post alice m.room.message '{"msgtype":"m.notice","body":"x"}'
told '.m.rule.suppress_notices: a notice does not notify' '[]'
set_state alice m.room.topic '{"topic":"x"}'
user dora
come dora
told '.m.rule.member_event: nor does a member, nor other state' '[]'
post alice m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"user_ids":["@bob:localhost"]}}'
told '.m.rule.is_user_mention: loudly' '[["m.room.message","default",true,"high"]]'
post alice m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"room":true}}'
told '.m.rule.is_room_mention: all of the room' '[["m.room.message",null,true,"high"]]'
post dora m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"room":true}}'
told '.m.rule.is_room_mention: not by who may not' '[["m.room.message",null,null,"low"]]'
post alice m.reaction "{\"m.relates_to\":{\"rel_type\":\"m.annotation\",\"event_id\":\"$one\",\"key\":\"+\"}}"
told '.m.rule.reaction: nobody' '[]'
post alice m.room.message "{\"msgtype\":\"m.text\",\"body\":\"* uno\",\"m.new_content\":{\"msgtype\":\"m.text\",\"body\":\"uno\"},\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"$one\"}}"
told '.m.rule.suppress_edits: nobody' '[]'
set_state alice m.room.server_acl '{"allow":["*"]}'
told '.m.rule.room.server_acl: nobody' '[]'
post alice m.call.invite '{}'
told '.m.rule.call: it rings' '[["m.call.invite","ring",null,"high"]]'
post alice m.room.encrypted '{"algorithm":"x"}'
told '.m.rule.encrypted: by its type, and urgently, as nobody knows' '[["m.room.encrypted",null,null,"high"]]'
post alice m.room.tombstone '{"body":"x"}'
told 'an event of no rule' '[]'
set_state alice m.room.tombstone '{"body":"x","replacement_room":"!x:localhost"}'
told '.m.rule.tombstone: loudly' '[["m.room.tombstone",null,true,"high"]]'

# --------------------------------------------------------------- two in a room
create alice '{"preset":"private_chat","is_direct":true}'
pair=$room
forget
invite alice bob
got 1 bob
is_got '.[0] | [.type, .user_is_target, .content.membership, .devices[0].tweaks.sound, .room_name]' \
    '["m.room.member",true,"invite","default",null]' '.m.rule.invite_for_me: an invitation'
come bob
forget
text alice hello
post alice m.room.encrypted '{"algorithm":"x"}'
got 2 bob
is_got 'map([.type, .devices[0].tweaks.sound])' \
    '[["m.room.message","default"],["m.room.encrypted","default"]]' \
    '.m.rule.room_one_to_one and encrypted_room_one_to_one: with a sound'

# ------------------------------------------------------------------- the badge
in_room "$pair"
both=$said
in_room "$den"
text alice last
got 3 bob
mark bob "$said" m.read.private
counted 2 bob
is_got '.[-1].devices[0] | keys' '["app_id","data","pushkey","pushkey_ts"]' \
    'notify: to read changes the number, which is told alone'
in_room "$pair"
forget
mark bob "$both"
counted 0 bob
is_got 'map(keys)' '[["counts","devices"]]' 'and so does all that is read'
mark bob "$both" m.read.private
in_room "$den"
forget
text alice again
got 1 bob
has_counted none bob
is_got . '[]' 'what changes no number is not told'

# What is unread changes with more than what happens there.
create alice '{"preset":"public_chat"}'
third=$room
come bob
forget
text alice counted
got 1 bob
is_got 'map(.counts.unread)' '[2]' 'what is unread in all rooms'
as bob
req PUT "$v3/pushrules/global/room/$(enc "$third")" '{"actions":[]}'
forget
in_room "$den"
text alice more
got 1 bob
is_got 'map(.counts.unread)' '[2]' 'a rule changes what counts'
as bob
req DELETE "$v3/pushrules/global/room/$(enc "$third")"
req PUT "$v3/user/@bob:localhost/account_data/m.ignored_user_list" '{"ignored_users":{"@alice:localhost":{}}}'
forget
in_room "$den"
text carol 'of carol'
got 1 bob
is_got 'map(.counts.unread)' '[1]' 'so does whom one ignores'
as bob
req PUT "$v3/user/@bob:localhost/account_data/m.ignored_user_list" '{"ignored_users":{}}'
forget
text carol 'and again'
got 1 bob
is_got 'map(.counts.unread)' '[5]' 'and whom not any more'
in_room "$third"
go bob
in_room "$den"
forget
text carol 'once more'
got 1 bob
is_got 'map(.counts.unread)' '[5]' 'where one is no more nothing is unread'
mark bob "$said"

# ------------------------------------------------------------- a user's own
as bob
req PUT "$v3/pushrules/global/room/$(enc "$den")" '{"actions":[]}'
forget
text alice muted
in_room "$pair"
text alice heard
got 1 bob
is_got "$bodies" '["heard"]' 'a room that is muted is not heard of'
as bob
req DELETE "$v3/pushrules/global/room/$(enc "$den")"
req PUT "$v3/pushrules/global/content/cake" '{"pattern":"cake","actions":["notify",{"set_tweak":"sound","value":"yum.wav"},{"set_tweak":"org.example.own","value":3}]}'
in_room "$den"
forget
text alice 'a cake for all'
got 1 bob
is_got '.[0].devices[0].tweaks' '{"org.example.own":3,"sound":"yum.wav"}' \
    'PSH-6: tweaks of a rule of the user, whatever they are'

# ------------------------------------------------------------- who may know
forget
as bob
req PUT "$v3/user/@bob:localhost/account_data/m.ignored_user_list" '{"ignored_users":{"@dora:localhost":{}}}'
text dora ignored
create dora '{"preset":"private_chat"}'
invite dora bob
create alice '{"preset":"public_chat","invite":[]}'
other=$room
text alice 'not in'
come bob
text alice in
got 1 bob
go bob
text alice out
in_room "$den"
text alice end
until_so ends
is_got "$bodies" '["in","end"]' \
    'nobody hears who is ignored, nor what is said where they are not (security 17)'
in_room "$other"
come bob
gateway_does 500
forget
text alice gone
tried 500 1
go bob
in_room "$den"
text alice 'taken back'
as alice
req PUT "$here/redact/$(enc "$said")/r$((txn += 1))" '{}'
text alice stays
gateway_does ok
got 1 bob
is_got "$bodies" '["stays"]' \
    'nor what was redacted, or where they are no more, before it was told (security 17)'
as bob
req PUT "$v3/user/@bob:localhost/account_data/m.ignored_user_list" '{"ignored_users":{}}'
gateway_does 500
forget
text dora 'soon ignored'
tried 500 1
as bob
req PUT "$v3/user/@bob:localhost/account_data/m.ignored_user_list" '{"ignored_users":{"@dora:localhost":{}}}'
text alice heard
gateway_does ok
got 1 bob
is_got "$bodies" '["heard"]' 'nor from whom they ignore by then (security 17)'

# Somebody who is told that they were kicked.
as bob
req PUT "$v3/pushrules/global/override/kicked" '{"actions":["notify"],"conditions":[{"kind":"event_match","key":"content.membership","pattern":"leave"},{"kind":"event_match","key":"state_key","pattern":"@bob:localhost"}]}'
create alice '{"preset":"public_chat","name":"open"}'
come bob
gateway_does 500
forget
as alice
req POST "$here/kick" '{"user_id":"@bob:localhost"}'
tried 500 1
set_state alice m.room.name '{"name":"secret"}'
gateway_does ok
got 1 bob
is_got 'map([.type, .room_name])' '[["m.room.member","open"]]' \
    'who was kicked hears nothing of how the room is called then (security 17)'
as bob
req DELETE "$v3/pushrules/global/override/kicked"
in_room "$den"

# ---------------------------------------------------------------- the outage
forget
gateway_does 500
text alice 1
tried 500 1
text alice 2
gateway_does 429
tried 429 1
gateway_stop
text alice 3
housekeep
gateway_start
gateway_does hold
text alice 4
keeper_pid() {
	if [ "$T" = fcgi ]; then
		for pid in $(cat "/proc/$(cat "$tmp/run/mxcgi.pid")/task/"*/children); do
			case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
			*/housekeeper*) echo "$pid" ;;
			esac
		done 2>/dev/null
	else
		echo "$keeper"
	fi
}
# As CGI one that is not waited for, to be killed while it asks.
keeper=
until has_tried 0 1; do
	[ "$T" = fcgi ] || kill -0 "$keeper" 2>/dev/null || {
		MXCGI_CONFIG=$tmp/mxcgi.conf "$BUILD/admin/housekeeper" --once \
		    2>>"$tmp/log" &
		keeper=$!
	}
	sleep 0.02
done
expect_log 'housekeeper was ended by signal 9'
kill -9 "$(keeper_pid)"
[ "$T" = fcgi ] || { wait "$keeper"; } 2>/dev/null
gateway_does ok
text alice 5
has_all_five() { has_got 5 bob && jq -e 'any(.content.body == "5")' "$tmp/got" >/dev/null; }
until_so has_all_five || ok 1 'all five arrive'
is_got "$bodies | reduce .[] as \$b ([]; if .[-1] == \$b then . else . + [\$b] end)" \
    '["1","2","3","4","5"]' \
    'PSH-12: an outage loses nothing, and keeps the order, whoever is killed (security 36)'

# ------------------------------------------------------------ one connection
forget
text alice 6
text alice 7
text alice 8
got 3 bob
is "$(jq 'map(.connection) | unique | length' "$tmp/requests")" 1 'a gateway is asked again on the same connection'

# ------------------------------------------------------------ what is refused
forget
gateway_does 404
text alice refused
tried 404 1
gateway_does ok
text alice 'and taken'
got 2 bob
is_got "$bodies" '["refused","and taken"]' 'one refusal loses nothing'
got 2 carol

# ------------------------------------------------------- one slow, one not
forget
gateway_does hold bob
text alice both
got 1 carol
is_got 'map(.event_id)' "[\"$said\"]" 'who waits for its gateway holds up nobody else'
gateway_does ok bob
got 1 bob
gateway_does rubbish
forget
text alice rubbish
got 1 bob
text alice after
got 2 bob
is_got "$bodies" '["rubbish","after"]' 'an answer that is none is taken for yes'
gateway_does ok

# ------------------------------------------------------------------ rejected
forget
pusher bob 'bob too'
gateway_does reject 'bob too'
text alice rejected
got 1 'bob too'
pushkeys() { as bob; req GET $v3/pushers; [ "$(get_json '.pushers | map(.pushkey) | join(" ")')" = "$1" ]; }
until_so pushkeys bob
is_json '.pushers | map(.pushkey)' '["bob"]' 'PSH-11: whose pushkey is rejected is removed, and no other'
forget
text alice 'no more'
got 1 bob
has_got 0 'bob too'
is_got . '[]' 'PSH-11: and is told no more'

# -------------------------------------------------------------------- logout
forget
as bob
req POST $v3/logout '{}'
text alice 'nobody there'
got 1 carol
has_got 0 bob
is_got . '[]' 'logout: the pusher goes, and nothing is told any more'

# ------------------------------------------------------------------- in 2015
user erin
come erin
pushers=/_matrix/client/api/v1/pushers/set pusher erin old '.profile_tag = "phone"'
forget
text alice 'it is erin who is meant'
got 1 old
is_got '.[0].devices[0].tweaks' '{"highlight":true,"sound":"default"}' \
    'PSH-7: the rules of 2015, by the paths of 2015'
pushers=/_matrix/client/api/v1/pushers/set pusher erin new '.profile_tag = "desk"'
as erin
req PUT /_matrix/client/api/v1/pushrules/device/phone/content/hush '{"pattern":"hush","actions":["dont_notify"]}'
is_status 200 'PSH-2: a rule for some devices'
forget
text alice 'hush now'
text alice aloud
got 2 new
got 1 old
is_got "$bodies" '["aloud"]' 'PSH-2: counts for pushers with its profile_tag'
has_got 2 new
is_got "$bodies" '["hush now","aloud"]' 'PSH-2: and for no other'

# ---------------------------------------------------------------- no way in
pusher carol not-to-be-logged '.data.url = "https://127.0.0.2:1/_matrix/push/v1/notify"'
forget
text alice inside
got 1 carol
no_way() {
	grep -q 'push gateway https://127.0.0.2:1: the address is not public' "$tmp/log"
}
until_so no_way
ok $? 'no pusher leads to an address inside (security 26)'
! grep -q not-to-be-logged "$tmp/log"
ok $? 'nor does its pushkey stand in the log (security 32)'
done_testing
