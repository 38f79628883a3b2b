#!/bin/sh
# Devices as their user looks after them: GET, PUT, DELETE /devices and
# POST /delete_devices.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$(dirname "$0")/devices.sh"
conf accounts guests yes
conf outbound allow '127.0.0.1 ::1'
start
user alice
user bob
device alice phone
device alice desk
password='"auth":{"type":"m.login.password","identifier":{"type":"m.id.user","user":"alice"},"password":"secret of alice"}'
# remove AS DEVICE [BODY]
remove() { as "$1"; req DELETE "$v3/devices/$2" "${3-"{$password}"}"; }
show() { as "$1"; req GET "$v3/devices/$2"; }
ids() { as alice; req GET $v3/devices; }

# ------------------------------------------------------------------ showing
ids
is_json '.devices | length' 3 'getDevices: all of the user'
is_json "[.devices[] | select(.device_id == \"$device_phone\") | .display_name]" \
    '["The phone"]' 'getDevices: with their names'
is_json "[.devices[] | select(.device_id == \"$device_alice\") | has(\"display_name\")]" \
    '[false]' 'getDevices: if they have one'
is_json '[.devices[] | (.last_seen_ts > 1600000000000)] | unique' '[true]' \
    'getDevices: when they were seen last'
as bob
req GET $v3/devices
is_json '[.devices[].device_id]' "[\"$device_bob\"]" 'getDevices: not those of others'
show alice "$device_phone"
is_json 'del(.last_seen_ts, .last_seen_ip)' \
    "{\"device_id\":\"$device_phone\",\"display_name\":\"The phone\"}" \
    'getDevice: one of them'
is_json '.last_seen_ts | type' '"number"' 'getDevice: when it was seen'
is_json '.last_seen_ip | IN("127.0.0.1", "unix:")' true 'getDevice: and from where'
show alice NONE
is_err 404 M_NOT_FOUND 'getDevice: none of this id'
show bob "$device_phone"
is_err 404 M_NOT_FOUND "getDevice: another's (security 12)"

# ----------------------------------------------------------------- renaming
create alice '{"preset":"public_chat"}'
come bob
identity phone
upload phone "{\"device_keys\":$(device_keys phone)}"
sync bob
at=$since
# rename AS DEVICE BODY
rename() { as "$1"; req PUT "$v3/devices/$2" "$3"; }
rename desk "$device_phone" '{"display_name":"Telephone"}'
is_status 200 'updateDevice: another name'
is_json . '{}' 'updateDevice: says nothing'
show alice "$device_phone"
is_json .display_name '"Telephone"' 'updateDevice: it is called so'
sync bob "$at"
is_json .device_lists.changed '["@alice:localhost"]' 'updateDevice: others hear of it'
at=$since
query bob '{"device_keys":{"@alice:localhost":[]}}'
is_json ".device_keys[][\"$device_phone\"].unsigned" '{"device_display_name":"Telephone"}' \
    'updateDevice: and are told'
rename alice "$device_phone" '{"display_name":"Telephone"}'
rename alice "$device_phone" '{}'
rename alice "$device_desk" '{"display_name":"Table"}'
is_status 200 'updateDevice: of one without keys'
sync bob "$at"
is_json .device_lists.changed '[]' 'updateDevice: nobody hears of what is no change to them'
show alice "$device_phone"
is_json .display_name '"Telephone"' 'updateDevice: without a name it keeps its own'
rename alice NONE '{"display_name":"x"}'
is_err 404 M_NOT_FOUND 'updateDevice: users make no devices'
rename bob "$device_phone" '{"display_name":"x"}'
is_err 404 M_NOT_FOUND "updateDevice: another's (security 12)"
rename alice "$device_phone" '{"display_name":5}'
is_err 400 M_BAD_JSON 'updateDevice: a number for a name'
rename alice "$device_phone" "{\"display_name\":\"$(printf %0513d 0)\"}"
is_err 400 M_INVALID_PARAM 'updateDevice: a very long name (security 16)'

# ----------------------------------------------------------------- removing
remove alice "$device_phone" ''
is_status 401 'deleteDevice: asks for the password'
is_json '[.flows, (.session | type)]' '[[{"stages":["m.login.password"]}],"string"]' \
    'deleteDevice: by User-Interactive Authentication'
