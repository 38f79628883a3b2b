#!/bin/sh
# What application services are asked: users and aliases that they could make,
# other networks, and whether they are there.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$SRC/t/tools/service.sh"
service_start
service irc '@_irc_.*' '#_irc_.*' >"$tmp/irc.yaml"
echo 'protocols: [irc, "irc two"]' >>"$tmp/irc.yaml"
{
	service_url=$service_url/more/ service more '@_more_.*' '#_more_.*'
	echo 'protocols: [irc]'
} >"$tmp/more.yaml"
service_url=http://127.0.0.1:9 service gone '@_gone_.*' '#_gone_.*' >"$tmp/gone.yaml"
service_url=null service mute '@_mute_.*' '#_mute_.*' >"$tmp/mute.yaml"
conf appservices registration "$tmp/irc.yaml $tmp/more.yaml $tmp/gone.yaml $tmp/mute.yaml"
conf accounts profile_lookup anyone
start tcp
user alice
irc=as_irc
asked_for() { [ -f "$sv/log" ] && jq -c 'select(.path | test("/transactions/|ready") | not) | [.method, .path]' "$sv/log" | tail -n +$((asked_before + 1)); }
asked_before=0
from_here() { asked_before=$(asked_for_all | wc -l); }
asked_for_all() { [ -f "$sv/log" ] && jq -c 'select(.path | test("/transactions/|ready") | not)' "$sv/log"; }

# As CGI the service makes nothing, since nothing listens.
hook() {
	cat >"$sv/hook" <<-END
	call() { curl -s -o /dev/null -X "\$1" -H 'Authorization: Bearer as_irc' "$url\$2" --data-binary "\$3"; }
	$1
	END
}

# ------------------------------------------------------------------- aliases
token=
service_does 404
req GET "$v3/directory/room/$(enc '#_irc_den:localhost')"
is_err 404 M_NOT_FOUND 'an alias that it does not know'
is "$(asked_for)" '["GET","/_matrix/app/v1/rooms/%23_irc_den%3Alocalhost"]
["GET","/rooms/%23_irc_den%3Alocalhost?access_token=hs_irc"]' 'AS-2: it is asked, by the older path too'
service_does ok
from_here
req GET "$v3/directory/room/$(enc '#_irc_den:localhost')"
is_err 404 M_NOT_FOUND 'one that it says is there, and is not'
is "$(asked_for)" '["GET","/_matrix/app/v1/rooms/%23_irc_den%3Alocalhost"]' 'it is asked once'
from_here
req GET "$v3/directory/room/$(enc '#den:localhost')"
is_err 404 M_NOT_FOUND 'an alias of nobody'
token=$irc
req GET "$v3/directory/room/$(enc '#_irc_den:localhost')"
is_err 404 M_NOT_FOUND 'what it looks for itself'
is "$(asked_for)" '' 'is asked of nobody'
token=
req GET "$v3/directory/room/$(enc '#_gone_den:localhost')"
is_err 408 M_UNKNOWN 'AS-2: one that does not answer'
req GET "$v3/directory/room/$(enc '#_mute_den:localhost')"
is_err 404 M_NOT_FOUND 'one without URL is not asked'
as alice
service_does 404
req POST "$v3/join/$(enc '#_irc_den:localhost')" '{}'
is_err 404 M_NOT_FOUND 'to join what is not there'
service_does ok
if [ "$T" = fcgi ]; then
	hook "call POST $v3/createRoom '{\"room_alias_name\":\"_irc_den\",\"preset\":\"public_chat\"}'"
	req POST "$v3/join/$(enc '#_irc_den:localhost')" '{}'
	is_status 200 'AS-2: a room that it makes is joined'
	in_room "$(get_json .room_id)"
	rm "$sv/hook"
	say alice hello
fi

# --------------------------------------------------------------------- users
service_does 404
from_here
req GET $v3/profile/@_irc_nick:localhost
is_err 404 M_NOT_FOUND 'a user that it does not know'
is "$(asked_for | head -1)" '["GET","/_matrix/app/v1/users/%40_irc_nick%3Alocalhost"]' 'AS-1: it is asked'
create alice
req POST "$here/invite" '{"user_id":"@_irc_nick:localhost"}'
is_err 404 M_NOT_FOUND 'nor can such a one be invited'
service_does ok
if [ "$T" = fcgi ]; then
	hook "call POST $v3/register '{\"type\":\"m.login.application_service\",\"username\":\"_irc_nick\",\"inhibit_login\":true}'"
	req POST "$here/invite" '{"user_id":"@_irc_nick:localhost"}'
	is_status 200 'AS-1: a user that it makes is invited'
	rm "$sv/hook"
	req GET $v3/profile/@_irc_nick:localhost
	is_status 200 'and has a profile'
