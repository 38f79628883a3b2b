#!/bin/sh
# What tools for administrators ask about rooms, media, registration tokens and
# reports under /_synapse/admin/, and the work that goes on after the answer.
. "$(dirname "$0")/lib.sh"
conf notices user server
start
v3=/_matrix/client/v3
a1=/_synapse/admin/v1 a2=/_synapse/admin/v2
uid() { enc "@$1:localhost"; }
for name in ann bob cid; do
	user $name
done
echo 'secret of boss' >"$tmp/line"
admin user add boss --admin <"$tmp/line"
token=
req POST $v3/login '{"type":"m.login.password","user":"boss","password":"secret of boss"}'
token_boss=$(get_json .access_token)
boss() { token=$token_boss; }
room() {	# BODY: a room, as $room and $path_room
	req POST $v3/createRoom "$1"
	room=$(get_json .room_id) in=$(enc "$(get_json .room_id)")
}
sends=0
say() {		# ROOM TEXT: $event
	sends=$((sends + 1))
	req PUT "$v3/rooms/$1/send/m.room.message/$sends" "{\"msgtype\":\"m.text\",\"body\":\"$2\"}"
	event=$(get_json .event_id)
}
# What is left to do is done by the programs, or (cgi) by the housekeeper.
work() {	# PATH: asked until its status is no longer active
	for try in $(seq 1000); do
		[ "$T" != cgi ] || MXCGI_CONFIG=$tmp/mxcgi.conf \
		    "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
		req GET "$1"
		case $(get_json .status) in
		active | scheduled) ;;
		*) return ;;
		esac
	done
}

as ann
room '{"name":"Alpha","room_alias_name":"alpha","topic":"First","preset":"public_chat","visibility":"public"}'
alpha=$in alpha_id=$room
as bob
req POST "$v3/join/$alpha" '{}'
say "$alpha" one
first=$event
say "$alpha" two
as ann
say "$alpha" three
room '{"name":"Beta","preset":"private_chat","invite":["@cid:localhost"]}'
beta=$in beta_id=$room
say "$beta" secret
hidden=$event
room '{}'
gamma_id=$room gamma=$in

# ------------------------------------------------------------------ the list
boss
req GET $a1/rooms
is_json '[.offset, .total_rooms, has("next_batch"), has("prev_batch")]' '[0,3,false,false]' 'rooms'
req GET "$a1/rooms?order_by=joined_members&limit=1"
is_json '[.next_batch, (.rooms[0] | .name, .canonical_alias, .joined_members, .joined_local_members, .public, .join_rules, .creator, .federatable, .encryption, .history_visibility, .guest_access, .room_type)]' \
    '[1,"Alpha","#alpha:localhost",2,2,true,"public","@ann:localhost",true,null,"shared","forbidden",null]' 'the largest first, with what it shows'
is_json '.rooms[0] | [.version, .state_events > 5]' '["12",true]' 'and its numbers'
req GET "$a1/rooms?order_by=name&limit=2&from=1"
is_json '[.offset, .prev_batch, (.rooms | map(.name))]' '[1,0,["Alpha","Beta"]]' 'by name, those without first'
req GET "$a1/rooms?order_by=name&dir=b&limit=1"
is_json '.rooms | map(.name)' '["Beta"]' 'backwards'
for order in alphabetical size canonical_alias joined_local_members version creator \
    encryption federatable public join_rules guest_access history_visibility state_events; do
	req GET "$a1/rooms?order_by=$order"
	is_json '.rooms | length' 3 "in the order of $order"
done
for find in search_term=ALPH search_term=beta "search_term=$gamma"; do
	req GET "$a1/rooms?$find"
	is_json .total_rooms 1 "found: $find"
