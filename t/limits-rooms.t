#!/bin/sh
# Rate limits of what is done in rooms: each operation that has one says when it
# is too much, whatever else there is to say.
. "$(dirname "$0")/lib.sh"
conf limits enabled yes
for class in create join invite send mark report check profile to_device keys; do
	conf limits $class 2/0.001
done
conf limits register 10/1
start
user ann
v3=/_matrix/client/v3
here=$v3/rooms/!none:localhost
mine=$v3/user/@ann:localhost
as ann

# A limit is a class's, and each program counts by itself: two at most are free.
while read -r name method path body; do
	for n in 1 2 3; do
		req "$method" "$path" "$body"
		[ "$status" != 429 ] || break
	done
	is_err 429 M_LIMIT_EXCEEDED "$name: too often (security 16)"
	is_json '.retry_after_ms | type == "number" and . > 0' true \
	    "$name: and says for how long"
done <<END
createRoom POST $v3/createRoom {}
upgradeRoom POST $here/upgrade {"new_version":"12"}
setRoomAlias PUT $v3/directory/room/%23x:localhost {"room_id":"!none:localhost"}
joinRoomById POST $here/join {}
joinRoom POST $v3/join/!none:localhost {}
knockRoom POST $v3/knock/!none:localhost {}
inviteUser POST $here/invite {"user_id":"@ann:localhost"}
inviteBy3PID POST $here/invite {"id_server":"x","id_access_token":"x","medium":"email","address":"a@b.example"}
sendMessage PUT $here/send/m.room.message/1 {}
setRoomStateWithKey PUT $here/state/m.room.name/ {"name":"x"}
redactEvent PUT $here/redact/\$none/1 {}
reportRoom POST $here/report {"reason":""}
reportEvent POST $here/report/\$none {}
reportUser POST $v3/users/@ann:localhost/report {"reason":""}
postReceipt POST $here/receipt/m.read/\$none {}
setReadMarker POST $here/read_markers {}
setTyping PUT $here/typing/@ann:localhost {"typing":false}
setAccountData PUT $mine/account_data/x {}
setAccountDataPerRoom PUT $mine/rooms/!none:localhost/account_data/x {}
setRoomTag PUT $mine/rooms/!none:localhost/tags/x {}
deleteRoomTag DELETE $mine/rooms/!none:localhost/tags/x
search POST $v3/search {"search_categories":{}}
setProfileField PUT $v3/profile/@ann:localhost/displayname {"displayname":"Ann"}
deleteProfileField DELETE $v3/profile/@ann:localhost/displayname
sendToDevice PUT $v3/sendToDevice/m.dummy/1 {"messages":{}}
uploadKeys POST $v3/keys/upload {}
queryKeys POST $v3/keys/query {"device_keys":{}}
claimKeys POST $v3/keys/claim {"one_time_keys":{}}
END
# As much as it may be of a message, to each of so many users.
messages() {
	jq -cn --argjson n "$1" '("x" * 50000) as $x |
	    {messages: [range($n) | {("@user\(.):localhost"): {"*": {x: $x}}}] | add}' >"$tmp/messages"
}
for n in 0 1 2 3 4; do user user$n; done
expect_log 'body is buffered'
messages 2
req_file PUT "$v3/sendToDevice/x/few" "$tmp/messages"
is_status 200 'sendToDevice: some'
as user0
messages 4
req_file PUT "$v3/sendToDevice/x/many" "$tmp/messages"
is_err 429 M_LIMIT_EXCEEDED 'sendToDevice: its bytes count, too (security 16)'
done_testing
