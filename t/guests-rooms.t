#!/bin/sh
# What guests may of the operations in rooms ("Guest Access" lists them); of a
# room that is not there, so that nothing but their being guests decides.
. "$(dirname "$0")/lib.sh"
conf accounts guests yes
start
c=/_matrix/client
v3=$c/v3
here=$v3/rooms/!none:localhost
there=$c/v1/rooms/!none:localhost
req POST "$v3/register?kind=guest" '{}'
token=$(get_json .access_token)
me=$(enc "$(get_json .user_id)")
mine=$v3/user/$me

while read -r may name method path body; do
	req "$method" "$path" "$body"
	if [ "$may" = no ]; then
		is_err 403 M_GUEST_ACCESS_FORBIDDEN "$name: not for guests (security 18)"
		continue
	fi
	[ "$status" -ge 200 ] && [ "$status" -lt 500 ] && jq -e '.errcode as $code |
	    ["M_GUEST_ACCESS_FORBIDDEN", "M_UNKNOWN_TOKEN", "M_UNRECOGNIZED"] |
	    index($code) == null' "$tmp/body" >/dev/null 2>&1
	ok $? "$name: guests may"
done <<END
yes getRoomState GET $here/state
yes getEventContext GET $here/context/\$none
yes getOneRoomEvent GET $here/event/\$none
yes getRoomStateWithKey GET $here/state/m.room.name/
yes getRoomEvents GET $here/messages?dir=b
yes getMembersByRoom GET $here/members
yes roomInitialSync GET $here/initialSync
yes sync GET $v3/sync
yes peekEvents GET $v3/events?room_id=!none:localhost
yes joinRoomById POST $here/join {}
yes leaveRoom POST $here/leave {}
yes sendMessage PUT $here/send/org.example.any/1 {}
yes setRoomStateWithKey PUT $here/state/org.example.any/ {}
yes setProfileField PUT $v3/profile/$me/displayname {"displayname":"G"}
yes deleteProfileField DELETE $v3/profile/$me/displayname
yes getRoomIdByAlias GET $v3/directory/room/%23none:localhost
yes getPublicRooms GET $v3/publicRooms
yes getLocalAliases GET $here/aliases
yes getRoomVisibilityOnDirectory GET $v3/directory/list/room/!none:localhost
yes getUserProfile GET $v3/profile/$me
yes getProfileField GET $v3/profile/$me/displayname
no setProfileField PUT $v3/profile/$me/avatar_url {"avatar_url":"mxc://localhost/a"}
no createRoom POST $v3/createRoom {}
no upgradeRoom POST $here/upgrade {"new_version":"12"}
no inviteUser POST $here/invite {"user_id":"@a:localhost"}
no inviteBy3PID POST $here/invite {"id_server":"x","id_access_token":"x","medium":"email","address":"a@b.example"}
no knockRoom POST $v3/knock/!none:localhost {}
no forgetRoom POST $here/forget {}
no kick POST $here/kick {"user_id":"@a:localhost"}
no ban POST $here/ban {"user_id":"@a:localhost"}
no unban POST $here/unban {"user_id":"@a:localhost"}
no getJoinedRooms GET $v3/joined_rooms
no redactEvent PUT $here/redact/\$none/1 {}
no getJoinedMembersByRoom GET $here/joined_members
no getOneEvent GET $v3/events/\$none
no getEvents GET $v3/events
no initialSync GET $v3/initialSync
no getEventByTimestamp GET $there/timestamp_to_event?ts=1&dir=f
no getRelatingEvents GET $there/relations/\$none
no getRelatingEventsWithRelType GET $there/relations/\$none/m.thread
no getRelatingEventsWithRelTypeAndEventType GET $there/relations/\$none/m.thread/m.room.message
no getThreadRoots GET $there/threads
no search POST $v3/search {"search_categories":{}}
no getSpaceHierarchy GET $there/hierarchy
no reportRoom POST $here/report {"reason":""}
no reportEvent POST $here/report/\$none {}
no reportUser POST $v3/users/@a:localhost/report {"reason":""}
no setRoomAlias PUT $v3/directory/room/%23none:localhost {"room_id":"!none:localhost"}
no deleteRoomAlias DELETE $v3/directory/room/%23none:localhost
no setRoomVisibilityOnDirectory PUT $v3/directory/list/room/!none:localhost {"visibility":"public"}
no queryPublicRooms POST $v3/publicRooms {}
no setTyping PUT $here/typing/$me {"typing":true}
no postReceipt POST $here/receipt/m.read/\$none {}
no setReadMarker POST $here/read_markers {}
no setAccountData PUT $mine/account_data/x {}
no getAccountData GET $mine/account_data/x
no setAccountDataPerRoom PUT $mine/rooms/!none:localhost/account_data/x {}
no getAccountDataPerRoom GET $mine/rooms/!none:localhost/account_data/x
no getRoomTags GET $mine/rooms/!none:localhost/tags
no setRoomTag PUT $mine/rooms/!none:localhost/tags/x {}
no deleteRoomTag DELETE $mine/rooms/!none:localhost/tags/x
END
done_testing