done
req GET "$a1/rooms?search_term=localhost";	is_json .total_rooms 0 'not by the server of an alias'
req GET "$a1/rooms?public_rooms=true";	is_json '.rooms | map(.name)' '["Alpha"]' 'in the directory'
req GET "$a1/rooms?public_rooms=false";	is_json .total_rooms 2 'or not'
req GET "$a1/rooms?empty_rooms=true";	is_json .total_rooms 0 'without anybody'
for wrong in search_term= limit=x order_by=nothing public_rooms=1; do
	req GET "$a1/rooms?$wrong"
	is_err 400 M_INVALID_PARAM "rooms: $wrong"
done

# ----------------------------------------------------------------- one of them
req GET "$a1/rooms/$alpha"
is_json '[.name, .topic, .avatar, .joined_local_devices, .forgotten]' '["Alpha","First",null,2,false]' 'details'
req GET "$a1/rooms/$alpha/members"
is_json '[.total, (.members | sort)]' '[2,["@ann:localhost","@bob:localhost"]]' 'members'
req GET "$a1/rooms/$beta/state"
is_json '.state | map(.type) | index("m.room.name") != null' true 'state of a room that the administrator is not in'
req GET "$a1/rooms/$beta/state?type=m.room.member"
is_json '.state | map(.state_key)' '["@ann:localhost","@cid:localhost"]' 'of one type'
req GET "$a1/rooms/$beta/messages?dir=b&limit=1"
is_json '.chunk | map(.content.body)' '["secret"]' 'messages'
req GET "$a1/rooms/$beta/messages?from=t0-0&limit=1"
is_json '.chunk | map(.type)' '["m.room.create"]' 'forwards, when nothing is said'
req GET "$v3/rooms/$beta/messages?dir=b"
is_err 403 M_FORBIDDEN 'which is no right in the rest of the API (security 17)'
req GET "$a1/rooms/$beta/context/$(enc "$hidden")?limit=4"
is_json '[.event.content.body, (.events_before | length), (.state | length > 4)]' '["secret",2,true]' 'context'
req GET "$v3/rooms/$beta/context/$(enc "$hidden")"
is_err 404 M_NOT_FOUND 'nor here (security 17)'
req GET "$a1/rooms/$beta/timestamp_to_event?ts=9000000000000&dir=b"
is_json .event_id "\"$hidden\"" 'the event of a moment'
for path in '' /members /state /messages '/timestamp_to_event?ts=1'; do
	req GET "$a1/rooms/!nowhere:localhost$path"
	is_err 404 M_NOT_FOUND "no such room: $path"
done
req GET "$a1/rooms/nonsense";	is_err 400 M_INVALID_PARAM 'no room id'
req GET "$a1/users/$(uid bob)/joined_rooms"
is_json . "{\"joined_rooms\":[\"$alpha_id\"],\"total\":1}" 'rooms of a user'
req GET "$a1/users/$(uid cid)/memberships"
is_json . "{\"memberships\":{\"$beta_id\":\"invite\"}}" 'all that they have to do with'
as bob
req PUT "$v3/user/@bob:localhost/account_data/org.example" '{"a":1}'
req PUT "$v3/user/@bob:localhost/rooms/$alpha_id/account_data/org.example" '{"b":2}'
boss
req GET "$a1/users/$(uid bob)/accountdata"
is_json . "{\"account_data\":{\"global\":{\"org.example\":{\"a\":1}},\"rooms\":{\"$alpha_id\":{\"org.example\":{\"b\":2}}}}}" 'account data'
req GET "$a1/users/$(uid ann)/accountdata"
is_json . '{"account_data":{"global":{},"rooms":{}}}' 'or none'
req GET "$a1/users/$(uid bob)/pushers";	is_json . '{"pushers":[],"total":0}' 'pushers'