session=$(get_json .session)
remove alice "$device_phone" "{\"auth\":{\"type\":\"m.login.password\",\"session\":\"$session\",\"identifier\":{\"type\":\"m.id.user\",\"user\":\"alice\"},\"password\":\"wrong\"}}"
is_status 401 'deleteDevice: a wrong password'
remove alice "$device_desk" "{\"auth\":{\"type\":\"m.login.password\",\"session\":\"$session\",\"identifier\":{\"type\":\"m.id.user\",\"user\":\"alice\"},\"password\":\"secret of alice\"}}"
is_err 403 M_FORBIDDEN 'deleteDevice: the session is for that device alone (security 15)'
remove alice "$device_phone" "{\"auth\":{\"type\":\"m.login.password\",\"identifier\":{\"type\":\"m.id.user\",\"user\":\"bob\"},\"password\":\"secret of bob\"}}"
is_status 401 "deleteDevice: another's password (security 15)"
show alice "$device_phone"
is_status 200 'deleteDevice: what is refused changes nothing'
as phone
req POST $v3/pushers/set '{"kind":"http","app_id":"a","pushkey":"k","app_display_name":"A","device_display_name":"D","lang":"en","data":{"url":"https://push.example/_matrix/push/v1/notify"}}'
is_status 200 'the phone has a pusher'
send_to bob m.dummy "{\"@alice:localhost\":{\"$device_phone\":{\"n\":1}}}"
remove alice "$device_phone"
is_status 200 'deleteDevice: with the password it goes'
is_json . '{}' 'deleteDevice: says nothing'
show alice "$device_phone"
is_err 404 M_NOT_FOUND 'deleteDevice: it is gone'
as phone
req GET $v3/account/whoami
is_err 401 M_UNKNOWN_TOKEN 'deleteDevice: with its token (security 13)'
sync bob "$at"
is_json .device_lists.changed '["@alice:localhost"]' 'deleteDevice: others hear of it'
query bob '{"device_keys":{"@alice:localhost":[]}}'
is_json .device_keys '{"@alice:localhost":{}}' 'deleteDevice: its keys are gone'
as alice
req GET $v3/pushers
is_json .pushers '[]' 'deleteDevice: and its pushers'
token=
req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"alice\",\"password\":\"secret of alice\",\"device_id\":\"$device_phone\"}"
token_phone=$(get_json .access_token)
sync phone
is_json .to_device.events '[]' 'deleteDevice: what waited for it does not come to one of its name'
remove alice NONE
is_status 200 'deleteDevice: one that is not there was removed before'
remove bob "$device_phone" "{\"auth\":{\"type\":\"m.login.password\",\"identifier\":{\"type\":\"m.id.user\",\"user\":\"bob\"},\"password\":\"secret of bob\"}}"
is_status 200 "deleteDevice: another's is none of the caller's"
show alice "$device_phone"
is_status 200 'deleteDevice: and stays (security 12)'
remove desk "$device_desk"
is_status 200 "deleteDevice: the caller's own"
as desk
req GET $v3/account/whoami
is_err 401 M_UNKNOWN_TOKEN 'deleteDevice: which ends their session'

# --------------------------------------------------------------- several
remove_all() { as "$1"; req POST $v3/delete_devices "$2"; }
for body in '{}:M_MISSING_PARAM' '{"devices":{}}:M_BAD_JSON' \
    '{"devices":[5]}:M_BAD_JSON' '{:M_NOT_JSON'; do
	remove_all alice "${body%:*}"
	is_err 400 "${body##*:}" "deleteDevices: refused: ${body%:*}"
done
remove_all alice "{$password,\"devices\":$(jq -cn '[range(1001) | "D\(.)"]')}"
is_err 413 M_TOO_LARGE 'deleteDevices: 1001 (security 16)'
many=
for n in $(seq 25); do
	device alice d
	many="$many\"$device_d\","
done
remove_all alice "{\"devices\":[\"$device_phone\"]}"
is_status 401 'deleteDevices: asks for the password'
remove_all alice "{$password,\"devices\":[\"$device_alice\",$many\"NONE\"]}"
is_status 200 'deleteDevices: many, and the own among them'
as alice
req GET $v3/account/whoami
is_err 401 M_UNKNOWN_TOKEN 'deleteDevices: the own is gone'
as phone
req GET $v3/devices
is_json '[.devices[].device_id]' "[\"$device_phone\"]" 'deleteDevices: only what was not named is left'

# ------------------------------------------------------------- when seen
admin user suspend bob
as bob
req GET $v3/devices
is_status 200 'getDevices: a suspended account may'
rename bob "$device_bob" '{"display_name":"x"}'
is_err 403 M_USER_SUSPENDED 'updateDevice: it gives no names'
device bob other
remove bob "$device_other" "{\"auth\":{\"type\":\"m.login.password\",\"identifier\":{\"type\":\"m.id.user\",\"user\":\"bob\"},\"password\":\"secret of bob\"}}"
is_status 200 'deleteDevice: it ends its own sessions'
token=
req POST "$v3/register?kind=guest" '{}'
token=$(get_json .access_token) token_guest=$token device_guest=$(get_json .device_id)
req GET $v3/devices
is_json '[.devices[].device_id]' "[\"$device_guest\"]" 'getDevices: of a guest, too'
rename guest "$device_guest" '{"display_name":"browser"}'
is_status 200 'updateDevice: a guest gives its own a name'
req GET "$v3/devices/$device_guest"
is_json .display_name '"browser"' 'getDevice: which it sees'
req DELETE "$v3/devices/$device_guest" '{}'
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'deleteDevice: but guests may not'
token=
for path in devices devices/x; do
	req GET $v3/$path
	is_err 401 M_MISSING_TOKEN "getDevices: without a token: $path"
	req GET /_matrix/client/v2_alpha/$path
	is_status 404 "getDevices: 2015 had none: $path"
done
done_testing
