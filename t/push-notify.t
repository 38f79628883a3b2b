#!/bin/sh
# Who is notified of what, by which rule: GET /notifications and the counts in
# sync, by predefined rules, by those of a user, and by all conditions.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"

start
user alice
user bob
user carol
rules=$v3/pushrules/global

put() { as "$1"; req PUT "$rules/$2" "${3-"{\"actions\":[]}"}"; }
drop() { as "$1"; req DELETE "$rules/$2"; }
on() { as "$1"; req PUT "$rules/$2/enabled" "{\"enabled\":$3}"; }
# post NAME TYPE CONTENT leaves the event in $said
post() {
	as "$1"
	req PUT "$here/send/$2/p$((txn += 1))" "$3"
	said=$(get_json .event_id)
}
told() { as "$1"; req GET "$v3/notifications${2:+?$2}"; }
# counts NAME WANT TITLE: of $room in a first sync
counts() {
	as "$1"; req GET "$v3/sync"
	is_json ".rooms.join[\"$room\"].unread_notifications | [.notification_count, .highlight_count]" "$2" "$3"
}

told bob
is_json . '{"notifications":[]}' 'getNotifications: nothing yet'

# ------------------------------------------------------ the predefined rules
# As they are, of the event that each is for.
as alice; req POST $v3/createRoom '{"invite":["@bob:localhost"]}'; in_room "$(get_json .room_id)"
told bob
is_json '.notifications | map([.actions, .event.content.membership, .event.sender, .read])' \
    '[[["notify",{"set_tweak":"sound","value":"default"}],"invite","@alice:localhost",false]]' \
    'PSH-7: .m.rule.invite_for_me notifies of an invitation'
is_json '.notifications[0] | keys' '["actions","event","read","room_id","ts"]' 'getNotifications: what is said of each'
is_json ".notifications[0] | [.room_id, (.event | has(\"room_id\")), .ts == .event.origin_server_ts]" \
    "[\"$room\",false,true]" 'getNotifications: which room, and when'
come bob
# Each rule gets a tweak by which it is known, so one that suppresses is seen too.
as bob
req GET $v3/pushrules/
get_json '.global | to_entries[] | .key as $kind | .value[] | select(.rule_id != ".m.rule.master") | $kind + "/" + .rule_id' >"$tmp/rules"
while read -r rule; do
	req PUT "$rules/$rule/actions" "{\"actions\":[\"notify\",{\"set_tweak\":\"by\",\"value\":\"${rule#*/}\"}]}"
done <"$tmp/rules"
by='[.notifications[0] | .event.event_id, .actions[1].value]'
# rule RULE TITLE: it is the one that $said meets
rule() { told bob limit=1; is_json "$by" "[\"$said\",\".m.rule.$1\"]" "PSH-7: .m.rule.$1 $2"; }
post alice m.room.message '{"msgtype":"m.text","body":"x"}'; rule room_one_to_one 'is for messages between two'
post alice m.room.encrypted '{"algorithm":"x"}'; rule encrypted_room_one_to_one 'is for what is encrypted between two'
invite alice carol; said=$(as bob; req GET "$here/state/m.room.member/@carol:localhost?format=event"; get_json .event_id)
rule member_event 'is for the invitations of others'
come carol
post alice m.room.message '{"msgtype":"m.text","body":"x"}'; rule message 'is for messages among many'
post alice m.room.encrypted '{"algorithm":"x"}'; rule encrypted 'is for what is encrypted among many'
post alice m.room.message '{"msgtype":"m.notice","body":"x"}'; rule suppress_notices 'is for notices'
post alice m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"user_ids":["@bob:localhost"]}}'; rule is_user_mention 'is for whom it names'
post alice m.room.message '{"msgtype":"m.text","body":"bob","m.mentions":{"user_ids":["@carol:localhost"]}}'; rule message 'is for others'
post alice m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"room":true}}'; rule is_room_mention 'is for all when who may says so'
post carol m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"room":true}}'; rule message 'is for who may not'
post alice m.reaction "{\"m.relates_to\":{\"rel_type\":\"m.annotation\",\"event_id\":\"$said\",\"key\":\"+\"}}"; rule reaction 'is for reactions'
post alice m.room.message "{\"msgtype\":\"m.text\",\"body\":\"* y\",\"m.new_content\":{\"msgtype\":\"m.text\",\"body\":\"y\"},\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"$said\"}}"; rule suppress_edits 'is for edits'
post alice m.call.invite '{"call_id":"1","version":"1"}'; rule call 'is for calls'
set_state alice m.room.server_acl '{"allow":["*"]}'; said=$(get_json .event_id); rule room.server_acl 'is for lists of servers'
newest=$said
post alice org.example.thing '{"body":"x"}'; told bob limit=1; is_json "$by[0]" "\"$newest\"" 'PSH-5: what no rule is for notifies nobody'
post bob m.room.message '{"msgtype":"m.text","body":"x","m.mentions":{"room":true,"user_ids":["@bob:localhost"]}}'
told bob limit=1; is_json "$by[0]" "\"$newest\"" 'PSH-5: nobody is notified of what they sent'
put bob override/all '{"actions":["notify",{"set_tweak":"by","value":"mine"}]}'
post alice org.example.thing '{}'; told bob limit=1
is_json "$by" "[\"$said\",\"mine\"]" 'PSH-7: rules of users come before predefined ones'
on bob override/.m.rule.master true; told bob
is_json . '{"notifications":[]}' 'PSH-7: but .m.rule.master before all'
on bob override/.m.rule.master false
on bob override/all false; told bob limit=1; is_json "$by[0]" "\"$newest\"" 'PSH-5: what is off never matches'
drop bob override/all
set_state alice m.room.tombstone '{"body":"x","replacement_room":"!x:localhost"}'; said=$(get_json .event_id); rule tombstone 'is for the end of a room'