# ----------------------------------------------------------- into it, with power
req POST "$a1/join/$(enc '#alpha:localhost')" '{"user_id":"@cid:localhost"}'
is_json .room_id "\"$alpha_id\"" 'somebody is brought in'
req POST "$a1/join/$alpha" '{"user_id":"@cid:localhost"}';	is_status 200 'once more'
req POST "$a1/join/$beta" '{"user_id":"@bob:localhost"}'
is_err 403 M_FORBIDDEN 'not into a closed one that the administrator is not in'
req POST "$a1/join/$alpha" '{"user_id":"@nobody:localhost"}';	is_err 404 M_NOT_FOUND 'nor nobody'
req POST "$a1/join/!nowhere:localhost" '{"user_id":"@cid:localhost"}';	is_err 404 M_NOT_FOUND 'nor nowhere'
req POST "$a1/rooms/$beta/make_room_admin" '{}'
is_json . '{}' 'the administrator gets power'
req POST "$v3/join/$beta" '{}';	is_status 200 'and an invitation'
req GET "$v3/rooms/$beta/state/m.room.power_levels"
is_json '.users["@boss:localhost"] >= 100' true 'power indeed'
req POST "$a1/join/$beta" '{"user_id":"@bob:localhost"}'
is_status 200 'who then brings others in'
req POST "$a1/rooms/$alpha/make_room_admin" '{"user_id":"@bob:localhost"}'
is_json . '{}' 'or somebody else does'
req GET "$a1/rooms/$alpha/state?type=m.room.power_levels"
is_json '.state[0].content.users["@bob:localhost"] >= 100' true 'which they have'

# ------------------------------------------------------------------ blocking
req GET "$a1/rooms/$gamma/block";	is_json . '{"block":false}' 'a room that is open'
req PUT "$a1/rooms/$gamma/block" '{"block":true}';	is_json . '{"block":true}' 'is blocked'
req GET "$a1/rooms/$gamma/block"
is_json . '{"block":true,"user_id":"@boss:localhost"}' 'by whom'
as ann
req POST "$v3/rooms/$gamma/invite" '{"user_id":"@bob:localhost"}'
is_err 403 M_FORBIDDEN 'nobody is invited there'
say "$gamma" here
is_status 200 'who is in stays'
boss
for unknown in '!unknown:localhost' '!other:example.org'; do
	req PUT "$a1/rooms/$(enc "$unknown")/block" '{"block":true}'
	is_status 200 "a room that is not known: $unknown"
	req POST "$v3/join/$(enc "$unknown")" '{}';	is_err 403 M_FORBIDDEN 'nobody enters it'
done
req PUT "$a1/rooms/$gamma/block" '{"block":false}'
as ann
req POST "$v3/rooms/$gamma/invite" '{"user_id":"@bob:localhost"}';	is_status 200 'it is open again'
boss
req PUT "$a1/rooms/nonsense/block" '{"block":true}';	is_err 400 M_INVALID_PARAM 'no room id to block'
req PUT "$a1/rooms/$gamma/block" '{}';	is_err 400 M_MISSING_PARAM 'block: what?'

# ----------------------------------------------------------------- redaction
req POST "$a1/user/$(uid bob)/redact" "{\"rooms\":[\"$alpha_id\"],\"reason\":\"spam\"}"
is_status 200 'what somebody said is redacted'
work "$a1/user/redact_status/$(get_json .redact_id)"
is_json . '{"failed_redactions":{},"status":"completed"}' 'in the end'
as ann
req GET "$v3/rooms/$alpha/event/$(enc "$first")"
is_json '[.content, .unsigned.redacted_because.content.reason]' '[{},"spam"]' 'it is'
req GET "$v3/rooms/$alpha/messages?dir=b&limit=50"
is_json '[.chunk[] | select(.content.body) | .content.body]' '["three"]' 'and nothing of others'
boss
for wrong in '{}=M_MISSING_PARAM' '{"rooms":["x"]}=M_INVALID_PARAM' '{"rooms":[],"limit":0}=M_INVALID_PARAM'; do
	req POST "$a1/user/$(uid bob)/redact" "${wrong%=*}"
	is_err 400 "${wrong##*=}" "redact: ${wrong%=*}"
