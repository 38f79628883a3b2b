#!/bin/sh
# synadm, a tool of administrators of Synapse: what it asks is answered here, and
# it shows what is so.
T=fcgi
. "$(dirname "$0")/lib.sh"
python=$BUILD/synadm/bin/python3
sh "$SRC/t/tools/venv" synadm "$BUILD/synadm" || bail_out 'pip cannot install synadm'

conf notices user server
start tcp
v3=/_matrix/client/v3
echo 'secret of boss' >"$tmp/line"
admin user add boss --admin <"$tmp/line"
req POST $v3/login '{"type":"m.login.password","user":"boss","password":"secret of boss"}'
boss=$(get_json .access_token)
cat >"$tmp/synadm.yaml" <<END
user: boss
token: $boss
protocol: http
base_url: $url
admin_path: /_synapse/admin
matrix_path: /_matrix
timeout: 20
format: json
homeserver: localhost
server_discovery: well-known
ssl_verify: true
END

# synadm ARGUMENT...: what it shows, of several answers the last, is in $tmp/body,
# its complaints in $tmp/said.
synadm() {
	asked="synadm $*"
	HOME=$tmp LC_ALL=C.UTF-8 "$python" -m synadm -c "$tmp/synadm.yaml" --batch \
	    "$@" >"$tmp/shown" 2>"$tmp/said"
	status=$?
	awk '/^[[{]/ { last = "" } { last = last $0 "\n" } END { printf "%s", last }' \
	    "$tmp/shown" >"$tmp/body"
}
# shows FILTER WANT NAME: and has no complaints.
shows() {
	is_json "$@"
	is "$status $(cat "$tmp/said")" '0 ' "$3: without a complaint"
}
# until_is WANT FILTER ARGUMENT...: it is asked until it shows that.
until_is() {
	want=$1 filter=$2
	shift 2
	for _ in $(seq 100); do
		synadm "$@"
		[ "$(get_json "$filter")" != "$want" ] || break
		sleep 0.1
	done
	is "$(get_json "$filter")" "$want" "$*: comes to its end"
}

synadm version
like 'mxcgi ' 'version: what this is'

# --------------------------------------------------------------------- users
synadm user modify @ann:localhost -P 'secret of ann' -n Ann -t email ann@example.org
is_json '[.displayname, .threepids[0].address]' '["Ann","ann@example.org"]' 'user modify makes one'
is "$(cat "$tmp/said")" 'WARNING Synapse returned status code 404' 'user modify: which was not there'
user bob
user cid
synadm user list
shows '[.users[].name] | sort' '["@ann:localhost","@bob:localhost","@boss:localhost","@cid:localhost"]' 'user list'
synadm user search ann
shows '[.users[].name]' '["@ann:localhost"]' 'user search'
synadm user details ann
shows '[.name, .admin, .locked]' '["@ann:localhost",false,false]' 'user details'
synadm user 3pid ann@example.org
shows .user_id '"@ann:localhost"' 'user 3pid'
synadm user modify ann --admin --lock
shows '[.admin, .locked]' '[true,true]' 'user modify: rights and lock'
synadm user modify ann --no-admin --unlock
shows '[.admin, .locked]' '[false,false]' 'user modify: and back'
synadm user suspend ann
shows 'to_entries[0].value' true 'user suspend'
synadm user suspend ann --unsuspend
shows 'to_entries[0].value' false 'user suspend: and back'
synadm user whois bob
shows '[.user_id, (.devices | length)]' '["@bob:localhost",1]' 'user whois'
synadm user login bob --expire-days 1
shows '.access_token | type' '"string"' 'user login'
token=$token_bob
req GET $v3/account/whoami
synadm user prune-devices @bob:localhost -d 1 -s 1
synadm user whois bob
shows '.devices | keys' "[\"$device_bob\"]" 'user prune-devices: the unused one is gone'
synadm user password bob -p 'another secret'
shows . '{}' 'user password'
req POST $v3/login '{"type":"m.login.password","user":"bob","password":"another secret"}'
is_status 200 'user password: is the new one'
token_bob=$(get_json .access_token)

