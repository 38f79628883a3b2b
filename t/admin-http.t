#!/bin/sh
# What tools for administrators ask under /_synapse/admin/: accounts, devices,
# registration tokens, media, reports, and that nobody else may.
. "$(dirname "$0")/lib.sh"
conf notices user server
start
v3=/_matrix/client/v3
a1=/_synapse/admin/v1 a2=/_synapse/admin/v2 a3=/_synapse/admin/v3
uid() { enc "@$1:localhost"; }
for name in ann bob cid; do
	user $name
done
echo 'secret of boss' >"$tmp/line"
admin user add boss --admin <"$tmp/line"
log_in() {	# NAME PASSWORD: $status; a session as token_NAME
	token=
	req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"$1\",
	    \"password\":\"$2\"}"
	[ "$status" != 200 ] || eval "token_$1=$(get_json .access_token)"
}
log_in boss 'secret of boss'
boss() { token=$token_boss; }

# ------------------------------------------------------------------- who may
for path in $a1/server_version $a2/users "$a2/users/$(uid ann)" $a1/rooms; do
	token=
	req GET "$path"
	is_err 401 M_MISSING_TOKEN "$path: a stranger (security 33)"
	as ann
	req GET "$path"
	is_err 403 M_FORBIDDEN "$path: a user (security 33)"
done
req PUT "$a1/users/$(uid ann)/admin" '{"admin":true}'
is_err 403 M_FORBIDDEN 'nobody makes themselves an administrator (security 33)'
boss
req GET $a1/server_version
is_json '.server_version | startswith("mxcgi ")' true 'server_version'
for path in "POST $a1/users/$(uid ann)/shadow_ban" "GET $a1/users/$(uid ann)/override_ratelimit" \
    "GET $a1/nothing" "GET /_synapse/admin/" "GET $a1/statistics/database/rooms"; do
	req ${path%% *} "${path#* }"
	is_err 404 M_UNRECOGNIZED "not here: $path"
done

# -------------------------------------------------------------------- making
req PUT "$a2/users/$(uid new)" '{"password":"secret of new","displayname":"New One",
    "threepids":[{"medium":"email","address":"New@Example.org"}],"admin":false}'
is_status 201 'an account is made'
is_json '[.name, .displayname, .admin, .deactivated, .locked, .suspended, .is_guest, .shadow_banned, .erased]' \
    '["@new:localhost","New One",false,false,false,false,false,false,false]' 'as it is now'
is_json '.threepids | map([.medium, .address])' '[["email","new@example.org"]]' 'with its address'
is_json '[.external_ids, .user_type, .avatar_url, .consent_version]' '[[],null,null,null]' 'and nothing else'
log_in new 'secret of new'
is_status 200 'and can log in'
boss
req PUT "$a2/users/$(uid new)" '{"password":"another of new","displayname":"","avatar_url":"mxc://localhost/x"}'
is_status 200 'it is changed'
is_json '[.displayname, .avatar_url]' '[null,"mxc://localhost/x"]' 'name gone, picture there'
token=$token_new
req GET $v3/account/whoami
is_err 401 M_UNKNOWN_TOKEN 'a new password ends its sessions'
log_in new 'another of new'
is_status 200 'and is what counts'
boss
req PUT "$a2/users/$(uid new)" '{"password":"a third","logout_devices":false}'
token=$token_new
req GET $v3/account/whoami
is_status 200 'unless they are to be kept'
boss
req PUT "$a2/users/$(uid new)" '{"threepids":[{"medium":"msisdn","address":"447700900123"}]}'
is_json '.threepids | map([.medium, .address])' '[["msisdn","447700900123"]]' 'addresses are replaced'
req PUT "$a2/users/$(uid ann)" '{"threepids":[{"medium":"msisdn","address":"447700900123"}]}'
is_err 400 M_THREEPID_IN_USE 'an address belongs to one account'
for wrong in '{"threepids":[{}]}=M_BAD_JSON' '{"threepids":["x"]}=M_BAD_JSON' \
    '{"threepids":[{"medium":"email","address":"x"}]}=M_INVALID_PARAM' \
    '{"threepids":[{"medium":"fax","address":"1"}]}=M_INVALID_PARAM' \
    '{"admin":1}=M_BAD_JSON' '{"locked":"yes"}=M_BAD_JSON' '{"displayname":1}=M_BAD_JSON' \
    '{"avatar_url":"http://x/"}=M_INVALID_PARAM' '{"user_type":"bot"}=M_INVALID_PARAM' \
    '{"external_ids":[{"auth_provider":"x","external_id":"y"}]}=M_INVALID_PARAM' \
    '{"external_ids":[{}]}=M_BAD_JSON' '{"password":""}=M_WEAK_PASSWORD' '[]=M_BAD_JSON'; do
	req PUT "$a2/users/$(uid cid)" "${wrong%=*}"
	is_err 400 "${wrong##*=}" "refused: ${wrong%=*}"