# ---------------------------------------------------- rules of one's own
create alice '{"preset":"public_chat","name":"den"}'
come bob; come carol
counts bob '[1,0]' 'sync: who came in is news by the rule that was changed'
text() { post "$1" m.room.message "{\"msgtype\":\"m.text\",\"body\":\"$2\"}"; }
put carol content/tea '{"pattern":"t?a","actions":["notify",{"set_tweak":"highlight"}]}'
text alice 'some TEA!'; text alice 'teapot'; text alice 'A toa.'
counts carol '[3,2]' 'PSH-9: sync: words that a content rule asks for'
told carol 'only=highlight'
is_json '[.notifications[].event.content.body][:2]' '["A toa.","some TEA!"]' 'getNotifications: only those that highlight'
put carol content/time '{"pattern":"time","actions":[]}'
text alice 'time for tea'; counts carol '[3,2]' 'PSH-3: of two rules that match the most important counts'
put carol 'content/time?after=tea' '{"pattern":"time","actions":[]}'
counts carol '[4,3]' 'PSH-3: sync: which is the other now, so it is counted anew'
put carol "room/$(enc "$room")"; counts carol '[3,3]' 'PSH-2: content rules come before room rules'
drop carol content/tea; drop carol content/time; counts carol '[0,0]' 'PSH-4: a room rule is for all of the room'
put carol sender/@alice:localhost '{"actions":["notify"]}'; counts carol '[0,0]' 'PSH-2: and before one of the sender'
drop carol "room/$(enc "$room")"; counts carol '[4,0]' 'PSH-4: which is for all that they send'
put carol underride/none; counts carol '[4,0]' 'PSH-2: underride rules come last'
put carol override/none; counts carol '[0,0]' 'PSH-2: and override rules first'
for rule in override/none underride/none sender/@alice:localhost; do drop carol $rule; done
counts carol '[4,0]' 'sync: without rules of one'"'"'s own it is as predefined'
on carol underride/.m.rule.message false; counts carol '[0,0]' 'PSH-5: sync: a predefined rule that is off'
on carol underride/.m.rule.message true; counts carol '[4,0]' 'PSH-5: sync: and on again'
as carol; req PUT "$rules/underride/.m.rule.message/actions" '{"actions":["notify",{"set_tweak":"highlight"}]}'
counts carol '[4,4]' 'PSH-6: highlight without a value is one'
req PUT "$rules/underride/.m.rule.message/actions" '{"actions":["notify",{"set_tweak":"highlight","value":false}]}'
counts carol '[4,0]' 'PSH-6: and false is none'
req PUT "$rules/underride/.m.rule.message/actions" '{"actions":[{"set_tweak":"highlight"}]}'
counts carol '[0,0]' 'PSH-6: without notify nothing does'
req PUT "$rules/underride/.m.rule.message/actions" '{"actions":["notify"]}'
counts carol '[4,0]' 'sync: as it was'