done
req GET "$a1/user/redact_status/nothing";	is_err 404 M_NOT_FOUND 'no such work'

# ------------------------------------------------------------------- purging
as ann
say "$gamma" old; say "$gamma" older
say "$gamma" kept
kept=$event
boss
req POST "$a1/purge_history/$gamma" "{\"purge_up_to_event_id\":\"$kept\"}"
is_err 400 M_UNKNOWN 'what was said here goes only if it is meant'
req POST "$a1/purge_history/$gamma" '{"delete_local_events":true}'
is_err 400 M_MISSING_PARAM 'how far?'
req POST "$a1/purge_history/$gamma/nothing" '{"delete_local_events":true}'
is_err 404 M_NOT_FOUND 'no such event'
req POST "$a1/purge_history/$gamma/$(enc "$kept")" '{"delete_local_events":true}'
is_status 200 'history is purged'
work "$a1/purge_history_status/$(get_json .purge_id)"
is_json . '{"status":"complete"}' 'in the end'
as ann
req GET "$v3/rooms/$gamma/messages?dir=b&limit=50"
is_json '[.chunk[] | select(.content.body) | .content.body]' '["kept"]' 'and is gone'
boss

# ------------------------------------------------------------------ the end
req DELETE "$a2/rooms/$alpha" '{"new_room_user_id":"@nobody:localhost"}'
is_err 400 M_INVALID_PARAM 'a new room needs somebody'
req DELETE "$a2/rooms/!nowhere:localhost" '{}';	is_err 404 M_NOT_FOUND 'no such room to delete'
req DELETE "$a2/rooms/$alpha" '{"new_room_user_id":"@boss:localhost","room_name":"Instead","message":"Gone","block":true,"purge":false}'
is_status 200 'a room is deleted, another takes its place'
work "$a2/rooms/delete_status/$(get_json .delete_id)"
is_json '[.status, .room_id, (.shutdown_room | (.kicked_users | sort), .failed_to_kick_users, .local_aliases)]' \
    "[\"complete\",\"$alpha_id\",[\"@ann:localhost\",\"@bob:localhost\",\"@cid:localhost\"],[],[\"#alpha:localhost\"]]" 'in the end'
instead=$(get_json .shutdown_room.new_room_id)
req GET "$a2/rooms/$alpha/delete_status"
is_json '.results | map(.status)' '["complete"]' 'the same by the room'
req GET "$a1/rooms/$(enc "$instead")"
is_json '[.name, .joined_members]' '["Instead",4]' 'they are in the new room'
req GET "$v3/directory/room/$(enc '#alpha:localhost')";	is_json .room_id "\"$instead\"" 'where the alias leads'
as bob
req POST "$v3/join/$alpha" '{}';	is_err 403 M_FORBIDDEN 'nobody comes back'
req GET "$v3/rooms/$(enc "$instead")/messages?dir=b&limit=20"
is_json '[.chunk[] | select(.content.body) | .content.body]' '["Gone"]' 'and are told why'
say "$(enc "$instead")" 'but why'
is_err 403 M_FORBIDDEN 'they do not speak there'
boss
req GET "$a2/rooms/delete_status/nothing";	is_err 404 M_NOT_FOUND 'no such deletion'
req GET "$a2/rooms/$gamma/delete_status";	is_err 404 M_NOT_FOUND 'nor of this room'
req DELETE "$a1/rooms/$gamma" '{}'
is_json '[.kicked_users, .failed_to_kick_users, .local_aliases, .new_room_id]' '[["@ann:localhost","@bob:localhost"],[],[],null]' 'waited for: all are out'
as ann
req GET "$v3/joined_rooms"
is_json ".joined_rooms | index(\"$gamma_id\")" null 'indeed'
boss
req GET "$a1/rooms"
is_json ".rooms | map(.room_id) | index(\"$gamma_id\")" null 'and it is listed no more'
req DELETE "$a1/rooms/!never:localhost" '{"block":true}'
is_json . '{"failed_to_kick_users":[],"kicked_users":[],"local_aliases":[],"new_room_id":null}' 'a room that is not known is blocked'
req DELETE "$a1/rooms/!never2:localhost" '{}';	is_err 400 M_UNKNOWN 'or nothing is done'
req GET "$a1/scheduled_tasks?action_name=clear_room&status=complete"
is_json '.scheduled_tasks | map(.resource_id) | length' 2 'what was done'
req GET "$a1/scheduled_tasks?max_timestamp=1";	is_json . '{"scheduled_tasks":[]}' 'and when'
req GET "$a1/scheduled_tasks?max_timestamp=x";	is_err 400 M_INVALID_PARAM 'a time'