done
req GET "$a2/users/$(uid cid)"
is_json '[.admin, .locked, .displayname, .threepids]' '[false,false,null,[]]' 'and nothing came of these'
for wrong in 'Upper:localhost=M_INVALID_USERNAME' 'x:example.org=M_INVALID_PARAM'; do
	req PUT "$a2/users/$(enc "@${wrong%=*}")" '{"password":"x"}'
	is_err 400 "${wrong##*=}" "cannot be made: ${wrong%=*}"
done
req PUT "$a2/users/nonsense" '{}'
is_err 400 M_INVALID_PARAM 'nor what is no id'
req GET "$a2/users/$(uid nobody)"
is_err 404 M_NOT_FOUND 'nobody'
req PUT "$a2/users/$(uid cid)" '{"locked":true,"suspended":true,"admin":true}'
is_json '[.locked, .suspended, .admin]' '[true,true,true]' 'locked, suspended, an administrator'
as cid
req GET $v3/account/whoami
is_err 401 M_USER_LOCKED 'it is locked'
boss
req PUT "$a2/users/$(uid cid)" '{"locked":false,"suspended":false,"admin":false}'
is_json '[.locked, .suspended, .admin]' '[false,false,false]' 'and all that is undone'
for own in '{"admin":false}' '{"locked":true}' '{"suspended":true}' '{"deactivated":true}'; do
	req PUT "$a2/users/$(uid boss)" "$own"
	is_err 403 M_FORBIDDEN "not to oneself: $own"
done

# ----------------------------------------------------------------- the lists
req GET "$a2/users"
is_json '[.total, (.users | map(.name) | join(" ")), has("next_token")]' \
    '[5,"@ann:localhost @bob:localhost @boss:localhost @cid:localhost @new:localhost",false]' 'users by name'
req GET "$a2/users?limit=2"
is_json '[.total, .next_token, (.users | map(.name))]' '[5,2,["@ann:localhost","@bob:localhost"]]' 'a page'
req GET "$a2/users?limit=2&from=4"
is_json '[has("next_token"), (.users | map(.name))]' '[false,["@new:localhost"]]' 'the last one'
req GET "$a2/users?dir=b&limit=1"
is_json '.users | map(.name)' '["@new:localhost"]' 'backwards'
req GET "$a2/users?order_by=creation_ts&dir=b&limit=2"
is_json '.users | map(.name)' '["@new:localhost","@boss:localhost"]' 'the newest first'
for order in is_guest admin user_type deactivated shadow_banned displayname avatar_url last_seen_ts locked; do
	req GET "$a2/users?order_by=$order&dir=b"
	is_json '.users | length' 5 "in the order of $order"
done
req GET "$a2/users?order_by=admin&dir=b"
is_json '.users[0].name' '"@boss:localhost"' 'administrators first'
req GET "$a2/users?order_by=avatar_url&dir=b"
is_json '.users[0].name' '"@new:localhost"' 'who has a picture first'
req GET "$a2/users?name=NN";	is_json '.users | map(.name)' '["@ann:localhost"]' 'search in the name, whatever the case'
req GET "$a2/users?name=localhost";	is_json .total 0 'not in the server'
req GET "$a2/users?user_id=localhost";	is_json .total 5 'but in the id'
req PUT "$a2/users/$(uid bob)" '{"displayname":"Robert %_Zz"}'
req GET "$a2/users?name=t%20%25_z";	is_json '.users | map(.name)' '["@bob:localhost"]' 'in displaynames, letter by letter (security 21)'
req GET "$a2/users?name=%25";	is_json '.users | map(.name)' '["@bob:localhost"]' 'a sign stands for itself (security 21)'
req GET "$a2/users?admins=true";	is_json '.users | map(.name)' '["@boss:localhost"]' 'administrators alone'
req GET "$a2/users?admins=false";	is_json .total 4 'all others'
for wrong in limit=-1 limit=x from=-1 order_by=size dir=x guests=1 admins=x; do
	req GET "$a2/users?$wrong"
	is_err 400 M_INVALID_PARAM "users: $wrong"
