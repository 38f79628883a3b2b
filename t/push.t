#!/bin/sh
# The predefined push rules: GET /pushrules/ and what lies below it.
. "$(dirname "$0")/lib.sh"

start
user alice
v3=/_matrix/client/v3/pushrules
v1=/_matrix/client/api/v1/pushrules

# As the specification prints them, each behind its kind.
cat >"$tmp/today" <<'END'
override {"actions":[],"conditions":[],"default":true,"enabled":false,"rule_id":".m.rule.master"}
override {"actions":[],"conditions":[{"key":"content.msgtype","kind":"event_match","pattern":"m.notice"}],"default":true,"enabled":true,"rule_id":".m.rule.suppress_notices"}
override {"actions":["notify",{"set_tweak":"sound","value":"default"}],"conditions":[{"key":"type","kind":"event_match","pattern":"m.room.member"},{"key":"content.membership","kind":"event_match","pattern":"invite"},{"key":"state_key","kind":"event_match","pattern":"@alice:localhost"}],"default":true,"enabled":true,"rule_id":".m.rule.invite_for_me"}
override {"actions":[],"conditions":[{"key":"type","kind":"event_match","pattern":"m.room.member"}],"default":true,"enabled":true,"rule_id":".m.rule.member_event"}
override {"actions":["notify",{"set_tweak":"sound","value":"default"},{"set_tweak":"highlight"}],"conditions":[{"key":"content.m\\.mentions.user_ids","kind":"event_property_contains","value":"@alice:localhost"}],"default":true,"enabled":true,"rule_id":".m.rule.is_user_mention"}
override {"actions":["notify",{"set_tweak":"highlight"}],"conditions":[{"key":"content.m\\.mentions.room","kind":"event_property_is","value":true},{"key":"room","kind":"sender_notification_permission"}],"default":true,"enabled":true,"rule_id":".m.rule.is_room_mention"}
override {"actions":["notify",{"set_tweak":"highlight"}],"conditions":[{"key":"type","kind":"event_match","pattern":"m.room.tombstone"},{"key":"state_key","kind":"event_match","pattern":""}],"default":true,"enabled":true,"rule_id":".m.rule.tombstone"}
override {"actions":[],"conditions":[{"key":"type","kind":"event_match","pattern":"m.reaction"}],"default":true,"enabled":true,"rule_id":".m.rule.reaction"}
override {"actions":[],"conditions":[{"key":"type","kind":"event_match","pattern":"m.room.server_acl"},{"key":"state_key","kind":"event_match","pattern":""}],"default":true,"enabled":true,"rule_id":".m.rule.room.server_acl"}
override {"actions":[],"conditions":[{"key":"content.m\\.relates_to.rel_type","kind":"event_property_is","value":"m.replace"}],"default":true,"enabled":true,"rule_id":".m.rule.suppress_edits"}
underride {"actions":["notify",{"set_tweak":"sound","value":"ring"}],"conditions":[{"key":"type","kind":"event_match","pattern":"m.call.invite"}],"default":true,"enabled":true,"rule_id":".m.rule.call"}
underride {"actions":["notify",{"set_tweak":"sound","value":"default"}],"conditions":[{"is":"2","kind":"room_member_count"},{"key":"type","kind":"event_match","pattern":"m.room.encrypted"}],"default":true,"enabled":true,"rule_id":".m.rule.encrypted_room_one_to_one"}
underride {"actions":["notify",{"set_tweak":"sound","value":"default"}],"conditions":[{"is":"2","kind":"room_member_count"},{"key":"type","kind":"event_match","pattern":"m.room.message"}],"default":true,"enabled":true,"rule_id":".m.rule.room_one_to_one"}
underride {"actions":["notify"],"conditions":[{"key":"type","kind":"event_match","pattern":"m.room.message"}],"default":true,"enabled":true,"rule_id":".m.rule.message"}
underride {"actions":["notify"],"conditions":[{"key":"type","kind":"event_match","pattern":"m.room.encrypted"}],"default":true,"enabled":true,"rule_id":".m.rule.encrypted"}
END
cat >"$tmp/2015" <<'END'
content {"actions":["notify",{"set_tweak":"sound","value":"default"},{"set_tweak":"highlight"}],"default":true,"enabled":true,"pattern":"alice","rule_id":".m.rule.contains_user_name"}
override {"actions":["dont_notify"],"conditions":[],"default":true,"enabled":false,"rule_id":".m.rule.master"}
override {"actions":["dont_notify"],"conditions":[{"key":"content.msgtype","kind":"event_match","pattern":"m.notice"}],"default":true,"enabled":true,"rule_id":".m.rule.suppress_notices"}
underride {"actions":["notify",{"set_tweak":"sound","value":"ring"},{"set_tweak":"highlight","value":false}],"conditions":[{"key":"type","kind":"event_match","pattern":"m.call.invite"}],"default":true,"enabled":true,"rule_id":".m.rule.call"}
underride {"actions":["notify",{"set_tweak":"sound","value":"default"},{"set_tweak":"highlight"}],"conditions":[{"kind":"contains_display_name"}],"default":true,"enabled":true,"rule_id":".m.rule.contains_display_name"}
underride {"actions":["notify",{"set_tweak":"sound","value":"default"},{"set_tweak":"highlight","value":false}],"conditions":[{"is":"2","kind":"room_member_count"}],"default":true,"enabled":true,"rule_id":".m.rule.room_one_to_one"}
underride {"actions":["notify",{"set_tweak":"sound","value":"default"},{"set_tweak":"highlight","value":false}],"conditions":[{"key":"type","kind":"event_match","pattern":"m.room.member"},{"key":"content.membership","kind":"event_match","pattern":"invite"},{"key":"state_key","kind":"event_match","pattern":"@alice:localhost"}],"default":true,"enabled":true,"rule_id":".m.rule.invite_for_me"}
underride {"actions":["notify",{"set_tweak":"highlight","value":false}],"conditions":[{"key":"type","kind":"event_match","pattern":"m.room.member"}],"default":true,"enabled":true,"rule_id":".m.rule.member_event"}
underride {"actions":["notify",{"set_tweak":"highlight","value":false}],"conditions":[{"key":"type","kind":"event_match","pattern":"m.room.message"}],"default":true,"enabled":true,"rule_id":".m.rule.message"}
END

