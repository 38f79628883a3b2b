#!/bin/sh
# Locking and suspending over HTTP: GET and PUT /admin/lock and /admin/suspend
# (getAdminLockUser, setAdminLockUser, getAdminSuspendUser, setAdminSuspendUser,
# ...), and /admin/whois.
. "$(dirname "$0")/lib.sh"
start
v3=/_matrix/client/v3
on() { printf '%s' "/_matrix/client/v1/admin/$1/$(enc "$2")"; }
whoami=$v3/account/whoami
for name in root chief ann; do
	user $name
done
token_of() {	# USER: a session
	token=
	req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"$1\",
	    \"password\":\"secret of $1\"}"
	eval "token_$1=$(get_json .access_token)"
}
# Who registered over HTTP is none; the command makes one.
for name in root chief; do
	echo 'secret of boss' >"$tmp/line"
	admin user add "boss-$name" --admin <"$tmp/line"
	token=
	req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"boss-$name\",
	    \"password\":\"secret of boss\"}"
	eval "token_boss_$name=$(get_json .access_token)"
done
boss() { token=$token_boss_root; }

# ------------------------------------------------------------ who may not
# The same words for all, so that nobody learns who has an account here.
as ann
for what in lock suspend; do
	for whom in @root:localhost @ann:localhost @boss-root:localhost @nobody:localhost \
	    @root:example.org nonsense; do
		req GET "$(on $what "$whom")"
		is_err 403 M_FORBIDDEN "who is no administrator does not look: $what $whom (security 33)"
		is "$(cat "$tmp/body")" "${words=$(cat "$tmp/body")}" 'and learns nothing'
		req PUT "$(on $what "$whom")" "{\"${what}ed\":true}"
		is_err 403 M_FORBIDDEN "nor act: $what $whom (security 33)"
		is "$(cat "$tmp/body")" "$words" 'and learns nothing'
	done
done
as root
req GET $whoami
is_status 200 'and nothing happened'
# A room message is a message, whoever sends it (security 33).
boss
req POST $v3/createRoom '{}'
room=$(enc "$(get_json .room_id)")
for text in '!admin lock @root:localhost' '/lock @root:localhost'; do
	req PUT "$v3/rooms/$room/send/m.room.message/$(enc "$text")" \
	    "{\"msgtype\":\"m.text\",\"body\":\"$text\"}"
	is_status 200 "a room message: $text"
done
as root
req GET $whoami
is_status 200 'a room message locks nobody (security 33)'

# --------------------------------------------------------------- whom not
for what in lock suspend; do
	member=locked
	[ $what = lock ] || member=suspended
	yes="{\"$member\":true}"
	boss
	for whom in @root:example.org nonsense @root; do
		for method in GET PUT; do
			req $method "$(on $what "$whom")" "$yes"
			is_err 400 M_INVALID_PARAM "$method $what: not of this server: $whom"
		done
	done
	req GET "$(on $what @nobody:localhost)"
	is_err 404 M_NOT_FOUND "GET $what: nobody"
	req PUT "$(on $what @nobody:localhost)" "$yes"
	is_err 404 M_NOT_FOUND "PUT $what: nobody"
	req GET "$(on $what @boss-chief:localhost)"
	is_err 403 M_FORBIDDEN "GET $what: another administrator"
	req PUT "$(on $what @boss-chief:localhost)" "$yes"
	is_err 403 M_FORBIDDEN "PUT $what: another administrator"
	req GET "$(on $what @boss-root:localhost)"
	is_json . "{\"$member\":false}" "GET $what: oneself"
	req PUT "$(on $what @boss-root:localhost)" "$yes"
	is_err 403 M_FORBIDDEN "PUT $what: oneself"
	req PUT "$(on $what @root:localhost)" '{}'
	is_err 400 M_MISSING_PARAM "PUT $what: {}"
	for wrong in 1 '"true"' '[]' '{}'; do
		req PUT "$(on $what @root:localhost)" "{\"$member\":$wrong}"
		is_err 400 M_BAD_JSON "PUT $what: $wrong"
	done
	req GET "$(on $what @root:localhost)"
	is_json . "{\"$member\":false}" "GET $what: nothing came of these"
done
for api in r0 v3 unstable; do
	req GET "/_matrix/client/$api/admin/lock/%40root%3Alocalhost"
	is_err 404 M_UNRECOGNIZED "not in $api"
done

# ------------------------------------------------------------------- lock
as root
req GET $v3/sync
bg sync GET "$v3/sync?since=$(get_json .next_batch)&timeout=50000"
boss
req PUT "$(on lock @root:localhost)" '{"locked":true}'
is_json . '{"locked":true}' 'lock'
bg_wait sync
is_err 401 M_USER_LOCKED 'lock: a sync ends'
is_json .soft_logout true 'lock: its session is to be kept'
boss
req GET "$(on lock @root:localhost)"
is_json . '{"locked":true}' 'lock: so it is'
req GET "$(on suspend @root:localhost)"
is_json . '{"suspended":false}' 'lock: is not suspended'
admin user show root --json
since=$(get_json .locked_at)
req PUT "$(on lock @root:localhost)" '{"locked":true}'
is_json . '{"locked":true}' 'lock: once more'
admin user show root --json
is_json .locked_at "$since" 'lock: since the first time'
as root
for path in "$whoami" "$v3/sync" "$v3/pushrules/"; do
	req GET "$path"
	is_err 401 M_USER_LOCKED "lock: $path"