# --------------------------------------------------------------------- rooms
as bob
req POST $v3/createRoom '{"name":"The club","preset":"public_chat","room_alias_name":"club"}'
room=$(get_json .room_id)
req POST "$v3/rooms/$(enc "$room")/send/m.room.message" '{"msgtype":"m.text","body":"one"}'
for n in 1 2; do
	req PUT "$v3/rooms/$(enc "$room")/send/m.room.message/$n" \
	    '{"msgtype":"m.text","body":"rude"}'
	event=$(get_json .event_id)
done
synadm room list
shows '[.rooms[].name]' '["The club"]' 'room list'
synadm room search club
shows '.rooms[0].room_id' "\"$room\"" 'room search'
synadm room details "$room"
shows '[.canonical_alias, .joined_members]' '["#club:localhost",1]' 'room details'
synadm room resolve '#club:localhost'
is "$(cat "$tmp/shown")" "\"$room\"" 'room resolve'
synadm room join "$room" @cid:localhost
shows .room_id "\"$room\"" 'room join'
synadm room members "$room"
shows '.members | sort' '["@bob:localhost","@cid:localhost"]' 'room members'
synadm room state "$room"
shows '[.state[] | select(.type == "m.room.name").content.name]' '["The club"]' 'room state'
synadm room make-admin "$room" -u @cid:localhost
shows . '{}' 'room make-admin'
synadm room power-levels -i "$room"
like cid 'room power-levels: has it'
synadm user membership cid
shows '.joined_rooms | length' 1 'user membership'
synadm room block "$room" -b
shows .block true 'room block'
synadm room block-status "$room"
shows '[.block, .user_id]' '[true,"@boss:localhost"]' 'room block-status'
synadm room block "$room" -u
shows .block false 'room block: and back'

# --------------------------------------------------------------------- media
type=text/plain
req POST /_matrix/media/v3/upload?filename=a.txt hello
type=application/json
media=$(get_json .content_uri)
media=${media##*/}
synadm media list -u @bob:localhost
shows '[.media[].upload_name]' '["a.txt"]' 'media list'
synadm user media bob
shows .total 1 'user media'
synadm media quarantine -s localhost -i "$media"
shows . '{}' 'media quarantine'
req GET "/_matrix/client/v1/media/download/localhost/$media"
is_status 404 'media quarantine: nobody gets it'
synadm media unquarantine -s localhost -i "$media"
shows . '{}' 'media unquarantine'
req GET "/_matrix/client/v1/media/download/localhost/$media"
is_status 200 'media unquarantine: it is there again'
synadm media quarantine -u @bob:localhost
shows .num_quarantined 1 'media quarantine: of a user'
synadm media purge -d 1
shows .deleted 0 'media purge'
synadm media delete -i "$media"
shows .deleted_media "[\"$media\"]" 'media delete'
synadm media delete -d 1 --size 1
shows .total 0 'media delete: by age and size'

# -------------------------------------------------------------------- tokens
synadm regtok new -n friends -u 3
shows '[.token, .uses_allowed]' '["friends",3]' 'regtok new'
synadm regtok update friends -u 5
shows .uses_allowed 5 'regtok update'
synadm regtok details friends
shows '[.completed, .expiry_time]' '[0,null]' 'regtok details'
synadm regtok list -v
shows '[.. | objects | .token? // empty]' '["friends"]' 'regtok list'
synadm regtok delete friends
is "$(cat "$tmp/shown")" 'Registration token successfully deleted.' 'regtok delete'

# ---------------------------------------------------------------- what takes time
synadm notice send @cid:localhost 'Be kind'
like event_id 'notice send'
synadm user redact bob -r "$room"
until_is completed .status user redact-status "$(get_json .redact_id)"
req GET "$v3/rooms/$(enc "$room")/event/$(enc "$event")"
is_json .content.body null 'user redact: it is gone'
synadm history purge "$room" -i "$event" --delete-local
until_is complete .status history purge-status "$(get_json .purge_id)"
synadm room delete "$room" -b
until_is complete .status room delete-status -d "$(get_json .delete_id)"
synadm room list
shows '[.rooms[].name | select(. == "The club")]' '[]' 'room delete: it is gone'
synadm user deactivate cid
like id_server_unbind_result 'user deactivate'
synadm user details cid
shows .deactivated true 'user deactivate: is so'
done_testing
