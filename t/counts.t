#!/bin/sh
# What is unread: notification and highlight counts of rooms and threads in
# sync.  OWN=yes (counts-own.t): of people whose rules are not the predefined
# ones but come to the same, so that they are counted in the other way.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
conf accounts guests yes
start
user alice
user bob
user carol
own_rules=0
for name in ${OWN:+alice bob carol}; do
	as $name
	req PUT $v3/pushrules/global/override/none \
	    '{"conditions":[{"kind":"unknown to all"}],"actions":["notify"]}'
	own_rules=1
done
create alice '{"preset":"public_chat","name":"den"}'
come bob
j=".rooms.join[\"$room\"]"
threaded="filter=$(enc '{"room":{"timeline":{"unread_thread_notifications":true}}}')"

sync() { as "$1"; req GET "$v3/sync?timeout=0${2:+&since=$2}${3:+&$3}"; since=$(get_json .next_batch); }
# counts [NOTIFICATIONS, HIGHLIGHTS] NAME: of the room, in the last answer
counts() {
	is_json "$j.unread_notifications | [.notification_count, .highlight_count]" "$1" "$2"
}
# now WHO COUNTS NAME: in a first sync
now() { sync "$1"; counts "$2" "$3"; }
# post NAME TYPE CONTENT leaves the event in $said
post() {
	as "$1"
	req PUT "$here/send/$2/p$((txn += 1))" "$3"
	said=$(get_json .event_id)
}
mark() { as "$1"; req POST "$here/receipt/$2/$(enc "$3")" "${4-"{}"}"; is_status 200 "$1 has read"; }
redact() { as "$1"; req PUT "$here/redact/$(enc "$2")/r$((txn += 1))" '{}'; }

# ------------------------------------------------------------ what notifies
now bob '[0,0]' 'sync: who comes in has nothing unread'
is_json "$j.unread_notifications | keys" '["highlight_count","notification_count"]' \
    'sync.rooms.join.unread_notifications: both are always said'
say alice one
one=$said
say alice two
now bob '[2,0]' 'sync: messages notify'
now alice '[0,0]' 'PSH-5: not who sent them'
post alice m.room.message '{"msgtype":"m.notice","body":"x"}'
post alice m.reaction "{\"m.relates_to\":{\"rel_type\":\"m.annotation\",\"event_id\":\"$one\",\"key\":\"+\"}}"
post alice m.room.message "{\"msgtype\":\"m.text\",\"body\":\"* uno\",\"m.new_content\":{\"msgtype\":\"m.text\",\"body\":\"uno\"},\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"$one\"}}"
post alice org.example.thing '{}'
set_state alice m.room.topic '{"topic":"x"}'
come carol
now bob '[2,0]' 'PSH-5: notices, reactions, edits, state and members do not'
post alice m.room.encrypted '{"algorithm":"x"}'
now bob '[3,0]' 'sync: what is encrypted notifies by its type'
now carol '[1,0]' 'sync: what was there before one came in does not'

# ------------------------------------------------------------- the rules
sync bob
is_json '[.account_data.events[] | select(.type == "m.push_rules") | .content.global[][].rule_id] | length' \
    $((15 + own_rules)) 'sync: the rules are among account data'
is_json '[.account_data.events[].content.global.override[].conditions[].value | strings | select(startswith("@"))]' \
    '["@bob:localhost"]' 'sync: those of the user'
sync bob "$since"
is_json '.account_data.events' '[]' 'sync: once'
sync bob "$since" full_state=true
is_json '.account_data.events | map(.type)' '["m.push_rules"]' 'sync: full_state has them'
sync bob '' "filter=$(enc '{"account_data":{"not_types":["m.push_rules"]}}')"
is_json '.account_data.events' '[]' 'sync: unless the filter has none'

# ------------------------------------------------------------- receipts
mark bob m.read "$one"
now bob '[2,0]' 'sync: what was read is not counted'
mark bob m.read.private "$said"
now bob '[0,0]' 'sync: nor what was read in private'
now carol '[1,0]' 'sync: of others nothing changes'
say alice four
now bob '[1,0]' 'sync: what comes afterwards is'
say bob five
now bob '[0,0]' 'sync: who says something has read what was there'
now alice '[1,0]' 'sync: and notifies others'

# Other devices of the same user.
say alice six
sync bob
bobs=$since
mark bob m.read.private "$said"
sync bob "$bobs" "filter=$(enc '{"room":{"ephemeral":{"types":[]}}}')"
counts '[0,0]' 'sync: a room whose counts alone changed is told'
is_json "$j | [.timeline.events, .state.events, .ephemeral.events]" '[[],[],[]]' \
    'sync: with nothing else'
sync bob "$since" "filter=$(enc '{"room":{"ephemeral":{"types":[]}}}')"
is_json .rooms.join '{}' 'sync: once'
say alice seven
seven=$said
sync bob "$since" "filter=$(enc '{"room":{"timeline":{"types":[]}}}')"
is_json .rooms.join '{}' 'sync: what a filter holds back is told with what comes next'
bobs=$since
as bob
bg wait GET "$v3/sync?timeout=30000&since=$bobs"
mark bob m.read "$seven"
bg_wait wait
counts '[0,0]' 'sync: whoever waits hears that another device has read'
sync bob "$bobs"
say alice eight
sync bob "$since"
is_json "[$j.timeline.events[].content.body]" '["eight"]' 'sync: a message'
counts '[1,0]' 'sync: comes with the counts that it makes'
mark bob m.read "$one"
now bob '[1,0]' 'sync: a receipt never goes back'

