#!/bin/sh
# mxcgi export: all that there is about a person, and nothing about another.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/devices.sh"
. "$SRC/t/media.sh"	# whose upload it is

start
for name in ann bob; do user $name; done
is_exit() { is "$status" "$1" "$2"; }
out=$tmp/out
# What jq finds in all lines of file $1.
lines() { jq -s . "$out/$1.jsonl" >"$tmp/body"; }

as bob
req POST $v3/createRoom '{"preset":"public_chat","name":"The Kitchen"}'
room=$(get_json .room_id) r=$(enc "$(get_json .room_id)")
req PUT "$v3/rooms/$r/send/m.room.message/b1" '{"msgtype":"m.text","body":"the secret of Bob"}'
said=$(get_json .event_id)
printf 'of Bob' >"$tmp/bobs"
upload "$tmp/bobs" text/plain
as ann
req POST "$v3/join/$r" '{}'
req PUT "$v3/profile/$(enc "$user")/displayname" '{"displayname":"Ann \"A\" B"}'
req PUT "$v3/rooms/$r/send/m.room.message/a1" '{"msgtype":"m.text","body":"Ann says\nthis"}'
mine=$(get_json .event_id)
req PUT "$v3/rooms/$r/send/m.room.message/a2" '{"msgtype":"m.text","body":"regretted"}'
req PUT "$v3/rooms/$r/redact/$(enc "$(get_json .event_id)")/a3" '{}'
req PUT "$v3/user/$(enc "$user")/account_data/org.example" '{"a":[1,2]}'
req PUT "$v3/user/$(enc "$user")/rooms/$r/tags/u.x" '{}'
req POST "$v3/rooms/$r/receipt/m.read/$(enc "$said")" '{}'
req POST "$v3/rooms/$r/report/$(enc "$said")" '{"reason":"too much salt"}'
req PUT "$v3/pushrules/global/content/soup" '{"actions":["notify"],"pattern":"soup"}'
req PUT "$v3/pushrules/global/override/.m.rule.master/enabled" '{"enabled":true}'
req POST "$v3/user/$(enc "$user")/filter" '{"room":{"timeline":{"limit":3}}}'
req POST $v3/pushers/set '{"app_id":"a.b","app_display_name":"A","device_display_name":"d","kind":"http","lang":"en","pushkey":"a secret key","data":{"url":"https://push.example.org/_matrix/push/v1/notify"}}'
printf 'some text' >"$tmp/text"
upload "$tmp/text" text/plain notes.txt
file=${mxc#*/}
req POST /_matrix/media/v1/create
awaited=$(get_json .content_uri)

req PUT "$v3/directory/room/%23anns:localhost" "{\"room_id\":\"$room\"}"
identity ann
req POST $v3/keys/upload "{\"device_keys\":$(device_keys ann)}"
is_status 200 'keys of a device'
req POST $v3/room_keys/version '{"algorithm":"m.megolm_backup.v1.curve25519-aes-sha2","auth_data":{"public_key":"a locked box"}}'
is_status 200 'a backup of keys'
cross_signing ann

# ---------------------------------------------------------- how it is called

admin export ann
is_exit 64 'where to?'
admin export --to "$out"
is_exit 64 'of whom?'
admin export nobody --to "$out"
is_exit 67 'of nobody'
ok "$([ ! -e "$out" ]; echo $?)" 'makes nothing'
mkdir "$tmp/full"
touch "$tmp/full/.hidden"
admin export ann --to "$tmp/full"
is_exit 73 'into what is not empty'
is "$(ls -A "$tmp/full")" .hidden 'nothing is written'
admin export ann --to "$tmp/text"
is_exit 73 'nor into a file'
admin export ann --to "$tmp/no/such"
is_exit 73 'nor where nothing is'

# --------------------------------------------------------------- what it has

admin export ann --to "$out" --json
is_exit 0 'written'
is_json '[.user_id, .media, .events > 3]' '["@ann:localhost",1,true]' 'and told'
is "$(find "$out" ! -type d ! -perm 600; find "$out" -type d ! -perm 700)" '' \
    'for its owner alone'
for f in "$out"/*.jsonl; do
	jq -s . "$f" >/dev/null 2>>"$tmp/log" || echo "$f"
done >"$tmp/wrong"
is "$(cat "$tmp/wrong")" '' 'all of it is JSON'
lines account
is_json '.[0] | .user_id, .kind' "$(printf '"@ann:localhost"\n"user"')" 'the account'
lines profile
is_json 'map([.field, .value])' '[["displayname","Ann \"A\" B"]]' 'profile'
lines devices
is_json 'length, .[0].device_id' "$(printf '1\n"%s"' "$device_ann")" 'devices'
lines device_keys
is_json 'map([.device_id, .keys.user_id])' "[[\"$device_ann\",\"$user\"]]" 'their public keys'
lines cross_signing_keys
is_json 'map(.usage)' '["master","self_signing","user_signing"]' 'and those of theirs'
lines key_backups
is_json 'map([.version, .keys])' '[[1,0]]' 'backups of secret ones, which are not'
lines aliases
is_json 'map([.alias, .room_id])' "[[\"#anns:localhost\",\"$room\"]]" 'aliases'
lines events
is_json "map(select(.event_id == \"$mine\")) | .[0] | .content.body, .room_id, .redacted" \
    "$(printf '"Ann says\\nthis"\n"%s"\nfalse' "$room")" 'what was said'
is_json 'map(select(.redacted and .type == "m.room.message").content)' '[{}]' \
    'what was redacted stays so'
is_json 'map(select(.type == "m.room.member").content.membership) | unique' '["join"]' \
    'state, too'
lines account_data
is_json 'map(select(.type == "org.example").content.a)' '[[1,2]]' 'account data'
is_json 'map(select(.type == "m.tag") | [.room_id, .content.tags])' \
    "[[\"$room\",{\"u.x\":{}}]]" 'tags, of a room'
lines rooms
is_json 'map([.room_id, .membership])' "[[\"$room\",\"join\"]]" 'rooms'
lines receipts
is_json 'map([.type, .event_id])' "[[\"m.read\",\"$said\"]]" 'receipts'
lines reports
is_json 'map([.event_id, .reason])' "[[\"$said\",\"too much salt\"]]" 'reports'
lines push_rules
is_json 'map([.rule_id, .pattern, .actions])' '[["soup","soup",["notify"]]]' 'push rules'
lines push_rules_changed
is_json 'map([.rule_id, .enabled])' '[[".m.rule.master",1]]' 'those that were changed'
lines filters
is_json '.[0].definition.room.timeline.limit' 3 'filters'
lines pushers
is_json 'map([.app_id, .gateway])' '[["a.b","https://push.example.org"]]' 'pushers'
lines media
is_json 'map([.uri, .file, .name])' \
    "[[\"mxc://localhost/$file\",\"media/$file\",\"notes.txt\"],[\"$awaited\",null,null]]" 'media'
is "$(cat "$out/media/$file")" 'some text' 'with what is in them'
is "$(ls "$out/media")" "$file" "and nobody else's"

for secret in 'secret of Bob' 'a secret key' 'a locked box' "$token_ann" '$scrypt$'; do
	is "$(grep -rlF "$secret" "$out")" '' "nothing has: $secret"
done
admin export ann --to "$out"
is_exit 73 'a second time needs another place'
admin export bob --to "$tmp/bob"
like '^/.*/bob has what is known about @bob:localhost: ' 'in words'
for n in 1 2 3; do
	req PUT "$v3/rooms/$r/send/m.room.message/long$n" \
	    "{\"msgtype\":\"m.text\",\"body\":\"$(printf '%030000d' $n)\"}"
done
(
	trap '' XFSZ
	ulimit -f 100
	exec "$mxcgi" export ann --to "$tmp/short" --config "$tmp/mxcgi.conf"
) >"$tmp/body" 2>"$tmp/said"
is $? 73 'without space'
grep -q 'File too large' "$tmp/said"
ok $? 'says so'
ok "$([ ! -e "$tmp/short/account.jsonl" ]; echo $?)" 'and is not whole'
deactivate ann true
admin export ann --to "$tmp/later"
is_exit 0 'who is gone can be asked for'
is "$(wc -l <"$tmp/later/devices.jsonl")" 0 'and has no device any more'

done_testing