# ------------------------------------------------------------- conditions
# when CONDITIONS HOLDS TITLE: of the last event, for carol
when() {
	put carol override/when "{\"conditions\":[$1],\"actions\":[\"notify\",{\"set_tweak\":\"by\",\"value\":\"when\"}]}"
	told carol limit=1
	is_json '.notifications[0].actions[1].value == "when"' "$2" "PSH-8: $3"
}
match() { printf '{"kind":"event_match","key":"%s","pattern":"%s"}' "$1" "$2"; }
value() { printf '{"kind":"event_property_%s","key":"%s","value":%s}' "$1" "$2" "$3"; }
count() { printf '{"kind":"room_member_count","is":"%s"}' "$1"; }
member carol carol '{"membership":"join","displayname":"Carol"}'
post alice m.room.message '{"msgtype":"m.text","body":"hello Carol, and bye","n":1,"yes":true,"no":null,"a.b":{"c\\d":"Deep"},"list":["x",2,false,null,[3]]}'
when '' true 'no conditions always hold'
when "$(match type 'M.ROOM.*')" true 'a pattern for the type, whatever the case'
when "$(match type m.room)" false 'for all of it'
when "$(match content.body bye)" true 'a word of the body'
when "$(match content.body by)" false 'a whole one'
when "$(match content.body 'h*bye')" true 'a pattern for several'
when "$(match content.n '*')" false 'a number matches no pattern'
when "$(match content.none '*')" false 'nor what is not there'
when "$(match 'content.a\\.b.c\\\\d' deep)" true 'dots and backslashes in names'
when "$(match sender '@alice:*'),$(match room_id "$room")" true 'several that hold'
when "$(match sender '@alice:*'),$(match room_id x)" false 'all of them must'
when "$(match state_key '*')" false 'a message has no state key'
when "$(value is content.n 1)" true 'a number'
when "$(value is content.n '"1"')" false 'is no text'
when "$(value is content.yes true)" true 'a boolean'
when "$(value is content.no null)" true 'null'
when "$(value is content.none null)" false 'is not nothing'
when "$(value is content.body '"hello carol, and bye"')" false 'a value is exact'
when "$(value contains content.list 2)" true 'an item of a list'
when "$(value contains content.list 3)" false 'itself in it'
when "$(value contains content.body '"hello"')" false 'a text is no list'
when "$(count 3)" true 'three members'; when "$(count '==3')" true 'the same in full'
when "$(count '<3')" false 'not less'; when "$(count '>2')" true 'more than two'
when "$(count '<=3')" true 'up to three'; when "$(count '>=4')" false 'not from four on'
when '{"kind":"contains_display_name"}' true 'her name, as she is called by herself'
when '{"kind":"sender_notification_permission","key":"room"}' true 'who made the room may tell all'
when '{"kind":"sender_notification_permission","key":"else"}' true 'by any key'
when '{"kind":"profile_tag","profile_tag":"x"}' false 'no device is asked about'
when '{"kind":"org.unknown"}' false 'what nobody knows never holds'
text bob 'carola, 100% sure'
when '{"kind":"contains_display_name"}' false 'no part of a word'
when '{"kind":"sender_notification_permission","key":"room"}' false 'others may not'
member carol carol '{"membership":"join","displayname":"100%"}'
text bob 'carol? 100% sure'
when '{"kind":"contains_display_name"}' true 'her name in this room'
# The levels are those before the event.
set_state alice m.room.power_levels "$(as alice; req GET "$here/state/m.room.power_levels"; get_json '.notifications.room = 0')"
when "$(match type m.room.message),"'{"kind":"sender_notification_permission","key":"room"}' false 'as it was when it was sent'
text bob 'now'; when '{"kind":"sender_notification_permission","key":"room"}' true 'and as it is from now on'
drop carol override/when

# A client of 2015: without * and ? a pattern is any part of the text.
old=/_matrix/client/api/v1/pushrules/global
text bob 'some teapots'
as carol
req PUT "$old/content/tea" '{"pattern":"TEA","actions":["notify",{"set_tweak":"by","value":"2015"}]}'
told carol limit=1; is_json '.notifications[0].actions[1].value' '"2015"' 'PSH-9: in 2015 a pattern may be part of a word'
as carol; req PUT "$old/content/tea" '{"pattern":"tea*","actions":["notify",{"set_tweak":"by","value":"2015"}]}'
told carol limit=1; is_json '.notifications[0].actions' '["notify"]' 'PSH-9: with * it is all of the text'
put carol content/tea '{"pattern":"TEA","actions":["notify",{"set_tweak":"by","value":"2015"}]}'
told carol limit=1; is_json '.notifications[0].actions' '["notify"]' 'PSH-9: as today has it'
as carol; req PUT "$old/override/tea" "{\"conditions\":[$(match sender bob)],\"actions\":[\"coalesce\"]}"
told carol limit=1; is_json '.notifications[0].actions' '["notify"]' 'PSH-8: event_match likewise; coalesce notifies'
as carol; req PUT "$old/override/tea" "{\"conditions\":[$(match sender bob)],\"actions\":[\"dont_notify\"]}"
told carol limit=1; is_json '.notifications[0].event.sender' '"@alice:localhost"' 'PSH-6: dont_notify does not'
req DELETE "$old/override/tea"; req DELETE "$old/content/tea"