# -------------------------------------------------------------------- notices
req POST $a1/send_server_notice '{"user_id":"@ann:localhost","content":{"msgtype":"m.text","body":"hear"}}'
is_json '.event_id | startswith("$")' true 'a notice'
notice=$(get_json .event_id)
req PUT $a1/send_server_notice/t1 '{"user_id":"@ann:localhost","content":{"msgtype":"m.text","body":"hear hear"}}'
second=$(get_json .event_id)
req PUT $a1/send_server_notice/t1 '{"user_id":"@ann:localhost","content":{"msgtype":"m.text","body":"hear hear"}}'
is_json .event_id "\"$second\"" 'once for each transaction id'
as ann
req GET "$v3/sync"
told=$(get_json '.rooms.invite | keys[0]')
req POST "$v3/join/$(enc "$told")" '{}'
req GET "$v3/rooms/$(enc "$told")/event/$(enc "$notice")"
is_json '[.sender, .content.body]' '["@server:localhost","hear"]' 'which is heard'
boss
req POST $a1/send_server_notice '{"user_id":"@nobody:localhost","content":{}}';	is_err 404 M_NOT_FOUND 'not by nobody'
req POST $a1/send_server_notice '{"user_id":"@ann:localhost"}';	is_err 400 M_MISSING_PARAM 'what?'

# --------------------------------------------------------------------- tokens
req POST $a1/registration_tokens/new '{"token":"abcd","uses_allowed":3}'
is_json . '{"completed":0,"expiry_time":null,"pending":0,"token":"abcd","uses_allowed":3}' 'a token'
req POST $a1/registration_tokens/new '{"length":5,"expiry_time":9000000000000}'
is_json '[(.token | length), .uses_allowed, .expiry_time]' '[5,null,9000000000000]' 'one of five letters'
req POST $a1/registration_tokens/new '{}';	is_json '.token | length' 16 'or sixteen'
for wrong in '{"token":"abcd"}' '{"token":"a b"}' '{"token":""}' '{"length":0}' '{"length":65}' \
    '{"uses_allowed":-1}' '{"expiry_time":1}'; do
	req POST $a1/registration_tokens/new "$wrong"
	is_err 400 M_INVALID_PARAM "no token: $wrong"
done
req PUT $a1/registration_tokens/abcd '{"uses_allowed":0}';	is_json .uses_allowed 0 'is good for nothing more'
req GET "$a1/registration_tokens?valid=false";	is_json '.registration_tokens | map(.token)' '["abcd"]' 'as it is listed'
req GET "$a1/registration_tokens?valid=true";	is_json '.registration_tokens | length' 2 'apart from the good ones'
req PUT $a1/registration_tokens/abcd '{"expiry_time":9000000000000}'
is_json '[.uses_allowed, .expiry_time]' '[0,9000000000000]' 'what is not named stays'
req PUT $a1/registration_tokens/abcd '{"uses_allowed":null,"expiry_time":null}'
is_json '[.uses_allowed, .expiry_time]' '[null,null]' 'null: without end'
req GET $a1/registration_tokens/abcd;	is_json .token '"abcd"' 'one'
req DELETE $a1/registration_tokens/abcd;	is_json . '{}' 'goes'
for method in GET DELETE; do
	req $method $a1/registration_tokens/abcd;	is_err 404 M_NOT_FOUND "$method: it is gone"