done
req POST $v3/register?kind=guest '{}'
admin user lock ann
req GET "$a2/users";	is_json '.users | map(.name) | index("@ann:localhost")' null 'without locked ones'
req GET "$a2/users?locked=true";	is_json '.users | map(.locked) | map(select(.)) | length' 1 'unless asked for'
admin user unlock ann

# ---------------------------------------------------------------- one account
req GET "$a1/users/$(uid ann)/admin";	is_json . '{"admin":false}' 'no administrator'
req PUT "$a1/users/$(uid ann)/admin" '{"admin":true}'
is_json . '{}' 'made one'
as ann
req GET $a1/server_version;	is_status 200 'who may at once'
boss
req POST "$a1/users/$(uid ann)/login" '{}'
is_err 403 M_FORBIDDEN 'nobody acts as another administrator'
req PUT "$a1/users/$(uid ann)/admin" '{"admin":false}'
as ann
req GET $a1/server_version;	is_err 403 M_FORBIDDEN 'none any more'
boss
req PUT "$a1/users/$(uid boss)/admin" '{"admin":false}'
is_err 403 M_FORBIDDEN 'nobody demotes themselves'
req PUT "$a1/users/$(uid ann)/admin" '{}'
is_err 400 M_MISSING_PARAM 'admin: what?'

req PUT "$a1/suspend/$(uid ann)" '{"suspend":true}'
is_json . '{"user_@ann:localhost_suspended":true}' 'suspended'
as ann
req POST $v3/createRoom '{}';	is_err 403 M_USER_SUSPENDED 'and is'
boss
req PUT "$a1/suspend/$(uid ann)" '{"suspend":false}'
req PUT "$a1/suspend/$(uid boss)" '{"suspend":true}'
is_err 403 M_FORBIDDEN 'not oneself'

req POST "$a1/reset_password/$(uid ann)" '{"new_password":"fresh secret","logout_devices":false}'
is_status 200 'a password is reset'
as ann
req GET $v3/account/whoami;	is_status 200 'sessions stay when they are to'
boss
req POST "$a1/reset_password/$(uid ann)" '{"new_password":"fresher secret"}'
as ann
req GET $v3/account/whoami;	is_err 401 M_UNKNOWN_TOKEN 'and end when not'
log_in ann 'fresh secret';	is_err 403 M_FORBIDDEN 'the old password is void'
log_in ann 'fresher secret';	is_status 200 'the new one is good'
boss
req POST "$a1/reset_password/$(uid ann)" '{}'
is_err 400 M_MISSING_PARAM 'a password is needed'
req POST "$a1/reset_password/$(uid nobody)" '{"new_password":"x y z"}'
is_err 404 M_NOT_FOUND 'and somebody'

req GET "$a1/username_available?username=free";	is_json . '{"available":true}' 'a free name'
req GET "$a1/username_available?username=ann";	is_err 400 M_USER_IN_USE 'a taken one'
req GET "$a1/username_available?username=A";	is_err 400 M_INVALID_USERNAME 'none at all'
req GET "$a1/username_available";	is_err 400 M_MISSING_PARAM 'none given'
req GET "$a1/threepid/msisdn/users/447700900123";	is_json . '{"user_id":"@new:localhost"}' 'whose number?'
req GET "$a1/threepid/email/users/x%40example.org";	is_err 404 M_NOT_FOUND 'nobody has this address'
req GET "$a1/threepid/fax/users/1";	is_err 400 M_INVALID_PARAM 'there are two media'
req GET "$a1/auth_providers/x/users/y";	is_err 404 M_NOT_FOUND 'no provider knows them'

# ------------------------------------------------------------ in their name
req POST "$a1/users/$(uid ann)/login" '{"valid_until_ms":1}'
is_err 400 M_INVALID_PARAM 'a session that has ended'
req POST "$a1/users/$(uid boss)/login" '{}'
is_err 403 M_FORBIDDEN 'not as oneself'
req POST "$a1/users/$(uid nobody)/login" '{}'
is_err 404 M_NOT_FOUND 'nor as nobody'
req POST "$a1/users/$(uid ann)/login" "{\"valid_until_ms\":9000000000000}"
is_status 200 'a session in their name'
token_as=$(get_json .access_token) device_as=$(get_json .device_id)
token=$token_as
req GET $v3/account/whoami
is_json .user_id '"@ann:localhost"' 'is theirs'
as ann
req GET "$v3/devices"
is_json ".devices[] | select(.device_id == \"$device_as\").display_name" \
    '"The administrator @boss:localhost"' 'they see whose it is'
boss