# ---------------------------------------------------- pages, read, visible
create alice '{"preset":"public_chat","name":"new"}'
say alice before
come bob
bobs='[.notifications[].event.content.body]'
say alice 1 2 3; two=$said; say alice 4
as bob; req POST "$here/receipt/m.read/$(enc "$two")" '{}'
told bob limit=2; is_json "$bobs" '["4","3"]' 'getNotifications: the newest first'
is_json '[.notifications[].read]' '[false,true]' 'getNotifications: what was read is told as read'
next=$(get_json .next_token)
told bob "limit=1&from=$next"; is_json "$bobs" '["2"]' 'getNotifications: next_token goes on'
next=$(get_json .next_token)
told bob "limit=3&from=$next"
is_json "$bobs[0]" '"1"' 'getNotifications: up to when they came in'
is_json '[.notifications[].event.content.body | select(. == "before")]' '[]' 'getNotifications: not before'
told bob limit=100; all=$(get_json '.notifications | length')
while [ "$(get_json .next_token)" != null ]; do told bob "limit=100&from=$(get_json .next_token)"; all=$((all + $(get_json '.notifications | length'))); done
seen=0 next=
while told bob "limit=3${next:+&from=$next}"; do
	seen=$((seen + $(get_json '.notifications | length'))); next=$(get_json .next_token)
	[ "$next" != null ] || break
done
is $seen $all 'getNotifications: page by page it is the same as at once'
as alice; req PUT "$here/redact/$(enc "$said")/r1" '{}'
told bob limit=1; is_json "$bobs" '["3"]' 'getNotifications: what was redacted is not told'
as bob; req PUT $v3/user/@bob:localhost/account_data/m.ignored_user_list '{"ignored_users":{"@alice:localhost":{}}}'
told bob limit=5; is_json '[.notifications[] | select(.event.sender == "@alice:localhost")]' '[]' 'getNotifications: nothing of whom they ignore'
req PUT $v3/user/@bob:localhost/account_data/m.ignored_user_list '{"ignored_users":{}}'
root=$two
post alice m.room.message "{\"msgtype\":\"m.text\",\"body\":\"reply\",\"m.relates_to\":{\"rel_type\":\"m.thread\",\"event_id\":\"$root\"}}"
say alice main
as bob; req POST "$here/receipt/m.read/$(enc "$said")" '{"thread_id":"main"}'
told bob limit=2; is_json '[.notifications[].read]' '[true,false]' 'getNotifications: a thread is read by itself'
go bob; told bob limit=1
is_json ".notifications[0].room_id == \"$room\"" false '(security 17) getNotifications: who left is told nothing of the room'
set_state alice m.room.history_visibility '{"history_visibility":"joined"}'
come bob; say alice again; told bob limit=2
is_json "[.notifications[] | select(.room_id == \"$room\").event.content.body]" '["again"]' \
    '(security 17) getNotifications: and when they are back, of what came since'
for q in limit=0 limit=x from=x from=n from=n1x only=all; do
	told bob "$q"; is_err 400 M_INVALID_PARAM "getNotifications: not with $q"
done
token=
req GET $v3/notifications; is_err 401 M_MISSING_TOKEN 'getNotifications: for those who have an account'

# ------------------------------------------ counts of many, gone on from
create alice '{"preset":"public_chat"}'
come carol
put carol content/odd '{"pattern":"odd","actions":["notify",{"set_tweak":"highlight"}]}'
many() { while [ "$1" -gt 0 ]; do text alice "$2"; set -- $(($1 - 1)) "$2"; done; }
many 20 odd; first=$said
counts carol '[20,20]' 'sync: many by other rules'
counts carol '[20,20]' 'sync: and again'
many 3 even; counts carol '[23,20]' 'sync: gone on from there'
as alice; req PUT "$here/redact/$(enc "$first")/r2" '{}'
counts carol '[22,19]' 'sync: less what was redacted meanwhile'
as carol; req POST "$here/receipt/m.read/$(enc "$first")" '{}'
counts carol '[3,0]' 'sync: and what was read'
many 17 odd; last=$said; post alice m.room.message "{\"msgtype\":\"m.text\",\"body\":\"odd\",\"m.relates_to\":{\"rel_type\":\"m.thread\",\"event_id\":\"$said\"}}"
root=$(get_json .event_id)
counts carol '[21,18]' 'sync: with what is in a thread'
counts carol '[21,18]' 'sync: and again'
as carol; req POST "$here/receipt/m.read/$(enc "$last")" '{"thread_id":"main"}'
text alice odd
counts carol '[2,2]' 'sync: a receipt in one thread alone changes that thread'
drop carol content/odd
counts carol '[2,0]' 'sync: by the predefined rules'

# --------------------------------------- (security 20) patterns that take long
put carol content/slow "{\"pattern\":\"$(printf 'a*%.0s' $(seq 250))b\",\"actions\":[]}"
text alice "$(printf %040000d 0 | tr 0 a)"
as carol; req GET "$v3/sync"; is_status 200 '(security 20) a pattern with 250 stars is tried in time'
told carol; is_status 200 '(security 20) by notifications too'
done_testing