done

# -------------------------------------------------------------------- reports
as cid
req POST "$v3/rooms/$beta/join" '{}'
req POST "$v3/rooms/$beta/report/$(enc "$hidden")" '{"reason":"rude","score":-50}'
is_status 200 'something is reported'
req POST "$v3/users/$(uid bob)/report" '{"reason":"odd"}'
boss
req GET $a1/event_reports
is_json '[.total, (.event_reports | map([.user_id, .sender, .reason]))]' \
    '[2,[["@cid:localhost","@bob:localhost","odd"],["@cid:localhost","@ann:localhost","rude"]]]' 'reports, the newest first'
is_json '.event_reports[1] | [.event_id, .room_id, .name, .score, .canonical_alias]' "[\"$hidden\",\"$beta_id\",\"Beta\",-50,null]" 'with the room'
req GET "$a1/event_reports?dir=f&limit=1"
is_json '[.next_token, .event_reports[0].reason]' '[1,"rude"]' 'the oldest first'
req GET "$a1/event_reports?sender_user_id=%40ann%3Alocalhost";	is_json .total 1 'about somebody'
req GET "$a1/event_reports?user_id=ann";	is_json .total 0 'by somebody'
req GET "$a1/event_reports?room_id=$beta";	is_json .total 1 'in a room'
req GET $a1/event_reports/1
is_json '[.event_json.content.body, .event_json.type]' '["secret","m.room.message"]' 'with the event'
req DELETE $a1/event_reports/1;	is_json . '{}' 'seen to'
req GET $a1/event_reports/1;	is_err 404 M_NOT_FOUND 'and gone'
req DELETE $a1/event_reports/x;	is_err 400 M_INVALID_PARAM 'no number'