# -------------------------------------------------------------------- devices
devices=$a2/users/$(uid ann)/devices
req GET "$devices"
is_json '[.total, (.devices | map(.user_id) | unique)]' '[2,["@ann:localhost"]]' 'devices'
req GET "$devices/$device_as"
is_json '[.last_seen_ts > 1600000000000, (.last_seen_ip | type)]' '[true,"string"]' 'when and from where they were seen'
is_json '[.device_id, .display_name, .dehydrated]' \
    "[\"$device_as\",\"The administrator @boss:localhost\",false]" 'one of them'
req PUT "$devices/$device_as" '{"display_name":"Called so"}'
is_json . '{}' 'it is called otherwise'
req GET "$devices/$device_as";	is_json .display_name '"Called so"' 'and is'
req GET "$devices/nothing";	is_err 404 M_NOT_FOUND 'there is no such device'
req PUT "$devices/nothing" '{}';	is_err 404 M_NOT_FOUND 'nor can it be called anything'
req DELETE "$devices/$device_as";	is_json . '{}' 'it ends'
token=$token_as
req GET $v3/account/whoami;	is_err 401 M_UNKNOWN_TOKEN 'and its token'
boss
req DELETE "$devices/$device_as";	is_status 200 'once more'
req POST "$a2/users/$(uid ann)/delete_devices" '{"devices":[1]}'
is_err 400 M_BAD_JSON 'devices are strings'
req GET "$devices"
one=$(get_json '.devices[0].device_id')
req POST "$a2/users/$(uid ann)/delete_devices" "{\"devices\":[\"$one\",\"gone\"]}"
is_json . '{}' 'several end'
req GET "$devices";	is_json . '{"devices":[],"total":0}' 'and none is left'
req GET "$a1/whois/$(uid bob)"
is_json '[.user_id, (.devices | length), (.devices[].sessions[].connections[] | .last_seen > 0)]' \
    '["@bob:localhost",1,true]' 'whois'

# --------------------------------------------- an administrator who may no more
req PUT "$a1/users/$(uid bob)/admin" '{"admin":true}'
as bob
req GET $a1/rooms;	is_status 200 'another administrator'
boss
req PUT "$a1/suspend/$(uid bob)" '{"suspend":true}'
as bob
for path in $a1/rooms "$a2/users/$(uid ann)"; do
	req GET "$path";	is_err 403 M_USER_SUSPENDED "$path: not when suspended (security 33)"
done
boss
req PUT "$a1/suspend/$(uid bob)" '{"suspend":false}'
req PUT "$a1/users/$(uid bob)/admin" '{"admin":false}'
as bob
req GET $a1/rooms;	is_err 403 M_FORBIDDEN 'nor when it is one no more (security 33)'

# ------------------------------------------- what is done in several pieces
user dan
type=text/plain
for n in $(seq 105); do req POST /_matrix/media/v3/upload $n; done
type=application/json
boss
req POST "$a1/user/$(uid dan)/media/quarantine"
is_json .num_quarantined 105 'many media are quarantined'
req DELETE "$a1/users/$(uid dan)/media?limit=103"
is_json '[.total, (.deleted_media | unique | length)]' '[103,103]' 'and deleted'
req GET "$a1/users/$(uid dan)/media"
is_json '[.total, (.media | length)]' '[2,2]' 'but for what is more than the limit'
for n in $(seq 55); do req POST "$a1/users/$(uid dan)/login" '{}'; done
devices=$a2/users/$(uid dan)/devices
req GET "$devices"
req POST "$a2/users/$(uid dan)/delete_devices" \
    "{\"devices\":$(jq -c '.devices | map(.device_id)' "$tmp/body")}"
is_json . '{}' 'many devices end'
req GET "$devices";	is_json .total 0 'and none is left'
for n in $(seq 55); do log_in boss 'secret of boss'; done
boss
req GET "$a2/users/$(uid boss)/devices"
own=$(jq -r '.devices | map(.device_id) | join(" ")' "$tmp/body")
req GET $v3/account/whoami
this=$(get_json .device_id)
req POST "$a2/users/$(uid boss)/delete_devices" "{\"devices\":[$(
	for id in $this $own; do printf '"%s",' "$id"; done)\"none\"]}"
is_json . '{}' 'the own device may be the first of many'
req GET $v3/account/whoami
is_err 401 M_UNKNOWN_TOKEN 'and ends with them'
log_in boss 'secret of boss'
boss
req GET "$a2/users/$(uid boss)/devices";	is_json .total 1 'all of them'
done_testing