fi
from_here
user bob
in_room "$room"
req POST "$here/invite" '{"user_id":"@_irc_other:localhost"}'
is_err 403 M_FORBIDDEN 'who is not in the room'
is "$(asked_for)" '' 'makes nobody ask'
service_does 404
from_here
as alice
req POST $v3/createRoom '{"invite":["@bob:localhost","@_irc_one:localhost","@_irc_two:localhost"]}'
is_err 400 M_INVALID_PARAM 'AS-1: a room with whom it does not know is not made'
is "$(asked_for | grep -c '"/_matrix/app/v1/users/%40_irc_\(one\|two\)%3Alocalhost"')" 2 \
    'AS-1: it is asked about each'
from_here
req POST $v3/createRoom '{"invite":["@_gone_one:localhost","@_irc_one:localhost"]}'
is_err 408 M_UNKNOWN 'AS-1: nor while one does not answer'
is "$(asked_for)" '' 'nobody else is asked then'
req POST $v3/createRoom '{"invite":["@bob:localhost","@_mute_one:localhost"]}'
is_err 400 M_INVALID_PARAM 'one without URL is not asked'
service_does ok
if [ "$T" = fcgi ]; then
	hook "for name in one two; do
	    call POST $v3/register \"{\\\"type\\\":\\\"m.login.application_service\\\",\\\"username\\\":\\\"_irc_\$name\\\",\\\"inhibit_login\\\":true}\"
	done"
	req POST $v3/createRoom '{"invite":["@_irc_one:localhost","@_irc_two:localhost"]}'
	is_status 200 'AS-1: those that it makes are invited'
	rm "$sv/hook"
fi

# ------------------------------------------------------------ other networks
as alice
from_here
echo '{"user_fields":["nick"],"location_fields":["channel"],"icon":"mxc://a/b","field_types":{},"instances":[{"desc":"One","network_id":"one","fields":{}}]}' >"$sv/answer"
req GET $v3/thirdparty/protocols
is_json 'map_values(.instances | map(.instance_id))' \
    '{"irc":["irc|one","more|one"],"irc two":["irc|one"]}' 'getProtocols: of all that have any, each instance by its own name'
is_json '.irc | del(.instances)' '{"field_types":{},"icon":"mxc://a/b","location_fields":["channel"],"user_fields":["nick"]}' 'with what the first says'
is "$(asked_for)" '["GET","/_matrix/app/v1/thirdparty/protocol/irc"]
["GET","/_matrix/app/v1/thirdparty/protocol/irc%20two"]
["GET","/more/_matrix/app/v1/thirdparty/protocol/irc"]' 'they are asked'
req GET $v3/thirdparty/protocol/irc
is_json '.instances | map([.desc, .instance_id])' '[["One","irc|one"],["One","more|one"]]' 'getProtocolMetadata: of one'
req GET $v3/thirdparty/protocol/xmpp
is_err 404 M_NOT_FOUND 'which there must be'
from_here
echo '[{"alias":"#_irc_x:localhost","protocol":"irc","fields":{}}]' >"$sv/answer"
req GET "$v3/thirdparty/location/irc?channel=%23x&access_token=x&n=1"
is_json 'map(.alias)' '["#_irc_x:localhost","#_irc_x:localhost"]' 'queryLocationByProtocol: what each has found'
is "$(asked_for | head -1)" '["GET","/_matrix/app/v1/thirdparty/location/irc?channel=%23x&n=1"]' 'by what was asked, without the token'
req GET "$v3/thirdparty/user/irc?nick=x"
is_status 200 'queryUserByProtocol'
req GET "$v3/thirdparty/user/xmpp?nick=x"
is_err 404 M_NOT_FOUND 'of a network that is there'
req GET "$v3/thirdparty/location?alias=%23_irc_x:localhost"
is_json length 2 'queryLocationByAlias'
req GET "$v3/thirdparty/user?userid=@_irc_nick:localhost"
is_json length 2 'queryUserByID'
echo '[]' >"$sv/answer"
req GET "$v3/thirdparty/user?userid=@_irc_nick:localhost"
is_err 404 M_NOT_FOUND 'nobody found'
echo 'rubbish' >"$sv/answer"
req GET "$v3/thirdparty/user?userid=@_irc_nick:localhost"
is_err 404 M_NOT_FOUND 'or what is no JSON'
req GET $v3/thirdparty/protocols
is_json . '{}' 'getProtocols: none that says what it is'
service_does 500
req GET $v3/thirdparty/protocol/irc
is_err 404 M_NOT_FOUND 'one that fails'
service_does ok
rm "$sv/answer"

