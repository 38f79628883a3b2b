#!/bin/sh
# Making, changing and removing push rules, and who is told of it.
. "$(dirname "$0")/lib.sh"
conf accounts guests yes

start
user alice
user bob
v3=/_matrix/client/v3
rules=$v3/pushrules/global
old=/_matrix/client/api/v1/pushrules
data=$v3/user/$(enc @alice:localhost)/account_data/m.push_rules
as alice

put() { req PUT "$rules/$1" "${2-"{\"actions\":[]}"}"; }
# ids KIND WANT NAME: those of her own rules, in their order
ids() { req GET "$rules/$1"; is_json '[.[] | select(.default | not) | .rule_id]' "$2" "$3"; }

# ------------------------------------------------------------ making one
put content/tea '{"pattern":"t?a","actions":["notify",{"set_tweak":"sound","value":"kettle"},{"set_tweak":"org.x","value":{"a":[1]}}]}'
is_status 200 'setPushRule: a rule is made'
is_json . '{}' 'setPushRule: with nothing to say'
req GET "$rules/content/tea"
is_json . '{"actions":["notify",{"set_tweak":"sound","value":"kettle"},{"set_tweak":"org.x","value":{"a":[1]}}],"default":false,"enabled":true,"pattern":"t?a","rule_id":"tea"}' \
    'PSH-6: getPushRule: tweaks that nobody knows are kept, and it is on'
put override/o '{"actions":["notify"],"conditions":[{"kind":"event_match","key":"type","pattern":"m.*"},{"kind":"room_member_count","is":">=3"},{"kind":"org.unknown","a":null}]}'
is_status 200 'setPushRule: a condition that nobody knows may be given'
req GET "$rules/override/o"
is_json .conditions '[{"key":"type","kind":"event_match","pattern":"m.*"},{"is":">=3","kind":"room_member_count"},{"a":null,"kind":"org.unknown"}]' \
    'PSH-8: conditions are shown as they were given'
put underride/u; req GET "$rules/underride/u"
is_json . '{"actions":[],"conditions":[],"default":false,"enabled":true,"rule_id":"u"}' \
    'PSH-8: conditions may be left out'
room='!some:localhost' sender=@eve:localhost
put "room/$(enc "$room")"; req GET "$rules/room/$(enc "$room")"
is_json . "{\"actions\":[],\"default\":false,\"enabled\":true,\"rule_id\":\"$room\"}" \
    'PSH-4: a rule of a room is called as the room'
put "sender/$(enc $sender)"; req GET "$rules/sender/$(enc $sender)"
is_json .rule_id "\"$sender\"" 'PSH-4: one of a sender as the sender'
put underride/tea; ids underride '["tea","u"]' 'PSH-4: of two kinds two rules may have one id'

# ---------------------------------------------------------- their order
for id in a b c; do put override/$id; done
ids override '["c","b","a","o"]' 'PSH-3: a new rule is the most important of its kind'
put 'override/d?before=a'; ids override '["c","b","d","a","o"]' 'PSH-3: or comes before another'
put 'override/e?after=a'; ids override '["c","b","d","a","e","o"]' 'PSH-3: or after it'
put 'override/f?after=c&before=o'; ids override '["c","b","d","a","e","f","o"]' 'PSH-3: of both before counts'
put 'override/o?before=c'; ids override '["o","c","b","d","a","e","f"]' 'PSH-3: one that is there moves'
put 'override/b?after=f'; ids override '["o","c","d","a","e","f","b"]' 'PSH-3: to the end too'
put override/d '{"actions":["notify"]}'
ids override '["o","c","d","a","e","f","b"]' 'PSH-3: one that is changed stays where it is'
put 'override/d?before=d'; ids override '["o","c","d","a","e","f","b"]' 'PSH-3: and next to itself'
put 'override/d?after=d'; ids override '["o","c","d","a","e","f","b"]' 'PSH-3: on either side'
req GET "$rules/override"
is_json 'map(.rule_id) | [.[0], .[1], .[8]]' '[".m.rule.master","o",".m.rule.suppress_notices"]' \
    'PSH-7: predefined rules come last, but for the one that turns all off'
for other in none .m.rule.tombstone tea; do
	put "override/x?before=$other"
	is_err 400 M_UNKNOWN "setPushRule: not before $other, which is not theirs"
	put "override/x?after=$other"
	is_err 400 M_UNKNOWN "setPushRule: nor after it"
done
like 'before/after rule not found: tea' 'setPushRule: and says so'
req GET "$rules/override/x"; is_err 404 M_NOT_FOUND 'setPushRule: nothing came of it'

# ------------------------------------------------------------- refusals
refused() { put "$1" "$2"; is_err 400 "$3" "setPushRule: $4"; }
refused override/.mine '{"actions":[]}' M_INVALID_PARAM 'ids with a dot in front are the server'"'"'s'
refused override/a%2Fb '{"actions":[]}' M_INVALID_PARAM 'no slash'
refused 'override/a%5Cb' '{"actions":[]}' M_INVALID_PARAM 'no backslash'
refused "override/$(printf %0256d 0)" '{"actions":[]}' M_INVALID_PARAM 'no id of 256 bytes'
put "override/$(printf %0255d 0)"; is_status 200 'setPushRule: 255 are no more than there may be'
refused room/a '{"actions":[]}' M_INVALID_PARAM 'PSH-4: a room is none by any name'
refused sender/a '{"actions":[]}' M_INVALID_PARAM 'nor is a user'
refused content/x '{"actions":[]}' M_MISSING_PARAM 'PSH-9: a content rule has a pattern'
refused content/x '{"actions":[],"pattern":1}' M_BAD_JSON 'which is a string'
refused content/x "{\"actions\":[],\"pattern\":\"$(printf %0510d 0)\"}" M_INVALID_PARAM 'and not too long'
refused override/x '{}' M_MISSING_PARAM 'actions are said'
refused override/x '{"actions":{}}' M_BAD_JSON 'as a list'
for action in '"stick"' '{}' '{"set_tweak":1}' 1 null; do
	refused override/x "{\"actions\":[$action]}" M_INVALID_PARAM "$action is none"
done
for tweak in '"sound"' '"sound","value":1' '"highlight","value":"yes"' '"highlight","value":null'; do
	refused override/x "{\"actions\":[{\"set_tweak\":$tweak}]}" M_BAD_JSON "no tweak is $tweak"
done
for c in 1 '{}' '{"kind":1}' '{"kind":"event_match","pattern":"x"}' '{"kind":"event_match","key":"x"}' \
    '{"kind":"event_match","key":"x","pattern":1}' '{"kind":"room_member_count"}' \
    '{"kind":"event_property_is","value":1}' '{"kind":"event_property_is","key":"x"}' \
    '{"kind":"event_property_is","key":"x","value":[]}' '{"kind":"event_property_contains","key":"x","value":1.5}' \
    '{"kind":"sender_notification_permission"}' '{"kind":"profile_tag"}'; do
	refused underride/x "{\"actions\":[],\"conditions\":[$c]}" M_BAD_JSON "no condition is $c"
done
for is in '' x '=2' '=>2' '2x' '!2' '-1'; do
	refused underride/x "{\"actions\":[],\"conditions\":[{\"kind\":\"room_member_count\",\"is\":\"$is\"}]}" \
	    M_INVALID_PARAM "PSH-8: \"$is\" is no number of members"
done
refused override/x '{"actions":[],"conditions":{}}' M_BAD_JSON 'conditions are a list'
many() { jq -nc --argjson n "$1" --argjson of "$2" '[range($n) | $of]'; }
refused override/x "{\"actions\":$(many 21 '"notify"')}" M_INVALID_PARAM 'there are 20 actions at most'
refused override/x "{\"actions\":[],\"conditions\":$(many 21 '{"kind":"x"}')}" M_INVALID_PARAM 'and as many conditions'
put override/x "{\"actions\":[{\"set_tweak\":\"x\",\"value\":\"$(printf %016384d 0)\"}]}"
is_err 413 M_TOO_LARGE 'setPushRule: a rule has its size'
for path in nowhere/override/x global/overrides/x device/override/x; do
	req PUT "$v3/pushrules/$path" '{"actions":[]}'
	is_err 404 M_NOT_FOUND "setPushRule: there is no $path"
	req DELETE "$v3/pushrules/$path"
	is_err 404 M_NOT_FOUND "deletePushRule: nor to delete"
done
req PUT "$v3/pushrules/device/tag/override/x" '{"actions":[]}'
is_err 404 M_UNRECOGNIZED 'setPushRule: today knows no rules of devices'
req GET "$rules/override/x"; is_err 404 M_NOT_FOUND 'setPushRule: none of these was made'

# ------------------------------------------------------------ its parts
on() { req PUT "$rules/$1/enabled" "{\"enabled\":$2}"; }
on content/tea false; is_status 200 'setPushRuleEnabled: a rule can be turned off'
req GET "$rules/content/tea/enabled"; is_json . '{"enabled":false}' 'isPushRuleEnabled: and is'
put content/tea '{"pattern":"te","actions":[]}'
req GET "$rules/content/tea"; is_json '[.enabled, .pattern]' '[false,"te"]' 'setPushRule: one that is changed stays off'
on content/tea true; req GET "$rules/content/tea"; is_json .enabled true 'setPushRuleEnabled: and on again'
on override/.m.rule.tombstone false; req GET "$rules/override/.m.rule.tombstone"
is_json '[.enabled, .default]' '[false,true]' 'PSH-7: setPushRuleEnabled: predefined ones too'
for body in '{}' '{"enabled":null}'; do
	req PUT "$rules/content/tea/enabled" "$body"
	is_status 400 "setPushRuleEnabled: $body says nothing"
done
on content/tea 1; is_err 400 M_BAD_JSON 'setPushRuleEnabled: a number is neither'
req PUT "$rules/content/tea/enabled" true; is_err 400 M_BAD_JSON 'setPushRuleEnabled: an object today'
on content/none true; is_err 404 M_NOT_FOUND 'setPushRuleEnabled: only what there is'
on override/.m.rule.none true; is_err 404 M_NOT_FOUND 'setPushRuleEnabled: also of the server'
on underride/.m.rule.master true; is_err 404 M_NOT_FOUND 'setPushRuleEnabled: of that kind'

act() { req PUT "$rules/$1/actions" "{\"actions\":$2}"; }
act content/tea '["notify",{"set_tweak":"highlight"}]'; is_status 200 'setPushRuleActions: actions can be changed'
req GET "$rules/content/tea/actions"
is_json . '{"actions":["notify",{"set_tweak":"highlight"}]}' 'getPushRuleActions: and are'
req GET "$rules/content/tea"; is_json .pattern '"te"' 'setPushRuleActions: with nothing else'
act underride/.m.rule.message '[]'; req GET "$rules/underride/.m.rule.message"
is_json '[.actions, .enabled]' '[[],true]' 'setPushRuleActions: of predefined ones too'
act underride/.m.rule.message '["notify","dont_notify","coalesce"]'
req GET "$rules/underride/.m.rule.message/actions"
is_json .actions '["notify"]' 'setPushRuleActions: what today has no more is left out'
act content/tea '["dont_notify"]'; req GET "$rules/content/tea/actions"
is_json .actions '[]' 'setPushRuleActions: of all rules'
act content/none '[]'; is_err 404 M_NOT_FOUND 'setPushRuleActions: only what there is'
act content/tea '["stick"]'; is_err 400 M_INVALID_PARAM 'setPushRuleActions: nothing else'
act content/tea '1'; is_err 400 M_BAD_JSON 'setPushRuleActions: a list'
req PUT "$rules/content/tea/actions" '{}'; is_err 400 M_MISSING_PARAM 'setPushRuleActions: which is there'
act override/.m.rule.tombstone "[{\"set_tweak\":\"x\",\"value\":\"$(printf %016384d 0)\"}]"
is_err 413 M_TOO_LARGE 'setPushRuleActions: of some size'

# ------------------------------------------------------------ removing
req DELETE "$rules/override/a"; is_status 200 'deletePushRule: a rule goes'
is_json . '{}' 'deletePushRule: with nothing to say'
ids override "[\"$(printf %0255d 0)\",\"o\",\"c\",\"d\",\"e\",\"f\",\"b\"]" 'deletePushRule: the others stay in their order'
req DELETE "$rules/override/a"; is_err 404 M_NOT_FOUND 'deletePushRule: once'
req DELETE "$rules/override/.m.rule.master"
is_err 400 M_INVALID_PARAM 'deletePushRule: what is predefined stays'
req DELETE "$rules/override/.m.rule.none"; is_err 404 M_NOT_FOUND 'deletePushRule: if it is there at all'

# --------------------------------------------------- telling other clients
req GET "$data"; had=$(get_json .)
req GET $v3/pushrules/; is "$(get_json .)" "$had" 'm.push_rules is the same account data'
is_json '.global | keys' '["content","override","room","sender","underride"]' 'getPushRules: all kinds'
req GET $v3/pushrules/global/; is "$(get_json .)" "$(printf %s "$had" | jq .global)" 'getPushRulesGlobal: the same'
req PUT "$data" '{"global":{}}'; is_err 405 M_BAD_JSON 'm.push_rules is not set as account data'
req GET "$v3/sync"; since=$(get_json .next_batch)
is_json '[.account_data.events[] | select(.type == "m.push_rules")] | length' 1 'sync: m.push_rules at first'
req GET "$v3/sync?since=$since"; is_json .account_data.events '[]' 'sync: and not again'
tell() {
	eval "$2"
	req GET "$v3/sync?since=$since"; since=$(get_json .next_batch)
	is_json "[.account_data.events[] | select(.type == \"m.push_rules\") | .content$3]" "[$4]" "$1"
}
tell 'sync: a new rule is told' 'put override/new' '.global.override[1].rule_id' '"new"'
tell 'sync: one turned off' 'on override/new false' '.global.override[1].enabled' false
tell 'sync: other actions' 'act override/new "[\"notify\"]"' '.global.override[1].actions' '["notify"]'
tell 'sync: what goes' "req DELETE $rules/override/new" '.global.override[1].rule_id' "\"$(printf %0255d 0)\""
bg wait GET "$v3/sync?timeout=30000&since=$since"
on override/.m.rule.master true
bg_wait wait; is_json '.account_data.events[0].content.global.override[0].enabled' true \
    'sync: whoever waits hears of it'
since=$(get_json .next_batch)
put content/x '{"actions":[]}'
req GET "$v3/sync?since=$since"; is_json .account_data.events '[]' 'sync: what was refused is no change'
slide=/_matrix/client/unstable/org.matrix.simplified_msc3575/sync
ask='{"extensions":{"account_data":{"enabled":true}}}'
rules_told='[.extensions.account_data.global // [] | .[] | select(.type == "m.push_rules")] | length'
req POST $slide "$ask"; is_json "$rules_told" 1 'sliding sync: m.push_rules at first'
pos=$(get_json .pos)
req POST "$slide?pos=$pos" "$ask"; is_json "$rules_told" 0 'sliding sync: and not again'
on override/.m.rule.master false
req POST "$slide?pos=$pos" "$ask"; is_json "$rules_told" 1 'sliding sync: but when they change'
req GET /_matrix/client/r0/initialSync
is_json '[.account_data[] | select(.type == "m.push_rules") | .content.global.content[0].rule_id]' '["tea"]' 'initialSync: has them'
from=$(get_json .end)
on override/.m.rule.master true
req GET "/_matrix/client/r0/events?timeout=0&from=$from"
is_json '[.chunk[] | select(.type == "m.push_rules")] | length' 1 'events: they are told when they change'
on override/.m.rule.master false

# ---------------------------------------------------------------- of 2015
tag=$old/device/phone
req PUT "$tag/override/x" '{"actions":["coalesce","dont_notify"]}'; is_status 200 'PSH-1: device/<tag> is a scope'
req GET "$tag/override/x"
is_json . '{"actions":["coalesce","dont_notify"],"conditions":[],"default":false,"enabled":true,"rule_id":"x"}' \
    'PSH-6: 2015 has these actions'
req PUT "$tag/override/enabled" '{"actions":[]}'; is_status 200 'PSH-1: a rule may be called enabled'
req PUT "$old/device/desk/content/x" '{"actions":[],"pattern":"a"}'
req GET $old/
is_json '.device | map_values(map_values(map(.rule_id)))' \
    '{"desk":{"content":["x"],"override":[],"room":[],"sender":[],"underride":[]},"phone":{"content":[],"override":["enabled","x"],"room":[],"sender":[],"underride":[]}}' \
    'PSH-1: rules by profile tag'
req GET $old/device/; is_json keys '["desk","phone"]' 'PSH-1: all tags'
req GET $tag; is_json '.override | map(.rule_id)' '["enabled","x"]' 'PSH-1: one of them'
req GET $tag/override; is_json 'map(.rule_id)' '["enabled","x"]' 'PSH-1: a kind of it'
req GET $tag/overrides; is_err 404 M_NOT_FOUND 'PSH-1: and of no other kind'
req PUT "$tag/override/y?after=x" '{"actions":[]}'
req GET $tag/override; is_json 'map(.rule_id)' '["enabled","x","y"]' 'PSH-3: in their order'
req PUT "$tag/override/y?after=d" '{"actions":[]}'; is_err 400 M_UNKNOWN 'PSH-3: of one scope'
req PUT "$tag/override/x/enabled" false; is_status 200 'PSH-5: true or false is all of the body'
req GET "$tag/override/x"; is_json .enabled false 'PSH-5: it is off'
req PUT "$tag/override/x/enabled" '{"enabled":true}'
req GET "$tag/override/x"; is_json .enabled true 'PSH-5: an object is understood too'
for body in 1 '"true"' null '[]'; do
	req PUT "$tag/override/x/enabled" "$body"; is_err 400 M_BAD_JSON "PSH-5: $body is neither"
done
req PUT "$tag/override/x/enabled" '{}'; is_err 400 M_BAD_JSON 'PSH-5: nor is nothing'
req PUT "$tag/override/.m.rule.master/enabled" true; is_err 404 M_NOT_FOUND 'PSH-7: no tag has predefined rules'
req PUT "$old/device/$(printf %033d 0)/override/x" '{"actions":[]}'; is_err 400 M_INVALID_PARAM 'a profile tag has 32 bytes'
req DELETE "$tag/override/x"; is_status 200 'PSH-1: it can be removed'
req DELETE "$tag/override/x"; is_err 404 M_NOT_FOUND 'PSH-1: once'
req GET "$rules/override/y"; is_err 404 M_NOT_FOUND 'PSH-4: what is of a device is not global'
req PUT "$old/global/override/coal" '{"actions":["coalesce",{"set_tweak":"highlight","value":false}]}'
req GET "$rules/override/coal/actions"
is_json .actions '["notify",{"set_tweak":"highlight","value":false}]' 'PSH-6: today coalesce is notify'
req PUT "$old/global/content/word" '{"actions":["dont_notify"],"pattern":"a"}'
req GET "$rules/content/word"; is_json .actions '[]' 'PSH-6: and dont_notify nothing'
req PUT "$old/global/content/word" '{"actions":[]}'; is_err 400 M_BAD_JSON 'PSH-9: in 2015 too a content rule has a pattern'
req PUT "$old/global/content/.m.rule.contains_user_name/enabled" false; is_status 200 'PSH-7: a predefined rule of 2015 is turned off'
req GET "$old/global/content/.m.rule.contains_user_name"; is_json .enabled false 'PSH-7: and is'
req PUT "$old/global/override/.m.rule.master/enabled" true
req GET "$rules/override/.m.rule.master"; is_json .enabled true 'PSH-7: what both eras have is turned off in both'
req GET "$rules/content/.m.rule.contains_user_name"; is_err 404 M_NOT_FOUND 'PSH-7: the other is not today'"'"'s'
on override/.m.rule.master false

# ------------------------------------------------------------ whose they are
as bob
req GET $v3/pushrules/; is_json '[.. | objects | select(.default == false)]' '[]' 'nobody else has them'
req DELETE "$rules/override/o"; is_err 404 M_NOT_FOUND 'or can remove them'
token=
req POST '/_matrix/client/v3/register?kind=guest' '{}'; token=$(get_json .access_token)
put override/x; is_err 403 M_GUEST_ACCESS_FORBIDDEN 'guests have none'
token=
put override/x; is_err 401 M_MISSING_TOKEN 'nor has a stranger'

# --------------------------------------------------------- and how many
as bob
body=$tmp/many i=0
long=$(printf %016000d 0)
while [ $i -lt 16 ]; do
	put override/long$i "{\"actions\":[{\"set_tweak\":\"x\",\"value\":\"$long\"}]}"
	i=$((i + 1))
done
is_status 200 'setPushRule: sixteen long ones'
put override/long16 "{\"actions\":[{\"set_tweak\":\"x\",\"value\":\"$long\"}]}"
is_err 413 M_TOO_LARGE 'setPushRule: together they have their size'
put override/long1 '{"actions":[]}'; is_status 200 'setPushRule: one may become shorter'
stop
start
as alice
req GET $v3/pushrules/; now=$(get_json '[.global[][] | select(.default | not) | .rule_id] | length')
is "$now" 14 'rules outlive the server'
done_testing