# ruleset FILE: the rules of FILE as one object, empty kinds included.
ruleset() {
	jq -ncSR '[inputs | capture("^(?<kind>[a-z]+) (?<rule>.*)$")] as $all |
	    reduce ("content", "override", "room", "sender", "underride") as $kind
	    ({}; .[$kind] = [$all[] | select(.kind == $kind) | .rule | fromjson])' \
	    "$1"
}
today=$(ruleset "$tmp/today") old=$(ruleset "$tmp/2015")
of() { printf '%s\n' "$2" | jq -cS "$1"; }

req GET $v3/;   is_json . "{\"global\":$today}" "today's rules"
req GET $v3;    is_json . "{\"global\":$today}" 'the same without the slash'
req GET /_matrix/client/r0/pushrules/
is_json . "{\"global\":$today}" 'r0 has the same'
req GET /_matrix/client/unstable/pushrules/
is_json . "{\"global\":$today}" 'unstable too'
req GET $v1/;   is_json . "{\"device\":{},\"global\":$old}" 'the rules of 2015'
req GET $v1;    is_json . "{\"device\":{},\"global\":$old}" 'without the slash'
req GET /_matrix/client/v2_alpha/pushrules/
is_json . "{\"device\":{},\"global\":$old}" 'on both paths of 2015'

req GET $v3/global/;    is_json . "$today" 'the global rules'
req GET $v3/global;     is_json . "$today" 'without the slash'
req GET $v1/global/;    is_json . "$old" 'the global rules of 2015'
req GET $v1/device/;    is_json . '{}' 'no profile tag has rules'

for kind in content override room sender underride; do
	req GET $v3/global/$kind
	is_json . "$(of .$kind "$today")" "all of kind $kind"
	req GET $v1/global/$kind/
	is_json . "$(of .$kind "$old")" "all of kind $kind in 2015"
done

while read -r kind rule; do
	id=$(of .rule_id "$rule" | tr -d '"')
	req GET "$v3/global/$kind/$id"
	is_json . "$rule" "$id"
	req GET "$v3/global/$kind/$id/enabled"
	is_json . "{\"enabled\":$(of .enabled "$rule")}" "$id: enabled"
	req GET "$v3/global/$kind/$id/actions"
	is_json . "{\"actions\":$(of .actions "$rule")}" "$id: actions"
done <"$tmp/today"
while read -r kind rule; do
	id=$(of .rule_id "$rule" | tr -d '"')
	req GET "$v1/global/$kind/$id"
	is_json . "$rule" "$id of 2015"
done <"$tmp/2015"

for path in nowhere global/overrides nowhere/override \
    global/override/.m.rule.none global/content/.m.rule.master \
    nowhere/override/.m.rule.master device device/tag \
    device/tag/override device/override/.m.rule.master \
    global/override/.m.rule.none/enabled \
    global/override/.m.rule.none/actions \
    global/content/.m.rule.contains_user_name; do
	req GET $v3/$path; is_err 404 M_NOT_FOUND "there is no $path"
done
for path in device/tag device/tag/override device/tag/override/.m.rule.master \
    global/override/.m.rule.member_event; do
	req GET $v1/$path; is_err 404 M_NOT_FOUND "there is no $path in 2015"
done
req GET $v3/global/override/.m.rule.master/conditions
is_err 404 M_UNRECOGNIZED 'a rule has no such part'

user bob
req GET $v1/
is_json '.global.content[0].pattern' '"bob"' 'a name of his own'
is_json '[.. | .pattern? | select(. == "@bob:localhost")] | length' 1 'his id'
req GET $v3/
is_json '[.. | strings | select(startswith("@"))] | unique' \
    '["@bob:localhost"]' 'and nobody else'

token=
req GET $v3/; is_err 401 M_MISSING_TOKEN 'rules are for those who have an account'

done_testing