# ------------------------------------------------- directories of networks
list() { token=$1; req PUT "$v3/directory/list/appservice/$2/$(enc "$room")" "{\"visibility\":\"$3\"}"; }
public() { as alice; req POST $v3/publicRooms "$1"; }
rooms='[.chunk[].room_id]'
create alice '{"preset":"public_chat"}'
list "$token_alice" one public; is_err 403 M_FORBIDDEN 'networks are not for users'
list $irc one public;          is_err 403 M_FORBIDDEN 'nor rooms where it is not'
token=$irc
req POST "$here/join" '{}'
list $irc one hidden;          is_err 400 M_INVALID_PARAM 'public or private'
list $irc one public;          is_json . '{}' 'updateAppserviceRoomDirectoryVisibility: a room is published in a network'
list $irc one public;          is_status 200 'once more changes nothing'
public '{"third_party_instance_id":"irc|one"}'
is_json "[$rooms, .total_room_count_estimate]" "[[\"$room\"],1]" 'and found there'
public '{"third_party_instance_id":"irc|two"}'
is_json "$rooms" '[]' 'not in another'
public '{"third_party_instance_id":"more|one"}'
is_json "$rooms" '[]' "nor in another's"
public '{}'
is_json "$rooms" '[]' 'nor in the directory'
public '{"include_all_networks":true}'
is_json "[$rooms, .total_room_count_estimate]" "[[\"$room\"],1]" 'include_all_networks: there, too'
net=$room
create alice '{"preset":"public_chat","visibility":"public"}'
public '{"include_all_networks":true,"limit":1}'
is_json "$rooms" "[\"$net\"]" 'the larger one first'
public "{\"include_all_networks\":true,\"limit\":1,\"since\":\"$(get_json .next_batch)\"}"
is_json "$rooms" "[\"$room\"]" 'and the next'
in_room "$net"
list $irc one private;         is_status 200 'it is taken out'
public '{"third_party_instance_id":"irc|one"}'
is_json "$rooms" '[]' 'and gone'
public '{"include_all_networks":true}'
is_json '.chunk | length' 1 'from all'

# ---------------------------------------------------------------------- ping
ping() { token=$1; req POST "/_matrix/client/v1/appservice/$2/ping" "${3-"{}"}"; }
ping "$token_alice" irc;       is_err 403 M_FORBIDDEN 'ping: by a user'
ping as_more irc;              is_err 403 M_FORBIDDEN 'ping: by another'
ping $irc irc '{"transaction_id":3}'; is_err 400 M_BAD_JSON 'ping: what is no id'
ping as_mute mute;             is_err 400 M_URL_NOT_SET 'ping: without URL'
ping as_gone gone;             is_err 502 M_CONNECTION_FAILED 'ping: where nobody is'
ping $irc irc '{"transaction_id":"meow"}'
is_json '.duration_ms >= 0' true 'pingAppservice: it is there'
is "$(jq -c 'select(.path == "/_matrix/app/v1/ping") | [.method, .authorization, .body]' "$sv/log" | tail -1)" \
    '["POST","Bearer hs_irc","{\"transaction_id\":\"meow\"}"]' 'and was asked by its token'
service_does 403
ping $irc irc
is_err 502 M_BAD_STATUS 'ping: one that refuses'
is_json '[.status, .body]' '[403,"{}"]' 'with what it says'
jq -nj '"\"" * 60000' >"$sv/answer"
ping $irc irc
is_err 502 M_BAD_STATUS 'ping: whatever it says'
is_json 'has("body")' false 'which is too much'
rm "$sv/answer"

# ------------------------------------------------------------------ how often
for n in 1 2 3 4 5 6; do
	user "u$n"
done
stop
conf limits enabled yes
conf limits account 1/0.001
start tcp
as alice
service_does 404
from_here
many=$(jq -nc '{invite: [range(11) | "@_irc_many\(.):localhost"]}')
req POST $v3/createRoom "$many"
is_err 400 M_INVALID_PARAM 'AS-1: a room may be made with many'
is "$(asked_for | grep -c /_matrix/app/v1/users/)" 11 'each of whom is asked about'
req POST $v3/createRoom "$many"
is_err 429 M_LIMIT_EXCEEDED 'and not once more soon'
n=0
for path in protocols protocol/irc location/irc user/irc location?alias=%23a:b user?userid=@a:b; do
	as "u$((n += 1))"
	req GET "$v3/thirdparty/$path"
	first=$status
	req GET "$v3/thirdparty/$path"
	is_err 429 M_LIMIT_EXCEEDED "$path: $first, and not as often as one likes"
done
service_does ok

# ------------------------------------------------------- registered no more
in_room "$net"
list $irc one public;          is_status 200 'published again'
list $irc two public;          is_status 200 'in two networks'
conf appservices registration "$tmp/gone.yaml"
stop
start tcp
tries=0
until MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once \
    2>>"$tmp/log"
    public '{"third_party_instance_id":"irc|one","limit":9}'
    [ "$(get_json '.chunk | length')" = 0 ] || [ $((tries += 1)) -gt 200 ]; do
	sleep 0.02
done
is_json "$rooms" '[]' 'what it published is public no more'
public '{"include_all_networks":true}'
is_json "[.chunk[] | select(.room_id == \"$net\")]" '[]' 'in no network'
done_testing