# ------------------------------------------------------------ redactions
redact alice "$said"
now bob '[0,0]' 'sync: what was redacted does not count'
say alice nine
now bob '[1,0]' 'sync: what comes afterwards does'
redact alice "$one"
now bob '[1,0]' 'sync: to redact what was read changes nothing'
mark bob m.read "$said"
now bob '[0,0]' 'sync: and the next receipt finds the end'

# -------------------------------------------------------------- mentions
post alice m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"user_ids":["@bob:localhost","@bob:localhost","@none:localhost",1]}}'
mentioned=$said
now bob '[1,1]' 'sync: who is mentioned is told aloud, once'
sync carol
is_json "$j.unread_notifications.highlight_count" 0 'sync: others are not'
post alice org.example.thing '{"m.mentions":{"user_ids":["@bob:localhost"]}}'
now bob '[2,2]' 'sync: a mention notifies whatever the event is'
post alice m.room.message '{"msgtype":"m.notice","body":"x","m.mentions":{"user_ids":["@bob:localhost"]}}'
now bob '[2,2]' 'sync: but not in a notice'
post bob org.example.thing '{"m.mentions":{"user_ids":["@bob:localhost"]}}'
now bob '[0,0]' 'sync: nobody mentions themselves'
post alice m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"user_ids":["@bob:localhost"]}}'
redact alice "$said"
now bob '[0,0]' 'sync: a mention that was redacted does not count'
post alice m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"room":true}}'
now bob '[1,1]' 'sync: a mention of the room is for all'
post alice m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"room":true,"user_ids":["@bob:localhost"]}}'
now bob '[2,2]' 'sync: of a user and of the room, it is one'
redact alice "$said"
now bob '[1,1]' 'sync: and is none when it was redacted'
post carol m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"room":true}}'
now bob '[2,1]' 'sync: who has not the power mentions nobody by the room'
set_state alice m.room.power_levels '{"notifications":{"room":0}}'
post carol m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"room":true}}'
now bob '[3,2]' 'sync: power levels say who has'
mark bob m.read "$said"
now bob '[0,0]' 'sync: and all is read'

# --------------------------------------------------------------- threads
say alice root
root=$said
say alice other
reply() { post "$1" m.room.message "{\"msgtype\":\"m.text\",\"body\":\"$2\",\"m.relates_to\":{\"rel_type\":\"m.thread\",\"event_id\":\"$root\"}$3}"; }
reply alice a
a=$said
reply alice b ',"m.mentions":{"user_ids":["@bob:localhost"]}'
b=$said
post alice m.room.message "{\"msgtype\":\"m.text\",\"body\":\"c\",\"m.relates_to\":{\"rel_type\":\"m.reference\",\"event_id\":\"$b\"}}"
c=$said
# threads MAIN THREADS NAME: with the filter's flag
threads() {
	sync bob '' "$threaded"
	is_json "[$j.unread_notifications, ($j.unread_thread_notifications // {})[]] |
	    map([.notification_count, .highlight_count])" "$1" "$2"
}
now bob '[5,1]' 'sync: without the flag all is one'
is_json "$j | has(\"unread_thread_notifications\")" false 'sync: and of threads nothing is said'
threads '[[2,0],[3,1]]' 'sync: with it the main timeline and threads are apart'
is_json "$j.unread_thread_notifications | keys" "[\"$root\"]" 'sync.rooms.join.unread_thread_notifications: by their roots'
mark bob m.read "$a" "{\"thread_id\":\"$root\"}"
threads '[[2,0],[2,1]]' 'sync: a receipt in a thread is of that thread'
mark bob m.read "$root" '{"thread_id":"main"}'
threads '[[1,0],[2,1]]' 'sync: a receipt in the main timeline is of that'
redact alice "$b"
threads '[[1,0],[1,0]]' 'sync: what was redacted in a thread counts no more'
reply bob d
threads '[[1,0]]' 'sync: who speaks in a thread has read that thread'
is_json "$j | has(\"unread_thread_notifications\")" false 'sync: threads without any are left out'
reply alice e
reply alice f
now bob '[3,0]' 'sync: in the whole room it is the sum'
mark bob m.read "$said"
threads '[[0,0]]' 'sync: a receipt of the whole room is of all threads'
root=$c
say alice more
root=$said
reply alice g
threads '[[1,0],[1,0]]' 'sync: another thread'
reply bob h
say bob i
threads '[[0,0]]' 'sync: and that was read'

# ------------------------------------------- ignored users, rejoins, 2015
say carol one
say alice two
as bob
ignored=$v3/user/$(enc @bob:localhost)/account_data/m.ignored_user_list
req PUT "$ignored" '{"ignored_users":{"@carol:localhost":{}}}'
now bob '[1,0]' 'sync: who is ignored notifies nobody'
post carol m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"user_ids":["@bob:localhost"]}}'
now bob '[1,0]' 'sync: not even by naming them'
as bob
req PUT "$ignored" '{"ignored_users":{}}'
now bob '[3,1]' 'sync: until they are ignored no more'
go bob
say alice meanwhile
come bob
now bob '[0,0]' 'sync: who comes back begins anew'
is_json "$j.unread_notifications | type" '"object"' 'sync: and is told so'
say alice x
as bob
req GET "/_matrix/client/v2_alpha/sync?timeout=0"
is_json "[.. | objects | keys[] | select(startswith(\"unread\"))]" '[]' \
    '2015 knows of no counts'
go bob
sync bob '' "filter=$(enc '{"room":{"include_leave":true}}')"
is_json ".rooms.leave[\"$room\"] | has(\"unread_notifications\")" false \
    'sync: who is out has nothing to read'

# The end of a room.
come bob
set_state alice m.room.tombstone '{"body":"moved","replacement_room":"!x:localhost"}'
now bob '[1,1]' 'sync: the end of a room is told aloud'
stop
start
now bob '[1,1]' 'sync: counts outlive the server'
done_testing