done
boss
req PUT "$(on lock @root:localhost)" '{"locked":false}'
is_json . '{"locked":false}' 'unlock'
as root
req GET $whoami
is_status 200 'unlock: the same token is good again'
boss
req PUT "$(on lock @root:localhost)" '{"locked":true}'
as root
req POST $v3/logout '{}'
is_status 200 'lock: but one may log out'
req GET $whoami
is_err 401 M_UNKNOWN_TOKEN 'lock: and is'

# ---------------------------------------------------------------- suspend
as ann
req POST $v3/createRoom '{}'
room=$(get_json .room_id)
boss
req PUT "$(on suspend @ann:localhost)" '{"suspended":true}'
is_json . '{"suspended":true}' 'suspend'
req GET "$(on suspend @ann:localhost)"
is_json . '{"suspended":true}' 'suspend: so it is'
as ann
req POST $v3/createRoom '{}'
is_err 403 M_USER_SUSPENDED 'suspend: no room is made'
req GET $v3/sync
is_status 200 'suspend: sync goes on'
token_of ann
as ann
req POST $v3/createRoom '{}'
is_err 403 M_USER_SUSPENDED 'suspend: a new session is suspended too'
member=$v3/rooms/$(enc "$room")/state/m.room.member/@ann:localhost
req PUT "$member" '{"membership":"join","displayname":"Buy this"}'
is_err 403 M_USER_SUSPENDED 'suspend: no name is set in a room'
req PUT "$member" '{"membership":"leave","reason":"r","displayname":"Buy this"}'
is_status 200 'suspend: a room is left'
req GET "$member"
is_json . '{"membership":"leave","reason":"r"}' \
    'suspend: saying why and nothing else (security 18)'
boss
req PUT "$(on suspend @ann:localhost)" '{"suspended":false}'
is_json . '{"suspended":false}' 'unsuspend'
as ann
req POST $v3/createRoom '{}'
is_status 200 'unsuspend: a room is made'

# --------------------------------------------------- administrators who are not
admin user suspend boss-chief
token=$token_boss_chief
req PUT "$(on lock @ann:localhost)" '{"locked":true}'
is_err 403 M_USER_SUSPENDED 'a suspended administrator does nothing'
admin user lock boss-chief
req GET "$(on lock @ann:localhost)"
is_err 401 M_USER_LOCKED 'a locked one sees nothing'
admin user deactivate --yes ann
boss
for what in lock suspend; do
	req GET "$(on $what @ann:localhost)"
	is_err 404 M_NOT_FOUND "GET $what: deactivated"
	req PUT "$(on $what @ann:localhost)" "{\"locked\":true,\"suspended\":true}"
	is_err 404 M_NOT_FOUND "PUT $what: deactivated"
done
# -------------------------------------------------------------------- whois
whois() { req GET "$v3/admin/whois/$(enc "$1")"; }
user who
as who
whois @who:localhost
is_json '[.user_id, (.devices | has("'"$device_who"'"))]' '["@who:localhost",true]' 'getWhoIs: one may look up oneself'
is_json '[.devices[].sessions[].connections[] | .last_seen > 1600000000000, (.ip | IN("127.0.0.1", "unix:"))]' \
    '[true,true]' 'getWhoIs: a device has a session, of which the last connection is known'
header="User-Agent: Client/1.0 (with ä) $(printf %0300d 0)"
token=
req POST $v3/login '{"type":"m.login.password","user":"who","password":"secret of who","device_id":"NEXT"}'
header=
as who
whois @who:localhost
is_json '.devices.NEXT.sessions[0].connections[0].user_agent | [.[:22], length]' '["Client/1.0 (with ??) 0",255]' \
    'getWhoIs: and by which client it was made'
for whom in @ann:localhost @nobody:localhost @x:elsewhere.example nonsense; do
	whois $whom
	is_err 403 M_FORBIDDEN "getWhoIs: but nobody else: $whom (security 33)"
done
boss
whois @who:localhost
is_json .user_id '"@who:localhost"' 'getWhoIs: an administrator may'
whois @boss-chief:localhost
is_status 200 'getWhoIs: of another administrator, too'
whois @nobody:localhost;	is_err 404 M_NOT_FOUND 'getWhoIs: there is no such user'
whois @x:elsewhere.example;	is_err 400 M_INVALID_PARAM 'getWhoIs: of another server'
req GET /_matrix/client/r0/admin/whois/@boss-root:localhost
is_status 200 'getWhoIs: by the path of r0'
done_testing