# ---------------------------------------------------------------------- media
upload() {	# TEXT: $media
	type=text/plain
	req POST '/_matrix/media/v3/upload?filename=x.txt' "$1"
	type=application/json
	media=$(get_json .content_uri); media=${media##*/}
}
as bob
upload one; one=$media
upload 'two and more'; two=$media
req PUT "$v3/profile/@bob:localhost/avatar_url" "{\"avatar_url\":\"mxc://localhost/$two\"}"
boss
req GET "$a1/users/$(uid bob)/media"
is_json '[.total, (.media | map([.media_id, .media_length, .media_type, .upload_name, .quarantined_by]))]' \
    "[2,[[\"$two\",12,\"text/plain\",\"x.txt\",null],[\"$one\",3,\"text/plain\",\"x.txt\",null]]]" 'media, the newest first'
req GET "$a1/users/$(uid bob)/media?order_by=media_length&limit=1"
is_json '[.next_token, .media[0].media_length]' '[1,3]' 'the smallest first'
req GET "$a1/media/localhost/$one"
is_json '.media_info | [.user_id, .media_origin, .sha256]' \
    "[\"@bob:localhost\",\"localhost\",\"$(printf one | sha256sum | cut -d' ' -f1)\"]" 'one of them'
req POST "$a1/media/quarantine/localhost/$one" '{}';	is_json . '{}' 'is taken out of sight'
req GET "$a1/media/localhost/$one";	is_json .media_info.quarantined_by '"@boss:localhost"' 'by whom'
as bob
req GET "/_matrix/client/v1/media/download/localhost/$one";	is_err 404 M_NOT_FOUND 'and is not served'
boss
req POST "$a1/media/unquarantine/localhost/$one" '{}'
as bob
req GET "/_matrix/client/v1/media/download/localhost/$one";	is_status 200 'until it is released'
boss
req GET $a1/statistics/users/media
is_json . '{"total":1,"users":[{"displayname":null,"media_count":2,"media_length":15,"user_id":"@bob:localhost"}]}' 'who has how much'
req GET "$a1/statistics/users/media?from_ts=9000000000000";	is_json . '{"total":0,"users":[]}' 'in a time'
req GET "$a1/statistics/users/media?until_ts=9000000000000&search_term=BO";	is_json '.users | map(.media_length)' '[15]' 'or by a name'
req POST "$a1/media/delete?before_ts=9000000000000";	is_json .deleted_media "[\"$one\"]" 'old ones go, what is shown stays'
req POST "$a1/media/localhost/delete?before_ts=9000000000000&size_gt=12&keep_profiles=false"
is_json . '{"deleted_media":[],"total":0}' 'or large ones'
req POST "$a1/media/delete?before_ts=9000000000000&keep_profiles=false";	is_json .deleted_media "[\"$two\"]" 'or all'
for wrong in '' before_ts=x before_ts=1600000000 'before_ts=9000000000000&size_gt=x'; do
	req POST "$a1/media/delete?$wrong"
	is_status 400 "not deleted: $wrong"
done
as bob
upload three; three=$media
upload four; four=$media
boss
req POST "$a1/user/$(uid bob)/media/quarantine";	is_json . '{"num_quarantined":2}' 'all of somebody are taken out of sight'
req DELETE "$a1/media/localhost/$three";	is_json . "{\"deleted_media\":[\"$three\"],\"total\":1}" 'one is deleted'
req DELETE "$a1/users/$(uid bob)/media";	is_json . "{\"deleted_media\":[\"$four\"],\"total\":1}" 'and the rest'
for path in "GET $a1/media/localhost/$one" "DELETE $a1/media/localhost/nothing" "POST $a1/media/quarantine/example.org/x"; do
	req ${path%% *} "${path#* }"
	is_err 404 M_NOT_FOUND "no such media: $path"
done
req POST "$a1/purge_media_cache?before_ts=1";	is_json . '{"deleted":0}' 'there is none of others'

# --------------------------------------------------------------------- the end
req POST "$a1/deactivate/$(uid cid)" '{"erase":true}'
is_status 200 'somebody is deactivated'
req GET "$a2/users/$(uid cid)";	is_json '[.deactivated, .erased]' '[true,true]' 'and erased'
as cid
req GET $v3/account/whoami;	is_err 401 M_UNKNOWN_TOKEN 'at once'
boss
req GET "$a2/users?deactivated=true";	is_json '.users | map(select(.deactivated).name)' '["@cid:localhost"]' 'listed if asked for'
req GET /_synapse/admin/v3/users?deactivated=true;	is_json '.users | map(.name)' '["@cid:localhost"]' 'or alone'
req GET /_synapse/admin/v3/users?deactivated=false;	is_json '.users | map(.name) | index("@cid:localhost")' null 'or not'
req PUT "$a2/users/$(uid cid)" '{"deactivated":false,"password":"x"}'
is_err 403 M_USER_DEACTIVATED 'that is for ever'
req POST "$a1/deactivate/$(uid boss)" '{}';	is_err 403 M_FORBIDDEN 'nobody ends themselves'
grep -q 'admin info POST /_synapse/admin/v1/deactivate/{userId} 200 - @boss:localhost .* @cid:localhost; erased' "$tmp/log"
ok $? 'the log says who did what to whom (security 33)'
! grep -q 'secret of\|fresh\|abcd' "$tmp/log";	ok $? 'and no secret (security 32)'

# ------------------------------------------------------------------ switched off
stop
conf server admin_api no
start
for path in "GET $a1/server_version" "GET $a2/users" "DELETE $a1/rooms/$beta" "GET $a1/rooms/$beta/state"; do
	req ${path%% *} "${path#* }"
	is_err 404 M_UNRECOGNIZED "not there: $path"
done
req GET /_matrix/static/admin
is_page 404 'nor is the page'
req GET "/_matrix/client/v1/admin/lock/$(uid ann)";	is_status 200 'what the specification has is'
done_testing
